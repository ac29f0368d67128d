"""What happened to a door, who did it and why: its facts, and that its owners changed (never who they were)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.changelog import (
    PAGE,
    Change,
    Line,
    Names,
    Row,
    differences,
    fetch,
    foreign_keys,
    from_another_day,
    own_rows,
    recorded,
)
from residents.models import Household, OwnerChange

KINDS = {"household": gettext_lazy("Facts"), "owners": gettext_lazy("Owners")}
# What says nothing to a reader, or says twice what another column says.
UNSHOWN = {"id", "compound", "division_code", "staircase_key", "unit_key", "created_at", "updated_at"}
NO_AMOUNTS = {"floor"}
BUILDING = "Building"


def changes_of(household: Household, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    owners = OwnerChange.objects.filter(household=household).annotate(reason=F("basis"))
    sources = {
        "household": recorded("household", Household).filter(pgh_obj_id=household.pk),
        "owners": own_rows("owners", owners, by="recorded_by_id"),
    }
    chosen = [sources[kind]] if kind in sources else list(sources.values())
    rows = fetch(chosen, start=(page - 1) * PAGE, most=PAGE + 1)
    names = Names(rows[:PAGE], keys_in={"household": _keys(), "owners": ()})
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def _keys() -> list[Any]:
    return foreign_keys(Household, without=UNSHOWN)


def _change(row: Row, names: Names) -> Change:
    reason = str((row.context or {}).get("reason") or "")
    if row.kind == "owners":
        effective_on = from_another_day(row.row["effective_on"], row)
        return Change(
            at=row.at, who=names.person(row), what=_what_of_owners(row), reason=reason, effective_on=effective_on
        )  # fmt: skip
    return Change(
        at=row.at,
        who=names.person(row),
        what=_what_of_household(row),
        reason=reason,
        lines=list(_lines(row, names)),
    )


def _what_of_owners(row: Row) -> str:
    kind = str(OwnerChange.Kind(row.row["kind"]).label)
    count = row.row["owner_count"]
    owners = ngettext("{count} owner afterwards", "{count} owners afterwards", count).format(count=count)
    return _("{what}; {owners}").format(what=kind[:1].upper() + kind[1:], owners=owners)


def _what_of_household(row: Row) -> str:
    if row.label == "insert":
        return _("Entered in the register")
    if row.row["ended_on"] and row.before and not row.before["ended_on"]:
        return _("Struck off, merged or split; kept as history")
    return _("Facts changed")


def _lines(row: Row, names: Names) -> Iterable[Line]:
    fields = [field for field in Household._meta.concrete_fields if field.name not in UNSHOWN]
    told = differences(fields, row.before or {}, row.row, names, no_amounts=NO_AMOUNTS)
    # A foreign key is called after its model in lower case letters of the source.
    return ((_("Building") if label == BUILDING else label, old, new) for label, old, new in told)
