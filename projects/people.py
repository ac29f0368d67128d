"""Who may be asked to answer for projects, and who hears of what waits: people of the offices whose role reaches there."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from directory.codes import ancestors
from directory.models import RoleAssignment, User
from directory.powers import Power, roles_with


def possible_managers(division_codes: Iterable[str]) -> QuerySet[User]:
    """Active people with an office's role at a division that holds each of these communities."""
    codes = list(division_codes)
    shared = [code for code in _way(codes[0]) if all(one.startswith(code) for one in codes)] if codes else []
    reaching = RoleAssignment.objects.current_on(timezone.localdate()).filter(
        user=OuterRef("pk"),
        role__in=roles_with(Power.REPORT_PROGRESS),
        division__in=shared,
    )
    people: QuerySet[User] = User.objects.active().filter(Exists(reaching), is_service=False)
    return people.select_related("organisation").order_by("name", "pk")


def nearest_with(power: str, *, at: str, but: User | None = None) -> list[User]:
    """Active people who hold the power at a place: those of the nearest office on its way up that has any.

    With `but` an office is passed over that has nobody else: the next step is never that person's own.
    """
    way = _way(at)
    roles = (
        RoleAssignment.objects.current_on(timezone.localdate())
        .filter(role__in=roles_with(power), division__in=way, user__is_active=True, user__is_service=False)
        .exclude(user=but.pk if but else None)
        .select_related("user")
        .order_by("user_id")
    )
    offices: dict[str, list[User]] = {}
    for role in roles:
        offices.setdefault(role.division_id, []).append(role.user)
    return next((offices[code] for code in reversed(way) if code in offices), [])


def _way(code: str) -> list[str]:
    return [*ancestors(code), code]


def described(person: User) -> str:
    """王华 · 科长 · 荆州区住房和城乡建设局"""
    parts = (person.name, person.post, person.organisation.name if person.organisation else "")
    return " · ".join(part for part in parts if part)
