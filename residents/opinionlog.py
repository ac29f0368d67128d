"""What happened to an opinion and who did it. Name and telephone for the reply are in no history."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.changelog import PAGE, Change, Names, Row, differences, fetch, foreign_keys, recorded
from residents.models import Opinion, OpinionState

KINDS = {"opinion": gettext_lazy("Opinion")}
UNSHOWN = {
    "id", "compound", "division_code", "number", "key", "text", "alarmed_at", "created_at", "updated_at",
    "replied_at", "replied_by", "entered_by", "received_at", "meeting",
}  # fmt: skip


def changes_of(opinion: Opinion, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    rows = fetch(
        [recorded("opinion", Opinion).filter(pgh_obj_id=opinion.pk)], start=(page - 1) * PAGE, most=PAGE + 1
    )
    names = Names(rows[:PAGE], keys_in={"opinion": foreign_keys(Opinion, without=UNSHOWN)})
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def _change(row: Row, names: Names) -> Change:
    fields = [
        one for one in Opinion._meta.concrete_fields if one.name not in UNSHOWN and one.name != "contact"
    ]
    lines = list(differences(fields, row.before or {}, row.row, names))
    reason = str((row.context or {}).get("reason") or "")
    return Change(at=row.at, who=names.person(row), what=_what(row), reason=reason, lines=lines)


def _what(row: Row) -> str:
    before: dict[str, Any] = dict(row.before or {})
    if row.label == "insert" or not before:
        return _("Taken down")
    if before["state"] == row.row["state"]:
        if before["alarmed_at"] != row.row["alarmed_at"] and row.row["alarmed_at"]:
            return _("Told of as overdue")
        return _("Reply changed") if before["reply"] != row.row["reply"] else _("Assigned")
    words = {
        OpinionState.ANSWERED: pgettext("opinion", "Answered"),
        OpinionState.CLOSED: _("Closed"),
        OpinionState.MERGED: _("Joined with another"),
        OpinionState.OPEN: _("Opened again"),
    }
    return words[OpinionState(row.row["state"])]
