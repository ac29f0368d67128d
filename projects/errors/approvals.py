"""A scheme's way: signatures, public notice, objections, approval."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class NotSigned(DomainError):
    code = "not_signed"
    sentence = _("Not signed yet: {offices}.")


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


class NoticeTooShort(DomainError):
    code = "notice_too_short"
    sentence = _("A scheme is on public notice for at least {days} days.")


class NoticeTooEarly(DomainError):
    code = "notice_too_early"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} lies more than {days} days away.")


class NoticeNotLonger(DomainError):
    code = "notice_not_longer"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The notice was published until {until}. It can only be extended: choose a later day.")


class NoticeRunning(DomainError):
    code = "notice_running"
    sentence = _("The public notice runs until {until}; the scheme can be approved after that day.")


class ObjectionOutside(DomainError):
    code = "objection_outside"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} lies before the notice began ({first}).")


class ObjectionAnswered(DomainError):
    code = "objection_answered"
    sentence = _("This objection has been answered; the answer stays.")


class ObjectionsOpen(DomainError):
    code = "objections_open"
    sentence = _("{count} objections wait for their answer.")


class NamesAPerson(DomainError):
    code = "names_a_person"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Leave out telephone and other numbers: say “a resident” or a masked name such as 张*.")


class SubmitterApproves(DomainError):
    code = "same_person"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You submitted this scheme; a colleague or the office above approves it.")
