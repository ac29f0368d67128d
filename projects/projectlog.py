"""What happened to a project, who did it and why: moves along the line, moved dates, changed facts, parties, works.

One statement gathers the rows; the names behind keys are looked up set-wise afterwards. What the
database's own history tells twice (a project's row changes with each move) is left out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Func, JSONField, Q, QuerySet, Value, Window
from django.db.models.functions import JSONObject, Lag
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from compounds.changelog import Change, Row, WholeRow
from core.figures import thousands
from core.history import history_of
from directory.models import User
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

PAGE = 50
KINDS = {
    "stage": gettext_lazy("Stages"),
    "date": gettext_lazy("Dates"),
    "project": gettext_lazy("Facts"),
    "party": gettext_lazy("Parties"),
    "related": gettext_lazy("Related works"),
}
TRACKED: dict[str, type[models.Model]] = {
    "project": Project, "party": ProjectParty, "related": RelatedWork, "stage": StageChange, "date": MilestoneMove,
}  # fmt: skip
# What says nothing to a reader, or is told by a line of its own.
UNSHOWN = {
    *KEPT, "id", "code", "compound", "project", "division_code", "created_at", "created_by", "origin",
    "before_portal_document", "lead_reason",
}  # fmt: skip
NO_AMOUNTS = {"year"}
# Kinds whose sentence names another record.
NAMING = ("date", "party")
# `Row`, column by column; some of these tables have a `kind` or `before` of their own.
COLUMNS = tuple(f"log_{name}" for name in Row._fields)
_BESIDES = (*KEPT, "division_code", "pgh_id", "pgh_created_at", "pgh_label", "pgh_context")


class Facts(Func):
    """A history row of a project as JSON, without what other rows tell."""

    output_field = JSONField()

    def __init__(self) -> None:
        table = history_of(Project).model._meta.db_table
        without = ",".join(_BESIDES)
        super().__init__(template=f"(to_jsonb(\"{table}\") - '{{{without}}}'::text[])")


# --- Reading ----------------------------------------------------------------------------


def changes_of(project: Project, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    rows = _rows(project, kind=kind, start=(page - 1) * PAGE, most=PAGE + 1)
    names = _Names(rows[:PAGE])
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def latest_of(project: Project, *, most: int) -> list[Change]:
    """What happened last, without the values of each changed fact."""
    rows = _rows(project, most=most)
    names = _Names([row for row in rows if row.kind in NAMING], people_of=rows)
    return [_change(row, names, lines_of=()) for row in rows]


def _rows(project: Project, *, kind: str = "", start: int = 0, most: int) -> list[Row]:
    sources = _sources(project)
    first, *others = [sources[kind]] if kind in sources else list(sources.values())
    found = first.union(*others, all=True) if others else first
    return [
        Row(*values) for values in found.order_by("-log_at", "-log_key", "log_kind")[start : start + most]
    ]


def _sources(project: Project) -> dict[str, QuerySet[Any, Any]]:
    return {
        "stage": _own_rows(StageChange.objects.filter(project=project), "stage"),
        "date": _own_rows(MilestoneMove.objects.filter(milestone__project=project), "date"),
        "project": _history("project")
        .annotate(facts=Facts(), earlier=_lag(Facts()))
        .filter(Q(pgh_obj_id=project.pk) & (Q(earlier__isnull=True) | ~Q(facts=F("earlier"))))
        .values_list(*COLUMNS),
        "party": _history("party").filter(project_id=project.pk),
        "related": _history("related").filter(project_id=project.pk),
    }


def _history(kind: str) -> QuerySet[Any, Any]:
    rows = history_of(TRACKED[kind])
    return (
        rows.annotate(
            log_kind=Value(kind), log_key=F("pgh_id"), log_at=F("pgh_created_at"), log_label=F("pgh_label"), log_context=F("pgh_context"),
            log_row=WholeRow(rows.model), log_before=_lag(WholeRow(rows.model)),
        )
        .order_by()
        .values_list(*COLUMNS)
    )  # fmt: skip


def _lag(expression: Func) -> Window:
    return Window(
        Lag(expression, output_field=expression.output_field),
        partition_by=[F("pgh_obj_id")],
        order_by=F("pgh_id").asc(),
    )


def _own_rows(rows: QuerySet[Any, Any], kind: str) -> QuerySet[Any, Any]:
    """Rows that are history themselves."""
    model = TRACKED[kind]
    return (
        rows.annotate(
            log_kind=Value(kind),
            log_key=F("pk"),
            log_at=F("recorded_at"),
            log_label=Value("insert"),
            log_context=JSONObject(user="by_id", reason="reason"),
            log_row=WholeRow(model),
            log_before=Value(None, output_field=JSONField()),
        )
        .order_by()
        .values_list(*COLUMNS)
    )


# --- Telling ----------------------------------------------------------------------------


class _Names:
    """What the keys in these rows are called: one statement for each kind of record named."""

    def __init__(self, rows: Iterable[Row], people_of: Iterable[Row] | None = None) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        wanted[User] = {(row.context or {}).get("user") for row in (rows if people_of is None else people_of)}
        for row in rows:
            for field in _foreign_keys(row.kind):
                wanted[field.related_model].update(
                    state.get(field.attname) for state in (row.row, row.before or {})
                )
        self._known: dict[type[models.Model], dict[Any, Any]] = {
            model: model._default_manager.in_bulk(keys - {None})
            for model, keys in wanted.items()
            if keys - {None}
        }

    def of(self, model: type[models.Model], key: Any) -> str | None:
        if key is None:
            return None
        found = self._known.get(model, {}).get(key)
        return found.label if isinstance(found, Milestone) else str(found or key)

    def person(self, row: Row) -> str:
        return self.of(User, (row.context or {}).get("user")) or _("the portal itself")


def _foreign_keys(kind: str) -> Iterator[Any]:
    for field in TRACKED[kind]._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.name not in UNSHOWN:
            yield field


def _change(row: Row, names: _Names, lines_of: Collection[str] = tuple(TRACKED)) -> Change:
    what, reason, lines = {
        "stage": _stage,
        "date": _date,
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
    """A move has a day of its own: entered later, it still holds from that day."""
    if row.kind != "stage":
        return None
    effective = parse_date(row.row["effective_on"])
    return effective if effective != timezone.localdate(row.at) else None


Told = tuple[str, str, Iterable[tuple[str, str | None, str | None]]]


def _stage(row: Row, names: _Names) -> Told:
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


def _date(row: Row, names: _Names) -> Told:
    what = _("Date moved: {milestone}").format(milestone=names.of(Milestone, row.row["milestone_id"]))
    return what, row.row["reason"], [(_("Day"), row.row["before"], row.row["after"])]


def _project(row: Row, names: _Names) -> Told:
    if row.label == "insert":
        return _("Project begun"), "", []
    return _("Facts changed"), row.row.get("lead_reason") or "", _differences(row, names)


def _party(row: Row, names: _Names) -> Told:
    body = next(
        (names.of(field.related_model, row.row[field.attname]) for field in _foreign_keys("party")), ""
    )
    role = str(PartyRole(row.row["role"]).label)
    if row.label == "insert":
        sentence = _("{body} joins as {role} from {day}")
        return sentence.format(body=body, role=role, day=row.row["from_on"]), "", []
    sentence = _("{body} ({role}) takes part until {day}")
    return sentence.format(body=body, role=role, day=row.row["until_on"] or "…"), "", []


def _related(row: Row, names: _Names) -> Told:
    sentences = {
        "insert": _("Related works added: {name}"),
        "update": _("Related works changed: {name}"),
        "delete": _("Related works removed: {name}"),
    }
    lines = _differences(row, names) if row.label == "update" else ()
    return sentences[row.label].format(name=row.row["name"]), "", lines


def _differences(row: Row, names: _Names) -> Iterator[tuple[str, str | None, str | None]]:
    old: Mapping[str, Any] = row.before or {}
    for field in TRACKED[row.kind]._meta.concrete_fields:
        if field.name in UNSHOWN:
            continue
        before, after = (_word(field, state.get(field.attname), names) for state in (old, row.row))
        if before != after:
            yield capfirst(str(field.verbose_name)), before, after


def _word(field: "models.Field[Any, Any]", value: Any, names: _Names) -> str | None:
    """A stored value as the pages show it; None where nothing is recorded."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, value)
    if isinstance(value, list):
        labels = dict(getattr(field, "base_field", field).flatchoices)
        return "、".join(str(labels.get(one, one)) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    return thousands(value) if isinstance(value, int) and field.name not in NO_AMOUNTS else str(value)
