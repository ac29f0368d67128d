"""Days of stages and responsible persons read in from a workbook: by project number, old beside new, with reasons.

All rows are compared in memory with a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.reading.cells import CellProblem, is_nothing, one_line, quoted
from directory.models import RoleAssignment, User
from directory.powers import Power, roles_with
from imports.errors import ChangedSincePreview
from imports.kinds import Field, ImportKind, Remark, Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from projects.actions.projects import appoint_manager, set_stage_dates
from projects.imports.backlog.cells import day
from projects.imports.backlog.reasons import Why
from projects.models import Milestone, Project
from projects.sheets.project import DATE_COLUMNS, DATE_NOTES, DATED

LONGEST_REASON = 300


class Reason(models.TextChoices):
    CODE_MISSING = "code_missing", _("no project number")
    UNKNOWN = "unknown_project", _("unknown project")
    REPEATED = "repeated", _("repeats an earlier row")
    FINISHED = "finished", _("project finished or not of your office")
    STAGE_DONE = "stage_done", _("stage already left")
    NO_REASON = "no_reason", _("no reason for a moved day")
    NOBODY = "nobody", _("unknown person")
    SEVERAL = "several", _("several people of this name")
    TOO_LONG = "too_long", _("text too long")


class DatesOptions(forms.Form):
    reason = forms.CharField(
        label=_("Reason for all rows without their own"), required=False, max_length=LONGEST_REASON,
        help_text=_("It stays with each day that moves."),
    )  # fmt: skip


class ProjectDatesImport(ImportKind):
    key = "project_dates"
    title = _("Import dates and responsible persons")
    list_title = _("Projects")
    noun = pgettext_lazy("count", "projects")
    reason_label = _("Reason, for the history of each project")
    columns = DATE_COLUMNS
    notes = DATE_NOTES
    reasons = {**dict(Reason.choices), **dict(Why.choices)}

    def may_import(self, user: Any) -> bool:
        return user is not None and user.has_power(Power.KEEP_PROJECTS)

    def list_url(self) -> str:
        return reverse("projects:list")

    def options_form(
        self, data: Mapping[str, Any] | None, *, headings: Sequence[str], initial: Mapping[str, Any], user: Any
    ) -> forms.Form:  # fmt: skip
        return DatesOptions(data, initial=dict(initial))

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        reason = task.options.get("reason") or ""
        return [(_now("Reason for all rows without their own"), reason)] if reason else []

    def fields(self, task: Task) -> Sequence[Field]:
        shown = [key for key in ("manager", *DATED, "reason") if key in task.mapping]
        named = Field(
            key="compound", label=pgettext_lazy("plan table", "Compound"), columns=("code", "compound")
        )
        return [named, *(Field(key=key, label=self.column(key).heading, columns=(key,)) for key in shown)]

    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        return lambda field, value: str(value or "")

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        for row in rows:
            _read(row, str(task.options.get("reason") or ""))
        _compare(rows, task.user)
        for row in rows:
            row.settle()
        progress.step(len(rows), len(rows), _now("compared with the projects"))

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        """By the same actions as the page; what is no longer as previewed refuses everything."""
        rows = staged(run_id, (Verdict.CHANGED,))
        keys = [row.target_id for row in rows if row.target_id is not None]
        list(Project.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
        if outdated := _outdated(rows, task.user):
            raise ChangedSincePreview(count=outdated)
        projects = Project.objects.in_bulk(keys)
        _appoint(rows, projects, task.user)
        moved = {row.target_id: row for row in rows if row.changes.keys() & set(DATED)}
        if moved:
            set_stage_dates(
                dates={
                    key: {stage: date.fromisoformat(row.changes[stage][1]) for stage in DATED if stage in row.changes}
                    for key, row in moved.items()
                    if key is not None
                },
                reasons={key: row.values["reason"] for key, row in moved.items() if key is not None},
                user=task.user,
            )  # fmt: skip
        progress.step(len(rows), len(rows), _now("writing"))
        return {Verdict.CHANGED.value: len(rows)}


# --- Reading ----------------------------------------------------------------------------


def _read(row: Row, reason_for_all: str) -> None:
    code = one_line(row.cells.get("code", ""))
    if not code:
        row.problems["compound"] = Remark(Reason.CODE_MISSING, _now("The project number is missing."))
        return
    row.values["code"] = code
    for stage in DATED:
        if row.cells.get(stage):
            _read_day(row, stage)
    manager = one_line(row.cells.get("manager", ""))
    if manager and not is_nothing(manager):
        row.values["manager"] = manager
    reason = one_line(row.cells.get("reason", "")) or one_line(reason_for_all)
    if len(reason) > LONGEST_REASON:
        words = _now("Longer than {limit} characters.").format(limit=LONGEST_REASON)
        row.problems["reason"] = Remark(Reason.TOO_LONG, words)
    elif reason:
        row.values["reason"] = reason


def _read_day(row: Row, stage: str) -> None:
    try:
        reading = day(stage, last=True)(row.cells[stage])
    except CellProblem as problem:
        row.problems[stage] = problem.remark
        return
    row.values.update(reading.fields)
    if reading.warning is not None:
        row.warnings[stage] = reading.warning


# --- Comparing --------------------------------------------------------------------------


def _compare(rows: Sequence[Row], user: Any) -> None:
    """Four statements: the projects, their open days, the people named and their roles."""
    found = (
        Project.objects.visible_to(user)
        .filter(code__in={row.values["code"] for row in rows if "code" in row.values})
        .select_related("compound", "manager")
    )
    projects = {project.code: project for project in found}
    open_days = {
        (milestone.project_id, milestone.stage): milestone.due_on
        for milestone in Milestone.objects.filter(
            project__in=[project.pk for project in projects.values()], closes_stage=True, done_on__isnull=True
        )
    }
    people = _People(row.values.get("manager", "") for row in rows)
    seen: dict[str, int] = {}
    for row in rows:
        project = _project_of(row, projects, seen, user)
        if project is None:
            continue
        row.target_id = project.pk
        row.values["compound"] = project.compound.name
        _note_dates(row, project, open_days)
        _note_manager(row, project, people)


def _project_of(row: Row, projects: Mapping[str, Project], seen: dict[str, int], user: Any) -> Project | None:
    """The project that the row means and that this person may change, else the row says why not."""
    code = row.values.get("code")
    if code is None:
        return None
    project = projects.get(code)
    if project is None:
        words = _now("There is no project {code} that you see.").format(code=quoted(code))
        row.problems["compound"] = Remark(Reason.UNKNOWN, words)
    elif code in seen:
        words = _now("The same project is in row {number}.").format(number=seen[code])
        row.problems["compound"] = Remark(Reason.REPEATED, words)
        return None
    elif not project.is_unfinished or not user.has_power(Power.KEEP_PROJECTS, at=project.division_code):
        words = _now("{name}: finished, or outside your office.").format(name=project.compound.name)
        row.problems["compound"] = Remark(Reason.FINISHED, words)
        return None
    seen.setdefault(code, row.number)
    return project


def _note_dates(row: Row, project: Project, open_days: Mapping[tuple[int, str], date]) -> None:
    for stage in DATED:
        wanted = row.values.get(stage)
        if wanted is None:
            continue
        before = open_days.get((project.pk, stage))
        if before is None:
            words = _now("This stage is done, or has no day; its day stays. Leave the cell empty.")
            row.problems[stage] = Remark(Reason.STAGE_DONE, words)
        elif before.isoformat() != wanted:
            row.changes[stage] = [before.isoformat(), wanted]
    if row.changes and "reason" not in row.values and "reason" not in row.problems:
        words = _now("Say why the day moves, in the row or once for all.")
        row.problems["reason" if "reason" in row.cells else "compound"] = Remark(Reason.NO_REASON, words)


def _note_manager(row: Row, project: Project, people: "_People") -> None:
    named = row.values.get("manager")
    if named is None or (
        project.manager is not None and named in (project.manager.name, project.manager.username)
    ):
        return
    found = people.reaching(named, project.division_code)
    if len(found) == 1:
        before = project.manager.name if project.manager else ""
        row.values["manager_id"] = found[0].pk
        row.changes["manager"] = [before, found[0].name]
    elif found:
        words = _now("Several people here are called {name}: write the user name.").format(name=quoted(named))
        row.problems["manager"] = Remark(Reason.SEVERAL, words)
    else:
        words = _now("Nobody called {name} has an office's role for this project.").format(name=quoted(named))
        row.problems["manager"] = Remark(Reason.NOBODY, words)


class _People:
    """Those called so, or with that user name, who hold an office's role, and where."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = {name for name in names if name}
        called = models.Q(name__in=wanted) | models.Q(username__in=[name.lower() for name in wanted])
        found = list(User.objects.active().filter(called, is_service=False)) if wanted else []
        self._called: dict[str, list[User]] = defaultdict(list)
        for person in found:
            for name in {person.name, person.username}:
                self._called[name].append(person)
        roles = RoleAssignment.objects.current_on(timezone.localdate()).filter(
            user__in=[person.pk for person in found], role__in=roles_with(Power.REPORT_PROGRESS)
        )
        self._reach: dict[int, list[str]] = defaultdict(list)
        for user_id, division in roles.values_list("user_id", "division_id"):
            self._reach[user_id].append(division)

    def reaching(self, name: str, division_code: str) -> list[User]:
        return [
            person
            for person in self._called.get(name, self._called.get(name.lower(), []))
            if any(division_code.startswith(division) for division in self._reach[person.pk])
        ]


# --- Writing ----------------------------------------------------------------------------


def _outdated(rows: Sequence[Row], user: Any) -> int:
    """How many staged rows would get another verdict today."""
    kept = ("code", "manager", "reason", *DATED)
    again = [
        Row(row.number, row.cells, {key: row.values[key] for key in kept if key in row.values})
        for row in rows
    ]
    _compare(again, user)
    for row in again:
        row.settle()
    return sum(
        (now.verdict, now.target_id, now.changes) != (before.verdict, before.target_id, before.changes)
        for before, now in zip(rows, again, strict=True)
    )


def _appoint(rows: Sequence[Row], projects: Mapping[int, Project], user: Any) -> None:
    """Each person once, for all the projects that are theirs from now on."""
    theirs: dict[int, list[Project]] = defaultdict(list)
    for row in rows:
        if "manager" in row.changes and row.target_id is not None:
            theirs[row.values["manager_id"]].append(projects[row.target_id])
    for manager, chosen in User.objects.in_bulk(theirs).items():
        appoint_manager(projects=theirs[manager], manager=chosen, user=user)
