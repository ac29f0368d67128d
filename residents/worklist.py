"""The worklist of a round of visits: every door, what came of the calls there, and whether the household has answered.

A round asks for its menu; where it has none, for its questionnaire.

What a household chose is read nowhere here: only whether a choice counts, and whether what it saw is still on show.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from residents.models import (
    DELIVERED,
    Channel,
    Choice,
    DoorCall,
    Finding,
    Household,
    Menu,
    MenuState,
    Questionnaire,
    QuestionnaireState,
    Response,
    Round,
    current_versions,
)

# Nobody there to ask, or somebody who does not want to be asked again.
CLOSED_DOORS = (Finding.REFUSED, Finding.MOVED_AWAY)
# What one learns by knocking; a letter in the box says nothing about who is at home.
KNOCKED = (Finding.NOT_AT_HOME, Finding.HANDED_OVER)
COUNT_KEPT = 60
PARTS_OF_THE_DAY = (0, 12, 17)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a door's cell says: a drawing, a word, a tone. Never the colour alone."""

    icon: str
    word: str | Promise
    tone: str


DELIVERED_MARK = Mark("mail", pgettext_lazy("worklist", "delivered"), "ok")
OF_FINDING = {
    Finding.NOT_AT_HOME: Mark("clock", pgettext_lazy("worklist", "not at home"), "late"),
    Finding.REFUSED: Mark("ban", pgettext_lazy("worklist", "refused"), "wrong"),
    Finding.MOVED_AWAY: Mark("user-off", pgettext_lazy("worklist", "moved away"), "waiting"),
}
NOTHING_YET = Mark("minus", pgettext_lazy("worklist", "nothing yet"), "")
ANSWERED = Mark("circle-check", pgettext_lazy("worklist", "answered"), "ok")
LOOK_AGAIN = Mark("rotate", pgettext_lazy("worklist", "look again"), "act")
NO_ANSWER = Mark("pencil", pgettext_lazy("worklist", "no answer yet"), "late")
PAPER_IN = Mark("file", pgettext_lazy("worklist", "paper handed in"), "waiting")


@dataclass(frozen=True, slots=True)
class WorkDoor:
    """`finding` is that of the last call, "" without one; `look_again`: something has changed since the household chose."""

    pk: int
    building_id: int
    building: str
    staircase_key: str
    staircase: str
    floor: int | None
    unit: str
    finding: str
    called_at: datetime | None
    is_delivered: bool
    is_answered: bool
    look_again: bool
    is_paper_in: bool
    is_open: bool
    is_tried: bool

    @property
    def door(self) -> str:
        return f"{self.building}{self.staircase}{self.unit}"

    @property
    def is_to_knock(self) -> bool:
        """Whether somebody should go there tonight, and has not just been there."""
        return self.is_open and self.finding not in CLOSED_DOORS and not self.is_tried

    @property
    def is_to_try_again(self) -> bool:
        """Knocked at in this part of the day, and not done: another time."""
        return self.is_open and self.is_tried

    @property
    def marks(self) -> list[Mark]:
        found = [DELIVERED_MARK] if self.is_delivered else []
        if self.finding in OF_FINDING:
            found.append(OF_FINDING[Finding(self.finding)])
        elif not found:
            found.append(NOTHING_YET)
        if self.is_answered:
            found.append(LOOK_AGAIN if self.look_again else ANSWERED)
        elif self.is_paper_in:
            found.append(PAPER_IN)
        elif self.is_delivered and self.is_open and self.finding not in CLOSED_DOORS:
            found.append(NO_ANSWER)
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of doors. `absent`, `refused`, `moved` go by the last call; `to_knock` is for tonight, without those `tried` just now."""

    doors: int
    delivered: int
    answered: int
    look_again: int
    absent: int
    refused: int
    moved: int
    to_knock: int
    tried: int

    @classmethod
    def of(cls, doors: Iterable[WorkDoor]) -> "Coverage":
        several = list(doors)
        return cls(
            doors=len(several),
            delivered=sum(door.is_delivered for door in several),
            answered=sum(door.is_answered for door in several),
            look_again=sum(door.look_again for door in several),
            absent=sum(door.finding == Finding.NOT_AT_HOME for door in several),
            refused=sum(door.finding == Finding.REFUSED for door in several),
            moved=sum(door.finding == Finding.MOVED_AWAY for door in several),
            to_knock=sum(door.is_to_knock for door in several),
            tried=sum(door.is_to_try_again for door in several),
        )


@dataclass(frozen=True, slots=True)
class WorkBuilding:
    pk: int
    number: str
    doors: list[WorkDoor]
    coverage: Coverage


class Worklist:
    """All doors of a round's compound in the order in which one walks. Five statements, however many doors."""

    def __init__(self, visits: Round) -> None:
        self.round = visits

    @cached_property
    def menu(self) -> Menu | None:
        """What the round asks for: whether a household has answered is about this."""
        states = (MenuState.PUBLISHED, MenuState.COUNTED)
        return Menu.objects.filter(round=self.round, state__in=states).order_by("-id").first()

    @cached_property
    def questionnaire(self) -> Questionnaire | None:
        """What a round without a menu asks for."""
        published = Questionnaire.objects.filter(state=QuestionnaireState.PUBLISHED, is_per_household=True)
        return None if self.menu else published.filter(round=self.round).order_by("-id").first()

    @property
    def asks(self) -> Menu | Questionnaire | None:
        return self.menu or self.questionnaire

    @cached_property
    def doors(self) -> list[WorkDoor]:
        return [self._door(row) for row in self._rows()]

    def _rows(self) -> Any:
        rows = Household.objects.living().filter(compound=self.round.compound_id).by_door()
        return rows.values_list(
            "pk", "building_id", "building__number", "staircase_key", "staircase", "floor", "unit"
        )

    def _door(self, row: tuple[Any, ...]) -> WorkDoor:
        finding, called_at, is_delivered = self._calls.get(row[0], ("", None, False))
        counts, look_again = self._answers.get(row[0], (None, False))
        is_settled = counts is not None and not look_again
        pk, building, number, key, staircase, floor, unit = row
        return WorkDoor(
            pk, building, number, key, staircase, floor, unit, finding=finding, called_at=called_at, is_delivered=is_delivered, is_answered=bool(counts),
            look_again=look_again, is_paper_in=counts is False,
            is_open=not (is_settled if self.asks else is_delivered),
            is_tried=finding in KNOCKED and called_at is not None and called_at >= self._outing,
        )  # fmt: skip

    @cached_property
    def _outing(self) -> datetime:
        """When this part of the day began: who was out in the morning may be at home tonight."""
        now = timezone.localtime()
        hour = max(hour for hour in PARTS_OF_THE_DAY if hour <= now.hour)
        return now.replace(hour=hour, minute=0, second=0, microsecond=0)

    @cached_property
    def _calls(self) -> dict[int, tuple[str, datetime, bool]]:
        """By household: the last finding, when, and whether the letter arrived with any of the calls."""
        found: dict[int, tuple[str, datetime, bool]] = {}
        calls = DoorCall.objects.standing().filter(round=self.round).order_by("at", "id")
        for household, finding, at in calls.values_list("household_id", "finding", "at"):
            arrived = finding in DELIVERED or (household in found and found[household][2])
            found[household] = (finding, at, arrived)
        return found

    @cached_property
    def _answers(self) -> dict[int, tuple[bool, bool]]:
        """By household: (whether its choice counts already, whether it should look again)."""
        if self.menu is None:
            sheets = Response.objects.filter(questionnaire=self.questionnaire).counting()
            return (
                dict.fromkeys(sheets.values_list("household_id", flat=True), (True, False))
                if self.asks
                else {}
            )
        on_show = [version.pk for version in current_versions(self.menu) if version.option.is_on_offer]
        standing = Choice.objects.filter(menu=self.menu, superseded_at__isnull=True, reversed_at__isnull=True)
        rows = standing.filter(Q(counts_from__isnull=False) | Q(channel=Channel.PAPER)).annotate(
            is_dated=ExpressionWrapper(~Q(seen__contains=on_show), output_field=BooleanField())
        )
        found: dict[int, tuple[bool, bool]] = {}
        for household, counts_from, is_dated in rows.values_list("household_id", "counts_from", "is_dated"):
            if counts_from is not None:
                found[household] = (True, is_dated)
            else:
                found.setdefault(household, (False, False))
        return found

    @cached_property
    def buildings(self) -> list[WorkBuilding]:
        by_building: dict[int, list[WorkDoor]] = defaultdict(list)
        for door in self.doors:
            by_building[door.building_id].append(door)
        return [
            WorkBuilding(pk, doors[0].building, doors, Coverage.of(doors))
            for pk, doors in by_building.items()
        ]

    @cached_property
    def coverage(self) -> Coverage:
        return Coverage.of(self.doors)


def to_knock_tonight(visits: Round) -> int:
    """Doors of the whole round; kept for a minute, since an overview is opened more often than a door."""
    key = f"to-knock:{visits.pk}"
    known: int | None = cache.get(key)
    if known is None:
        known = Worklist(visits).coverage.to_knock
        cache.set(key, known, COUNT_KEPT)
    return known


def laid_out(doors: Iterable[Any]) -> dict[str, Any]:
    """`staircases`: their names; `floors`: (floor or None, [doors of each staircase]), the highest first."""
    staircases: dict[str, str] = {}
    by_place: dict[int | None, dict[str, list[WorkDoor]]] = defaultdict(lambda: defaultdict(list))
    for door in doors:
        staircases.setdefault(door.staircase_key, door.staircase)
        by_place[door.floor][door.staircase_key].append(door)
    order = sorted(by_place, key=lambda floor: (floor is None, -(floor or 0)))
    return {
        "staircases": list(staircases.values()),
        "floors": [(floor, [by_place[floor][key] for key in staircases]) for floor in order],
    }


# What a worklist may be narrowed to, by the `show` of its address.
SHOWN: dict[str, Callable[[WorkDoor], bool]] = {
    "tonight": lambda door: door.is_to_knock,
    "tried": lambda door: door.is_to_try_again,
    "again": lambda door: door.look_again,
}


def kept(doors: Iterable[WorkDoor], show: str) -> list[WorkDoor]:
    """All of them where `show` is ""."""
    return [door for door in doors if not show or SHOWN[show](door)]


def following(doors: Iterable[WorkDoor], after: int, show: str) -> WorkDoor | None:
    """The next door to go to, in the order in which one walks; tonight's where nothing else is asked for."""
    rest: Iterator[WorkDoor] = iter(doors)
    for door in rest:
        if door.pk == after:
            break
    return next(iter(kept(rest, show or "tonight")), None)
