"""Households, rounds and whoever stands for them, made by the actions that make them in life."""

import itertools
import uuid
from datetime import date
from typing import Any

from compounds.models import Building, Compound
from residents.actions.households import add_household
from residents.actions.owners import OwnerFacts, record_owners
from residents.actions.representatives import choose_representative
from residents.actions.rounds import record_call, start_round
from residents.models import DoorCall, Finding, Household, Representative, Round
from tests.cast import Cast
from tests.compounds.builders import make_building, make_compound

_serial = itertools.count(1)


def make_doors(
    cast: Cast, compound: Compound | None = None, *, building: str = "1号楼", staircases: int = 1, floors: int = 2,
    doors: int = 2, **facts: Any,
) -> list[Household]:  # fmt: skip
    """The doors 101, 102, 201 … of a building, with all facts alike."""
    compound = compound or make_compound(cast, f"居民小区{next(_serial)}")
    house = Building.objects.filter(compound=compound, number=building).first() or make_building(
        cast, compound, building
    )
    return [
        make_household(
            cast, house, staircase=f"{staircase}单元", floor=floor, unit=f"{floor}{door:02d}", **facts
        )
        for staircase in range(1, staircases + 1)
        for floor in range(1, floors + 1)
        for door in range(1, doors + 1)
    ]


def make_household(
    cast: Cast, building: Building, *, unit: str = "101", by: str = "community", **facts: Any
) -> Household:
    return add_household(user=getattr(cast, by), building=building, unit=unit, **facts)


def make_owner(
    cast: Cast, household: Household, name: str = "张三", *, by: str = "community", **facts: Any
) -> None:
    record_owners(
        household=household, user=getattr(cast, by), owners=[OwnerFacts(name, **facts)], effective_on=date(2020, 1, 1)
    )  # fmt: skip


def make_round(cast: Cast, compound: Compound, *, by: str = "community") -> Round:
    return start_round(
        compound=compound, user=getattr(cast, by), title="改造意愿入户", contact="社区居委会", contact_phone="0716-8000000"
    )  # fmt: skip


def make_call(
    cast: Cast, round: Round, household: Household, finding: str = Finding.HANDED_OVER, *, by: str = "community"  # noqa: A002
) -> DoorCall:  # fmt: skip
    return record_call(
        round=round, household=household, user=getattr(cast, by), finding=finding, key=uuid.uuid4()
    )


def make_representative(
    cast: Cast, household: Household, name: str = "李代表", **facts: Any
) -> Representative:
    given = {"elected_how": "居民会议推选", "from_on": date(2026, 1, 1), **facts}
    return choose_representative(household=household, user=cast.community, name=name, **given)
