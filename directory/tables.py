"""The columns of the lists under "system"."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.html import badge_markup
from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from core.lists.columns import Row
from core.text import listed
from directory.filters import ACTIVE, EXPIRED, LEFT, LOCKED, REVOKED, STATES, TOKEN_STATES, USABLE
from directory.models import (
    ApiToken,
    Division,
    OrganisationKind,
    RoleAssignment,
    TokenScope,
    User,
    UserQuerySet,
)
from directory.powers import Role

ROLE_LABELS = dict(Role.choices)
SCOPE_LABELS = dict(TokenScope.choices)
STATE_TONES = {ACTIVE: "ok", LOCKED: "wrong", LEFT: "waiting"}
BETWEEN = "|"


def with_roles(users: UserQuerySet) -> UserQuerySet:
    """`held`: today's roles as ["role|division name", …]; `home`: the name of the home division."""
    held = (
        RoleAssignment.objects.current_on(timezone.localdate())
        .filter(user=OuterRef("pk"))
        .order_by("division_id", "role")
        .values(text=Concat("role", Value(BETWEEN), "division__name", output_field=CharField()))
    )
    home = Division.objects.filter(code=OuterRef("home_division")).values("name")
    return users.annotate(
        held=ArraySubquery(held),
        home=Subquery(home),
        state=Case(
            When(is_active=False, then=Value(LEFT)),
            When(locked_at__isnull=False, then=Value(LOCKED)),
            default=Value(ACTIVE),
        ),
    )


def role_words(held: list[str]) -> str:
    """["bureau_manager|荆州区"] → "bureau manager (荆州区)"."""
    pairs = (text.partition(BETWEEN) for text in held or [])
    form = _now("{role} ({place})")
    return listed(form.format(role=ROLE_LABELS.get(role, role), place=place) for role, _sign, place in pairs)


def _roles(row: Row) -> str:
    return role_words(row["roles"])


USERS = ListSpec(
    key="users",
    title=_("Users"),
    noun=pgettext_lazy("count", "accounts"),
    one=pgettext_lazy("count", "account"),
    division="home_division",
    columns=(
        Column(
            "name",
            pgettext_lazy("person", "Name"),
            link=Link("directory:user", "pk"),
            sort=(Term("name"), Term("pk")),
        ),
        Column("username", _("User name"), kind=Kind.CODE, sort=(Term("username"),)),
        Column("roles", _("Roles"), source="held", sort=None, render=_roles, export=_roles, width=40),
        Column("home", _("Division"), sort=(Term("home_division"), Term("username"))),
        Column("organisation", _("Organisation"), source="organisation__name"),
        Column("post", _("Post")),
        Column("state", _("State"), choices=STATES, tones=STATE_TONES),
        Column("last_login", _("Last sign-in"), kind=Kind.MOMENT),
        Column("phone", _("Telephone"), shown=False),
        Column("service", _("Service user"), source="is_service", kind=Kind.YESNO, shown=False),
    ),
    sort="name",
    search_hint=_("Name or pinyin, user name, telephone, post"),
    empty_title=_("No accounts yet"),
    empty_text=_("A system administrator creates them; a security administrator then grants roles."),
)


ORGANISATIONS = ListSpec(
    key="organisations",
    title=_("Organisations"),
    noun=pgettext_lazy("count", "organisations"),
    one=pgettext_lazy("count", "organisation"),
    division="division__code",
    columns=(
        Column("name", _("Name"), link=Link("directory:organisation", "pk"), sort=(Term("name"), Term("pk"))),
        Column("kind", _("Kind"), choices=OrganisationKind.choices),
        Column("credit_code", _("Credit code"), kind=Kind.CODE),
        Column(
            "division",
            _("Division"),
            source="division__name",
            sort=(Term("division_id"), Term("name"), Term("pk")),
        ),
        Column("phone", _("Telephone")),
        Column("short_name", _("Short name"), shown=False),
        Column("ended_on", _("Ended on"), kind=Kind.DATE, shown=False),
    ),
    sort="name",
    search_hint=_("Name or pinyin, short name, credit code"),
    empty_title=_("No organisations yet"),
    empty_text=_(
        "Add offices, firms, utilities and title-owner units once; they can then be selected on every page."
    ),
)


def token_state(expires_at: datetime, revoked_at: datetime | None) -> str:
    if revoked_at is not None:
        return REVOKED
    return USABLE if expires_at > timezone.now() else EXPIRED


def _token_state(row: Row) -> Any:
    state = token_state(row["expires_at"], row["revoked_at"])
    return badge_markup(str(dict(TOKEN_STATES)[state]), {USABLE: "ok", EXPIRED: "late"}.get(state, "waiting"))


def _token_state_text(row: Row) -> str:
    return str(dict(TOKEN_STATES)[token_state(row["expires_at"], row["revoked_at"])])


def _scopes(row: Row) -> str:
    return listed(SCOPE_LABELS.get(scope, scope) for scope in row["scopes"])


TOKENS = ListSpec(
    key="tokens",
    title=_("API tokens"),
    noun=pgettext_lazy("count", "tokens"),
    one=pgettext_lazy("count", "token"),
    division="user__home_division",
    columns=(
        Column("label", _("Used by"), link=Link("directory:token", "pk")),
        Column("prefix", _("Begins with"), kind=Kind.CODE),
        Column("user", _("Service user"), source="user__name"),
        Column("scopes", _("Permissions"), sort=None, render=_scopes, export=_scopes),
        Column(
            "state", _("State"), source=F("expires_at"), sort=None, needs=("expires_at", "revoked_at"),
            render=_token_state, export=_token_state_text,
        ),
        Column("expires_at", _("Valid until"), kind=Kind.MOMENT, sort=(Term("expires_at"), Term("pk"))),
        Column("last_used_at", _("Last used"), kind=Kind.MOMENT),
        Column("created_at", _("Issued"), kind=Kind.MOMENT, sort=(Term("created_at"), Term("pk")), descending=True),
    ),
    sort="-created_at",
    search_hint=_("Used by, beginning of the key"),
    empty_title=_("No tokens yet"),
    empty_text=_("A program reads data through the API with a service user's token."),
)  # fmt: skip


def listed_users(user: User) -> UserQuerySet:
    return with_roles(User.objects.visible_to(user))


def listed_tokens(user: User) -> Any:
    return ApiToken.objects.visible_to(user)
