"""What a questionnaire came to: counts of each question, and who took part by building. Words are listed elsewhere.

Whoever enters answers sees every count (`is_whole`); everybody else as `core.suppression` publishes them. A mean is a
second sum over the same cells, so it is told only where no cell is hidden.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.suppression import FEWEST_PUBLISHED, suppressed
from residents.answering import HIGHEST_ON_SCALE
from residents.models import Channel, Household, Question, QuestionKind, Questionnaire, Response
from residents.publishing import published_buildings

# One row for each question and value; a question of several answers gives a row for each place.
VALUES = """
    SELECT (said.key)::bigint, (one.value)::text::bigint, count(*)
    FROM residents_response sheet
    CROSS JOIN LATERAL jsonb_each(sheet.answers) said
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(said.value) WHEN 'array' THEN said.value ELSE jsonb_build_array(said.value) END) one
    WHERE sheet.questionnaire_id = %s AND sheet.superseded_at IS NULL AND jsonb_typeof(one.value) = 'number'
    GROUP BY 1, 2
"""
ANSWERED = """
    SELECT (said.key)::bigint, count(*)
    FROM residents_response sheet CROSS JOIN LATERAL jsonb_object_keys(sheet.answers) said (key)
    WHERE sheet.questionnaire_id = %s AND sheet.superseded_at IS NULL
    GROUP BY 1
"""
MOST_RANGES = 8
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """`count` None: hidden. `share` of those who answered the question, in percent."""

    label: str
    count: int | None
    share: int | None


@dataclass(frozen=True)
class QuestionResult:
    """`answered` None: hidden; then nothing else is told. `spread` is (lowest, highest), in numbers only for the whole."""

    question: Question
    place: int
    answered: int | None
    bars: list[Bar]
    mean: float | None = None
    median: float | None = None
    spread: tuple[int, int] | None = None

    @property
    def hides(self) -> bool:
        return self.answered is None or any(bar.count is None for bar in self.bars)

    @property
    def chart(self) -> str:
        """The bars as JSON, for the script that draws them."""
        return json.dumps([{"label": bar.label, "count": bar.count, "share": bar.share} for bar in self.bars])


@dataclass(frozen=True)
class Turnout:
    building: str
    doors: int
    answered: int | None

    @property
    def share(self) -> int | None:
        return None if self.answered is None else percent(self.answered, self.doors)


def percent(part: int, whole: int) -> int:
    """Half up."""
    return (200 * part + whole) // (2 * whole) if whole else 0


class Results:
    """Reads each thing once: five statements, however many sheets."""

    def __init__(self, questionnaire: Questionnaire, *, is_whole: bool) -> None:
        self.questionnaire, self.is_whole = questionnaire, is_whole

    @cached_property
    def _by_channel(self) -> dict[str, int]:
        rows = Response.objects.filter(questionnaire=self.questionnaire).counting().order_by()
        return dict(rows.values_list("channel").annotate(n=Count("pk")))

    @property
    def sheets(self) -> int:
        return sum(self._by_channel.values())

    @property
    def is_early(self) -> bool:
        """Answers still land: whoever looked twice would read a single one from the difference."""
        return not self.is_whole and not self.questionnaire.is_final_at(timezone.now())

    @property
    def is_too_few(self) -> bool:
        """Nothing can be told without telling who it was."""
        return not self.is_whole and 0 < self.sheets < FEWEST_PUBLISHED

    @property
    def channels(self) -> list[tuple[str, int | None]]:
        counts = self._published([self._by_channel.get(one, 0) for one in CHANNELS])
        return [(str(one.label), count) for one, count in zip(CHANNELS, counts, strict=True)]

    @cached_property
    def questions(self) -> list[QuestionResult]:
        values: dict[int, Counter[int]] = {}
        for question, value, count in self._rows(VALUES):
            values.setdefault(question, Counter())[value] = count
        answered = {key: count for key, count in self._rows(ANSWERED)}  # noqa: C416 (rows of any length)
        return [
            self._result(question, place, answered.get(question.pk, 0), values.get(question.pk, Counter()))
            for place, question in enumerate(self.questionnaire.questions.all(), start=1)
        ]

    def _rows(self, statement: str) -> list[tuple[int, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.questionnaire.pk])
            return cursor.fetchall()

    def _result(self, question: Question, place: int, answered: int, values: Counter[int]) -> QuestionResult:
        if self.is_too_few or (not self.is_whole and 0 < answered < FEWEST_PUBLISHED):
            return QuestionResult(question, place, None, [])
        if question.kind == QuestionKind.TEXT:
            return QuestionResult(question, place, answered, [])
        labels, counts = cells_of(question, values)
        # One tick at most: the options share those who answered among them, as those of a single choice do.
        if question.kind == QuestionKind.MULTIPLE and question.most != 1:
            shown = [self._published([count, answered - count])[0] for count in counts]
        else:
            shown = self._published(counts)
        bars = [
            Bar(label, count, None if count is None else percent(count, answered))
            for label, count in zip(labels, shown, strict=True)
        ]
        if question.kind not in (QuestionKind.SCALE, QuestionKind.NUMBER) or not answered or None in shown:
            return QuestionResult(question, place, answered, bars)
        spread = (min(values), max(values)) if self.is_whole else None
        return QuestionResult(question, place, answered, bars, mean_of(values), median_of(values), spread)

    def _published(self, counts: Sequence[int]) -> list[int | None]:
        return list(counts) if self.is_whole else suppressed(counts)

    @cached_property
    def turnout(self) -> list[Turnout]:
        """By building, in the order of their numbers; of what anybody may answer there is none."""
        if not self.questionnaire.is_per_household:
            return []
        answered = Response.objects.filter(questionnaire=self.questionnaire).counting().values("household")
        rows: Any = (
            Household.objects.living()
            .filter(compound=self.questionnaire.compound_id)
            .order_by("building__number_key")
            .values("building__number", "building__number_key")
            .annotate(doors=Count("pk"), answered=Count("pk", filter=Q(pk__in=answered)))
        )
        found = sorted(rows, key=lambda row: (len(row["building__number_key"]), row["building__number_key"]))
        did = [row["answered"] for row in found]
        # Who did not answer may be few as well.
        shown = did if self.is_whole else published_buildings([row["doors"] for row in found], did)
        return [
            Turnout(row["building__number"], row["doors"], count)
            for row, count in zip(found, shown, strict=True)
        ]

    @property
    def doors(self) -> int:
        return sum(line.doors for line in self.turnout)

    @property
    def share(self) -> int:
        return percent(self.sheets, self.doors)


CHANNELS = (Channel.WEB, Channel.DESK, Channel.PHONE, Channel.PAPER)


# --- Cells ------------------------------------------------------------------------------


def cells_of(question: Question, values: Mapping[int, int]) -> tuple[list[str], list[int]]:
    """The labels of a question's bars and their counts."""
    match question.kind:
        case QuestionKind.SCALE:
            places = range(1, HIGHEST_ON_SCALE + 1)
            return [str(place) for place in places], [values.get(place, 0) for place in places]
        case QuestionKind.NUMBER:
            return ranges_of(values)
    options = [str(option) for option in question.options]
    return options, [values.get(place, 0) for place in range(len(options))]


def ranges_of(values: Mapping[int, int]) -> tuple[list[str], list[int]]:
    """Each number by itself while they are few; else even ranges, the last one open: a slip of the pen squeezes nothing."""
    if not values:
        return [], []
    if max(values) - min(values) < MOST_RANGES:
        numbers = range(min(values), max(values) + 1)
        return [f"{number:,}" for number in numbers], [values.get(number, 0) for number in numbers]
    low, usual = min(values), _at(values, 95, 100)
    step = _step(max(1, usual - low + 1), MOST_RANGES - 1)
    start = low // step * step
    counts = [0] * MOST_RANGES
    for number, count in values.items():
        counts[min((number - start) // step, MOST_RANGES - 1)] += count
    while len(counts) > 1 and counts[-1] == 0:
        counts.pop()
    starts = [start + step * place for place in range(len(counts))]
    labels = [f"{first:,}–{first + step - 1:,}" if step > 1 else f"{first:,}" for first in starts]
    if max(values) >= starts[-1] + step:
        labels[-1] = _("{number} and more").format(number=f"{starts[-1]:,}")
    return labels, counts


def _step(span: int, most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that covers the span in so many ranges."""
    power = 1
    while True:
        for one in STEPS:
            # One range more is needed where the first begins below the lowest number.
            if one * power * (most - 1) >= span:
                return one * power
        power *= 10


def mean_of(values: Mapping[int, int]) -> float:
    return sum(value * count for value, count in values.items()) / sum(values.values())


def median_of(values: Mapping[int, int]) -> float:
    total = sum(values.values())
    lower, upper = _nth(values, (total + 1) // 2), _nth(values, total // 2 + 1)
    return (lower + upper) / 2


def _at(values: Mapping[int, int], part: int, whole: int) -> int:
    return _nth(values, max(1, -(-sum(values.values()) * part // whole)))


def _nth(values: Mapping[int, int], place: int) -> int:
    """The number at this place, from 1, when all are put in order."""
    seen = 0
    for value in sorted(values):
        seen += values[value]
        if seen >= place:
            return value
    return max(values)
