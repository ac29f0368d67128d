"""Applying a django-filter FilterSet to a list, and saying in words what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.forms import BaseForm, Field
from django.http import QueryDict
from django.utils.translation import pgettext
from django_filters import FilterSet

from core.errors import InvalidInput
from core.lists.state import ListState

if TYPE_CHECKING:
    from core.lists.spec import ListSpec

FilterSetType = type[FilterSet]


@dataclass(frozen=True)
class Chip:
    """One condition in force, and the address of the list without it."""

    label: Any
    value: str
    remove_url: str


@dataclass(frozen=True)
class Narrowed:
    """The rows that the address asks for."""

    queryset: QuerySet[Any, Any]
    filterset: FilterSet | None

    @property
    def form(self) -> BaseForm | None:
        return self.filterset.form if self.filterset is not None else None

    @property
    def errors(self) -> Mapping[str, Any]:
        return self.filterset.errors if self.filterset is not None and self.filterset.is_bound else {}

    def demand_valid(self) -> None:
        """A part of the filter that cannot be read is left out on the screen; nothing is written or sent by it."""
        for name, sentences in self.errors.items():
            raise InvalidInput(reason=f"{name}: {sentences[0]}")


def narrowed(
    spec: "ListSpec", state: ListState, queryset: QuerySet[Any, Any], filterset: FilterSetType | None
) -> Narrowed:
    if state.division:
        queryset = queryset.filter(**{f"{spec.division}__startswith": state.division})
    elif spec.division and (asked := state.parameters.get("division", "")) and _is_code(asked):
        queryset = queryset.filter(**{f"{spec.division}__startswith": asked})
    if filterset is None:
        return Narrowed(queryset, None)
    data = QueryDict(mutable=True)
    for name, value in state.filter_items:
        data.appendlist(name, value)
    applied = filterset(data, queryset)
    return Narrowed(applied.qs, applied)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def chips(state: ListState, rows: Narrowed, describe: Mapping[str, Callable[[Any], Any]]) -> list[Chip]:
    """What the filter does at present. Parameters that no filter knows are not shown."""
    form = rows.form
    if form is None:
        return []
    found = []
    for name, raw in state.filter_items:
        field = form.fields.get(name)
        if field is None or name in rows.errors:
            continue
        words = describe[name](raw) if name in describe else _words(field, raw)
        found.append(Chip(field.label or name, str(words), state.address(drop=(name, raw))))
    return found


def _words(field: Field, raw: str) -> str:
    """A value of the address as the form would show it."""
    choices = getattr(field, "choices", None)
    if choices is not None and not hasattr(field, "queryset"):
        return str({str(value): label for value, label in _flat(choices)}.get(raw, raw))
    if hasattr(field, "queryset"):
        return _row_name(field, raw)
    if raw.lower() in {"true", "false"}:
        return pgettext("answer", "yes") if raw.lower() == "true" else pgettext("answer", "no")
    return raw


def _row_name(field: Any, raw: str) -> str:
    found: Model | None = field.queryset.filter(**{field.to_field_name or "pk": raw}).first()
    return str(found) if found is not None else raw


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for value, label in choices:
        flat.extend(label) if isinstance(label, (list, tuple)) else flat.append((value, label))
    return flat


