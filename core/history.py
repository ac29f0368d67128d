"""The history rows that the database keeps of a model (django-pghistory)."""

from typing import Any

from django.db import models


def history_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """All history rows of a tracked model; each carries the record's fields and
    `pgh_id`, `pgh_label` (insert, update, delete), `pgh_created_at`, `pgh_obj`, `pgh_context`.
    """
    events: type[models.Model] = model.pgh_event_model  # type: ignore[attr-defined]
    return events._default_manager.all()
