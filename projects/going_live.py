"""Proposed days of going live that wait for the other administration."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from directory.models import RoleAssignment, User
from directory.powers import Power, Role
from projects.models import GoLive


def to_confirm(user: User) -> QuerySet[GoLive]:
    """Those that this person may confirm: proposed in their divisions by somebody of the other administration."""
    within = Q(pk__in=[])
    for scope in user.scopes_for(Power.SET_GO_LIVE):
        within |= Q(division__code__startswith=scope)
    of_the_system = Exists(
        RoleAssignment.objects.current_on(timezone.localdate()).filter(
            user=OuterRef("proposed_by"), role=Role.SYSTEM_ADMINISTRATOR
        )
    )
    others = ~Q(of_the_system) if user.has_role(Role.SYSTEM_ADMINISTRATOR) else Q(of_the_system)
    return GoLive.objects.filter(within, others, confirmed_at__isnull=True).exclude(proposed_by=user)
