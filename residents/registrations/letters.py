"""Letters on a compound's residents, on a household's page, and among the words of the audit."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.vocabulary import describe_actions, describe_area
from core.board import Panel, Tab, board, by_code
from residents.board import OF_COMPOUND, OF_HOUSEHOLD
from residents.models import AccessCode, DoorCall, Household, LetterPrint, Round
from residents.permissions import can_enter_for_residents, can_keep_households, can_see_households

LISTED = 10


def register() -> None:
    """Called once, when the app is ready."""
    board.register(
        Tab(subject=OF_COMPOUND, key="letters", label=_("Letters"), position=30, url=by_code("residents:letters"))
    )  # fmt: skip
    board.register(
        Panel(
            subject=OF_HOUSEHOLD, key="letters", position=10, template="residents/letters_panel.html", context=_panel,
            may_see=can_see_households,
        )
    )  # fmt: skip
    describe_area("letters", _("Letters"))
    describe_actions({
        "letters.printed": _("printed letters with codes"),
        "letters.downloaded": _("downloaded printed letters with codes"),
    })  # fmt: skip


def _panel(request: HttpRequest, household: Household) -> dict[str, Any]:
    """Which code is valid since when, which letters were printed, what came of the round's calls. Never the code."""
    user: Any = request.user
    codes = list(
        AccessCode.objects.filter(household=household).select_related("revoked_by").order_by("-generation")
    )
    visits = Round.objects.running().filter(compound=household.compound_id).first()
    calls = DoorCall.objects.standing().filter(round=visits, household=household).select_related("by")
    is_living = household.ended_on is None
    return {
        "household": household,
        "live": next((code for code in codes if code.revoked_at is None), None) if is_living else None,
        "revoked": [code for code in codes if code.revoked_at is not None],
        "prints": list(_prints(household)),
        "visits": visits,
        "calls": list(calls) if visits else [],
        "may_keep": is_living and can_keep_households(user, household.division_code),
        "may_call": bool(visits) and is_living and can_enter_for_residents(user, household.division_code),
    }


def _prints(household: Household) -> Any:
    """Printings that this door's letter was in."""
    extent = Q(household=household) | Q(household__isnull=True, compound=household.compound_id) & (
        Q(building__isnull=True) | Q(building=household.building_id)
    )
    return (
        LetterPrint.objects.filter(extent, at__gte=household.created_at).select_related("by", "building")[:LISTED]
    )  # fmt: skip
