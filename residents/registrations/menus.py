"""What menus hang on pages of lower apps, and on the resident's home page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.vocabulary import describe_actions, describe_area
from core.board import DECIDED, OPEN, ResidentSource, Tab, board, by_code
from residents.board import RESIDENTS
from residents.home.menus import closed_menus, open_menus
from residents.permissions import can_see_households


def register() -> None:
    """Called once, when the app is ready."""
    describe_area("menu", _("Menus"))
    describe_actions({"menu.ballots_exported": _("exported the ballots of a menu")})
    board.register(ResidentSource(subject=OPEN, key="menus", position=20, cards=open_menus))
    board.register(ResidentSource(subject=DECIDED, key="menus", position=20, cards=closed_menus))
    board.register(
        Tab(
            subject=RESIDENTS, key="menus", label=_("Menus"), position=30, url=lambda _user: reverse("residents:menus")
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="project", key="menu", label=_("Menu"), position=25, url=by_code("residents:menu_of_project"),
            may_see=lambda user, _project: can_see_households(user),
        )
    )  # fmt: skip
