"""Applying a django-filter FilterSet to a list, and saying in words what it does."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.forms import BaseForm, Field
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django_filters import FilterSet

from core.errors import InvalidInput
from core.lists.columns import Total
from core.lists.query import Statement, select_page, totals_of
from core.lists.state import ListState

if TYPE_CHECKING:
    from core.lists.spec import ListSpec

FilterSetType = type[FilterSet]
# The rows of a list, or what makes them: with the SQL kept ready they need not be made.
Rows = QuerySet[Any, Any] | Callable[[], QuerySet[Any, Any]]
# How many readings of addresses a process keeps ready, SQL and all.
KEPT = 200
NAMES_HOLD_FOR = 60.0


@dataclass(frozen=True)
class Chip:
    """One condition in force, and the address of the list without it."""

    label: Any
    value: str
    remove_url: str


def called(rows: type[Model] | QuerySet[Any, Any]) -> Callable[[str], str]:
    """For `describe`: the name of the record whose key a condition carries; the key itself where there is none."""
    known = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return lambda key: str(known.filter(pk=key).first() or key)


@dataclass
class Narrowed:
    """The rows that an address asks for, and the SQL for them once it has been built."""

    queryset: QuerySet[Any, Any]
    filterset: FilterSet | None
    _statements: dict[Hashable, Statement] = field(default_factory=dict)
    _words: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)

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

    def words(self, key: tuple[str, str], look_up: Callable[[], Any]) -> Any:
        """What a condition is called; a name that somebody changes is the old one for a minute."""
        until, found = self._words.get((*key, get_language()), (0.0, ""))
        if time.monotonic() > until:
            found = look_up()
            self._words[*key, get_language()] = (time.monotonic() + NAMES_HOLD_FOR, found)
        return found

    def page(self, state: ListState) -> list[tuple[Any, ...]]:
        """The rows of the page and one more. A later page's SQL carries its place and is not kept."""
        if state.cursor is not None:
            return list(select_page(state, self.queryset))
        key = (state.sort, state.column_keys)
        if key not in self._statements:
            self._statements[key] = Statement.of_rows(select_page(state, self.queryset))
        return self._statements[key].rows()

    def totals(self, wanted: tuple[Total, ...]) -> list[Any]:
        """The number of rows, then the totals."""
        if "totals" not in self._statements:
            found, statement = Statement.heard(lambda: totals_of(self.queryset, wanted))
            if statement is not None:
                self._statements["totals"] = statement
            return found
        return list(self._statements["totals"].rows()[0])


# --- Applying ---------------------------------------------------------------------------


class Shelf:
    """The latest readings, the one used longest ago thrown away."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Narrowed] = {}
        self._lock = Lock()

    def clear(self) -> None:
        """Forget everything: the next reading of each address is a new one."""
        with self._lock:
            self._kept.clear()

    def get(self, key: Hashable, make: Callable[[], Narrowed]) -> Narrowed:
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None:
                self._kept[key] = found
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return made


shelf = Shelf()


def narrowed(
    spec: "ListSpec",
    state: ListState,
    queryset: Rows,
    filterset: FilterSetType | None,
    *,
    depends_on: Hashable | None = None,
) -> Narrowed:
    """`depends_on`: all of the person and the view that `queryset` depends on; None keeps nothing."""
    if depends_on is None:
        return _applied(spec, state, queryset, filterset)
    # A filter may speak of today ("late"): tomorrow it is read anew.
    asked = (state.division, state.parameters.get("division", ""), *state.filter_items)
    key = (spec.key, filterset, depends_on, timezone.localdate(), asked)
    return shelf.get(key, lambda: _applied(spec, state, queryset, filterset))


def _applied(spec: "ListSpec", state: ListState, rows: Rows, filterset: FilterSetType | None) -> Narrowed:
    queryset = rows() if callable(rows) else rows
    division = state.division or state.parameters.get("division", "")
    if spec.division and division.isascii() and division.isdigit():
        queryset = queryset.filter(**{f"{spec.division}__startswith": division[:12]})
    if filterset is None:
        return Narrowed(queryset, None)
    data = QueryDict(mutable=True)
    for name, value in state.filter_items:
        data.appendlist(name, value)
    needed = _needed(filterset, frozenset(data))  # type: ignore[arg-type]
    applied = needed(data, queryset)
    return Narrowed(applied.qs, applied)


@lru_cache(maxsize=500)
def _needed(filterset: FilterSetType, names: frozenset[str]) -> FilterSetType:
    """The same filter with only those parts that can do something for these parameters.

    A FilterSet copies and cleans all of its fields for every request, most of them for
    nothing. Parts that act without a value (a list without the ended ones) always stay.
    """
    parts = {
        name: part
        for name, part in filterset.base_filters.items()
        if name in names or name in _acting(filterset)  # type: ignore[arg-type]
    }
    return type(filterset.__name__, (filterset,), {"base_filters": parts})


@lru_cache(maxsize=100)
def _acting(filterset: FilterSetType) -> frozenset[str]:
    """Parts that narrow the list although nothing was given."""
    whole = filterset({}, filterset._meta.model._default_manager.all())
    rows = whole.queryset
    whole.errors  # noqa: B018 - cleans the form
    empty = whole.form.cleaned_data
    return frozenset(
        name for name, part in whole.filters.items() if part.filter(rows, empty.get(name)) is not rows
    )


# --- Words ------------------------------------------------------------------------------


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
        look_up = partial(describe[name], raw) if name in describe else partial(_words, field, raw)
        words = rows.words((name, raw), look_up)
        found.append(Chip(field.label or name, str(words), state.address(drop=(name, raw))))
    return found


def _words(field: Field, raw: str) -> str:
    """A value of the address as the form would show it."""
    if hasattr(field, "queryset"):
        return _row_name(field, raw)
    choices = getattr(field, "choices", None)
    if choices is not None:
        return str({str(value): label for value, label in _flat(choices)}.get(raw, raw))
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
