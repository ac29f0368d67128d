"""What the lists under "system" can be narrowed to. The API has filters of its own shape (`api.py`)."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter, EndedFilter
from directory.models import ApiToken, Organisation, OrganisationKind, RoleAssignment, User
from directory.models.searching import searched
from directory.powers import Role

ACTIVE, LOCKED, LEFT, NEW = "active", "locked", "left", "new"
STATES = [
    (ACTIVE, _("active")),
    (NEW, _("not signed in yet")),
    (LOCKED, _("locked")),
    (LEFT, _("left")),
]
STATE_OF_USER: dict[str, Q] = {
    ACTIVE: Q(is_active=True, locked_at__isnull=True),
    NEW: Q(is_active=True, is_service=False, last_login__isnull=True),
    LOCKED: Q(is_active=True, locked_at__isnull=False),
    LEFT: Q(is_active=False),
}
USABLE, EXPIRED, REVOKED = "usable", "expired", "revoked"
TOKEN_STATES = [(USABLE, _("usable")), (EXPIRED, _("expired")), (REVOKED, _("revoked"))]


class SearchedFilter(django_filters.CharFilter):
    """Part of a name, or its pinyin in full or by initials."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return searched(qs, value)


class OrganisationSearchedFilter(django_filters.CharFilter):
    """People of the organisations that are found like this."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(organisation__in=Organisation.objects.searched(value)) if value else qs


class RoleFilter(django_filters.MultipleChoiceFilter):
    """People who hold one of these roles today, wherever."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        if not value:
            return qs
        held = RoleAssignment.objects.current_on(timezone.localdate()).filter(
            user=OuterRef("pk"), role__in=value
        )
        return qs.filter(Exists(held))


class UserStateFilter(django_filters.ChoiceFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(STATE_OF_USER[value]) if value else qs


class UserFilter(django_filters.FilterSet):
    q = SearchedFilter(label=_("Search"), max_length=80)
    state = UserStateFilter(label=_("State"), choices=STATES)
    role = RoleFilter(label=_("Role"), choices=Role.choices)
    organisation = OrganisationSearchedFilter(label=_("Organisation"), max_length=80)

    class Meta:
        model = User
        fields: list[str] = []


class OrganisationFilter(django_filters.FilterSet):
    q = SearchedFilter(label=_("Search"), max_length=80)
    kind = AnyOfFilter(label=_("Kind"), choices=OrganisationKind.choices)
    ended = EndedFilter(label=_("Ended"))

    class Meta:
        model = Organisation
        fields: list[str] = []


class TokenStateFilter(django_filters.ChoiceFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        now = timezone.now()
        states = {
            USABLE: Q(revoked_at__isnull=True, expires_at__gt=now),
            EXPIRED: Q(revoked_at__isnull=True, expires_at__lte=now),
            REVOKED: Q(revoked_at__isnull=False),
        }
        return qs.filter(states[value]) if value else qs


class TokenFilter(django_filters.FilterSet):
    q = ContainsFilter(label=_("Search"), fields=("label", "prefix", "user__name"), max_length=80)
    state = TokenStateFilter(label=_("State"), choices=TOKEN_STATES)

    class Meta:
        model = ApiToken
        fields: list[str] = []
