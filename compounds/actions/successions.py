"""Merging and splitting compounds. The old ones stay as history; nothing is undone, only followed."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.actions.pool import move_to_batch
from compounds.actions.register import derive, next_codes
from compounds.errors import (
    CompoundEnded,
    NothingToMerge,
    ReasonNeeded,
    ReshapeHindered,
    SplitIncomplete,
    SurveyUnderWay,
)
from compounds.models import (
    Batch,
    Building,
    Compound,
    CompoundSuccession,
    ConditionSurvey,
    PoolEntry,
    SurveyState,
)
from compounds.numbers import building_number_key
from compounds.permissions import can_create_in, can_manage_pool
from core.board import board
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User

# Copied from the old compound to each part of a split; figures follow from the buildings.
SHARED_FACTS = (
    "community_id", "address", "cluster_id", "built_year", "built_year_certainty", "title_owner_id",
    "management_state", "has_owners_committee", "has_repair_fund", "longitude", "latitude", "coordinate_system",
    "heritage",
)  # fmt: skip
SUMMED_FIGURES = ("building_count", "staircase_count", "household_count", "floor_area")


class SplitPart(NamedTuple):
    """A part of a split: its name and the ids of the buildings that go there."""

    name: str
    building_ids: Sequence[int]


@transaction.atomic
def merge_compounds(
    *, into: Compound, others: Sequence[Compound], user: User, effective_on: date, reason: str
) -> Compound:
    """Merge `others` into `into`: buildings move, names become former names, figures add up.

    A building whose number `into` already has gets its old compound's name before the number.
    The others leave the pool; `into` keeps its own place there.
    """
    if not clean_line(reason):
        raise ReasonNeeded
    into, *others = _lock_living([into, *others], user)
    if not others:
        raise NothingToMerge
    _refuse_if_hindered(ending=others, staying=[into])
    for other in others:
        _end(other, effective_on)
        _move_buildings(other, into)
        CompoundSuccession.objects.create(
            old=other, new=into, kind=CompoundSuccession.Kind.MERGE, effective_on=effective_on,
            reason=clean_line(reason), recorded_by=user,
        )  # fmt: skip
        into.former_names = list(dict.fromkeys([*into.former_names, other.name, *other.former_names]))
        for figure in SUMMED_FIGURES:
            known = [value for value in (getattr(into, figure), getattr(other, figure)) if value is not None]
            setattr(into, figure, sum(known, type(known[0])(0)) if known else None)
    derive(into)
    into.save()
    _leave_pool(others, user, _("Merged into {name}.").format(name=into.name))
    return into


@transaction.atomic
def split_compound(
    *, compound: Compound, parts: Sequence[SplitPart], user: User, effective_on: date, reason: str
) -> list[Compound]:
    """Split a compound into new ones; every building goes to exactly one of them.

    The parts take over the old compound's facts and its place in the pool; their figures
    are the sums of their buildings.
    """
    if not clean_line(reason):
        raise ReasonNeeded
    (compound,) = _lock_living([compound], user)
    _refuse_if_hindered(ending=[compound])
    buildings = {building.pk: building for building in compound.buildings.select_for_update()}
    assigned = [pk for part in parts for pk in part.building_ids]
    if (
        len(parts) < 2
        or sorted(assigned) != sorted(buildings)
        or not all(clean_line(part.name) for part in parts)
    ):
        raise SplitIncomplete
    _end(compound, effective_on)
    codes = next_codes(county=compound.community_id[:6], count=len(parts))
    made = [
        _make_part(compound, part, code, [buildings[pk] for pk in part.building_ids])
        for part, code in zip(parts, codes, strict=True)
    ]
    CompoundSuccession.objects.bulk_create(
        CompoundSuccession(
            old=compound, new=new, kind=CompoundSuccession.Kind.SPLIT, effective_on=effective_on,
            reason=clean_line(reason), recorded_by=user,
        )
        for new in made
    )  # fmt: skip
    batch = PoolEntry.objects.current().filter(compound=compound).exclude(batch=Batch.OUT).values_list("batch", flat=True).first()  # fmt: skip
    if batch:
        move_to_batch(
            compounds=made, batch=batch, user=user, reason=_("Split from {name}.").format(name=compound.name)
        )
    _leave_pool([compound], user, _("Split."))
    return made


def _make_part(old: Compound, part: SplitPart, code: str, buildings: list[Building]) -> Compound:
    new = Compound(code=code, name=part.name, former_names=[old.name])
    for field in SHARED_FACTS:
        setattr(new, field, getattr(old, field))
    new.building_count = len(buildings)
    new.staircase_count = _sum(building.staircase_count for building in buildings)
    new.household_count = _sum(building.household_count for building in buildings)
    areas = [building.floor_area for building in buildings if building.floor_area is not None]
    new.floor_area = sum(areas, Decimal(0)) or None
    derive(new)
    with constraints_as_refusals(Compound):
        new.save(force_insert=True)
    Building.objects.filter(pk__in=[building.pk for building in buildings]).update(compound=new)
    return new


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _lock_living(compounds: Sequence[Compound], user: User) -> list[Compound]:
    """The compounds in the order given, locked in the order of their keys."""
    ids = [compound.pk for compound in compounds]
    locked = {one.pk: one for one in Compound.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    surveyed = ConditionSurvey.objects.filter(compound__in=ids).exclude(state=SurveyState.CONFIRMED)
    under_way = surveyed.select_related("compound").first()
    for compound in locked.values():
        if compound.ended_on is not None:
            raise CompoundEnded(name=compound.name)
        if not can_create_in(user, compound.community_id):
            raise NotPermitted
    if under_way is not None:
        raise SurveyUnderWay(name=under_way.compound.name)
    return [locked[pk] for pk in dict.fromkeys(ids)]


def _refuse_if_hindered(*, ending: Sequence[Compound], staying: Sequence[Compound] = ()) -> None:
    """Under the locks: whatever begins at a compound shares its row, so nothing begins beside this."""
    hindering = board.reshape_obstacles(ending=ending, staying=staying)
    if hindering:
        raise ReshapeHindered(reason=" ".join(hindering))


def _end(compound: Compound, on: date) -> None:
    compound.ended_on = on
    compound.save(update_fields=["ended_on"])


def _move_buildings(old: Compound, new: Compound) -> None:
    taken = set(new.buildings.values_list("number_key", flat=True))
    for building in old.buildings.select_for_update():
        if building.number_key in taken:
            building.number = f"{old.name} {building.number}"
            building.number_key = building_number_key(building.number)
        building.compound = new
        building.save(update_fields=["compound", "number", "number_key"])


def _leave_pool(compounds: Sequence[Compound], user: User, reason: str) -> None:
    now = timezone.now()
    leaving = PoolEntry.objects.current().filter(compound__in=compounds).exclude(batch=Batch.OUT)
    for compound in compounds:
        if not can_manage_pool(user, compound.community_id) and leaving.filter(compound=compound).exists():
            raise NotPermitted
    entries = [
        PoolEntry(
            compound_id=entry.compound_id, division_code=entry.division_code, batch=Batch.OUT, reason=reason,
            moved_by=user, moved_at=now,
        )
        for entry in leaving.select_for_update()
    ]  # fmt: skip
    leaving.update(ended_at=now)
    PoolEntry.objects.bulk_create(entries)
