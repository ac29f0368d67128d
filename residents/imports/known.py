"""What the register knows that a household list can mean: compounds, buildings, doors and their owners. Read once."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple

from compounds.imports.known import KnownCompounds
from compounds.models import Building
from directory.powers import Power
from residents.models import Household, Owner

EVERYWHERE = ("",)
# One owner as JSON holds it: name, share (numerator and denominator), phone.
Told = list[Any]


def scopes_of(user: Any) -> tuple[str, ...]:
    """Where the person keeps the register; the server's shell may everywhere."""
    return EVERYWHERE if user is None else user.scopes_for(Power.KEEP_HOUSEHOLDS)


def compounds_of(user: Any, division: str = "") -> KnownCompounds:
    """The compounds that this person, within the file's division, may mean."""
    return KnownCompounds(scopes=scopes_of(user), within=division)


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
        facts = ("pk", "name", "share_numerator", "share_denominator", "phone")
        for household, *row in owners.order_by("pk").values_list("household_id", *facts):
            self.owners[household].append(KnownOwner._make(row))

    def door(self, building: int | None, staircase_key: str, unit_key: str) -> KnownDoor | None:
        return None if building is None else self._doors.get((building, staircase_key, unit_key))

    def of_unit(self, building: int | None, unit_key: str) -> list[KnownDoor]:
        """The doors of this number in all staircases."""
        return [] if building is None else self._by_unit.get((building, unit_key), [])
