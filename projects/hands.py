"""In whose hands a task can be: found by a few letters, and who of them is told.

A task stays on the line of its place: the offices above it and everything below it. Whoever it is
given to says the tier by itself: a street office is a street office.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound
from directory.codes import ancestors
from directory.models import Division, Organisation, OrganisationKind, RoleAssignment, User
from directory.models.organisations import WORKS_ANYWHERE
from directory.powers import Power, Role, roles_with
from projects.models import Project, Task, Tier
from projects.people import described

TIER_OF_LENGTH = {4: Tier.CITY, 6: Tier.CITY, 9: Tier.STREET, 12: Tier.COMMUNITY}
TIER_OF_KIND = {
    OrganisationKind.STREET_OFFICE: Tier.STREET,
    OrganisationKind.COMMUNITY: Tier.COMMUNITY,
    OrganisationKind.DESIGNER: Tier.COMPOUND,
    OrganisationKind.CONTRACTOR: Tier.COMPOUND,
    OrganisationKind.SUPERVISOR: Tier.COMPOUND,
    OrganisationKind.PROPERTY_FIRM: Tier.COMPOUND,
}
TIER_OF_ROLE = {Role.STREET_OFFICER: Tier.STREET, Role.COMMUNITY_WORKER: Tier.COMMUNITY}
# At least so many letters before people and organisations are looked for; a surname is one character.
SHOWN, NEAR = 12, 40
LEAST_LEVEL = 4
OFFICE, COMPOUND, ORGANISATION, PERSON = "d", "c", "o", "p"


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Somebody who can hold a task. `key` is what a form sends; exactly one of the last three may be set."""

    key: str
    label: str
    detail: str
    tier: str
    holder: Division
    organisation: Organisation | None = None
    person: User | None = None
    of_compound: bool = False

    @property
    def tier_label(self) -> str:
        return str(Tier(self.tier).label)


# --- Who can -----------------------------------------------------------------------------


def on_the_line(place: str, path: str) -> Q:
    """Divisions above a place, the place itself, and all below; `path` leads to the division."""
    return Q(**{f"{path}__in": [*ancestors(place), place]}) | Q(**{f"{path}__code__startswith": place})


def possible_offices(place: str) -> QuerySet[Division]:
    """From the city down: above it nobody carries out a task."""
    near = Q(code__in=[*ancestors(place), place]) | Q(code__startswith=place)
    return Division.objects.living().filter(near, level__gte=LEAST_LEVEL)


def possible_organisations(user: User, place: str) -> QuerySet[Organisation]:
    near = on_the_line(place, "division") | Q(kind__in=WORKS_ANYWHERE)
    return Organisation.objects.visible_to(user).active().filter(near).select_related("division")


def possible_people(place: str) -> QuerySet[User]:
    """Staff who work on tasks at an office of the line."""
    people: QuerySet[User] = User.objects.active().filter(Exists(_working(place)), is_service=False)
    return people.select_related("organisation")


def _working(place: str) -> QuerySet[RoleAssignment]:
    current = RoleAssignment.objects.current_on(timezone.localdate())
    working = current.filter(on_the_line(place, "division"), role__in=roles_with(Power.WORK_ON_TASKS))
    return working.filter(user=OuterRef("pk"))


# --- Found -------------------------------------------------------------------------------


def near(user: User, place: Division, *, project: Project | None = None, compound: Compound | None = None) -> list[Hands]:  # fmt: skip
    """Whom one mostly gives to: the offices up the line and one step below, the compound, who takes part."""
    below = Q(parent=place) | Q(code__in=[*ancestors(place.code), place.code])
    found = [of_office(one) for one in possible_offices(place.code).filter(below).order_by("code")[:NEAR]]
    if compound is not None:
        found.append(of_compound(compound, place))
    if project is not None:
        parties = project.parties.filter(until_on__isnull=True).values("organisation")
        ours = Q(pk__in=parties) | Q(pk__in=[pk for pk in (project.lead_id, project.client_id) if pk])
        found += [
            of_organisation(one, place) for one in possible_organisations(user, place.code).filter(ours)
        ]
    return found


def find(user: User, place: Division, typed: str) -> list[Hands]:
    """Offices, organisations and people of the line whose name has these letters, also in pinyin."""
    typed = typed.strip()[:60]
    if not typed:
        return []
    offices = possible_offices(place.code).filter(name__icontains=typed).order_by("level", "code")[:SHOWN]
    bodies = possible_organisations(user, place.code) & Organisation.objects.searched(typed)
    people = possible_people(place.code).filter(pk__in=User.objects.all().searched(typed).values("pk"))  # type: ignore[attr-defined]
    return [
        *(of_office(one) for one in offices),
        *(of_organisation(one, place) for one in bodies.order_by("name", "pk")[:SHOWN]),
        *of_people(people.order_by("name", "pk")[:SHOWN], place),
    ]


def resolve(user: User, place: Division, key: str, *, compound: Compound | None = None) -> Hands | None:
    """Whom a form's key names; None where nobody on the line of the place is called so."""
    kind, _colon, name = key.partition(":")
    if kind == COMPOUND:
        return of_compound(compound, place) if compound is not None else None
    if not (name.isascii() and name.isdigit() and len(name) < 19):
        return None
    if kind == OFFICE:
        office = possible_offices(place.code).filter(pk=name).first()
        return of_office(office) if office else None
    if kind == ORGANISATION:
        body = possible_organisations(user, place.code).filter(pk=name).first()
        return of_organisation(body, place) if body else None
    if kind == PERSON:
        return next(iter(of_people(possible_people(place.code).filter(pk=name), place)), None)
    return None


def of_office(division: Division) -> Hands:
    tier = TIER_OF_LENGTH[len(division.code)]
    return Hands(
        key=f"{OFFICE}:{division.code}",
        label=division.name,
        detail="",
        tier=tier,
        holder=division,
    )


def of_compound(compound: Compound, place: Division) -> Hands:
    """The compound's own people; their community answers for it in the portal."""
    community = compound.community if compound.community_id != place.code else place
    return Hands(
        key=f"{COMPOUND}:{compound.pk}", label=compound.name,
        detail=_("the compound itself; {community} reports for it").format(community=community.name),
        tier=Tier.COMPOUND, holder=community, of_compound=True,
    )  # fmt: skip


def of_organisation(body: Organisation, place: Division) -> Hands:
    """A firm registered elsewhere holds it at the place."""
    tier = TIER_OF_KIND.get(OrganisationKind(body.kind), Tier.DEPARTMENT)
    holder = body.division if _is_on_line(body.division_id, place.code) else place
    detail = f"{body.get_kind_display()} · {body.division.name}"
    return Hands(
        key=f"{ORGANISATION}:{body.pk}", label=body.name, detail=detail, tier=tier, holder=holder, organisation=body
    )  # fmt: skip


def of_people(people: Iterable[User], place: Division) -> list[Hands]:
    """Each with the role that lies nearest to the place; two statements."""
    found = list(people)
    roles = (
        RoleAssignment.objects.current_on(timezone.localdate())
        .filter(
            on_the_line(place.code, "division"), user__in=[one.pk for one in found],
            role__in=roles_with(Power.WORK_ON_TASKS),
        )
        .select_related("division")
    )  # fmt: skip
    nearest: dict[int, RoleAssignment] = {}
    for role in sorted(roles, key=lambda role: (role.division_id != place.code, len(role.division_id))):
        nearest.setdefault(role.user_id, role)
    return [
        Hands(
            key=f"{PERSON}:{one.pk}", label=one.name, detail=described(one).partition(" · ")[2],
            tier=TIER_OF_ROLE.get(Role(nearest[one.pk].role), Tier.DEPARTMENT), holder=nearest[one.pk].division,
            organisation=one.organisation, person=one,
        )
        for one in found
        if one.pk in nearest
    ]  # fmt: skip


def _is_on_line(code: str, place: str) -> bool:
    return code.startswith(place) or place.startswith(code)


# --- Who is told -------------------------------------------------------------------------


def people_holding(task: Task) -> QuerySet[User]:
    """Whom a task in these hands concerns: the person, else the organisation's people, else those of the office."""
    people: QuerySet[User] = User.objects.active().filter(is_service=False)
    if task.person_id is not None:
        return people.filter(pk=task.person_id)
    current = RoleAssignment.objects.current_on(timezone.localdate()).filter(user=OuterRef("pk"))
    if task.organisation_id is not None:
        return people.filter(Exists(current), organisation=task.organisation_id)
    working = current.filter(division=task.holder_id, role__in=roles_with(Power.WORK_ON_TASKS))
    return people.filter(Exists(working))
