"""What the front doors put on the shell."""

from django.utils.translation import gettext_lazy as _

from audit.vocabulary import describe_actions, describe_area
from core.board import AccountItem, Beacon, RailItem, board
from jobs.models import Job
from outbox.models import Message
from portal.demo import MARKER


def register_on_board() -> None:
    describe_area("demo", _("Demo"))
    describe_actions({MARKER: _("loaded the demo data")})
    board.register(
        RailItem(
            key="overview",
            label=_("Overview"),
            icon="layout-dashboard",
            url_name="portal:overview",
            position=10,
            may_see=lambda user: True,
        )
    )
    for position, key, label, icon, url_name in (
        (10, "password", _("Change password"), "password", "account_change_password"),
        (20, "second_factor", _("Two-step verification"), "shield-lock", "mfa_index"),
        (30, "sessions", _("Where I am signed in"), "login", "usersessions_list"),
    ):
        board.register(AccountItem(key=key, label=label, icon=icon, url_name=url_name, position=position))
    board.register(
        Beacon(
            key="jobs",
            label=_("Jobs"),
            icon="loader-2",
            url_name="jobs:list",
            position=10,
            rows=lambda user: Job.objects.visible_to(user).unfinished(),
        )
    )
    board.register(
        Beacon(
            key="inbox",
            label=_("Inbox"),
            icon="inbox",
            url_name="outbox:inbox",
            position=20,
            rows=lambda user: Message.objects.in_inbox_of(user).unread(),
        )
    )
