"""Time as a picture: an axis of days, bars of stages and of projects. Pure; positions are SVG user units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from projects.models import LINE, Milestone, Project, Stage

# Bars end before their row does; a bar of no days is still seen.
LEAST_WIDTH = 2.0
TIMELY, LATE = "timely", "late"


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass(frozen=True)
class Tick:
    """The first day of a month: `label` is the month, in January the year."""

    x: str
    label: str
    begins_year: bool


@dataclass(frozen=True)
class Axis:
    """From the first of a month to the first of another, over `width` units beginning at `left`."""

    first: date
    last: date
    left: float
    width: float

    @classmethod
    def around(cls, days: Iterable[date], *, left: float, width: float) -> "Axis":
        """The whole months that hold all these days."""
        known = sorted(days)
        return cls(known[0].replace(day=1), first_of_next_month(known[-1]), left, width)

    def at(self, day: date) -> float:
        """Days outside stand at the nearer end."""
        inside = min(max(day, self.first), self.last)
        return self.left + self.width * (inside - self.first).days / (self.last - self.first).days

    def x(self, day: date) -> str:
        return f"{self.at(day):.1f}"

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def right(self) -> str:
        return f"{self.left + self.width:.1f}"

    @property
    def ticks(self) -> list[Tick]:
        """Every month, of more than two years every third; named as far as there is room."""
        span = self.last - self.first
        step, named = (1 if span < timedelta(days=750) else 3), (1 if span < timedelta(days=430) else 3)
        found, day = [], self.first
        while day < self.last:
            if (day.month - 1) % step == 0:
                word = f"{day:%Y}" if day.month == 1 else f"{day.month}"
                label = word if (day.month - 1) % named == 0 else ""
                found.append(Tick(self.x(day), label, day.month == 1))
            day = first_of_next_month(day)
        return found


@dataclass(frozen=True)
class Bar:
    """`tone` names the class that colours it; words beside it say the same."""

    x: str
    width: str
    tone: str = ""


def bar(axis: Axis, begin: date, end: date, tone: str = "") -> Bar:
    left = axis.at(begin)
    return Bar(f"{left:.1f}", f"{max(axis.at(end) - left, LEAST_WIDTH):.1f}", tone)


# --- One project -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A milestone: where it was first planned and where it is now."""

    x: str
    planned_x: str
    points: str
    tone: str
    milestone: Milestone


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """A stage in the picture: the first plan, what is done, what is still to come."""

    label: str
    y: int
    planned: Bar
    done: Bar | None
    ahead: Bar | None
    marks: list[Mark]

    @property
    def middle(self) -> int:
        return self.y + 15

    @property
    def text_y(self) -> int:
        return self.y + 20


@dataclass(frozen=True, kw_only=True)
class Picture:
    axis: Axis
    rows: list[StageRow]
    today_x: str
    height: int

    WIDTH, LEFT, ROW, TOP = 1000, 110, 34, 30

    @property
    def foot(self) -> int:
        return self.height - 4


def picture(milestones: Sequence[Milestone], *, today: date, is_active: bool) -> Picture | None:
    """The stages that have a milestone that ends them; None where there is no timetable."""
    closing = {one.stage: one for one in milestones if one.closes_stage}
    if not closing:
        return None
    # A year's work begins with the year; the first milestone may lie before it.
    begin = min(one.planned_on for one in milestones).replace(month=1, day=1)
    days = [
        begin,
        today,
        *(day for one in milestones for day in (one.planned_on, one.due_on, one.done_on) if day),
    ]
    axis = Axis.around(days, left=Picture.LEFT, width=Picture.WIDTH - Picture.LEFT - 10)
    rows, planned, real = [], begin, begin
    for place, stage in enumerate(stage for stage in LINE if stage in closing):
        end = closing[stage]
        own = [one for one in milestones if one.stage == stage]
        y = Picture.TOP + place * Picture.ROW
        rows.append(
            _row(axis, end, own, y=y, planned_from=planned, real_from=real, today=today, is_active=is_active)
        )
        planned, real = max(planned, end.planned_on), max(real, end.done_on or end.due_on)
    height = Picture.TOP + len(rows) * Picture.ROW + 4
    return Picture(axis=axis, rows=rows, today_x=axis.x(today), height=height)


def _row(
    axis: Axis, end: Milestone, own: Sequence[Milestone], *, y: int, planned_from: date, real_from: date, today: date,
    is_active: bool,
) -> StageRow:  # fmt: skip
    planned = bar(axis, min(planned_from, end.planned_on), end.planned_on)
    finish = end.done_on or end.due_on
    begin = real_from if real_from < finish else min(planned_from, finish)
    tone = (
        LATE if finish > end.planned_on or (is_active and end.done_on is None and finish < today) else TIMELY
    )
    if end.done_on is not None:
        done, ahead = bar(axis, begin, finish, tone), None
    else:
        done, ahead = None, bar(axis, begin, finish, tone)
    marks = [
        _mark(axis, one, y=y + 15, today=today, is_active=is_active) for one in own if not one.closes_stage
    ]
    return StageRow(
        label=str(Stage(end.stage).label), y=y, planned=planned, done=done, ahead=ahead, marks=marks
    )


def _mark(axis: Axis, one: Milestone, *, y: int, today: date, is_active: bool) -> Mark:
    x = axis.at(one.done_on or one.due_on)
    points = f"{x:.1f},{y - 6} {x + 6:.1f},{y} {x:.1f},{y + 6} {x - 6:.1f},{y}"
    tone = LATE if days_late(one, today=today, is_active=is_active) > 0 else TIMELY
    return Mark(x=f"{x:.1f}", planned_x=axis.x(one.planned_on), points=points, tone=tone, milestone=one)


def days_late(one: Milestone, *, today: date, is_active: bool) -> int:
    """Days behind the first plan: done, forecast, or overdue and running on; negative is ahead of it."""
    real = one.done_on or one.due_on
    if one.done_on is None and is_active and real < today:
        real = today
    return (real - one.planned_on).days


def is_overdue(one: Milestone, *, today: date, is_active: bool) -> bool:
    return is_active and one.done_on is None and one.due_on < today


# --- Many projects -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ProjectRow:
    """A project's year: the works as planned, as they are, as they are forecast.

    `overdue_days` counts from the oldest open milestone past its day; `slip` is the completion
    against its first plan, in days, None where one of the two is not known.
    """

    project: Project
    planned: Bar | None
    done: Bar | None
    ahead: Bar | None
    overdue_days: int
    slip: int | None

    @property
    def ahead_days(self) -> int:
        return -(self.slip or 0)

    @property
    def tone(self) -> str:
        return LATE if self.overdue_days or (self.slip or 0) > 0 else TIMELY


def year_axis(projects: Iterable[Project], *, year: int, left: float, width: float) -> Axis:
    """The year, and as much of the half year after it as the plans or forecasts need."""
    days = [date(year, 1, 1), date(year, 12, 31)]
    latest = date(year + 1, 6, 30)
    for project in projects:
        for day in (project.planned_completion_on, project.forecast_completion_on, project.completed_on):
            if day is not None:
                days.append(min(max(day, days[0]), latest))
    return Axis.around(days, left=left, width=width)


def project_row(axis: Axis, project: Project, *, oldest_open: date | None, today: date) -> ProjectRow:
    planned_from, planned_to = project.planned_start_on, project.planned_completion_on
    finish = project.completed_on or project.forecast_completion_on
    slip = (finish - planned_to).days if finish and planned_to else None
    overdue = max(0, (today - oldest_open).days) if project.is_active and oldest_open else 0
    tone = LATE if overdue or (slip or 0) > 0 else TIMELY
    planned = bar(axis, planned_from, planned_to) if planned_from and planned_to else None
    done, ahead = _works(axis, project, finish, today=today, tone=tone)
    return ProjectRow(
        project=project, planned=planned, done=done, ahead=ahead, overdue_days=overdue, slip=slip
    )


def _works(
    axis: Axis, project: Project, finish: date | None, *, today: date, tone: str
) -> tuple[Bar | None, Bar | None]:
    """What is done up to today, and the forecast from there on."""
    begun = project.started_on
    if begun is None:
        begin = project.planned_start_on
        return None, bar(axis, begin, finish, tone) if begin and finish and begin <= finish else None
    if project.completed_on is not None:
        return bar(axis, begun, project.completed_on, tone), None
    reached = max(begun, today)
    return bar(axis, begun, reached, tone), bar(
        axis, reached, finish, tone
    ) if finish and finish > reached else None
