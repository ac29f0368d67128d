"""Days of an old project: which its stage needs, in which order, and all before the go-live."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompound
from imports.kinds import Remark, Row
from projects.imports.backlog.cells import naming_column
from projects.imports.backlog.known import Known
from projects.imports.backlog.reasons import Why
from projects.models import Stage
from projects.models.line import UNDER_CONSTRUCTION_OR_LATER, WORKS_DONE_OR_LATER

DAYS = ("stage_on", "started_on", "completed_on")


def check_days(row: Row, *, known: Known, compound: KnownCompound | None, today: date) -> None:
    """Each day belongs to the stage, none contradicts another, all lie before the division's go-live."""
    values = row.values
    days = {key: date.fromisoformat(values[key]) for key in DAYS if key in values}
    stage = values.get("stage")
    if stage is not None:
        _demand_days(row, str(stage), days)
    _check_order(row, days, today=today)
    if compound is not None:
        _demand_before_go_live(row, days, known.live_from(compound.community))


def _demand_before_go_live(row: Row, days: Mapping[str, date], live: date | None) -> None:
    if live is None:
        row.problems.setdefault(naming_column(row), Remark(Why.NO_GO_LIVE, _(
            "The day from which this division works in the portal is not set. Two administrators set it first.")))  # fmt: skip
        return
    for key, day in days.items():
        if day >= live:
            sentence = _(
                "{day} does not lie before the go-live on {live}: such a project is begun in the portal."
            )
            row.problems.setdefault(key, Remark(Why.AFTER_GO_LIVE, sentence.format(day=day, live=live)))


def _demand_days(row: Row, stage: str, days: Mapping[str, date]) -> None:
    label = str(Stage(stage).label)
    needed = {
        "stage_on": True,
        "started_on": stage in UNDER_CONSTRUCTION_OR_LATER,
        "completed_on": stage in WORKS_DONE_OR_LATER,
    }
    for key, is_needed in needed.items():
        if is_needed and key not in days:
            sentence = _("A project in the stage “{stage}” needs this day.").format(stage=label)
            row.problems.setdefault(key, Remark(Why.DAY_MISSING, sentence))
        elif not is_needed and key in days:
            sentence = _("A project in the stage “{stage}” has no such day yet.").format(stage=label)
            row.problems.setdefault(key, Remark(Why.DAYS_CONTRADICT, sentence))


def _check_order(row: Row, days: Mapping[str, date], *, today: date) -> None:
    stood, started, completed = (days.get(key) for key in DAYS)
    if started and completed and completed < started:
        text = _("The works cannot be completed before they began.")
        row.problems.setdefault("completed_on", Remark(Why.DAYS_CONTRADICT, text))
    for day in (started, completed):
        if stood and day and stood < day:
            text = _("The project cannot have stood there before {day}.").format(day=day)
            row.problems.setdefault("stage_on", Remark(Why.DAYS_CONTRADICT, text))
    for key, day in days.items():
        if day > today:
            text = _("{day} lies in the future.").format(day=day)
            row.problems.setdefault(key, Remark(Why.DAYS_CONTRADICT, text))
