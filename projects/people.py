"""Who may be asked to answer for projects: people of the offices whose role reaches all of them."""

from collections.abc import Iterable
from os.path import commonprefix

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from directory.codes import LENGTHS
from directory.models import RoleAssignment, User
from directory.powers import Power, roles_with


def possible_managers(division_codes: Iterable[str]) -> QuerySet[User]:
    """Active people with an office's role at a division that holds each of these communities."""
    shared = commonprefix(list(division_codes))
    reaching = RoleAssignment.objects.current_on(timezone.localdate()).filter(
        user=OuterRef("pk"),
        role__in=roles_with(Power.REPORT_PROGRESS),
        division__in=[shared[:length] for length in LENGTHS if length <= len(shared)],
    )
    people: QuerySet[User] = User.objects.active().filter(Exists(reaching), is_service=False)
    return people.select_related("organisation").order_by("name", "pk")


def described(person: User) -> str:
    """王华 · 科长 · 荆州区住房和城乡建设局"""
    parts = (person.name, person.post, person.organisation.name if person.organisation else "")
    return " · ".join(part for part in parts if part)
