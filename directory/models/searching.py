"""What a search box looks through, kept beside the row: pinyin cannot be computed by the database."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from core.text import search_keys, search_text

Rows = TypeVar("Rows", bound=QuerySet[Any])


class SearchTextField(models.TextField):
    """The levelled texts of the fields `of`, their pinyin initials, and the full pinyin of the fields `spoken`.

    Like `auto_now` it is filled by `save` and `bulk_create`, not by `update`.
    """

    def __init__(self, *, of: Collection[str] = (), spoken: Collection[str] = (), **options: Any) -> None:
        self.of, self.spoken = tuple(of), tuple(spoken)
        super().__init__(**{"default": "", "editable": False, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of, "spoken": self.spoken}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  (Django's signature)
        def texts(names: tuple[str, ...]) -> list[str]:
            return [getattr(model_instance, name) or "" for name in names]

        text = search_text(*texts(self.of), spoken=texts(self.spoken))
        setattr(model_instance, self.attname, text)
        return text


def searched(rows: Rows, typed: str) -> Rows:
    """Rows whose `search_text` holds what was typed: part of a text, pinyin initials or full pinyin."""
    found = Q()
    for key in search_keys(typed):
        found |= Q(search_text__contains=key)
    return rows.filter(found)
