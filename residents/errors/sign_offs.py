"""What is refused about representatives and schemes, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from residents.models.representatives import FEWEST_REPRESENTATIVES


class NotARepresentative(DomainError):
    code = "not_a_representative"
    status = HTTPStatus.FORBIDDEN
    sentence = _("Only the representatives of this compound say what they think of its scheme here.")


class SchemeWaitsForNoOpinion(DomainError):
    code = "scheme_waits_for_no_opinion"
    sentence = _(
        "This scheme is not waiting for opinions any more. Look at what became of it on your home page."
    )


class ObjectionNeedsReason(DomainError):
    code = "objection_needs_reason"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Say in a few words what must be changed.")


class SchemeHandedInAnew(DomainError):
    code = "scheme_handed_in_anew"
    sentence = _("The scheme was changed since you opened it. Read it again, then say what you think.")


class TooFewAgree(DomainError):
    code = "too_few_agree"
    sentence = _(
        "{agree} of {all} representatives agree. It takes at least {least} and more than half of them."
    )

    def __init__(self, *, agree: int, all_: int) -> None:
        super().__init__(agree=agree, all=all_, least=FEWEST_REPRESENTATIVES)


class AlreadyRecorded(DomainError):
    code = "already_recorded"
    sentence = _("The representatives' agreement is already recorded.")
