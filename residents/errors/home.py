"""What is refused to a program that stands in for a household's own page, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class NoSession(DomainError):
    code = "no_session"
    status = HTTPStatus.UNAUTHORIZED
    sentence = _("Nobody has come in yet. Type the code that stands on your letter.")


class SessionOver(NoSession):
    code = "session_over"
    sentence = _("You were away for a while, so your page was closed to protect you. Type the code again.")


class LetterRevoked(NoSession):
    code = "letter_revoked"
    sentence = _("This letter is no longer valid. If you have a newer one, type the code that stands there.")


class ForeignPage(DomainError):
    """Another site tries to act with the cookie of a household."""

    code = "foreign_page"
    status = HTTPStatus.FORBIDDEN
    sentence = _("This was sent from the page of another site. Only the portal's own pages and programs may.")


class CodeOpensNothing(DomainError):
    """One answer for every code that opens nothing: unknown, revoked, of a household that is no more."""

    code = "code_opens_nothing"
    sentence = _("This code opens nothing. Compare it with your letter, character by character.")


class DoorNeeded(DomainError):
    """Somebody is guessing: said of right and wrong codes alike."""

    code = "door_needed"
    sentence = _("For your protection, please also say the number of your door as it stands on the letter.")


class WrongPair(DomainError):
    code = "wrong_pair"
    sentence = _(
        "This code and this door do not belong together. Compare both with your letter, and try again."
    )
