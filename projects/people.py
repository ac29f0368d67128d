"""Who may be asked to answer for projects: people of the offices whose role reaches all of them."""

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


def _way(code: str) -> list[str]:
    return [*ancestors(code), code]


def described(person: User) -> str:
    """王华 · 科长 · 荆州区住房和城乡建设局"""
    parts = (person.name, person.post, person.organisation.name if person.organisation else "")
    return " · ".join(part for part in parts if part)
