"""The columns of the register's list: one declaration for page, fragment and spreadsheet."""

from decimal import Decimal

from django.db.models import Sum
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.filters import POOL_ORDER
from compounds.gaps import AREA, BUILDINGS, HOUSEHOLDS
from compounds.models import Batch, BuiltYearCertainty, Heritage, ManagementState
from compounds.sanity import Figures, sanity_warnings
from core.html import icon_markup
from core.keyset import Term
from core.lists import Bulk, Column, Kind, Link, ListSpec, Total, editable
from core.lists.columns import Row

# Tones of `core.html.badge_markup`: a sign goes with each.
BATCH_TONES: dict[str, str] = {
    Batch.RESERVE: "waiting",
    Batch.PREPARING: "act",
    Batch.IMPLEMENTING: "ok",
    Batch.OUT: "",
}


FIGURES = ("built_year", "building_count", "staircase_count", "household_count", "floor_area")


def _out_of_turn(row: Row) -> SafeString | str:
    """A sign where the order within the batch was overridden."""
    if row["override_rank"] is None:
        return ""
    words = _now("place {rank}, out of turn").format(rank=row["override_rank"])
    return format_html('<span class="quiet" title="{}">{}</span>', words, icon_markup("flag", label=words))


def _built(row: Row) -> str:
    """A year that is not certain says so: "~1987"."""
    year = row["built_year"]
    if year is None:
        return ""
    return f"~{year}" if row["built_year_certainty"] == BuiltYearCertainty.APPROXIMATE else str(year)


def _cluster(row: Row) -> SafeString:
    return editable("cluster", row["code"], row["cluster"])


def _doubts(row: Row) -> str:
    figures = Figures(
        built_year=row["built_year"],
        buildings=row["building_count"],
        staircases=row["staircase_count"],
        households=row["household_count"],
        area=Decimal(row["floor_area"]) if row["floor_area"] is not None else None,
    )
    return " ".join(warning.text for warning in sanity_warnings(figures))


COMPOUNDS = ListSpec(
    key="compounds",
    title=_("Compounds"),
    search_hint=_("Name, pinyin, address or code"),
    noun=pgettext_lazy("count", "compounds"),
    one=pgettext_lazy("count", "compound"),
    division="community__code",
    columns=(
        Column("name", _("Compound"), link=Link("compounds:detail", "code"), width=28, sort=(Term("name"), Term("pk"))),
        Column("code", _("Code"), kind=Kind.CODE, shown=False, sort=(Term("code"),)),
        Column(
            "community", _("Community"), source="community__name", width=24,
            sort=(Term("community_id"), Term("name"), Term("pk")),
        ),
        Column(
            "batch", _("Batch"), choices=Batch.choices, tones=BATCH_TONES, needs=("override_rank",),
            after=_out_of_turn, sort=POOL_ORDER,
            hint=_("Sorted as the pool is: a stated place first, then urgent first."),
        ),
        Column("urgency", _("Urgency"), source="urgency_score__score", kind=Kind.DECIMAL, descending=True),
        Column(
            "eligible", _("Eligible"), source="urgency_score__is_eligible",
            choices=((True, _("eligible")), (False, _("not eligible"))), tones={True: "ok", False: ""},
        ),
        Column(
            "built_year", _("Built in"), kind=Kind.YEAR, needs=("built_year_certainty",), render=_built,
            export=lambda row: row["built_year"], hint=_("~ means approximately."), width=9,
        ),
        Column("buildings", pgettext_lazy("figure", "Buildings"), source="building_count", kind=Kind.INTEGER, width=9),
        Column("staircases", pgettext_lazy("figure", "Staircases"), source="staircase_count", kind=Kind.INTEGER, shown=False, width=9),
        Column("households", pgettext_lazy("figure", "Households"), source="household_count", kind=Kind.INTEGER, width=9),
        Column("area", _("Floor area"), source="floor_area", kind=Kind.DECIMAL, places=0, unit=_("m²")),
        Column(
            "management", _("Managed by"), source="management_state", choices=ManagementState.choices,
            tones={ManagementState.NONE: "late"}, width=18,
        ),
        Column("no_manager", _("No manager (三无)"), kind=Kind.YESNO, shown=False),
        Column("title_owner", _("Title-owner unit"), source="title_owner__name", shown=False, width=24),
        Column("owners_committee", _("Owners' committee"), source="has_owners_committee", kind=Kind.YESNO, shown=False),
        Column("repair_fund", _("Repair fund paid in"), source="has_repair_fund", kind=Kind.YESNO, shown=False),
        Column(
            "cluster", _("Cluster"), source="cluster__name", needs=("code",), render=_cluster,
            export=lambda row: row["cluster"], width=18,
        ),
        Column("heritage", _("Heritage"), choices=Heritage.choices, shown=False),
        Column("address", _("Address"), shown=False, width=30),
        Column("former_names", _("Former names"), kind=Kind.LIST, shown=False, sort=None, width=24),
        Column(
            "doubts", _("Doubtful figures"), source="floor_area", needs=FIGURES, render=_doubts, export=_doubts,
            sort=None, shown=False, width=40,
        ),
        Column("updated_at", _("Changed"), kind=Kind.MOMENT, shown=False, descending=True, width=16),
    ),
    sort="community",
    # Asked by programs and links, not by people.
    hidden_filters=frozenset({"updated_since", "cluster", "title_owner"}),
    totals=(
        Total(pgettext_lazy("count", "buildings"), Sum("building_count"), gap=BUILDINGS),
        Total(pgettext_lazy("count", "households"), Sum("household_count"), gap=HOUSEHOLDS),
        Total("", Sum("floor_area"), kind=Kind.AREA, gap=AREA),
    ),
    bulk=(
        Bulk("move", _("Move to a batch"), "compounds:bulk_move", icon="arrows-exchange"),
        Bulk("cluster", _("Assign a cluster"), "compounds:bulk_cluster", icon="stack-2"),
        Bulk("export", _("Export"), "compounds:bulk_export", icon="file-export"),
        Bulk("print", _("Print"), "compounds:bulk_print", icon="printer"),
    ),
    empty_title=_("No matching compounds"),
    empty_text=_("Remove a condition, choose another division, or import compounds from a spreadsheet."),
)  # fmt: skip
