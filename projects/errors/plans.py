"""Five-year and annual plans."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class PlanNotOpen(DomainError):
    code = "plan_not_open"
    sentence = _("This plan is {state} and can no longer be changed. To change it, amend it.")


class PlanWrongState(DomainError):
    code = "plan_wrong_state"
    sentence = _("This plan is {state}; that step comes at another point of its way.")


class PlanEmpty(DomainError):
    code = "plan_empty"
    sentence = _("The plan lists no compound yet. Take compounds from the pool first.")


class PlanWithoutCompounds(DomainError):
    code = "plan_without_compounds"
    sentence = _("Compounds are listed in the plans of counties; this plan adds them up.")


class NotInCounty(DomainError):
    code = "not_in_county"
    sentence = _("{names}: not in {county}. A compound stands in the plan of its own county.")


class NotPlannable(DomainError):
    code = "not_plannable"
    sentence = _(
        "{names}: not in the reserve pool, or its project is not finished. Plans are drawn from the pool."
    )


class AlreadyPlanned(DomainError):
    code = "already_planned"
    sentence = _("{names}: already in this plan.")


class NotInPoolAnyMore(DomainError):
    code = "not_in_pool_any_more"
    sentence = _(
        "{names}: merged, split up or taken out of the pool meanwhile. Take them off the plan, or back into the pool."
    )


class EntryGone(DomainError):
    code = "entry_gone"
    sentence = _("This compound was taken off the plan meanwhile.")


class YearOutsidePlan(DomainError):
    code = "year_outside_plan"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{year} lies outside this plan ({first} to {last}).")


class DocumentNumberNeeded(DomainError):
    code = "document_number_needed"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A plan is issued with the number of its document.")


class PlanHasDocuments(DomainError):
    code = "plan_has_documents"
    sentence = _("Documents hang on this draft; what has documents is kept.")


class PlanJumps(DomainError):
    """先急后缓: a more urgent compound of the county's pool is left out."""

    code = "plan_jumps"
    sentence = _(
        "{names} would go before {before} and {count} in all that are more urgent. "
        "Take those too, or give the reason."
    )


class SamePerson(DomainError):
    code = "same_person"
    status = HTTPStatus.FORBIDDEN
    sentence = _("Whoever submitted it cannot approve it. Ask a colleague or the office above.")


class ProjectsLeftOut(DomainError):
    code = "projects_left_out"
    sentence = _(
        "{names}: no longer in the amended plan, but the project goes on. Cancel the project first, "
        "or keep the compound in the plan."
    )


class YearPlannedElsewhere(DomainError):
    code = "year_planned_elsewhere"
    sentence = _("A plan of this kind and year exists already: amend it.")
