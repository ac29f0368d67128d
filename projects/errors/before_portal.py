"""Going live, and what happened before it."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


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
