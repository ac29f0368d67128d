"""Writes to the doors of a compound."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

import pghistory
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from compounds.models import Building
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from residents.actions.locking import lock_living
from residents.errors.households import (
    BuildingElsewhere,
    EndsInFuture,
    HasVoiceAlready,
    HouseholdChanged,
    MergeNeedsDoors,
    ReasonNeeded,
    SplitNeedsDoors,
)
from residents.models import (
    PAPER_TYPED_FOR,
    Choice,
    Household,
    HouseholdSuccession,
    MenuState,
    QuestionnaireState,
    Response,
)
from residents.permissions import can_keep_households
from residents.reading.units import staircase_key, unit_key


class HouseholdFacts(TypedDict, total=False):
    """What a form or an import may set on a household."""

    building: Building
    staircase: str
    floor: int | None
    unit: str
    exclusive_area: Decimal | None
    use: str
    tenancy: str


def derive(household: Household) -> None:
    """Set what follows from what was typed: clean text, and the keys under which two spellings are one door.

    Raises `compounds.reading.cells.CellProblem` where the door cannot be understood.
    """
    household.staircase = clean_line(household.staircase)
    household.unit = clean_line(household.unit)
    household.staircase_key = staircase_key(household.staircase)
    household.unit_key = unit_key(household.unit, household.floor)


@transaction.atomic
def add_household(*, user: User, **facts: Unpack[HouseholdFacts]) -> Household:
    """Enter a door; `building` and `unit` are needed."""
    building = facts["building"]
    if not can_keep_households(user, building.division_code):
        raise NotPermitted
    household = Household(**facts)
    derive(household)
    with constraints_as_refusals(Household):
        household.save(force_insert=True)
    household.refresh_from_db()
    return household


@transaction.atomic
def update_household(
    *, household: Household, user: User, expected_version: int | None = None, **facts: Unpack[HouseholdFacts]
) -> Household:
    """Change facts of a living household; it may move to another building of its compound.

    `expected_version` is `core.history.version_of` when the form was shown.
    """
    household = lock_living(household, user)
    if expected_version is not None:
        _refuse_if_changed_since(household, expected_version)
    building = facts.get("building")
    if building is not None and building.compound_id != household.compound_id:
        raise BuildingElsewhere
    for field, value in facts.items():
        setattr(household, field, value)
    derive(household)
    with constraints_as_refusals(Household):
        household.save()
    return household


@transaction.atomic
def strike_off(*, household: Household, user: User, ended_on: date, reason: str) -> Household:
    """A door that is no more, or never was: kept as history, out of every count."""
    if not clean_line(reason):
        raise ReasonNeeded
    household = lock_living(household, user)
    _end([household], ended_on, reason)
    return household


@transaction.atomic
def describe_households(
    *, households: QuerySet[Household], user: User, use: str = "", tenancy: str = ""
) -> int:
    """Set use, tenancy or both of several living doors; returns how many changed.

    Doors outside of where this person keeps the register are refused as a whole, so that nobody thinks they changed.
    """
    locked = Household.objects.living().filter(pk__in=households.order_by().values("pk"))
    doors = list(locked.select_for_update().order_by("pk"))
    if not all(can_keep_households(user, code) for code in {door.division_code for door in doors}):
        raise NotPermitted
    wanted = {field: value for field, value in (("use", use), ("tenancy", tenancy)) if value}
    differing = [
        door.pk for door in doors if any(getattr(door, field) != value for field, value in wanted.items())
    ]
    return Household.objects.filter(pk__in=differing).update(**wanted) if wanted else 0


@transaction.atomic
def split_household(
    *, household: Household, parts: Sequence[HouseholdFacts], user: User, effective_on: date, reason: str
) -> list[Household]:
    """One door becomes several, in the same building. Owners are recorded anew with each."""
    if not clean_line(reason):
        raise ReasonNeeded
    if len(parts) < 2:
        raise SplitNeedsDoors
    household = lock_living(household, user)
    _refuse_second_voices([household])
    _end([household], effective_on, reason)
    made = [_successor(household, part) for part in parts]
    _succeed([household], made, HouseholdSuccession.Kind.SPLIT, user, effective_on, reason)
    return made


@transaction.atomic
def merge_households(
    *, households: Sequence[Household], into: HouseholdFacts, user: User, effective_on: date, reason: str
) -> Household:
    """Several doors of one building become one; `into` says how it is called then."""
    if not clean_line(reason):
        raise ReasonNeeded
    if len({household.pk for household in households}) < 2:
        raise MergeNeedsDoors
    old = [lock_living(household, user) for household in sorted(households, key=lambda one: one.pk)]
    if len({household.building_id for household in old}) > 1:
        raise MergeNeedsDoors
    _refuse_second_voices(old)
    _end(old, effective_on, reason)
    new = _successor(old[0], into)
    _succeed(old, [new], HouseholdSuccession.Kind.MERGE, user, effective_on, reason)
    return new


def _refuse_second_voices(doors: Sequence[Household]) -> None:
    """Their rows are locked, as whatever lands of them locks them: nothing lands beside this question."""
    chosen = Choice.objects.filter(
        household__in=doors,
        menu__state=MenuState.PUBLISHED,
        superseded_at__isnull=True,
        reversed_at__isnull=True,
    )
    answered = Response.objects.counting().filter(
        household__in=doors, questionnaire__state=QuestionnaireState.PUBLISHED,
        questionnaire__finished_at__isnull=True, questionnaire__closes_at__gt=timezone.now() - PAPER_TYPED_FOR,
    )  # fmt: skip
    said = (
        chosen.values_list("household", "menu__title").first()
        or answered.values_list("household", "questionnaire__title").first()
    )
    if said is not None:
        door = next(one for one in doors if one.pk == said[0])
        raise HasVoiceAlready(door=door.door, title=said[1])


def _successor(old: Household, facts: HouseholdFacts) -> Household:
    shared: HouseholdFacts = {
        "staircase": old.staircase,
        "floor": old.floor,
        "use": old.use,
        "tenancy": old.tenancy,
    }
    new = Household(**{**shared, **facts, "building": old.building})
    derive(new)
    with constraints_as_refusals(Household):
        new.save(force_insert=True)
    new.refresh_from_db()
    return new


def _succeed(
    old: Sequence[Household], new: Sequence[Household], kind: str, user: User, effective_on: date, reason: str
) -> None:
    HouseholdSuccession.objects.bulk_create(
        HouseholdSuccession(
            old=before, new=after, kind=kind, effective_on=effective_on, reason=clean_line(reason), recorded_by=user
        )
        for before in old
        for after in new
    )  # fmt: skip


def _end(households: Sequence[Household], ended_on: date, reason: str) -> None:
    """The reason stands in the history rows."""
    if ended_on > timezone.localdate():
        raise EndsInFuture
    with pghistory.context(reason=clean_line(reason)):
        for household in households:
            household.ended_on = ended_on
            household.save(update_fields=["ended_on"])


def _refuse_if_changed_since(household: Household, version: int) -> None:
    meanwhile = changed_since(household, version)
    if meanwhile is not None:
        raise HouseholdChanged(who=meanwhile.who)
