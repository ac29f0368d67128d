"""What of the schemes waits for whom."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from directory.models import User
from directory.powers import Power
from projects.models import Objection, PublicNotice, SignOff
from projects.models.scheme import SCHEME_UNDER_WAY


def _within(user: User, *powers: str) -> Q:
    """Schemes of the places where the person holds one of the powers."""
    seen = Q(pk__in=[])
    for power in powers:
        for scope in user.scopes_for(power):
            seen |= Q(division_code__startswith=scope)
    return seen


def _signed(kind: str, **also: Any) -> Exists:
    valid = SignOff.objects.filter(scheme=OuterRef("pk"), kind=kind, revoked_at__isnull=True, **also)
    return Exists(valid)


def waiting_for(user: User, today: date | None = None) -> dict[str, Q]:
    """Conditions of what waits for a person at each point of a scheme's way, by the key of the list's `?waiting=`."""
    over = PublicNotice.objects.filter(
        scheme=OuterRef("pk"), ended_at__isnull=True, until_on__lt=today or timezone.localdate()
    )
    signed = Q(_signed("street_office", agrees=True)) & Q(_signed("community", agrees=True))
    signing = Q(state="signing", project__standing="active")
    noticed = Q(state="noticed", project__standing="active")
    return {
        "sign": signing & (
            _within(user, Power.SIGN_FOR_STREET) & ~Q(_signed("street_office"))
            | _within(user, Power.SIGN_FOR_COMMUNITY) & ~Q(_signed("community"))
        ),
        "notice": signing & _within(user, Power.DRAW_SCHEMES, Power.SIGN_FOR_COMMUNITY) & signed,
        "answer": Q(state__in=SCHEME_UNDER_WAY) & _within(user, Power.DRAW_SCHEMES) & Q(_unanswered()),
        "approve": noticed & ~Q(submitted_by=user) & _within(user, Power.APPROVE_SCHEMES) & Q(Exists(over))
        & ~Q(_unanswered()),
    }  # fmt: skip


def _unanswered() -> Exists:
    return Exists(Objection.objects.filter(notice__scheme=OuterRef("pk"), answered_on__isnull=True))
