"""The register on the rail, on a compound's page, and among what can be imported."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.vocabulary import describe_actions, describe_area
from core.board import RailItem, ReshapeObstacles, Tab, board
from imports.kinds import register as register_import
from residents.board import OF_COMPOUND, RESIDENTS
from residents.imports.kind import HouseholdImport
from residents.permissions import can_see_households, can_see_households_of
from residents.reshaping import obstacles


def register() -> None:
    """Called once, when the app is ready."""
    register_import(HouseholdImport())
    board.register(ReshapeObstacles(key="residents", position=10, sentences=obstacles))
    board.register(
        RailItem(
            key="residents", label=_("Residents"), icon="users-group", url_name="residents:overview", position=60,
            may_see=can_see_households,
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="compound", key="residents", label=_("Residents"), position=60, url=_address("residents:households"),
            may_see=can_see_households_of,
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=RESIDENTS, key="overview", label=_("Registers"), position=10,
            url=lambda _user: reverse("residents:overview"),
        )
    )  # fmt: skip
    for position, key, label, url_name in (
        (10, "households", _("Doors"), "residents:households"),
        (20, "grid", _("Building by building"), "residents:household_grid"),
        (25, "figures", _("Figures compared"), "residents:household_figures"),
    ):
        board.register(
            Tab(subject=OF_COMPOUND, key=key, label=label, position=position, url=_address(url_name))
        )
    describe_area("household", _("Households"))
    describe_area("owner", _("Owners"))
    describe_actions({
        "household.opened": _("opened a household's record"),
        "owner.erased": _("erased an owner's personal data"),
    })  # fmt: skip


def _address(url_name: str) -> Any:
    return lambda compound: reverse(url_name, args=[compound.code])
