"""The history rows that the database keeps of a model (django-pghistory)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Max


def history_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """All history rows of a tracked model; each carries the record's fields and
    `pgh_id`, `pgh_label` (insert, update, delete), `pgh_created_at`, `pgh_obj`, `pgh_context`.
    """
    events: type[models.Model] = model.pgh_event_model  # type: ignore[attr-defined]
    return events._default_manager.all()


def version_of(record: models.Model) -> int:
    """The number of the record's last change, which a form carries to notice another editor."""
    return history_of(type(record)).filter(pgh_obj=record.pk).aggregate(last=Max("pgh_id"))["last"] or 0


def state_at(record: models.Model, version: int | None) -> Any | None:
    """The record as it was at this version; None where there is none of this number."""
    return history_of(type(record)).filter(pgh_obj=record.pk, pgh_id=version).first()


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """Who last saved a record after a form was shown, when, and the labels of the fields that differ since."""

    who: str
    at: datetime
    fields: list[str]


def changed_since(
    record: models.Model, version: int, *, facts: Collection[str] | None = None
) -> Meanwhile | None:
    """None where nobody saved the record after `version`; `fields` are those of `facts` (all that are tracked)."""
    events = list(history_of(type(record)).filter(pgh_obj=record.pk, pgh_id__gte=version).order_by("pgh_id"))
    if not events or events[-1].pgh_id == version:
        return None
    first, last = events[0], events[-1]
    changed = [
        str(field.verbose_name)
        for field in first._meta.fields
        if not field.name.startswith("pgh_")
        and (facts is None or field.name in facts)
        and getattr(first, field.attname) != getattr(last, field.attname)
    ]
    people = get_user_model()._default_manager
    who = people.filter(pk__in=[(last.pgh_context or {}).get("user") or 0]).first()
    return Meanwhile(who=str(who or "–"), at=last.pgh_created_at, fields=changed)
