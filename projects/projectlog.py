"""What happened to a project, who did it and why: moves along the line, moved dates, changed facts, parties, works.

`core.changelog` says how. What the database's own history tells twice (a project's row changes with each move)
is left out.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Func, JSONField, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.changelog import (
    COLUMNS,
    PAGE,
    Change,
    Line,
    Names,
    Row,
    differences,
    fetch,
    foreign_keys,
    from_another_day,
    lag,
    own_rows,
    recorded,
)
from core.history import history_of
from projects.models import (
    Milestone,
    MilestoneMove,
    MoveKind,
    PartyRole,
    Project,
    ProjectParty,
    RelatedWork,
    Stage,
    StageChange,
)
from projects.models.project import KEPT

KINDS = {
    "stage": gettext_lazy("Stages"),
    "date": gettext_lazy("Dates"),
    "project": gettext_lazy("Facts"),
    "party": gettext_lazy("Parties"),
    "related": gettext_lazy("Related works"),
}
TRACKED: dict[str, type[models.Model]] = {
    "project": Project, "party": ProjectParty, "related": RelatedWork, "stage": StageChange, "date": MilestoneMove,
    "milestone": Milestone,
}  # fmt: skip
# Rows of these kinds are shown under another one's name.
SHOWN_AS = {"milestone": "date"}
# What people write about a milestone that ends no stage; its dates move by rows of their own.
OF_MILESTONE = ("done_on", "answerable", "organisation")
# What says nothing to a reader, or is told by a line of its own.
UNSHOWN = {
    *KEPT, "id", "code", "compound", "project", "division_code", "created_at", "created_by", "origin",
    "before_portal_document", "lead_reason",
}  # fmt: skip
NO_AMOUNTS = {"year"}
# Kinds whose sentence names another record.
NAMING = ("date", "party")
_BESIDES = (*KEPT, "division_code", "pgh_id", "pgh_created_at", "pgh_label", "pgh_context")


class Facts(Func):
    """A history row of a project as JSON, without what other rows tell."""

    output_field = JSONField()

    def __init__(self) -> None:
        table = history_of(Project).model._meta.db_table
        without = ",".join(_BESIDES)
        super().__init__(template=f"(to_jsonb(\"{table}\") - '{{{without}}}'::text[])")


class Marks(JSONObject):
    """What people wrote about a milestone, of a history row."""

    def __init__(self) -> None:
        super().__init__(done_on="done_on", answerable="answerable", organisation="organisation_id")


# --- Reading ----------------------------------------------------------------------------


def changes_of(project: Project, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    rows = _rows(project, kind=kind, start=(page - 1) * PAGE, most=PAGE + 1)
    names = _names(rows[:PAGE])
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def latest_of(project: Project, *, most: int) -> list[Change]:
    """What happened last, without the values of each changed fact."""
    rows = _rows(project, most=most)
    names = _names([row for row in rows if row.kind in NAMING], people_of=rows)
    return [_change(row, names, lines_of=()) for row in rows]


def _rows(project: Project, *, kind: str = "", start: int = 0, most: int) -> list[Row]:
    sources = _sources(project)
    chosen = [rows for key, rows in sources.items() if not kind or SHOWN_AS.get(key, key) == kind]
    return fetch(chosen or list(sources.values()), start=start, most=most)


def _sources(project: Project) -> dict[str, QuerySet[Any, Any]]:
    moves = MilestoneMove.objects.filter(milestone__project=project)
    return {
        "stage": own_rows("stage", StageChange.objects.filter(project=project), by="by_id"),
        "date": own_rows("date", moves, by="by_id"),
        "milestone": _marked(project_id=project.pk, closes_stage=False),
        "project": recorded("project", Project)
        .annotate(facts=Facts(), earlier=lag(Facts()))
        .filter(Q(pgh_obj_id=project.pk) & (Q(earlier__isnull=True) | ~Q(facts=F("earlier"))))
        .values_list(*COLUMNS),
        "party": recorded("party", ProjectParty).filter(project_id=project.pk),
        "related": recorded("related", RelatedWork).filter(project_id=project.pk),
    }


def _marked(**of: Any) -> QuerySet[Any, Any]:
    """History rows of milestones that say more than the row before: done, open again, who answers, taken out."""
    return (
        recorded("milestone", Milestone)
        .annotate(marks=Marks(), earlier=lag(Marks()))
        .filter(Q(earlier__isnull=False) & (Q(pgh_label="delete") | ~Q(marks=F("earlier"))), **of)
        .values_list(*COLUMNS)
    )


def marks_of(milestone: Milestone) -> list[Change]:
    """What was said about one that ends no stage, newest first."""
    rows = fetch([_marked(pgh_obj_id=milestone.pk, closes_stage=False)], most=PAGE)
    names = _names(rows)
    return [_change(row, names) for row in rows]


# --- Telling ----------------------------------------------------------------------------


def _keys(kind: str) -> list[Any]:
    return foreign_keys(TRACKED[kind], without=UNSHOWN)


def _names(rows: list[Row], people_of: Iterable[Row] | None = None) -> Names:
    return Names(rows, keys_in={kind: _keys(kind) for kind in TRACKED}, people_of=people_of, shown=_called)


def _called(record: models.Model) -> str:
    return record.label if isinstance(record, Milestone) else str(record)


def _change(row: Row, names: Names, lines_of: Collection[str] = tuple(TRACKED)) -> Change:
    what, reason, lines = {
        "stage": _stage,
        "date": _date,
        "milestone": _milestone,
        "project": _project,
        "party": _party,
        "related": _related,
    }[row.kind](row, names)
    return Change(
        at=row.at,
        who=names.person(row),
        what=what,
        reason=reason,
        lines=list(lines) if row.kind in lines_of else [],
        effective_on=_effective_on(row),
    )


def _effective_on(row: Row) -> date | None:
    """A move and the end of a milestone have days of their own: entered later, they still hold from that day."""
    day = row.row.get({"stage": "effective_on", "milestone": "done_on"}.get(row.kind, ""))
    return from_another_day(day, row) if day else None


Told = tuple[str, str, Iterable[Line]]


def _stage(row: Row, names: Names) -> Told:
    kind = MoveKind(row.row["kind"])
    before, after = (str(Stage(row.row[key]).label) for key in ("from_stage", "to_stage"))
    sentences = {
        MoveKind.ADVANCE: _("{before} done, on to {after}"),
        MoveKind.NOT_REQUIRED: _("{before} not required, on to {after}"),
        MoveKind.SEND_BACK: _("Sent back from {before} to {after}"),
        MoveKind.START: _("Works started"),
        MoveKind.COMPLETE: _("Works completed"),
        MoveKind.SUSPEND: _("Suspended in “{before}”"),
        MoveKind.RESUME: _("Resumed in “{before}”"),
        MoveKind.CANCEL: _("Cancelled in “{before}”"),
        MoveKind.ENTERED: _("Entered from before the portal, in “{after}”"),
    }
    return sentences[kind].format(before=before, after=after), row.row["reason"], []


def _date(row: Row, names: Names) -> Told:
    what = _("Date moved: {milestone}").format(milestone=names.of(Milestone, row.row["milestone_id"]))
    return what, row.row["reason"], [(_("Day"), row.row["before"], row.row["after"])]


def _milestone(row: Row, names: Names) -> Told:
    before = row.before or {}
    label = Milestone(name=row.row["name"], name_en=row.row["name_en"]).label
    fields = [Milestone._meta.get_field(name) for name in OF_MILESTONE]
    lines: Iterable[Line] = ()
    if row.label == "delete":
        sentence = _("Milestone taken out: {milestone}")
    elif row.row["done_on"] == before.get("done_on"):
        sentence = _("Who answers for it: {milestone}")
        lines = differences(fields[1:], before, row.row, names)  # type: ignore[arg-type]
    elif row.row["done_on"] and not before.get("done_on"):
        sentence = _("Milestone done: {milestone}")
    elif row.row["done_on"]:
        sentence = _("Milestone done on another day: {milestone}")
        lines = differences(fields[:1], before, row.row, names)  # type: ignore[arg-type]
    else:
        sentence = _("Milestone open again: {milestone}")
        lines = differences(fields[:1], before, row.row, names)  # type: ignore[arg-type]
    return sentence.format(milestone=label), "", lines


def _project(row: Row, names: Names) -> Told:
    if row.label == "insert":
        return _("Project begun"), "", []
    return _("Facts changed"), row.row.get("lead_reason") or "", _differences(row, names)


def _party(row: Row, names: Names) -> Told:
    body = next((names.of(field.related_model, row.row[field.attname]) for field in _keys("party")), "")
    role = str(PartyRole(row.row["role"]).label)
    if row.label == "insert":
        sentence = _("{body} joins as {role} from {day}")
        return sentence.format(body=body, role=role, day=row.row["from_on"]), "", []
    sentence = _("{body} ({role}) takes part until {day}")
    return sentence.format(body=body, role=role, day=row.row["until_on"] or "…"), "", []


def _related(row: Row, names: Names) -> Told:
    sentences = {
        "insert": _("Related works added: {name}"),
        "update": _("Related works changed: {name}"),
        "delete": _("Related works removed: {name}"),
    }
    lines = _differences(row, names) if row.label == "update" else ()
    return sentences[row.label].format(name=row.row["name"]), "", lines


def _differences(row: Row, names: Names) -> Iterator[Line]:
    told = [field for field in TRACKED[row.kind]._meta.concrete_fields if field.name not in UNSHOWN]
    return differences(told, row.before or {}, row.row, names, no_amounts=NO_AMOUNTS)
