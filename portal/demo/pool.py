"""The way of each compound through the reserve pool, as moves with dates and reasons."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from compounds.models import Batch, SurveyState
from portal.demo.conditions import SurveySketch
from portal.demo.register import CompoundSketch, Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")
ON_REQUEST = "街道申请，先入库观察。"
COMPLETED = "改造完成，退出储备库。"
ASKED_FOR_TOO_LATE = "2000年以后建成，不符合条件。"
LITTLE_WISH = "居民意愿未达到要求，暂不纳入。"


@dataclass(frozen=True, kw_only=True)
class Move:
    batch: str
    at: datetime
    reason: str = ""


def moves_of(
    random: Random, sketch: CompoundSketch, surveys: list[SurveySketch], *, eligible: bool, today: date
) -> list[Move]:
    """Oldest first; a compound that has no confirmed survey has not been taken in.

    What is not eligible came in with a reason, as the pool's action demands it.
    """
    confirmed = [survey for survey in surveys if survey.state == SurveyState.CONFIRMED]
    if not confirmed:
        return []
    taken_in = confirmed[0].surveyed_on + timedelta(days=random.randint(25, 60))
    later = _LATER[sketch.stage](random, sketch, taken_in, today)
    moves = [Move(batch=Batch.RESERVE, at=_at(random, taken_in), reason="" if eligible else ON_REQUEST)]
    return moves + [Move(batch=batch, at=_at(random, day), reason=reason) for batch, day, reason in later]


def current_year(today: date) -> int:
    """The plan year that runs on the day of loading: early in a year it is still the one before."""
    return (today - timedelta(days=120)).year


_Later = list[tuple[str, date, str]]


def _plan_2022(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    """Months of start and completion as published; the first compound was ahead of the plan."""
    planned = sketch.planned
    if planned is None:
        raise ValueError("only the plan's compounds are in this stage")
    # The compound ahead of the plan was complete "early in October", the others by their month.
    end = planned.completes_on + timedelta(days=random.randint(18, 27) if planned.batch else 4)
    start = planned.starts_on or date(2021, 8, 1)
    start += timedelta(days=random.randint(4, 20))
    return [
        (Batch.PREPARING, date(2021, 7, 15) + timedelta(days=random.randint(0, 14)), ""),
        (Batch.IMPLEMENTING, start, f"2022年计划第{planned.batch}批" if planned.batch else "先行实施"),
        (Batch.OUT, end, COMPLETED),
    ]


def _completed(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    year = sketch.plan_year or today.year - 1
    return [
        (Batch.PREPARING, date(year - 1, 11, 5) + timedelta(days=random.randint(0, 20)), ""),
        (Batch.IMPLEMENTING, date(year, 3, 1) + timedelta(days=random.randint(0, 60)), f"{year}年改造计划"),
        (Batch.OUT, date(year, 11, 1) + timedelta(days=random.randint(0, 50)), COMPLETED),
    ]


def _implementing(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    prepared = date(2024, 9, 10) + timedelta(days=random.randint(0, 60))
    begun = date(2025, 3, 1) + timedelta(days=random.randint(0, 75))
    if sketch.is_current:
        year = current_year(today)
        prepared = max(prepared, date(year - 1, 10, 8) + timedelta(days=random.randint(0, 20)))
        begun = max(prepared + timedelta(days=1), date(year, 2, 20) + timedelta(days=random.randint(0, 20)))
        return [(Batch.PREPARING, prepared, ""), (Batch.IMPLEMENTING, begun, f"{year}年改造计划")]
    return [(Batch.PREPARING, prepared, ""), (Batch.IMPLEMENTING, begun, "2025年改造计划")]


def _preparing(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    return [(Batch.PREPARING, today - timedelta(days=random.randint(60, 200)), "")]


def _reserve(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    if random.random() < 0.06:
        back = today - timedelta(days=random.randint(30, 90))
        return [
            (Batch.PREPARING, back - timedelta(days=110), ""),
            (Batch.RESERVE, back, "道路管网工程尚未立项，退回储备。"),
        ]
    return []


def _refused(random: Random, sketch: CompoundSketch, taken_in: date, today: date) -> _Later:
    reason = ASKED_FOR_TOO_LATE if (sketch.built_year or 0) > 2000 else LITTLE_WISH
    return [(Batch.OUT, today - timedelta(days=random.randint(20, 120)), reason)]


_LATER = {
    Stage.PLAN_2022: _plan_2022,
    Stage.COMPLETED: _completed,
    Stage.IMPLEMENTING: _implementing,
    Stage.PREPARING: _preparing,
    Stage.RESERVE: _reserve,
    Stage.REFUSED: _refused,
    Stage.NEW: _reserve,
}


def _at(random: Random, day: date) -> datetime:
    """In office hours, Chinese time."""
    return datetime.combine(day, time(random.randint(9, 16), random.randint(0, 59)), tzinfo=SHANGHAI)
