"""What happened to a meeting and who did it: announced, moved, held, cancelled."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.changelog import PAGE, Change, Names, Row, differences, fetch, foreign_keys, recorded
from residents.models import Meeting, MeetingState

KINDS = {"meeting": gettext_lazy("Meeting")}
UNSHOWN = {"id", "compound", "division_code", "created_at", "called_by", "minutes", "cancel_reason"}


def changes_of(meeting: Meeting, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    rows = fetch(
        [recorded("meeting", Meeting).filter(pgh_obj_id=meeting.pk)], start=(page - 1) * PAGE, most=PAGE + 1
    )
    names = Names(rows[:PAGE], keys_in={"meeting": foreign_keys(Meeting, without=UNSHOWN)})
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def _change(row: Row, names: Names) -> Change:
    fields = [one for one in Meeting._meta.concrete_fields if one.name not in UNSHOWN]
    before: dict[str, Any] = dict(row.before or {})
    reason = str(row.row["cancel_reason"] or "") if before and not before["cancel_reason"] else ""
    lines = list(differences(fields, before, row.row, names)) if before else []
    return Change(at=row.at, who=names.person(row), what=_what(row, before), reason=reason, lines=lines)


def _what(row: Row, before: dict[str, Any]) -> str:
    if not before:
        return pgettext("meeting", "Announced")
    if before["state"] == row.row["state"]:
        return _("Changed")
    return {MeetingState.HELD: _("Recorded"), MeetingState.CANCELLED: _("Cancelled")}.get(
        MeetingState(row.row["state"]), _("Changed")
    )
