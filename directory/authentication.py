"""Who calls the API: a service user's token, or a signed-in browser session."""

from functools import cache
from typing import Any, ClassVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, DateField, DateTimeField, F, OuterRef, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.errors import NotPermitted, demand
from core.prepared import Prepared, Slot
from directory.actions.token_use import is_due, note_token_use
from directory.keys import digest
from directory.models import ApiToken, RoleAssignment, TokenScope, User

REALM = 'Bearer realm="api"'
TOKEN_FIELDS = ("id", "label", "prefix", "scopes", "expires_at", "last_used_at")
# The password's hash stays where it is; what the search box looks through is of no use here.
LEFT_OUT = {"password", "last_login", "search_text"}
USER_FIELDS = tuple(field.attname for field in User._meta.concrete_fields if field.name not in LEFT_OUT)


class InsufficientScope(NotPermitted):
    """The token was issued for less than this."""

    code = "insufficient_scope"
    sentence = _("The token lacks the scope for this. Ask the bureau manager for another token.")


@cache
def _usable_tokens() -> Prepared:
    """Token, user and the user's roles of today ("role:division") in one statement."""
    roles = (
        RoleAssignment.objects.filter(user=OuterRef("user"))
        .current_on(Slot("today", DateField()))  # type: ignore[arg-type]
        .order_by()
        .values(held=Concat("role", Value(":"), F("division_id"), output_field=CharField()))
    )
    tokens = ApiToken.objects.usable_at(Slot("now", DateTimeField()))  # type: ignore[arg-type]
    found = tokens.filter(digest=Slot("digest", CharField())).order_by()
    return Prepared(
        found.values_list(*TOKEN_FIELDS, ArraySubquery(roles), *(f"user__{name}" for name in USER_FIELDS))
    )


def usable_token(key: str) -> ApiToken | None:
    """The token of this key with its user and the user's current roles, or None."""
    now = timezone.now()
    rows = _usable_tokens().fetch(now=now, today=timezone.localdate(now), digest=digest(key))
    if not rows:
        return None
    (row,) = rows
    width = len(TOKEN_FIELDS)
    token = ApiToken.from_db(None, TOKEN_FIELDS, row[:width])
    user = User.from_db(None, USER_FIELDS, row[width + 1 :])
    user.current_roles = [tuple(held.split(":")) for held in row[width]]
    token.user = user
    if is_due(token.last_used_at, now):
        note_token_use(token_id=token.pk, now=now)
    return token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer rp_…`. A token that is unknown, expired or revoked is refused, never ignored."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        token = usable_token(parts[1].decode("ascii", "replace")) if len(parts) == 2 else None
        if token is None:
            raise exceptions.AuthenticationFailed
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750: say that it was the token, when there was one."""
        return f'{REALM}, error="invalid_token"' if get_authorization_header(request) else REALM


class ByScope(BasePermission):
    """A session may do what its user may; a token needs the scope.

    A role that sees nothing of what a subclass is for (`may_see`) gets 403, not an empty list that looks like an
    answer.
    """

    scope: ClassVar[str]

    @staticmethod
    def may_see(user: User) -> bool:
        return True

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken) and self.scope not in request.auth.scopes:
            raise InsufficientScope
        demand(self.may_see(caller(request)))
        return True


class MayRead(ByScope):
    scope = TokenScope.READ


def caller(request: Request) -> User:
    """Whoever passed `MayRead`: never anonymous."""
    return cast(User, request.user)
