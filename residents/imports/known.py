"""What the register knows that a household list can mean: compounds, buildings, doors and their owners. Read once."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from compounds.models import Building, Compound
from compounds.reading.cells import CellProblem, levelled, name_key, quoted
from directory.powers import Power
from residents.imports.reasons import Why
from residents.models import Household, Owner

EVERYWHERE = ("",)
NAMED = 3
_CODE = re.compile(r"([0-9]{6}-[0-9]{4,})(?:\s+.*)?")
# One owner as JSON holds it: name, share (numerator and denominator), phone.
Told = list[Any]


def scopes_of(user: Any) -> tuple[str, ...]:
    """Where the person keeps the register; the server's shell may everywhere."""
    return EVERYWHERE if user is None else user.scopes_for(Power.KEEP_HOUSEHOLDS)


def within(code: str, *, user: Any, division: str) -> bool:
    return code.startswith(division) and any(code.startswith(scope) for scope in scopes_of(user))


class KnownCompound(NamedTuple):
    pk: int
    code: str
    name: str
    former_names: list[str]
    community: str
    ended_on: date | None


class Compounds:
    """The compounds that this person, within the file's division, may mean."""

    def __init__(self, *, user: Any, division: str) -> None:
        self._user, self._division = user, division

    @cached_property
    def all(self) -> list[KnownCompound]:
        scopes = [scope for scope in scopes_of(self._user) if scope.startswith(self._division)]
        rows = Compound.objects.within(scopes or [self._division]).order_by("pk")
        found = rows.values_list("pk", "code", "name", "former_names", "community_id", "ended_on")
        user, division = self._user, self._division
        return [
            one
            for one in (KnownCompound(*row) for row in found)
            if within(one.community, user=user, division=division)
        ]

    @cached_property
    def by_code(self) -> dict[str, KnownCompound]:
        return {one.code: one for one in self.all}

    @cached_property
    def by_pk(self) -> dict[int, KnownCompound]:
        return {one.pk: one for one in self.all}

    @cached_property
    def _by_name(self) -> dict[str, list[KnownCompound]]:
        return _named((one.name, one) for one in self.all if one.ended_on is None)

    @cached_property
    def _by_former_name(self) -> dict[str, list[KnownCompound]]:
        return _named((name, one) for one in self.all if one.ended_on is None for name in one.former_names)

    def find(self, text: str) -> tuple[KnownCompound, bool]:
        """By code (perhaps with the name behind it) or by name; whether the name is a former one. Raises `CellProblem`."""
        plain = levelled(text)
        coded = _CODE.fullmatch(plain)
        one = self.by_code.get(coded[1]) if coded else None
        if one is not None:
            if one.ended_on is not None:
                sentence = _("{name} was merged or split up on {day}.").format(
                    name=one.name, day=one.ended_on
                )
                raise CellProblem(Why.COMPOUND_ENDED, sentence)
            return one, False
        for index, is_former in ((self._by_name, False), (self._by_former_name, True)):
            found = index.get(name_key(text), [])
            if len(found) > 1:
                codes = "、".join(one.code for one in found[:NAMED])
                sentence = _("Several compounds are called so ({codes}). Give the code.")
                raise CellProblem(Why.COMPOUND_AMBIGUOUS, sentence.format(codes=codes))
            if found:
                return found[0], is_former
        sentence = _("You keep no register of a compound “{text}” here.")
        raise CellProblem(Why.COMPOUND_UNKNOWN, sentence.format(text=quoted(plain)))


def _named(pairs: Iterable[tuple[str, KnownCompound]]) -> dict[str, list[KnownCompound]]:
    found: dict[str, list[KnownCompound]] = defaultdict(list)
    for name, one in pairs:
        found[name_key(name)].append(one)
    return found


# --- Doors --------------------------------------------------------------------------------


class KnownDoor(NamedTuple):
    pk: int
    building: int
    staircase: str
    staircase_key: str
    floor: int | None
    unit_key: str
    exclusive_area: Decimal | None
    use: str
    tenancy: str


class KnownOwner(NamedTuple):
    pk: int
    name: str
    numerator: int | None
    denominator: int | None
    phone: str

    def told(self) -> Told:
        return [self.name, self.numerator, self.denominator, self.phone]


class Doors:
    """Buildings, living doors and current owners of some compounds; three statements."""

    def __init__(self, compounds: Collection[int]) -> None:
        buildings = Building.objects.filter(compound__in=compounds)
        self.buildings = {
            (compound, key): pk for pk, compound, key in buildings.values_list("pk", "compound_id", "number_key")
        }  # fmt: skip
        living = Household.objects.living().filter(compound__in=compounds).order_by("pk")
        self._doors: dict[tuple[int, str, str], KnownDoor] = {}
        self._by_unit: dict[tuple[int, str], list[KnownDoor]] = defaultdict(list)
        for row in living.values_list(
            "pk", "building_id", "staircase", "staircase_key", "floor", "unit_key", "exclusive_area", "use", "tenancy"
        ):  # fmt: skip
            door = KnownDoor(*row)
            self._doors[door.building, door.staircase_key, door.unit_key] = door
            self._by_unit[door.building, door.unit_key].append(door)
        self.owners: dict[int, list[KnownOwner]] = defaultdict(list)
        owners = Owner.objects.current().filter(
            household__compound__in=compounds, household__ended_on__isnull=True
        )
        for household, *facts in owners.order_by("pk").values_list(
            "household_id", "pk", "name", "share_numerator", "share_denominator", "phone"
        ):  # fmt: skip
            self.owners[household].append(KnownOwner(*facts))

    def door(self, building: int | None, staircase_key: str, unit_key: str) -> KnownDoor | None:
        return None if building is None else self._doors.get((building, staircase_key, unit_key))

    def of_unit(self, building: int | None, unit_key: str) -> list[KnownDoor]:
        """The doors of this number in all staircases."""
        return [] if building is None else self._by_unit.get((building, unit_key), [])
