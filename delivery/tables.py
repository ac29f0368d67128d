"""The columns of the building site's lists."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, Sum
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.html import icon_markup
from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec, Total
from core.lists.columns import Row
from core.text import listed
from delivery.lights import LIGHT_CHOICES, TONES
from delivery.models import ContractKind, ContractProject, ProgressSource
from projects.models import Category, Unit

NAMES = ("work_item__catalogue_item__name_zh", "work_item__catalogue_item__name_en", "work_item__location")


def _item(row: Row) -> str:
    zh, en, location = (row[name] for name in NAMES)
    name = en if en and (get_language() or "").startswith("en") else zh
    return f"{name} {location}".strip()


def _taken_back(row: Row) -> SafeString | str:
    if row["reverses_id"]:
        return format_html(
            ' <span class="quiet">{} {}</span>', icon_markup("arrow-back-up"), _now("takes back")
        )
    if row["reversal"]:
        return format_html(
            ' <span class="quiet">{} {}</span>', icon_markup("arrow-back-up"), _now("taken back")
        )
    return ""


SITE = ListSpec(
    key="site",
    title=_("Under construction"),
    search_hint=_("Compound, pinyin, address or number"),
    noun=pgettext_lazy("count", "projects"),
    one=pgettext_lazy("count", "project"),
    division="division_code",
    columns=(
        Column(
            "name", _("Compound"), source="compound__name", link=Link("delivery:progress", "code"), width=26
        ),
        Column("code", _("Project number"), kind=Kind.CODE, shown=False),
        Column("light", _("Status light"), choices=LIGHT_CHOICES, tones=TONES),
        Column("percent_done", _("Done"), kind=Kind.DECIMAL, unit="%", width=9),
        Column("planned_percent", _("Planned until today"), kind=Kind.DECIMAL, unit="%", width=12),
        Column("community", _("Community"), source="compound__community__name", width=22),
        Column("year", _("Plan year"), kind=Kind.YEAR, width=9),
        Column("started_on", _("Start of works"), kind=Kind.DATE),
        Column("planned_completion_on", _("Planned completion"), kind=Kind.DATE),
        Column("forecast_completion_on", _("Completion by the timetable"), kind=Kind.DATE, shown=False),
        Column("last_progress_on", _("Last report"), kind=Kind.DATE, descending=True),
        Column("lead", _("Lead body"), source="lead__name", shown=False, width=22),
    ),
    sort="-last_progress_on",
    totals=(Total(pgettext_lazy("count", "households"), Sum("compound__household_count")),),
    empty_title=_("No works are going on"),
    empty_text=_("A project appears here when its start has been entered on its page."),
)

ENTRIES = ListSpec(
    key="progress",
    title=_("Progress entries"),
    search_hint=_("Compound, pinyin, address or number"),
    noun=pgettext_lazy("count", "entries"),
    one=pgettext_lazy("count", "entry"),
    division="division_code",
    columns=(
        Column(
            "compound", _("Compound"), source="project__compound__name", link=Link("delivery:entry", "project__code", "pk"),
            width=24,
        ),
        Column("code", _("Project number"), source="project__code", kind=Kind.CODE, shown=False),
        Column("done_on", _("Done on"), kind=Kind.DATE, descending=True, sort=(Term("done_on"), Term("pk"))),
        Column(
            "item", _("Work item"), source="work_item__catalogue_item__code", needs=NAMES, render=_item, export=_item, width=24
        ),
        Column("category", _("Category"), source="work_item__catalogue_item__category", choices=Category.choices, shown=False),
        Column("quantity", _("Quantity"), kind=Kind.DECIMAL, needs=("reverses_id", "reversal"), after=_taken_back, width=12),
        Column("unit", _("Unit"), source="work_item__catalogue_item__unit", choices=Unit.choices, width=8),
        Column("photos", _("Photos"), source=Count("photos"), kind=Kind.INTEGER, width=8),
        Column("by", _("Reported by"), source="by__name", width=12),
        Column("organisation", _("Firm or office"), source="organisation__name", width=22),
        Column("note", _("Note"), wrap=True, width=30),
        Column("source", _("Where it comes from"), choices=ProgressSource.choices, shown=False),
        Column("recorded_at", _("Saved"), kind=Kind.MOMENT, shown=False, descending=True),
    ),
    sort="-done_on",
    hidden_filters=frozenset({"updated_since", "work_item", "project"}),
    empty_title=_("No matching entries"),
    empty_text=_("Progress is reported on the page of a project that is under construction."),
)  # fmt: skip


def _projects_of(keys: Sequence[int]) -> dict[int, str]:
    """The compounds that each contract is for, in one statement."""
    names: dict[int, list[str]] = defaultdict(list)
    links = ContractProject.objects.filter(contract__in=keys).order_by("project__compound__name", "pk")
    for contract, name in links.values_list("contract_id", "project__compound__name"):
        names[contract].append(name)
    return {key: listed(found) for key, found in names.items()}


CONTRACTS = ListSpec(
    key="contracts",
    title=_("Contracts"),
    search_hint=_("Number, title or compound"),
    noun=pgettext_lazy("count", "contracts"),
    one=pgettext_lazy("count", "contract"),
    columns=(
        Column("number", _("Contract number"), link=Link("delivery:contract", "pk"), width=20),
        Column("title", _("Title"), width=26),
        Column("kind", _("Kind"), choices=ContractKind.choices),
        Column("organisation", _("Signed with"), source="organisation__name", width=26),
        Column("amount", _("Amount"), kind=Kind.MONEY),
        Column(
            "signed_on", _("Signed"), kind=Kind.DATE, descending=True, sort=(Term("signed_on"), Term("pk"))
        ),
        Column("compounds", _("Compounds"), look_up=_projects_of, sort=None, wrap=True, width=30),
        Column("updated_at", _("Changed"), kind=Kind.MOMENT, shown=False, descending=True),
    ),
    sort="-signed_on",
    hidden_filters=frozenset({"updated_since", "project"}),
    totals=(Total("", Sum("amount"), kind=Kind.MONEY),),
    empty_title=_("No matching contracts"),
    empty_text=_("File a signed contract for the projects that it is for."),
)
