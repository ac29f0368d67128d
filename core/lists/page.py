"""One drawn page of a list: what its templates ask for, each part computed when asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.db.models import BigIntegerField, CharField, Model
from django.forms import CheckboxSelectMultiple, ChoiceField, MultipleChoiceField
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core import figures
from core.html import icon_markup
from core.lists.cells import Writer, row_writers, rows_markup, written
from core.lists.columns import Bulk, Column, Gap
from core.lists.filtering import Chip, FilterSetType, Narrowed, chips
from core.lists.query import all_paths, completed, places
from core.lists.state import ListState
from core.prepared import Prepared, Slot

ANY = gettext_lazy("any")


@dataclass(frozen=True)
class SavedTab:
    """A tab above the list: everything, or a view that was kept."""

    name: Any
    url: str
    is_here: bool
    pk: int | None = None


@dataclass(frozen=True)
class Lacking:
    """How many rows a total leaves out, in words, and the address that lists them."""

    words: str
    url: str


@lru_cache(maxsize=200)
def _column_boxes(columns: tuple[Column, ...], shown: tuple[str, ...], _language: str) -> SafeString:
    return format_html_join(
        "",
        '<label class="tick"><input type="checkbox" name="cols" value="{}"{}><span>{}</span></label>',
        (
            (column.key, SafeString(" checked") if column.key in shown else "", column.label)
            for column in columns
        ),
    )


class ListPage:
    """In templates: `list`. The SQL runs when `rows`, `count` or `totals` are first asked for."""

    def __init__(
        self,
        *,
        state: ListState,
        rows: Narrowed,
        filterset: FilterSetType | None = None,
        bulk: tuple[Bulk, ...] = (),
        bulk_args: Sequence[Any] = (),
        may_export: bool = False,
        describe: Mapping[str, Callable[[Any], Any]],
    ) -> None:
        self.state = state
        self.spec = state.spec
        self.narrowed = rows
        self._filterset = filterset
        self.bulk = bulk
        self._bulk_args = bulk_args
        self.may_export = may_export
        self._describe = describe

    # --- figures of the filtered set

    @cached_property
    def _totals(self) -> list[Any]:
        return self.narrowed.totals(self.spec.totals)

    @property
    def count(self) -> int:
        return self._totals[0]

    @property
    def noun(self) -> Any:
        return self.spec.counted(self.count)

    @property
    def totals(self) -> Iterator[tuple[SafeString, Any, Lacking | None]]:
        """(written figure, label, what it leaves out) for the line beneath the title."""
        known = iter(self._totals[1 + len(self.spec.totals) :])
        for total, value in zip(self.spec.totals, self._totals[1:], strict=False):
            gap = self._lacking(total.gap, self.count - next(known)) if total.gap else None
            yield written(total, value), total.label, gap

    def _lacking(self, gap: Gap, count: int) -> Lacking | None:
        """Nothing where nothing lacks; no link where the list shows these rows already."""
        if not count:
            return None
        is_here = gap.condition in self.state.filter_items
        name, value = gap.condition
        url = "" if is_here else self.state.address(**{name: value})  # type: ignore[arg-type]
        return Lacking(gap.words(count), url)

    # --- rows

    @cached_property
    def _fetched(self) -> list[tuple[Any, ...]]:
        return self.narrowed.page(self.state)

    @property
    def has_rows(self) -> bool:
        return bool(self._fetched)

    @cached_property
    def rows(self) -> SafeString:
        """The body of the table, every value escaped by `core.lists.cells`."""
        shown = completed(self.state, self._fetched[: self.spec.size])
        return SafeString(rows_markup(self._writers(), shown))

    def _writers(self) -> tuple[Writer, ...]:
        return row_writers(self.state.columns, all_paths(self.state), bool(self.bulk), get_language() or "")

    @cached_property
    def next_url(self) -> str:
        """The address of the rows after these, "" at the end."""
        if len(self._fetched) <= self.spec.size:
            return ""
        at, last = places(self.state), self._fetched[self.spec.size - 1]
        place = [_portable(last[at[term.column]]) for term in self.state.order]
        return self.state.address(after=self.state.cursor_for(place))

    @property
    def start_url(self) -> str:
        """Back to the first rows, where this page is a later one."""
        return self.state.address() if self.state.cursor is not None else ""

    @property
    def width(self) -> int:
        return len(self.state.columns) + (1 if self.bulk else 0)

    # --- the head of the table

    @cached_property
    def head(self) -> SafeString:
        cells = [self._heading(column) for column in self.state.columns]
        if self.bulk:
            words = escape(_("Select all rows on this page"))
            cells.insert(
                0, f'<td class="pick"><input type="checkbox" data-pick-all aria-label="{words}"></td>'
            )
        return SafeString(f"<tr>{''.join(cells)}</tr>")

    def _heading(self, column: Column) -> str:
        label = escape(str(column.label))
        if column.unit:
            label += f' <span class="unit">{escape(str(column.unit))}</span>'
        css = ' class="n"' if column.is_numeric else ""
        title = f' title="{escape(str(column.hint))}"' if column.hint else ""
        if not column.is_sortable:
            return f'<th scope="col"{css}{title}>{label}</th>'
        direction, address = self._sorting(column)
        order = f' aria-sort="{direction}ending"' if direction else ""
        sign = icon_markup("arrow-up" if direction == "asc" else "arrow-down") if direction else ""
        return f'<th scope="col"{css}{title}{order}><a href="{address}" hx-get="{address}">{label}{sign}</a></th>'

    def _sorting(self, column: Column) -> tuple[str, str]:
        """("asc" | "desc" | "", the escaped address that sorts by this column or turns the order round)."""
        is_here = self.state.sort_key == column.key
        goes_down = is_here and self.state.sort.startswith("-")
        first = f"-{column.key}" if column.descending else column.key
        turned = column.key if goes_down else f"-{column.key}"
        base = self._sort_base
        address = escape(f"?{base}{'&' if base else ''}sort={turned if is_here else first}")
        return ("desc" if goes_down else "asc") if is_here else "", address

    @cached_property
    def _sort_base(self) -> str:
        return self.state.address(sort="")[1:]

    # --- what stands around the table

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.state, self.narrowed, self._describe)

    @property
    def clear_url(self) -> str:
        kept = {"sort": self.state.parameters.get("sort", ""), "cols": self.state.parameters.get("cols", "")}
        return f"?{urlencode({name: value for name, value in kept.items() if value})}"

    @property
    def filters_url(self) -> str:
        return self.state.address(filters="1")

    @property
    def without_filters_panel_url(self) -> str:
        return self.state.address()

    @property
    def typed(self) -> str:
        return self.state.parameters.get("q", "")

    @property
    def nothing_words(self) -> str:
        """What a search that found nothing looked through, and what to try."""
        if not self.typed:
            return _("Remove a condition, or choose another division above.")
        return _("The search covers: {what}. Try fewer characters, or remove a condition.").format(
            what=self.spec.search_hint or _("the text of each row")
        )

    @property
    def _parts(self) -> Iterable[str]:
        """The names of all that the list can be narrowed by."""
        return self._filterset.base_filters if self._filterset is not None else ()

    @property
    def has_search(self) -> bool:
        return "q" in self._parts

    @property
    def has_filters(self) -> bool:
        return any(name not in self._not_in_panel for name in self._parts)

    @property
    def _not_in_panel(self) -> frozenset[str]:
        """The search field has its own box, the division the top bar."""
        return self.spec.hidden_filters | ({"q", "division"} if self.spec.division else {"q"})

    @property
    def filter_fields(self) -> list[BoundField]:
        """Bound fields of the whole panel, with what the address says in them."""
        if self._filterset is None:
            return []
        form = self._filterset(self.state.parameters, self.narrowed.queryset.none()).form
        return [_as_drawn(bound) for bound in form if bound.name not in self._not_in_panel]

    @property
    def errors(self) -> list[tuple[Any, str]]:
        """(label, sentence) of the conditions that cannot be read and are not applied."""
        form = self.narrowed.form
        return [
            (form.fields[name].label if form is not None and name in form.fields else name, str(sentences[0]))
            for name, sentences in self.narrowed.errors.items()
        ]

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """For a form that sets the search text: everything else that must stay."""
        return self._parameters_without("q", "after", "filters", "export")

    @property
    def order_parameters(self) -> list[tuple[str, str]]:
        """For the filter panel: what is not a condition of its own."""
        return [
            item for item in self.kept_parameters if item[0] in {"sort", "cols"} or self._is_outside(item[0])
        ] + [item for item in self._parameters_without("after") if item[0] == "q"]

    @property
    def column_parameters(self) -> list[tuple[str, str]]:
        """For the column chooser: everything but the columns."""
        return self._parameters_without("cols", "after", "filters", "export")

    def _is_outside(self, name: str) -> bool:
        return name not in self._parts or name in self._not_in_panel - {"q"}

    def _parameters_without(self, *names: str) -> list[tuple[str, str]]:
        return [item for item in self.state._items() if item[0] not in names]

    @property
    def column_boxes(self) -> SafeString:
        """The boxes of the column chooser."""
        return _column_boxes(self.spec.columns[1:], self.state.column_keys, get_language() or "")

    @property
    def acts(self) -> list[tuple[Bulk, str]]:
        """What may be done with chosen rows, and where the choice is sent."""
        return [(action, reverse(action.url_name, args=self._bulk_args)) for action in self.bulk]

    @property
    def export_urls(self) -> dict[str, str]:
        return {kind: self.state.address(export=kind) for kind in ("xlsx", "csv")} if self.may_export else {}

    @cached_property
    def tabs(self) -> list[SavedTab]:
        """All, and the views this person kept of this list."""
        here = self.state.query
        kept = getattr(self.state.request.user, "saved_views", None)
        views = (
            _kept_views(kept.model).fetch(user=self.state.request.user.pk, page=self.spec.key)
            if kept is not None
            else ()
        )
        tabs = [SavedTab(name, f"?{query}", query == here, pk) for pk, name, query in views]
        return [SavedTab(_("All"), "?", not any(tab.is_here for tab in tabs) and not here), *tabs]

    @property
    def open_tab(self) -> SavedTab | None:
        """The kept view that is on the screen."""
        return next((tab for tab in self.tabs if tab.is_here and tab.pk), None)

    @property
    def can_keep(self) -> bool:
        """There is something to keep that is not kept yet."""
        return bool(self.state.query) and self.open_tab is None

    @property
    def all_words(self) -> str:
        return ngettext(
            "All {count} row matching the filter", "All {count} rows matching the filter", self.count
        ).format(count=figures.thousands(self.count))


@lru_cache(maxsize=1)
def _kept_views(model: type[Model]) -> Prepared:
    mine = model._default_manager.filter(user=Slot("user", BigIntegerField()), page=Slot("page", CharField()))
    return Prepared(mine.values_list("pk", "name", "query"))


def _portable(value: Any) -> Any:
    """A value of the last row as JSON; the database reads the text back as its own type."""
    return str(value) if isinstance(value, (Decimal, date)) else value


def _as_drawn(bound: BoundField) -> BoundField:
    """Several of a few choices are boxes to tick; no choice at all says so in a word."""
    field: Any = bound.field
    if isinstance(field, MultipleChoiceField):
        field.widget = CheckboxSelectMultiple(choices=list(field.widget.choices))
    elif isinstance(field, ChoiceField):
        field.widget.choices = [(value, label if value else ANY) for value, label in field.widget.choices]
    return bound
