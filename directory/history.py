"""The change log of a directory record, read from the database's own history rows."""

from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from core.changelog import Change, Line
from core.history import history_of
from directory.models import Division, Organisation, User

Tracked = User | Organisation | Division
# What the history triggers call their rows.
ACTS = {
    "insert": pgettext_lazy("history", "recorded"),
    "update": pgettext_lazy("history", "changed"),
    "delete": pgettext_lazy("history", "removed"),
}


def _events(record: Tracked) -> "models.QuerySet[Any]":
    tracked: Any = type(record)
    return history_of(tracked).filter(pgh_obj=record.pk)


def changed_since(record: Tracked, version: int) -> Change | None:
    """The latest change after `version`, with what differs in all; None when nothing changed."""
    events = list(_events(record).filter(pgh_id__gte=version).order_by("pgh_id"))
    if not events or events[-1].pgh_id == version:
        return None
    (change,) = _changes([(events[0], events[-1])])
    return change


def changes_of(record: Tracked, *, limit: int = 50) -> list[Change]:
    """The latest changes, newest first, in a constant number of statements."""
    events = list(_events(record).order_by("-pgh_id")[: limit + 1])
    older = [*events[1:], None]
    return [change for change in _changes(list(zip(older, events, strict=True)))[:limit] if change]


def _changes(pairs: list[tuple[Any, Any]]) -> list[Change]:
    ids = {_actor(event) for _before, event in pairs} - {0}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    words = _Words([event for pair in pairs for event in pair if event is not None])
    return [
        Change(
            at=event.pgh_created_at,
            who=names.get(_actor(event), ""),
            what=str(ACTS.get(event.pgh_label, event.pgh_label)),
            reason=(event.pgh_context or {}).get("reason", ""),
            lines=words.differences(before, event) if before is not None else [],
        )
        for before, event in pairs
    ]


def _actor(event: Any) -> int:
    """The key of who made the change, 0 where no request did (a command, a job)."""
    return (event.pgh_context or {}).get("user") or 0


class _Words:
    """Field values as people read them; organisations and divisions by name, fetched once for all events."""

    def __init__(self, events: list[Any]) -> None:
        self._fields = [one for one in events[0]._meta.fields if _is_told(one)] if events else []
        self._names: dict[tuple[str, Any], str] = {}
        for model in (Organisation, Division):
            columns = [one for one in self._fields if one.related_model is model]
            keys = {getattr(event, one.attname) for event in events for one in columns} - {None}
            for key, name in model.objects.filter(pk__in=keys).values_list("pk", "name") if keys else ():
                self._names[model._meta.label, key] = name

    def differences(self, before: Any, after: Any) -> list[Line]:
        return [
            (str(one.verbose_name), self._text(one, before), self._text(one, after))
            for one in self._fields
            if getattr(before, one.attname) != getattr(after, one.attname)
        ]

    def _text(self, one: "models.Field[Any, Any]", event: Any) -> str:
        value = getattr(event, one.attname)
        if one.related_model is not None:
            return self._names.get(
                (one.related_model._meta.label, value), "" if value is None else str(value)
            )
        if one.choices:
            return str(dict(one.flatchoices).get(value, value))
        return "" if value is None else str(value)


def _is_told(one: "models.Field[Any, Any]") -> bool:
    return not one.name.startswith("pgh_") and one.name not in {
        "id",
        "is_staff",
        "is_superuser",
        "date_joined",
    }
