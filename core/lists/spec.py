"""The declaration of a list, and the two ways to use it: `respond` and `selected`."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from core.board import TypeText
from core.errors import DomainError, NotPermitted
from core.htmx import render_page
from core.lists.columns import Bulk, Column, Total
from core.lists.export import KINDS, spreadsheet
from core.lists.filtering import FilterSetType, Rows, narrowed
from core.lists.page import ListPage
from core.lists.state import ListState, remember_columns

PAGE, LIST, ROWS, FILTERS = (
    "core/list_page.html",
    "core/_list.html",
    "core/_list_rows.html",
    "core/_list_filters.html",
)


class NothingChosen(DomainError):
    code = "nothing_chosen"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("No row is selected. Select rows, or select all that match the filter.")


# The keys of all lists of this process: a kept view belongs to one of them.
_declared: set[str] = set()


def is_list(key: str) -> bool:
    """Whether a list of this key is declared."""
    return key in _declared


@dataclass(frozen=True, kw_only=True)
class ListSpec:
    """How to declare one, with an example: templates/README.md."""

    key: str
    title: TypeText
    noun: TypeText
    # The noun for exactly one, where the language tells it apart.
    one: TypeText = ""
    columns: tuple[Column, ...]
    sort: str
    division: str = ""
    totals: tuple[Total, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    size: int = 100
    empty_title: TypeText = ""
    empty_text: TypeText = ""
    search_hint: TypeText = ""
    hidden_filters: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        _declared.add(self.key)

    def counted(self, count: int) -> TypeText:
        """What `count` rows are called: 1 task, 2 tasks."""
        return self.one if count == 1 and self.one else self.noun

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def default_keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns if column.shown)

    def state(self, request: HttpRequest, parameters: QueryDict | None = None) -> ListState:
        return ListState(self, request, request.GET if parameters is None else parameters)

    def page(
        self,
        request: HttpRequest,
        queryset: Rows,
        *,
        filterset: FilterSetType | None = None,
        depends_on: Hashable | None = None,
        may_export: bool = False,
        bulk: Sequence[str] = (),
        bulk_args: Sequence[Any] = (),
        describe: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> ListPage:
        """What the templates draw. `queryset` went through `visible_to`; it may be a function that makes it.

        `bulk` are the keys of the actions this person may use, `bulk_args` what their addresses
        take (the list of one record's parts); `describe` turns the value
        of a filter into words for its chip. `depends_on` is everything that `queryset`
        depends on (for most lists the scopes of one power): with it the SQL is built once
        and kept; without it, anew each time.
        """
        state = self.state(request)
        return ListPage(
            state=state,
            rows=narrowed(self, state, queryset, filterset, depends_on=depends_on),
            filterset=filterset,
            bulk=tuple(action for action in self.bulk if action.key in bulk),
            bulk_args=bulk_args,
            may_export=may_export,
            describe=describe or {},
        )

    def respond(
        self,
        request: HttpRequest,
        queryset: Rows,
        *,
        template: str = PAGE,
        context: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> HttpResponseBase:
        """The page, the part of it that htmx asked for, or the spreadsheet. `options` are those of `page`."""
        page = self.page(request, queryset, **options)
        if page.state.export in KINDS:
            return self._exported(request, page)
        fragment = _fragment(request, page.state)
        response = render_page(request, template, fragment, {"list": page, **(context or {})})
        remember_columns(response, page.state)
        return response

    @staticmethod
    def _exported(request: HttpRequest, page: ListPage) -> HttpResponseBase:
        if not page.may_export:
            raise NotPermitted
        page.narrowed.demand_valid()
        return spreadsheet(request, page.state, page.narrowed.queryset)

    def selected(
        self, request: HttpRequest, queryset: QuerySet[Any, Any], *, filterset: FilterSetType | None = None
    ) -> QuerySet[Any, Any]:
        """The rows that a bulk form chose: the ticked ones, or all that its filter finds."""
        if request.POST.get("all") == "1":
            state = self.state(request, QueryDict(request.POST.get("query", "")))
            rows = narrowed(self, state, queryset, filterset)
            rows.demand_valid()
            return rows.queryset
        picks = (text for text in request.POST.getlist("pick") if text.isascii() and text.isdigit())
        # Beyond what any key can be, a number would be an error of Python's or the database's rather than nobody's row.
        chosen = {number for number in (int(text) for text in picks if len(text) < 20) if number < 2**63}
        if not chosen:
            raise NothingChosen
        return queryset.filter(pk__in=chosen)


def _fragment(request: HttpRequest, state: ListState) -> str:
    """Which part of the page htmx asked for, by what it will replace."""
    target = getattr(getattr(request, "htmx", None), "target", None)
    if target == "list-filters":
        return FILTERS
    return ROWS if state.cursor else LIST
