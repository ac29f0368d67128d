"""The works catalogue as a workbook."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sheets import Kind, SheetColumn
from projects.models import CatalogueItem

CATALOGUE_COLUMNS = (
    SheetColumn(key="code", heading=_("Code"), width=9),
    SheetColumn(key="category", heading=_("Category"), width=12),
    SheetColumn(key="aspect", heading=_("Aspect"), width=18),
    SheetColumn(key="name_zh", heading=_("Name (Chinese)"), width=30),
    SheetColumn(key="name_en", heading=_("Name (English)"), width=30),
    SheetColumn(key="unit", heading=_("Unit"), width=8),
    SheetColumn(key="low", heading=_("Unit cost from (yuan)"), kind=Kind.DECIMAL, width=12),
    SheetColumn(key="usual", heading=_("Usual unit cost (yuan)"), kind=Kind.DECIMAL, width=12),
    SheetColumn(key="high", heading=_("Unit cost to (yuan)"), kind=Kind.DECIMAL, width=12),
    SheetColumn(key="warranty", heading=_("Warranty (years)"), kind=Kind.INTEGER, width=10),
    SheetColumn(key="indicator", heading=_("Statistical indicator"), width=22),
    SheetColumn(key="set_by", heading=_("Set by"), width=16),
    SheetColumn(key="version", heading=_("Version"), kind=Kind.INTEGER, width=8),
    SheetColumn(key="offered", heading=_("Offered"), width=8),
    SheetColumn(key="basis", heading=pgettext_lazy("catalogue", "Source"), width=40),
)


def catalogue_rows(items: Iterable[CatalogueItem]) -> Iterator[Sequence[Any]]:
    for item in items:
        yield [
            item.code, item.get_category_display(), item.get_aspect_display(), item.name_zh, item.name_en,
            item.get_unit_display(), item.unit_cost_low, item.unit_cost, item.unit_cost_high, item.warranty_years,
            item.indicator, item.division.name if item.division else _now("shipped"), item.version, item.is_offered,
            item.basis,
        ]  # fmt: skip
