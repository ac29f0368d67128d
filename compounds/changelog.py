"""What changed about a compound, who changed it and why, read from the database's own history.

One statement gathers the history rows of the compound, its buildings, its places in the
pool and its surveys, each beside the row before it, and the merges and splits; the names
behind keys are looked up set-wise afterwards. The statements do not grow with the changes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Func, JSONField, Q, QuerySet, Value, Window
from django.db.models.functions import JSONObject, Lag
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from compounds.models import Building, Compound, CompoundSuccession, ConditionSurvey, PoolEntry
from core.figures import moment, thousands
from core.history import history_of
from directory.models import User

PAGE = 50
# What says nothing to a reader, or says twice what another column says.
UNSHOWN = {
    "id", "code", "division_code", "number_key", "wgs84_longitude", "wgs84_latitude", "created_at", "moved_at",
    "moved_by", "submitted_at", "submitted_by", "decided_at", "decided_by", "filled_by", "reason", "ended_at",
    "urgency_at_entry", "return_reason", "compound",
}  # fmt: skip
# Whole numbers that are names rather than amounts.
NO_AMOUNTS = {"built_year", "longitude", "latitude", "override_rank"}

KINDS = {
    "compound": gettext_lazy("Facts"),
    "building": gettext_lazy("Buildings"),
    "survey": gettext_lazy("Surveys"),
    "pool": gettext_lazy("Pool"),
}
TRACKED: dict[str, type[models.Model]] = {
    "compound": Compound, "building": Building, "survey": ConditionSurvey, "pool": PoolEntry,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the change log: `lines` are (what, old, new) in words."""

    at: datetime
    who: str
    what: str
    reason: str
    lines: list[tuple[str, str | None, str | None]]
    # The day from which it holds, where that is not the day on which it was recorded.
    effective_on: date | None = None

    @property
    def is_beginning(self) -> bool:
        """Everything is new: there is no old value to show."""
        return all(old is None for _label, old, _new in self.lines)


class Row(NamedTuple):
    """A history row as the database gives it; `before` is the one before it."""

    kind: str
    key: int
    at: datetime
    label: str
    context: dict[str, Any] | None
    row: dict[str, Any]
    before: dict[str, Any] | None


class ExactDecoder(json.JSONDecoder):
    """Areas and positions arrive as they were stored, not by way of a float."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)


def _json() -> JSONField:
    return JSONField(decoder=ExactDecoder)


class WholeRow(Func):
    """The row itself as JSON."""

    output_field = _json()

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(template=f'to_jsonb("{model._meta.db_table}")')


# --- Reading ----------------------------------------------------------------------------


def changes_of(compound: Compound, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    sources = _sources(compound)
    chosen = [sources[kind]] if kind in sources else [*sources.values(), _successions(compound)]
    first, *others = chosen
    found = first.union(*others, all=True) if others else first
    start = (page - 1) * PAGE
    rows = [Row(*values) for values in found.order_by("-at", "-key", "kind")[start : start + PAGE + 1]]
    shown = rows[:PAGE]
    names = _Names(shown)
    return [_change(row, compound, names) for row in shown], len(rows) > PAGE


def _sources(compound: Compound) -> dict[str, QuerySet[Any, Any]]:
    of_compound = {"compound_id": compound.pk}
    return {
        "compound": _history("compound").filter(pgh_obj_id=compound.pk),
        # A building that a merge or split took elsewhere: its coming and its going.
        "building": _history("building")
        .filter(pgh_obj_id__in=history_rows(Building).filter(**of_compound).values("pgh_obj_id"))
        .filter(Q(compound_id=compound.pk) | Q(before__compound_id=compound.pk)),
        "survey": _history("survey").filter(**of_compound),
        # A move ends one stay and begins the next: beside a stay's rows stands the stay before,
        # and the row that only ends it is left out.
        "pool": _history("pool", sequence="compound_id").filter(**of_compound, ended_at__isnull=True),
    }


def history_rows(model: type[models.Model]) -> QuerySet[Any, Any]:
    """The history table of a tracked model."""
    return history_of(model)


def _history(kind: str, *, sequence: str = "pgh_obj_id") -> QuerySet[Any, Any]:
    rows = history_rows(TRACKED[kind])
    return (
        rows.annotate(
            kind=Value(kind),
            key=F("pgh_id"),
            at=F("pgh_created_at"),
            label=F("pgh_label"),
            context=F("pgh_context"),
            row=WholeRow(rows.model),
            before=Window(
                Lag(WholeRow(rows.model), output_field=_json()),
                partition_by=[F(sequence)],
                order_by=F("pgh_id").asc(),
            ),
        )
        .order_by()
        .values_list(*Row._fields)
    )


def _successions(compound: Compound) -> QuerySet[Any, Any]:
    return (
        CompoundSuccession.objects.filter(Q(old=compound) | Q(new=compound))
        .annotate(
            key=F("pk"),
            at=F("recorded_at"),
            label=Value("insert"),
            context=JSONObject(user="recorded_by_id", reason="reason"),
            row=WholeRow(CompoundSuccession),
            before=Value(None, output_field=_json()),
        )
        .order_by()
        .values_list(Value("succession"), *Row._fields[1:])
    )


# --- Telling ----------------------------------------------------------------------------


class _Names:
    """What the keys in these rows are called: one statement for each kind of record named."""

    def __init__(self, rows: Iterable[Row]) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for row in rows:
            wanted[User].add(self._person(row))
            for field in _foreign_keys(row.kind):
                wanted[field.related_model].update(
                    state.get(field.attname) for state in (row.row, row.before or {})
                )
        self._known = {
            model: {pk: str(found) for pk, found in model._default_manager.in_bulk(keys - {None}).items()}
            for model, keys in wanted.items()
            if keys - {None}
        }

    @staticmethod
    def _person(row: Row) -> Any:
        return (row.context or {}).get("user")

    def of(self, model: type[models.Model], key: Any) -> str | None:
        return None if key is None else self._known.get(model, {}).get(key, str(key))

    def person(self, row: Row) -> str:
        return self.of(User, self._person(row)) or _("the portal itself")


def _foreign_keys(kind: str) -> Iterator[Any]:
    model = TRACKED.get(kind, CompoundSuccession)
    for field in model._meta.concrete_fields:
        # Only a building goes from one compound to another.
        if isinstance(field, models.ForeignKey) and (field.name != "compound" or kind == "building"):
            yield field


def _change(row: Row, compound: Compound, names: _Names) -> Change:
    return Change(
        at=row.at,
        who=names.person(row),
        what=_what(row, compound, names),
        reason=str(
            row.row.get("reason") or row.row.get("return_reason") or (row.context or {}).get("reason") or ""
        ),
        lines=[] if row.kind == "succession" else list(_differences(row, names)),
        effective_on=_effective_on(row),
    )


def _effective_on(row: Row) -> date | None:
    """A move and a merge have a day of their own: entered later, they still hold from that day."""
    if row.kind == "pool" and row.label == "insert":
        moved_at = parse_datetime(row.row["moved_at"])
        effective = timezone.localdate(moved_at) if moved_at else None
    elif row.kind == "succession":
        effective = parse_date(row.row["effective_on"])
    else:
        return None
    return effective if effective != timezone.localdate(row.at) else None


def _differences(row: Row, names: _Names) -> Iterator[tuple[str, str | None, str | None]]:
    # A first row shows what was entered, the last one what was removed.
    old: Mapping[str, Any] = row.before or {}
    new: Mapping[str, Any] = row.row
    if row.label == "insert" and row.kind != "pool":
        old = {}
    if row.label == "delete":
        old, new = row.row, {}
    for field in TRACKED[row.kind]._meta.concrete_fields:
        if field.name in UNSHOWN:
            continue
        before, after = (_word(field, state.get(field.attname), names) for state in (old, new))
        # A record that begins or ends need not tell what nobody filled in.
        untold = (
            not (old and new) and field.has_default() and (old or new).get(field.attname) == field.default
        )
        if before != after and not untold:
            yield capfirst(str(field.verbose_name)), before, after


def _word(field: "models.Field[Any, Any]", value: Any, names: _Names) -> str | None:
    """A stored value as the pages show it; None where nothing is recorded."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain_word(field, value)


def _plain_word(field: "models.Field[Any, Any]", value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, (int, Decimal)) and field.name not in NO_AMOUNTS:
        return thousands(value)
    if isinstance(field, models.DateTimeField):
        return moment(parse_datetime(value))
    return str(value)


# --- What happened, in a few words --------------------------------------------------------


def _what(row: Row, compound: Compound, names: _Names) -> str:
    return {
        "compound": _what_of_compound,
        "building": _what_of_building,
        "survey": _what_of_survey,
        "pool": _what_of_pool,
        "succession": _what_of_succession,
    }[row.kind](row, compound, names)


def _what_of_compound(row: Row, compound: Compound, names: _Names) -> str:
    if row.label == "insert":
        return _("Entered in the register")
    if row.row["ended_on"] and row.before and not row.before["ended_on"]:
        return _("Merged or split up; kept as history")
    return _("Facts changed")


def _what_of_building(row: Row, compound: Compound, names: _Names) -> str:
    number = row.row["number"]
    if row.label == "insert":
        return _("Building {number} added").format(number=number)
    if row.label == "delete":
        return _("Building {number} removed").format(number=number)
    before = (row.before or row.row)["compound_id"]
    if before != row.row["compound_id"]:
        other = names.of(Compound, row.row["compound_id"] if before == compound.pk else before)
        sentence = (
            _("Building {number} went to {other}")
            if before == compound.pk
            else _("Building {number} came from {other}")
        )
        return sentence.format(number=number, other=other)
    return _("Building {number} changed").format(number=number)


def _what_of_survey(row: Row, compound: Compound, names: _Names) -> str:
    on = row.row["surveyed_on"]
    if row.label == "insert":
        return _("Survey of {day} begun").format(day=on)
    state, before = row.row["state"], (row.before or {}).get("state")
    sentences = {
        "submitted": _("Survey of {day} submitted"),
        "confirmed": _("Survey of {day} confirmed"),
        "returned": _("Survey of {day} returned"),
    }
    if state != before and state in sentences:
        return sentences[state].format(day=on)
    return _("Survey of {day} changed").format(day=on)


def _what_of_pool(row: Row, compound: Compound, names: _Names) -> str:
    if row.label != "insert":
        return _("Place in the order changed")
    if row.row["batch"] == "out":
        return _("Removed from the pool")
    return (
        _("Moved within the pool") if row.before and row.before["batch"] != "out" else _("Added to the pool")
    )


def _what_of_succession(row: Row, compound: Compound, names: _Names) -> str:
    old, new = (names.of(Compound, row.row[key]) for key in ("old_id", "new_id"))
    if row.row["kind"] == CompoundSuccession.Kind.MERGE:
        return _("{old} merged into {new}").format(old=old, new=new)
    return _("{new} split from {old}").format(old=old, new=new)
