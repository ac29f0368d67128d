"""The columns of the registers' overview and of a compound's doors: each declared once for page and spreadsheet.

Neither shows a name or a phone, and neither does what is exported from them.
"""

from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Coalesce, Concat, Length
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from compounds.gaps import without_households
from compounds.models import CompoundQuerySet
from core.figures import NOTHING, percent, thousands
from core.html import icon_markup
from core.keyset import Term
from core.lists import Bulk, Column, Gap, Kind, Link, ListSpec, Total
from core.lists.columns import Row
from residents.filters.register import with_link, with_owner
from residents.models import DELIVERED, DoorCall, Household, HouseholdUse, Opinion, Owner, Round, Tenancy
from residents.models.households import HouseholdQuerySet

# --- The overview -------------------------------------------------------------------------


def _of_doors(doors: QuerySet[Household], figure: Any, output: Any) -> Subquery:
    """A figure over the living doors of the compound in the outer row."""
    per_compound = doors.filter(compound=OuterRef("pk")).order_by().values("compound")
    return Subquery(per_compound.annotate(figure=figure).values("figure"), output_field=output)


def with_registers(rows: CompoundQuerySet) -> QuerySet[Any]:
    """Compounds beside what their register holds; a column that is not shown costs nothing."""
    living = Household.objects.living()
    running = Round.objects.running().filter(compound=OuterRef("pk"))
    delivered = DoorCall.objects.standing().filter(
        round__compound=OuterRef("pk"), round__ended_at__isnull=True, household__ended_on__isnull=True,
        finding__in=DELIVERED,
    )  # fmt: skip
    reached = delivered.order_by().values("round").annotate(n=Count("household", distinct=True)).values("n")
    open_ones = Opinion.objects.heads().waiting().filter(compound=OuterRef("pk"))
    waiting = open_ones.order_by().values("compound").annotate(n=Count("pk")).values("n")
    count = IntegerField()
    return rows.annotate(
        doors=Coalesce(_of_doors(living, Count("pk"), count), 0),
        owned=Coalesce(
            _of_doors(living.filter(Exists(Owner.objects.current().filter(household=OuterRef("pk")))), Count("pk"), count), 0
        ),
        door_area=_of_doors(living, Sum("exclusive_area"), DecimalField(max_digits=14, decimal_places=2)),
        difference=Case(
            When(household_count__isnull=False, then=F("doors") - F("household_count")), output_field=count
        ),
        open_opinions=Coalesce(Subquery(waiting, output_field=count), 0),
        round_title=Subquery(running.values("title")[:1]),
        reached=Case(When(round_title__isnull=False, then=Coalesce(Subquery(reached[:1]), 0)), output_field=count),
    )  # fmt: skip


def _difference(row: Row) -> SafeString | str:
    """Nothing entered yet is no difference to look into, only a beginning."""
    difference = row["difference"]
    if difference is None or not row["doors"]:
        return ""
    if difference == 0:
        return icon_markup("check", label=_now("agrees"))
    return format_html(
        "{}{}{}", icon_markup("alert-triangle"), "+" if difference > 0 else "", thousands(difference)
    )


def _owned(row: Row) -> str:
    return f"{thousands(row['owned'])} / {thousands(row['doors'])}" if row["doors"] else ""


def _coverage(row: Row) -> SafeString | str:
    title, reached, doors = row["round_title"], row["coverage"], row["doors"]
    if not title:
        return ""
    share = percent(Decimal(reached) / doors, places=0) if doors else thousands(reached)
    return format_html(
        '<span title="{}">{} <span class="quiet">{} / {}</span></span>', title, share, thousands(reached), thousands(doors)
    )  # fmt: skip


def _coverage_plain(row: Row) -> Any:
    return round(row["coverage"] / row["doors"], 4) if row["round_title"] and row["doors"] else None


REGISTERS = ListSpec(
    key="registers",
    title=_("Residents"),
    search_hint=_("Name, pinyin, address or code"),
    noun=pgettext_lazy("count", "compounds"),
    division="community__code",
    columns=(
        Column("name", _("Compound"), link=Link("residents:households", "code"), width=28, sort=(Term("name"), Term("pk"))),
        Column(
            "community", _("Community"), source="community__name", width=24,
            sort=(Term("community_id"), Term("name"), Term("pk")),
        ),
        Column(
            "declared", _("Declared households"), source="household_count", kind=Kind.INTEGER, descending=True, width=10,
        ),
        Column("doors", _("Doors in the register"), kind=Kind.INTEGER, descending=True, width=10),
        Column(
            "difference", _("Difference"), kind=Kind.INTEGER, needs=("doors",), render=_difference,
            export=lambda row: row["difference"] if row["doors"] else None, width=10,
            hint=_("Doors in the register less declared households."),
        ),
        Column(
            "owned", _("Doors with owner"), kind=Kind.INTEGER, needs=("doors",), render=_owned,
            export=lambda row: row["owned"], width=12,
        ),
        Column("door_area", _("Exclusive area"), kind=Kind.DECIMAL, unit=_("m²"), descending=True),
        Column("floor_area", _("Declared floor area"), kind=Kind.DECIMAL, places=0, unit=_("m²"), shown=False),
        Column("round", _("Round under way"), source="round_title", width=20),
        Column(
            "coverage", _("Letters delivered"), source="reached", kind=Kind.PERCENT, needs=("round_title", "doors"),
            render=_coverage, export=_coverage_plain, sort=None, width=14,
        ),
        Column("opinions", _("Open opinions"), source="open_opinions", kind=Kind.INTEGER, descending=True, width=10),
        Column("code", _("Code"), kind=Kind.CODE, shown=False, sort=(Term("code"),)),
    ),
    sort="community",
    totals=(
        Total(
            _("declared households"), Sum("household_count"),
            gap=Gap("household_count", without_households, ("declared", "false")),
        ),
        Total(_("doors in the register"), Sum("doors")),
    ),
    bulk=(
        Bulk("export", _("Export"), "residents:overview_export", icon="file-export"),
        Bulk("print", _("Print"), "residents:overview_print", icon="printer"),
    ),
    empty_title=_("No compounds here"),
    empty_text=_("Choose another division above. Compounds come from the register of compounds."),
)  # fmt: skip


# --- The doors of a compound --------------------------------------------------------------


def with_doors(rows: HouseholdQuerySet) -> QuerySet[Household]:
    """Doors with what the list shows and sorts by."""
    return rows.annotate(
        door_text=Concat("building__number", "staircase", "unit", output_field=TextField()),
        building_length=Length("building__number_key"),
        staircase_length=Length("staircase_key"),
        unit_length=Length("unit_key"),
        has_owner=with_owner(),
        has_link=with_link(),
        is_ended=Q(ended_on__isnull=False),
    )


BY_BUILDING = (Term("building_length"), Term("building__number_key"), Term("building_id"))
BY_STAIRCASE = (Term("staircase_length"), Term("staircase_key"))
BY_UNIT = (Term("unit_length"), Term("unit_key"), Term("pk"))
# As one walks: by building, staircase, floor and door.
BY_DOOR = (*BY_BUILDING, *BY_STAIRCASE, Term("floor", nullable=True), *BY_UNIT)


def without_area(count: int) -> str:
    return ngettext("{count} without area", "{count} without area", count).format(count=thousands(count))


HOUSEHOLDS_OF = ListSpec(
    key="households",
    title=_("Doors of the compound"),
    search_hint=_("A door: 3号楼, 3-2-501, 501"),
    noun=pgettext_lazy("count", "doors"),
    columns=(
        Column("door", _("Door"), source="door_text", link=Link("residents:household", "pk"), sort=BY_DOOR, width=20),
        Column("building", _("Building"), source="building__number", sort=BY_DOOR, shown=False, width=10),
        Column("staircase", _("Staircase"), sort=(*BY_STAIRCASE, *BY_BUILDING, *BY_UNIT), shown=False, width=10),
        Column(
            "floor", _("Floor"), kind=Kind.INTEGER, sort=(Term("floor", nullable=True), *BY_BUILDING, *BY_STAIRCASE, *BY_UNIT),
            width=8,
        ),
        Column("unit", pgettext_lazy("of a household", "Door number"), sort=(*BY_UNIT[:2], *BY_BUILDING, *BY_STAIRCASE, Term("pk")), shown=False, width=10),
        Column("area", _("Exclusive area"), source="exclusive_area", kind=Kind.DECIMAL, unit=_("m²"), descending=True),
        Column("use", _("Use"), choices=[*HouseholdUse.choices[:-1], (HouseholdUse.UNKNOWN, NOTHING)], width=14),
        Column("tenancy", _("Tenancy"), choices=[*Tenancy.choices[:-1], (Tenancy.UNKNOWN, NOTHING)], width=14),
        Column(
            "owner", _("Owners"), source="has_owner", choices=((True, _("recorded")), (False, _("not recorded"))),
            tones={True: "ok", False: "waiting"}, width=12,
        ),
        Column("linked", _("Owner of several units"), source="has_link", kind=Kind.YESNO, shown=False, width=12),
        Column(
            "state", _("State"), source="is_ended", choices=((False, _("in the register")), (True, _("kept as history"))),
            tones={True: "late", False: ""}, width=14, shown=False,
        ),
        Column("ended_on", _("Ended on"), kind=Kind.DATE, shown=False, width=12),
        Column("updated_at", _("Changed"), kind=Kind.MOMENT, shown=False, descending=True, width=16),
    ),
    sort="door",
    totals=(
        Total("", Sum("exclusive_area"), kind=Kind.AREA, gap=Gap("exclusive_area", without_area, ("has_area", "false"))),
    ),
    bulk=(
        Bulk("use", _("Use and tenancy"), "residents:household_bulk_use", icon="home"),
        Bulk("merge", _("Make one of several"), "residents:household_bulk_merge", icon="arrows-join"),
        Bulk("export", _("Export"), "residents:household_bulk_export", icon="file-export"),
        Bulk("print", _("Print"), "residents:household_bulk_print", icon="printer"),
    ),
    empty_title=_("No door is entered yet"),
    empty_text=_("Import the compound's household list, or add the doors one by one."),
)  # fmt: skip
