"""Tasks."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class TaskWrongState(DomainError):
    code = "task_wrong_state"
    sentence = _("This task is {state}; that step comes at another point of its way.")


class EvidenceNeeded(DomainError):
    code = "evidence_needed"
    sentence = _("Attach what shows that it is done: a photo or a document.")


class PassNowhere(DomainError):
    code = "pass_nowhere"
    sentence = _("The task is already with them.")


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
