"""Projects and their stages."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


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


class ProjectChanged(DomainError):
    """`fields` are the names of what the other person changed."""

    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this project in the meantime ({fields}). Compare with the current values, then save again."
    )


class NotInPool(DomainError):
    code = "not_in_pool"
    sentence = _("{name} is not in the reserve pool. Projects begin with compounds of the pool.")


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


class NotResponsibleHere(DomainError):
    """Whoever answers for a project must be able to see it."""

    code = "not_responsible_here"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "{name} has no role that reaches these projects, or has left. Choose somebody from the list."
    )
