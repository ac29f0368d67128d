"""What opinions are called and counted by, for the office and for residents alike."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compounds.models import Topic
from directory.codes import ancestors
from residents.models import Opinion, OpinionCategory

MONTHS = 12
# The words of the problem classes, in the order in which residents look for them.
TOPICS: dict[str, Any] = dict(Topic.choices)


def category_name(category: OpinionCategory | None) -> str:
    if category is None:
        return ""
    return category.name_en if get_language() == "en" and category.name_en else category.name_zh


def categories_for(division_code: str) -> QuerySet[OpinionCategory]:
    """Shipped ones, and those of the offices above; none that was withdrawn."""
    near = Q(division__isnull=True) | Q(division__in=[*ancestors(division_code), division_code])
    return OpinionCategory.objects.filter(near, withdrawn_at__isnull=True)


def grouped_choices(categories: Iterable[OpinionCategory], empty: str) -> list[Any]:
    """For a select: the problem classes with the categories below each."""
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in categories:
        groups[one.topic].append((one.pk, category_name(one)))
    named = [(str(label), groups[topic]) for topic, label in TOPICS.items() if topic in groups]
    return [("", empty), *named]


# --- Counts -----------------------------------------------------------------------------


@dataclass
class CountRow:
    """A line of the counts: `cells` in the order of the months, `waiting` of them without an answer."""

    key: Any
    label: str
    group: str = ""
    cells: list[int] = field(default_factory=list)
    earlier: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return sum(self.cells) + self.earlier


def months_until(day: date) -> list[date]:
    """The first days of the last twelve months, the month of `day` last."""
    place = day.year * 12 + day.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(place - MONTHS + 1, place + 1)]


def counted(rows: QuerySet[Opinion], by: str, months: list[date]) -> list[CountRow]:
    """Voices by category or compound (`by`) and month; every voice counts, joined or not. Largest first."""
    path = "compound" if by == "compound" else "category"
    found = (
        rows.order_by().annotate(month=TruncMonth("received_at")).values(path, "month")
        .annotate(n=Count("pk"), open=Count("pk", filter=Q(state="open")))
    )  # fmt: skip
    lines: dict[Any, CountRow] = {}
    place_of = {month: place for place, month in enumerate(months)}
    for one in found:
        line = lines.setdefault(one[path], CountRow(one[path], "", cells=[0] * len(months)))
        place = place_of.get(one["month"].date())
        if place is None:
            line.earlier += one["n"]
        else:
            line.cells[place] += one["n"]
        line.waiting += one["open"]
    _name(lines, by)
    return sorted(lines.values(), key=lambda line: (-line.total, line.label))


def _name(lines: dict[Any, CountRow], by: str) -> None:
    if by == "compound":
        names = Opinion.objects.filter(compound__in=list(lines)).order_by()
        for key, code, name in names.values_list("compound", "compound__code", "compound__name").distinct():
            lines[key].label, lines[key].key = name, code
        return
    known = OpinionCategory.objects.in_bulk([key for key in lines if key])
    for key, line in lines.items():
        category = known.get(key)
        line.label = category_name(category) or _("not sorted yet")
        line.group = str(TOPICS[category.topic]) if category else ""
