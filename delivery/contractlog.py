"""What changed about a contract, by whom and when, from the database's own history.

What one act wrote is one line of the log. Two statements for the rows, one for each kind of record that is named;
they do not grow with the changes.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.changelog import Change, Line
from core.figures import NOTHING, day, thousands
from core.history import history_of
from core.text import listed
from delivery.models import Contract, ContractProject
from directory.models import Organisation, User
from files.models import StoredFile
from projects.models import Project

TOLD = (
    "kind",
    "number",
    "title",
    "organisation",
    "amount",
    "signed_on",
    "document",
    "notes",
    "division_code",
)


def changes_of(contract: Contract, *, seen_by: User) -> list[Change]:
    """Newest first. Projects that the reader does not see are counted, not named."""
    states = list(history_of(Contract).filter(pgh_obj=contract).order_by("pgh_id"))
    links = list(history_of(ContractProject).filter(contract_id=contract.pk).order_by("pgh_id"))
    words = _Words(states, links, seen_by)
    found: list[Change] = []
    state: Any = None
    linked: set[int] = set()
    for rows in _acts([*states, *links]):
        before, had, linked = state, linked, set(linked)
        for row in rows:
            if isinstance(row, history_of(Contract).model):
                state = row
            elif row.pgh_label == "delete":
                linked.discard(row.project_id)
            else:
                linked.add(row.project_id)
        lines = words.differences(before, state)
        if linked != had:
            lines.append((_("Projects"), words.projects(had), words.projects(linked)))
        if before is None or lines:
            found.append(_change(rows, words, None if before is None else lines))
    return found[::-1]


def _acts(rows: list[Any]) -> Iterable[list[Any]]:
    """Rows of one request, or without one of one transaction, in the order in which they came about."""
    acts: dict[Any, list[Any]] = {}
    for row in sorted(rows, key=lambda row: row.pgh_created_at):
        acts.setdefault(row.pgh_context_id or row.pgh_created_at, []).append(row)
    return acts.values()


def _change(rows: list[Any], words: "_Words", lines: list[Line] | None) -> Change:
    """`lines` is None for the beginning: as it was filed it stands above, but for the lines that follow."""
    people = [(row.pgh_context or {}).get("user") for row in rows]
    return Change(
        at=rows[0].pgh_created_at,
        who=words.person(next(filter(None, people), None)),
        what=_("Contract filed") if lines is None else _("Contract corrected"),
        reason="",
        lines=lines or [],
    )


class _Words:
    """Values as the page shows them; what keys are called is fetched once for all rows."""

    def __init__(self, states: list[Any], links: list[Any], reader: User) -> None:
        self._names: dict[tuple[type[models.Model], Any], str] = {}
        people: set[Any] = {(row.pgh_context or {}).get("user") for row in (*states, *links)}
        self._know(User.objects.filter(pk__in=people - {None}))
        self._know(Organisation.objects.filter(pk__in={row.organisation_id for row in states}))
        self._know(StoredFile.objects.filter(pk__in={row.document_id for row in states}))
        seen = Project.objects.visible_to(reader).filter(pk__in={row.project_id for row in links})
        self._know(seen.select_related("compound"))

    def _know(self, rows: "models.QuerySet[Any]") -> None:
        self._names.update({(rows.model, row.pk): str(row) for row in rows})

    def person(self, key: Any) -> str:
        return self._names.get((User, key)) or _("the portal itself")

    def projects(self, keys: Iterable[int]) -> str | None:
        names = [self._names.get((Project, key)) for key in sorted(keys)]
        hidden = names.count(None)
        shown = [name for name in names if name]
        if hidden:
            shown.append(_("{count} outside what you see").format(count=hidden))
        return listed(shown) or None

    def differences(self, before: Any, after: Any) -> list[Line]:
        if before is after:
            return []
        fields = [Contract._meta.get_field(name) for name in TOLD]
        pairs = [(one, self._word(one, before) if before else None, self._word(one, after)) for one in fields]
        return [(capfirst(str(one.verbose_name)), old, new) for one, old, new in pairs if old != new]  # type: ignore[union-attr]

    def _word(self, field: Any, row: Any) -> str | None:
        value = getattr(row, field.attname)
        if value is None or value == "":
            return None
        if isinstance(field, models.ForeignKey):
            return self._names.get((field.related_model, value), NOTHING)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(field, models.DecimalField):
            return thousands(value)
        return day(value) if isinstance(field, models.DateField) else str(value)
