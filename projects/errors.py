"""What the programme refuses, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ReasonNeeded(DomainError):
    code = "reason_needed"
    sentence = _("Give the reason; it is kept with the record.")


# --- Catalogue and timetable template ---------------------------------------------------


class CatalogueBelowCounty(DomainError):
    code = "catalogue_below_county"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A catalogue is kept for a county or above; {name} uses that of its county.")


class CatalogueChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _("A newer version of {code} was published meanwhile. Look at it, then publish yours again.")


class ItemNotOffered(DomainError):
    code = "item_not_offered"
    sentence = _("{code} is not offered here (any more).")


class TimetableChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _("A newer timetable was published meanwhile. Look at it, then publish yours again.")


class TimetableInvalid(DomainError):
    """`line` counts from 1; 0 is the whole."""

    code = "timetable_invalid"
    status = HTTPStatus.BAD_REQUEST
    sentence = "{explanation}"


# --- Plans ------------------------------------------------------------------------------


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
    sentence = _("Compounds stand in the plans of counties; this plan adds theirs up.")


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


# --- Projects and stages ----------------------------------------------------------------


class ProjectUnfinished(DomainError):
    code = "project_unfinished"
    sentence = _("{name} already has a project that is not finished.")


class ProjectNotActive(DomainError):
    code = "project_not_active"
    sentence = _("This project is {standing}; resume it first.")


class ProjectOver(DomainError):
    code = "project_over"
    sentence = _("This project is {standing} and stays as it is.")


class ProjectMoved(DomainError):
    code = "project_moved"
    sentence = _("Somebody moved this project to “{stage}” meanwhile. Look at it again, then decide.")


class StageIncomplete(DomainError):
    """`missing` are the sentences of what lacks."""

    code = "stage_incomplete"
    sentence = _("Not yet: {listed}.")


class MoveNotAllowed(DomainError):
    code = "move_not_allowed"
    sentence = _("A project in “{stage}” cannot be moved that way.")


class BySite(DomainError):
    code = "by_the_site"
    sentence = _("The works start and end by an act of the building site, with its evidence.")


class DateInFuture(DomainError):
    code = "date_in_future"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} has not come yet. Enter it when it has happened.")


class DateBeforeLast(DomainError):
    code = "date_before_last"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} lies before the previous step of this project ({last}).")


class LeadReasonNeeded(DomainError):
    code = "lead_reason_needed"
    sentence = _("By rule {rule} leads this project. To let another lead, give the reason.")


class ProjectChanged(DomainError):
    """`fields` are the names of what the other person changed."""

    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this project in the meantime ({fields}). Compare with the current values, then save again."
    )


class NotResponsibleHere(DomainError):
    """Whoever answers for a project must be able to see it."""

    code = "not_responsible_here"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "{name} has no role that reaches these projects, or has left. Choose somebody from the list."
    )


class DatesMovedMeanwhile(DomainError):
    code = "dates_moved_meanwhile"
    sentence = _("Some of these dates changed since you looked. Look at the list again, then move them.")


class NoDateToMove(DomainError):
    code = "no_date_to_move"
    sentence = _("None of the chosen projects has an open date there.")


class NotInPool(DomainError):
    code = "not_in_pool"
    sentence = _("{name} is not in the reserve pool. Projects begin with compounds of the pool.")


# --- Before the portal ------------------------------------------------------------------


class GoLiveMissing(DomainError):
    code = "go_live_missing"
    sentence = _(
        "Nobody has set the day from which {place} works in the portal. Two administrators set it under System."
    )


class AfterGoLive(DomainError):
    code = "after_go_live"
    sentence = _("{day} is not before {live_from}, when the division began to work in the portal.")


class SameAdministration(DomainError):
    code = "same_administration"
    status = HTTPStatus.FORBIDDEN
    sentence = _(
        "The day needs both administrations: one administrator of the system and one of security. "
        "Ask the other one to confirm."
    )


class GoLiveSet(DomainError):
    code = "go_live_set"
    sentence = _("The day is set and confirmed; it does not change any more.")


# --- Documents and timetable ------------------------------------------------------------


class DocumentNeedsProject(DomainError):
    code = "document_wrong_kind"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A document of this kind belongs to a project, not to a plan.")


class DocumentInUse(DomainError):
    code = "document_in_use"
    sentence = _("The project has passed “{stage}” on this document; add a new version instead.")


class DocumentWithdrawn(DomainError):
    code = "document_withdrawn"
    sentence = _("This document was withdrawn.")


class MilestoneDone(DomainError):
    code = "milestone_done"
    sentence = _("This milestone is done; its date stays.")


class MilestoneOfStage(DomainError):
    code = "milestone_of_stage"
    sentence = _("This milestone is done when the project leaves the stage.")


# --- Schemes ----------------------------------------------------------------------------


class SchemeNotOpen(DomainError):
    code = "scheme_not_open"
    sentence = _(
        "This scheme is {state}; its lines are fixed. To change them, send it back or begin a new version."
    )


class SchemeWrongState(DomainError):
    code = "scheme_wrong_state"
    sentence = _("This scheme is {state}; that step comes at another point of its way.")


class SchemeEmpty(DomainError):
    code = "scheme_empty"
    sentence = _("The scheme has no works yet.")


class GapsOpen(DomainError):
    """先民生后提升: `topics` are the survey's gaps that no basic work answers."""

    code = "gaps_open"
    sentence = _(
        "Basic needs come first: {topics} are neither planned nor waived, so no upgrade item can be taken in."
    )


class NoticeTooShort(DomainError):
    code = "notice_too_short"
    sentence = _("A scheme hangs out for at least {days} days.")


class NoticeNotLonger(DomainError):
    code = "notice_not_longer"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The notice was published until {until}. It can only be prolonged: choose a later day.")


class NoticeRunning(DomainError):
    code = "notice_running"
    sentence = _("The public notice runs until {until}; the scheme can be approved after that day.")


class NotSigned(DomainError):
    code = "not_signed"
    sentence = _("Not signed yet: {offices}.")


class ObjectionsOpen(DomainError):
    code = "objections_open"
    sentence = _("{count} objections wait for their answer.")


# --- Tasks ------------------------------------------------------------------------------


class TaskWrongState(DomainError):
    code = "task_wrong_state"
    sentence = _("This task is {state}; that step comes at another point of its way.")


class EvidenceNeeded(DomainError):
    code = "evidence_needed"
    sentence = _("Attach what shows that it is done: a photo or a document.")


class PassNowhere(DomainError):
    code = "pass_nowhere"
    sentence = _("The task is in these hands already.")


class HandsElsewhere(DomainError):
    """A task stays on the line of its place: the offices above it and everything below it."""

    code = "hands_elsewhere"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} does not answer for {place}. Choose somebody from the list.")


class PlaceDoesNotFit(DomainError):
    code = "place_does_not_fit"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The project or compound lies in another place than the task.")


class PartsOpen(DomainError):
    code = "parts_open"
    sentence = _("{count} parts of this task are not finished. Finish or cancel them first.")


class QuantityNeeded(DomainError):
    code = "quantity_needed"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Say how much was done; the totals are added up from it.")


class SchemeUnderWay(DomainError):
    code = "scheme_under_way"
    sentence = _("Version {version} of this scheme is already {state}. Finish or withdraw it first.")


class SchemeApproved(DomainError):
    code = "scheme_approved"
    sentence = _("This project has an approved scheme. To change it, begin a new version with its reason.")


class NoApprovedScheme(DomainError):
    code = "no_approved_scheme"
    sentence = _("There is no approved scheme yet to make a new version of.")


class WorkNotOffered(DomainError):
    code = "work_not_offered"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} is not in the works catalogue that is in force here. Choose from the list.")


class WorkListed(DomainError):
    code = "work_listed"
    sentence = _("{name} stands in this scheme already. Change its quantity, or name another location.")


class WorkNotBasic(DomainError):
    code = "work_not_basic"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} is no basic item; say whether residents chose it or the office added it.")


class WorkHandedIn(DomainError):
    code = "work_handed_in"
    sentence = _(
        "{name} was handed in with another version and stays where it is. Strike it and add it anew."
    )


class LessThanDone(DomainError):
    code = "less_than_done"
    sentence = _("{names}: more has been done on the site than this version plans. Raise the quantity first.")


class LineGone(DomainError):
    code = "line_gone"
    sentence = _("Somebody struck this work meanwhile. Load the page again.")


class GapUnknown(DomainError):
    code = "gap_unknown"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The survey names no such need.")


class AlreadySigned(DomainError):
    code = "already_signed"
    sentence = _("{office} has already given this opinion.")


class SignsForAnother(DomainError):
    code = "signs_for_another"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You have signed for another office already. A colleague signs for this one.")


class NotOnNotice(DomainError):
    code = "not_on_notice"
    sentence = _("The scheme is not on public notice.")


class NoticeTooEarly(DomainError):
    code = "notice_too_early"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} lies more than {days} days away.")


class ObjectionOutside(DomainError):
    code = "objection_outside"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} lies before the notice began ({first}).")


class ObjectionAnswered(DomainError):
    code = "objection_answered"
    sentence = _("This objection has been answered; the answer stays.")


class NamesAPerson(DomainError):
    code = "names_a_person"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Leave out telephone and other numbers: say “a resident” or a masked name such as 张*.")


class SubmitterApproves(DomainError):
    code = "same_person"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You submitted this scheme; a colleague or the office above approves it.")


class VisitPhotosFull(DomainError):
    code = "visit_photos_full"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A visit holds at most {most} photos.")
