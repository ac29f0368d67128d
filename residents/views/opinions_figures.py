"""Counts of opinions: category or compound by month, on the page and as a spreadsheet."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compounds.models import Compound
from core.board import board
from core.filetypes import XLSX
from core.scope import chosen_division
from core.sheets import write_workbook
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.permissions import can_export
from residents.models import Opinion, OpinionCategory
from residents.permissions import can_see_households
from residents.sheets.opinions import count_columns, count_rows
from residents.views.shared import demand
from residents.voices import CountRow, category_name, counted, months_until


@dataclass(frozen=True)
class Counts:
    """What the page and the spreadsheet both show."""

    by: str
    months: list[date]
    lines: list[CountRow]
    compound: Compound | None
    category: OpinionCategory | None

    @cached_property
    def together(self) -> CountRow:
        sums = [sum(line.cells[place] for line in self.lines) for place in range(len(self.months))]
        return CountRow(
            None, _("Together"), cells=sums, earlier=sum(line.earlier for line in self.lines),
            waiting=sum(line.waiting for line in self.lines),
        )  # fmt: skip

    @property
    def most(self) -> int:
        return max((line.total for line in self.lines), default=0)


@require_safe
def figures(request: SignedInRequest) -> HttpResponseBase:
    """Category or compound by month; a line leads to the other side of it."""
    demand(can_see_households(request.user))
    counts = _counts(request)
    may_export = can_export(request.user)
    if "export" in request.GET:
        demand(may_export)
        return _spreadsheet(request, counts)
    context = {
        "counts": counts, "category_name": category_name(counts.category), "may_export": may_export,
    }  # fmt: skip
    return render(request, "residents/opinions_figures.html", context)


def _counts(request: SignedInRequest) -> Counts:
    rows = Opinion.objects.visible_to(request.user)
    if division := chosen_division(request):
        rows = rows.filter(division_code__startswith=division)
    compound, category = _asked_compound(request), _asked_category(request)
    if compound is not None:
        rows = rows.filter(compound=compound)
    if category is not None:
        rows = rows.filter(category=category)
    by = "compound" if request.GET.get("by") == "compound" else "category"
    months = months_until(timezone.localdate())
    return Counts(by, months, counted(rows, by, months), compound, category)


def _spreadsheet(request: SignedInRequest, counts: Counts) -> FileResponse:
    for watcher in board.export_watchers():
        watcher.exported(request, "opinion_counts", "xlsx", len(counts.lines))
    to, title = BytesIO(), _("Counts of opinions")
    rows: Any = count_rows(counts.lines, counts.together)
    write_workbook(title=title, columns=count_columns(counts.by, counts.months), rows=rows, to=to)
    to.seek(0)
    name = f"{title} {timezone.localdate():%Y-%m-%d}.xlsx"
    response = FileResponse(to, as_attachment=True, filename=name, content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked_compound(request: SignedInRequest) -> Compound | None:
    code = request.GET.get("compound", "")
    if not code:
        return None
    seen = Compound.objects.within(request.user.scopes_for(Power.SEE_HOUSEHOLDS))
    return get_object_or_404(seen, code=code[:20])


def _asked_category(request: SignedInRequest) -> OpinionCategory | None:
    asked = request.GET.get("category", "")
    is_key = asked.isascii() and asked.isdigit() and len(asked) < 19
    return OpinionCategory.objects.filter(pk=int(asked)).first() if is_key else None
