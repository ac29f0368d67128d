"""Who came to a meeting, as a grid of doors: one building at a time, or the representatives' doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from residents.models import Attendance, Household, Meeting, MeetingKind, Representative

# What stands in the address for the doors of the representatives.
REPRESENTATIVES = "representatives"


@dataclass(frozen=True, slots=True)
class Seat:
    """A door of the grid. `door` is its whole name, `unit` what stands in its cell."""

    pk: int
    building_id: int
    building: str
    staircase_key: str
    staircase: str
    floor: int | None
    unit: str
    is_here: bool

    @property
    def door(self) -> str:
        return f"{self.building}{self.staircase}{self.unit}"


@dataclass(frozen=True, slots=True)
class Block:
    """The doors of one building, or of the representatives: `key` stands in the address."""

    key: str
    name: str
    seats: list[Seat]

    @property
    def here(self) -> int:
        return sum(seat.is_here for seat in self.seats)


class AttendanceGrid:
    """All doors of the meeting's compound in three statements, however many there are."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting

    @cached_property
    def seats(self) -> list[Seat]:
        came = Attendance.objects.filter(meeting=self.meeting, household__isnull=False)
        here = set(came.values_list("household", flat=True))
        rows = Household.objects.living().filter(compound=self.meeting.compound_id).by_door()
        names = ("pk", "building_id", "building__number", "staircase_key", "staircase", "floor", "unit")
        return [
            Seat(pk, building_id, building, staircase_key, staircase, floor, unit, pk in here)
            for pk, building_id, building, staircase_key, staircase, floor, unit in rows.values_list(*names)
        ]

    @cached_property
    def blocks(self) -> list[Block]:
        """The representatives first where it is their meeting, then building by building."""
        found = [
            Block(str(key), name, list(seats))
            for (key, name), seats in groupby(self.seats, key=lambda seat: (seat.building_id, seat.building))
        ]
        if self.meeting.kind == MeetingKind.REPRESENTATIVES:
            found = [*self._representatives(), *found]
        return found

    def _representatives(self) -> Iterator[Block]:
        standing = Representative.objects.current().filter(compound=self.meeting.compound_id)
        theirs = set(standing.values_list("household", flat=True))
        if seats := [seat for seat in self.seats if seat.pk in theirs]:
            yield Block(REPRESENTATIVES, "", seats)

    @property
    def here(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_here]

    def block(self, key: str) -> Block | None:
        """The one that was asked for; else the first."""
        return next((one for one in self.blocks if one.key == key), next(iter(self.blocks), None))

    def changes(self, *, shown: set[int], ticked: set[int]) -> tuple[list[Household], list[Household]]:
        """Who came and who is taken off, told from what the form was shown with: what others ticked meanwhile stays.

        Doors of another compound are nobody.
        """
        known = {seat.pk: seat for seat in self.seats}
        came, gone = (ticked - shown) & known.keys(), (shown - ticked) & known.keys()
        rows = Household.objects.in_bulk(sorted(came | gone))
        return [rows[pk] for pk in sorted(came) if pk in rows], [
            rows[pk] for pk in sorted(gone) if pk in rows
        ]


def by_building(households: list[Any]) -> list[tuple[str, list[Any]]]:
    """The doors that came, building by building."""
    return [
        (name, list(doors)) for name, doors in groupby(households, key=lambda one: str(one.building.number))
    ]
