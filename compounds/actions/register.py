"""Writes to compounds and buildings."""

from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import F, ProtectedError

from compounds.actions.scoring import rescore
from compounds.errors import BuildingInUse, CompoundChanged, CompoundEnded
from compounds.models import Building, BuiltYearCertainty, Cluster, Compound
from compounds.models.register import CompoundCounter, searched_as
from compounds.numbers import building_number_key
from compounds.permissions import can_create_in, can_edit_compound
from compounds.positions import to_wgs84
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals
from core.text import clean_line, listed
from directory.models import Division, Organisation, User

SIX_PLACES = Decimal("0.000001")
# What the eligibility rule and the urgency formula look at in the compound itself.
SCORED_FACTS = {"built_year", "community"}


class CompoundFacts(TypedDict, total=False):
    """What a form, an import or the API may set on a compound."""

    name: str
    former_names: list[str]
    community: Division
    address: str
    cluster: Cluster | None
    built_year: int | None
    built_year_certainty: str
    title_owner: Organisation | None
    management_state: str
    has_owners_committee: bool | None
    has_repair_fund: bool | None
    building_count: int | None
    staircase_count: int | None
    household_count: int | None
    floor_area: Decimal | None
    longitude: Decimal | None
    latitude: Decimal | None
    coordinate_system: str
    heritage: str
    notes: str


class BuildingFacts(TypedDict, total=False):
    number: str
    floors: int | None
    staircase_count: int | None
    household_count: int | None
    lift_count: int | None
    structure: str
    floor_area: Decimal | None
    built_year: int | None
    notes: str


def next_codes(*, county: str, count: int = 1) -> list[str]:
    """Codes `421003-000017`…, unique for ever: the county's counter is taken under its row lock."""
    CompoundCounter.objects.bulk_create([CompoundCounter(county=county)], ignore_conflicts=True)
    counter = CompoundCounter.objects.select_for_update().get(county=county)
    CompoundCounter.objects.filter(county=county).update(last=F("last") + count)
    return [f"{county}-{counter.last + step:06d}" for step in range(1, count + 1)]


def derive(compound: Compound) -> None:
    """Set the columns that follow from what was typed: clean names, certainty, WGS-84 position, search text."""
    compound.name = clean_line(compound.name)
    compound.former_names = [clean_line(name) for name in compound.former_names if clean_line(name)]
    compound.address = clean_line(compound.address)
    if compound.built_year is None:
        compound.built_year_certainty = BuiltYearCertainty.UNKNOWN
    elif compound.built_year_certainty == BuiltYearCertainty.UNKNOWN:
        compound.built_year_certainty = BuiltYearCertainty.APPROXIMATE
    compound.wgs84_longitude = compound.wgs84_latitude = None
    if compound.longitude is not None and compound.latitude is not None:
        east, north = to_wgs84(
            float(compound.longitude), float(compound.latitude), compound.coordinate_system
        )
        compound.wgs84_longitude = Decimal(east).quantize(SIX_PLACES)
        compound.wgs84_latitude = Decimal(north).quantize(SIX_PLACES)
    compound.search_text = searched_as(
        name=compound.name, former_names=compound.former_names, address=compound.address, code=compound.code
    )


@transaction.atomic
def create_compound(*, user: User, **facts: Unpack[CompoundFacts]) -> Compound:
    """Register a compound; `name` and `community` (12 digits) are needed, its code is given here."""
    community = facts["community"]
    if not can_create_in(user, community.code):
        raise NotPermitted
    (code,) = next_codes(county=community.code[:6])
    compound = Compound(code=code, **facts)
    derive(compound)
    with constraints_as_refusals(Compound):
        compound.save(force_insert=True)
    return compound


@transaction.atomic
def update_compound(
    *, compound: Compound, user: User, expected_version: int | None = None, **facts: Unpack[CompoundFacts]
) -> Compound:
    """Change facts of a living compound.

    `expected_version` is `core.history.version_of` when the form was shown: if somebody changed
    the compound since, nothing is written and the refusal names who and what. Moving it to
    another community needs the right to add compounds there.
    """
    compound = Compound.objects.select_for_update().get(pk=compound.pk)
    if compound.ended_on is not None:
        raise CompoundEnded(name=compound.name)
    if not can_edit_compound(user, compound):
        raise NotPermitted
    community = facts.get("community")
    if (
        community is not None
        and community.code != compound.community_id
        and not can_create_in(user, community.code)
    ):
        raise NotPermitted
    if expected_version is not None:
        _refuse_if_changed_since(compound, expected_version)
    for field, value in facts.items():
        setattr(compound, field, value)
    derive(compound)
    with constraints_as_refusals(Compound):
        compound.save()
    if SCORED_FACTS & facts.keys():
        rescore(compound_ids=[compound.pk])
    return compound


def _refuse_if_changed_since(compound: Compound, version: int) -> None:
    meanwhile = changed_since(compound, version)
    if meanwhile is not None:
        raise CompoundChanged(who=meanwhile.who, fields=listed(meanwhile.fields) or "–")


@transaction.atomic
def add_building(*, compound: Compound, user: User, **facts: Unpack[BuildingFacts]) -> Building:
    compound = _lock_for_editing(compound, user)
    building = Building(compound=compound, division_code=compound.community_id, **facts)
    return _save_building(building)


@transaction.atomic
def update_building(*, building: Building, user: User, **facts: Unpack[BuildingFacts]) -> Building:
    _lock_for_editing(building.compound, user)
    building = Building.objects.select_for_update().get(pk=building.pk)
    for field, value in facts.items():
        setattr(building, field, value)
    return _save_building(building)


@transaction.atomic
def remove_building(*, building: Building, user: User) -> None:
    """Take a building out of the register; its history stays. Refused where upper apps' records hang on it."""
    _lock_for_editing(building.compound, user)
    try:
        Building.objects.filter(pk=building.pk).delete()
    except ProtectedError as error:
        raise BuildingInUse(number=building.number) from error


def _save_building(building: Building) -> Building:
    building.number = clean_line(building.number)
    building.number_key = building_number_key(building.number)
    with constraints_as_refusals(Building):
        building.save()
    return building


def _lock_for_editing(compound: Compound, user: User) -> Compound:
    """The compound's row, shared out one writer at a time: a merge must not run beside."""
    locked = Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    if locked.ended_on is not None:
        raise CompoundEnded(name=locked.name)
    if not can_edit_compound(user, locked):
        raise NotPermitted
    return locked


def follow_division(old_code: str, new_code: str) -> int:
    """Living compounds of a renamed or merged community move along; called by `directory` through the board.

    A name that the new community already has gets the old community's name behind it.
    """
    taken = set(Compound.objects.living().filter(community=new_code).values_list("name_key", flat=True))
    old_name = Division.objects.get(pk=old_code).name
    moving = list(Compound.objects.living().filter(community=old_code).select_for_update())
    for compound in moving:
        fields: dict[str, Any] = {"community_id": new_code}
        if compound.name_key in taken:
            compound.former_names = [*compound.former_names, compound.name]
            compound.name = f"{compound.name}（{old_name}）"
            derive(compound)
            fields |= {
                "name": compound.name, "former_names": compound.former_names, "search_text": compound.search_text
            }  # fmt: skip
        Compound.objects.filter(pk=compound.pk).update(**fields)
    return len(moving)
