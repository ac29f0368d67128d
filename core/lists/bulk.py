"""What is done with the rows chosen in a list: asked first, with what it is about in words, then done; or put out.

    rows = COMPOUNDS.selected(request, listed(request.user), filterset=CompoundPageFilter)
    form = ClusterForm(sent_step(request))
    if form.is_bound and form.is_valid():
        …                                       # the action; a redirect
    return ask(request, COMPOUNDS, rows, form, title=_("Assign a cluster"), names="name", back="compounds:list")

A template of its own extends core/bulk_form.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.board import TypeText
from core.errors import DomainError
from core.lists.cells import rows_markup, writer, written
from core.lists.export import spreadsheet
from core.lists.query import completed, places, select, totals_of
from core.lists.spec import ListSpec

NAMED, PRINTED = 12, 2000


class TooManyToPrint(DomainError):
    code = "too_many_to_print"
    sentence = _(
        "{count} rows are too many for paper; {most} can be printed at once. Narrow the list or export it."
    )


# --- Asked ------------------------------------------------------------------------------


def sent_step(request: HttpRequest, step: str = "done") -> QueryDict | None:
    """What a form of a bulk act is bound to: the first request only brings the choice of rows."""
    return request.POST if request.POST.get("step") == step else None


def carried(request: HttpRequest) -> dict[str, Any]:
    """The choice of rows on its way to the next step, for core/carried.html."""
    return {
        "picks": request.POST.getlist("pick"),
        "all_rows": request.POST.get("all", ""),
        "query": request.POST.get("query", ""),
    }


@dataclass(frozen=True)
class Chosen:
    """The rows an act is about, for core/chosen.html: the list's own sum line over them, and their first names."""

    spec: ListSpec
    rows: QuerySet[Any, Any]
    count: int
    values: list[Any]
    names: list[str]

    @classmethod
    def of(cls, spec: ListSpec, rows: QuerySet[Any, Any], names: str) -> "Chosen":
        """`names` is the way to the text that names a row."""
        count, *values = totals_of(rows, spec.totals)
        named = rows.order_by(names, "pk").values_list(names, flat=True)[:NAMED] if names else ()
        return cls(spec, rows, count, values, list(named))

    @property
    def noun(self) -> Any:
        return self.spec.counted(self.count)

    @property
    def sums(self) -> Iterator[tuple[SafeString, Any]]:
        """(written figure, label) of each total of the list."""
        for total, value in zip(self.spec.totals, self.values, strict=False):
            yield written(total, value), total.label

    @property
    def unnamed(self) -> int:
        return max(0, self.count - len(self.names))


def ask(
    request: HttpRequest,
    spec: ListSpec,
    rows: QuerySet[Any, Any],
    form: forms.BaseForm,
    *,
    title: TypeText,
    names: str,
    back: str,
    back_args: Sequence[Any] = (),
    template: str = "core/bulk_form.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page that asks for the rest: how many rows, which, and the form that carries them along to the act.

    `names` is the way to the text that names a row, `back` the name of the list's address, which takes `back_args`.
    """
    shown = {
        "form": form,
        "title": title,
        "chosen": Chosen.of(spec, rows, names),
        "back_url": reverse(back, args=back_args),
        **carried(request),
        **(context or {}),
    }
    return render(request, template, shown, status=422 if form.is_bound and form.errors else 200)


# --- Out --------------------------------------------------------------------------------


def export_chosen(request: HttpRequest, spec: ListSpec, rows: QuerySet[Any, Any]) -> HttpResponseBase:
    """The chosen rows as a workbook, with the columns and the order of the screen."""
    return spreadsheet(request, spec.state(request, _of_the_screen(request, export="xlsx")), rows)


def print_chosen(
    request: HttpRequest,
    spec: ListSpec,
    rows: QuerySet[Any, Any],
    *,
    back: str,
    back_args: Sequence[Any] = (),
) -> HttpResponse:
    """The chosen rows on paper, with the columns and the order of the screen; `back` and its arguments as for `ask`."""
    chosen = Chosen.of(spec, rows, "")
    if chosen.count > PRINTED:
        raise TooManyToPrint(count=chosen.count, most=PRINTED)
    state = spec.state(request, _of_the_screen(request))
    at = places(state)
    writers = [writer(column, at, is_first=place == 0) for place, column in enumerate(state.columns)]
    markup = rows_markup(writers, completed(state, list(select(state, rows))))
    back_url = reverse(back, args=back_args)
    context = {"columns": state.columns, "rows": markup, "chosen": chosen, "back_url": back_url}
    return render(request, "core/list_print.html", context)


def _of_the_screen(request: HttpRequest, **more: str) -> QueryDict:
    """The screen's own parameters, as the bulk form carries them."""
    parameters = QueryDict(request.POST.get("query", "")).copy()
    for name, value in more.items():
        parameters[name] = value
    return parameters
