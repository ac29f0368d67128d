"""What the directory puts on the shell, the search box and the audit's vocabulary."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.vocabulary import describe_actions, describe_area, name_divisions_by
from core.board import AccountItem, RailItem, SearchHit, SearchSource, Tab, WaitingLine, WaitingSource, board
from directory.models import Division, Organisation, RoleAssignment, User
from directory.permissions import can_list_tokens, can_list_users, can_open_system, can_see_organisations
from directory.powers import Power

# The one "object" of the tabs under system: the area itself.
SYSTEM = "system"

ACTIONS = {
    "session.signed_in": _("signed in"),
    "session.signed_out": _("signed out"),
    "session.timed_out": _("was signed out after inactivity"),
    "session.ended_by_lock": _("was signed out by a lock"),
    "session.ended_elsewhere": _("signed out all other browsers"),
    "session.ended_by_administrator": _("signed a person out everywhere"),
    "session.refused": _("sign-in refused"),
    "session.locked": _("sign-in locked after failures"),
    "second_factor.added": _("set up two-step verification"),
    "second_factor.removed": _("turned off two-step verification"),
    "second_factor.codes_generated": _("made new recovery codes"),
    "second_factor.refused": _("wrong verification code"),
    "second_factor.reset": _("reset a user's two-step verification"),
    "password.changed": _("changed their password"),
    "password.reset": _("reset a user's password"),
    "account.created": _("created an account"),
    "account.changed": _("changed an account"),
    "account.contact_changed": _("changed their contact details"),
    "account.closed": _("deactivated an account"),
    "account.reopened": _("reactivated an account"),
    "account.locked": _("locked an account"),
    "account.unlocked": _("unlocked an account"),
    "account.rescued": _("rescued an account from the server"),
    "role.granted": _("granted a role"),
    "role.ended": _("ended a role"),
    "role.substitute_appointed": _("appointed a substitute"),
    "role.handed_over": _("handed a role over"),
    "organisation.created": _("registered an organisation"),
    "organisation.changed": _("changed an organisation"),
    "organisation.ended": _("ended an organisation"),
    "divisions.imported": _("imported divisions"),
    "token.issued": _("issued an API token"),
    "token.revoked": _("revoked an API token"),
}


AREAS = {
    "session": _("Sign-in and sessions"),
    "second_factor": _("Two-step verification"),
    "password": _("Password"),
    "account": _("Accounts"),
    "role": _("Roles"),
    "organisation": _("Organisations"),
    "divisions": _("Divisions"),
    "token": _("API tokens"),
}


def register_on_board() -> None:
    _register_rail()
    _register_search()
    board.register(WaitingSource(key="hand_over", position=90, lines=hand_over_lines))
    board.register(WaitingSource(key="unlock", position=91, lines=unlock_lines))
    describe_actions(ACTIONS)
    for area, label in AREAS.items():
        describe_area(area, label)
    name_divisions_by(
        lambda column: Subquery(
            Division.objects.filter(code=OuterRef(column)).values("name"), output_field=CharField()
        )
    )


def _register_rail() -> None:
    board.register(
        RailItem(key="system", label=_("System"), icon="settings", url_name="directory:system", position=130,
                 may_see=can_open_system)
    )  # fmt: skip
    board.register(
        AccountItem(key="profile", label=_("My account"), icon="user", url_name="account_profile", position=5)
    )
    tabs = (
        ("users", _("Users"), "directory:users", can_list_users),
        ("organisations", _("Organisations"), "directory:organisations", can_see_organisations),
        ("divisions", _("Divisions"), "directory:divisions", can_see_organisations),
        ("tokens", _("API tokens"), "directory:tokens", can_list_tokens),
        ("audit", _("Audit"), "audit:list", lambda user: user.has_power(Power.READ_AUDIT)),
    )
    for position, (key, label, url_name, may_see) in enumerate(tabs):
        board.register(
            Tab(subject=SYSTEM, key=key, label=label, position=position, url=_address(url_name),
                may_see=_for_user(may_see))
        )  # fmt: skip


def _address(url_name: str) -> Any:
    return lambda _area: reverse(url_name)


def _for_user(may_see: Any) -> Any:
    return lambda user, _area: may_see(user)


def _register_search() -> None:
    board.register(
        SearchSource(key="organisations", label=_("Organisations"), position=40, find=find_organisations)
    )
    board.register(SearchSource(key="users", label=_("Users"), position=50, find=find_users))


def find_organisations(user: User, key: str, limit: int) -> Iterable[SearchHit]:
    """By name, short name or credit code; names also by pinyin."""
    if not can_see_organisations(user):
        return []
    found = Organisation.objects.visible_to(user).active().searched(key).select_related("division")
    return [
        SearchHit(
            title=one.name,
            detail=f"{one.get_kind_display()} · {one.division.name}",
            url=one.get_absolute_url(),
        )
        for one in found.order_by("name")[:limit]
    ]


def find_users(user: User, key: str, limit: int) -> Iterable[SearchHit]:
    """By name (also in pinyin), user name, post or telephone, for those who keep accounts or grant roles."""
    if not can_list_users(user):
        return []
    found = User.objects.visible_to(user).searched(key)
    return [
        SearchHit(title=one.name, detail=" · ".join(part for part in (one.post, one.username) if part),
                  url=one.get_absolute_url())
        for one in found.order_by("name")[:limit]
    ]  # fmt: skip


def hand_over_lines(user: User) -> Iterable[WaitingLine]:
    """People who have left while roles of theirs are still open, in the divisions where this person grants."""
    scopes = user.scopes_for(Power.GRANT_ROLES)
    if not scopes:
        return []
    within = Q()
    for scope in scopes:
        within |= Q(division__code__startswith=scope)
    open_roles = RoleAssignment.objects.filter(within, user=OuterRef("pk"), ended_at__isnull=True).exclude(
        ends_on__lt=timezone.localdate()
    )
    count = User.objects.filter(Exists(open_roles), is_active=False).count()
    text = ngettext_lazy(
        "person has left and their roles are not handed over",
        "people have left and their roles are not handed over",
        count,
    )
    return [WaitingLine(text=text, count=count, url=f"{reverse('directory:users')}?state=left")]


def unlock_lines(user: User) -> Iterable[WaitingLine]:
    """Accounts that got a one-time password and stay locked until this person has asked their owner."""
    within = Q()
    for scope in user.scopes_for(Power.GRANT_ROLES):
        within |= Q(home_division__startswith=scope)
    if not within:
        return []
    waiting = User.objects.active().filter(
        within, locked_at__isnull=False, must_change_password=True, is_service=False
    )
    count = waiting.exclude(pk=user.pk).count()
    text = ngettext_lazy(
        "account with a new one-time password waits to be unlocked",
        "accounts with new one-time passwords wait to be unlocked",
        count,
    )
    return [WaitingLine(text=text, count=count, url=f"{reverse('directory:users')}?state=locked")]
