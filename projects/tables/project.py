"""The columns of the list of projects: one declaration for page, fragment and spreadsheet."""

from functools import lru_cache
from html import escape
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Func, IntegerField, OuterRef, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Cast, Left
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.html import badge_markup
from core.keyset import Term
from core.lists import Bulk, Column, Gap, Kind, Link, ListSpec, Total, editable
from core.lists.columns import Row
from core.text import comma
from directory.models import Division
from projects.models import (
    LINE,
    LeadKind,
    Milestone,
    Origin,
    Programme,
    Stage,
    Standing,
)
from projects.models.project import ProjectQuerySet
from projects.progression import STAGE_TONES, STANDING_TONES

PROGRAMMES: dict[str, Any] = dict(Programme.choices)
LEADS: dict[str, Any] = dict(LeadKind.choices)
LATE = "late"
# A project that is under way needs no badge to say so.
HALTED = {standing: tone for standing, tone in STANDING_TONES.items() if tone}


def listed(rows: ProjectQuerySet) -> ProjectQuerySet:
    """With what the list shows and sorts by; a column that is not shown costs nothing."""
    waiting = Milestone.objects.filter(project=OuterRef("pk"), done_on__isnull=True).order_by("due_on", "id")
    # Asked of the database once a day and list rather than of the clock once a row.
    sign = Case(
        When(due_on__lt=timezone.localdate(), then=Value(LATE)), default=Value(""), output_field=TextField()
    )
    parts = Func(
        Cast("due_on", TextField()), "name", "name_en", sign,
        template="ARRAY[%(expressions)s]", output_field=ArrayField(TextField()),
    )  # fmt: skip
    place = Case(
        *(When(stage=stage, then=Value(number)) for number, stage in enumerate(LINE)),
        output_field=IntegerField(),
    )
    county = Division.objects.filter(code=Left(OuterRef("division_code"), 6))
    return rows.annotate(
        next_due=Subquery(waiting.values("due_on")[:1]),
        next_milestone=Subquery(waiting.values(found=parts)[:1]),
        stage_place=place,
        county_name=Subquery(county.values("name")[:1]),
    )


def _milestone(row: Row) -> tuple[str, str, bool] | None:
    """(day, name in the language of the moment, whether late)."""
    found = row["next_milestone"]
    if not found or row["standing"] == Standing.CANCELLED:
        return None
    day, name, name_en, sign = found
    is_late = bool(sign) and row["standing"] == Standing.ACTIVE
    return day, name_en if name_en and (get_language() or "").startswith("en") else name, is_late


def _next_milestone(row: Row) -> SafeString | str:
    found = _milestone(row)
    if found is None:
        return ""
    day, name, is_late = found
    return SafeString(
        f"{day} {escape(name)} {late_badge(get_language() or '')}" if is_late else f"{day} {escape(name)}"
    )


@lru_cache(maxsize=8)
def late_badge(_language: str) -> SafeString:
    return badge_markup(_now("late"), "late")


def _next_milestone_plain(row: Row) -> str:
    found = _milestone(row)
    return f"{found[0]} {found[1]}{' ' + _now('(late)') if found[2] else ''}" if found else ""


def _besides(row: Row) -> SafeString | str:
    """What stands beside the stage: that the project stands still, that it is from before the portal."""
    badges = []
    if row["standing"] in HALTED:
        badges.append(badge_markup(str(Standing(row["standing"]).label), HALTED[row["standing"]]))
    if row["origin"] == Origin.BEFORE_PORTAL:
        badges.append(badge_markup(_now("before the portal")))
    return SafeString(" ".join(badges))


def _lead(row: Row) -> str:
    """The body itself; where none is registered, of what kind it is by rule."""
    return row["lead"] or str(LEADS.get(row["lead_kind"], ""))


def _programmes(row: Row) -> str:
    return comma().join(str(PROGRAMMES.get(name, name)) for name in row["programmes"] or ())


def _manager(row: Row) -> SafeString:
    return editable("manager", row["code"], row["manager"])


def _without_households(count: int) -> str:
    return ngettext(
        "{count} without number of households", "{count} without number of households", count
    ).format(count=count)


def _without_area(count: int) -> str:
    return ngettext("{count} without floor area", "{count} without floor area", count).format(count=count)


PROJECTS = ListSpec(
    key="projects",
    title=_("Projects"),
    search_hint=_("Name, pinyin, address or number"),
    noun=pgettext_lazy("count", "projects"),
    one=pgettext_lazy("count", "project"),
    division="division_code",
    columns=(
        Column(
            "compound", _("Compound"), source="compound__name", link=Link("projects:detail", "code"), width=28,
            sort=(Term("compound__name"), Term("pk")),
        ),
        Column("code", _("Project number"), kind=Kind.CODE, shown=False, width=18, sort=(Term("code"),)),
        Column(
            "year", _("Plan year"), kind=Kind.YEAR, descending=True, width=9,
            sort=(Term("year"), Term("division_code"), Term("pk")),
        ),
        Column(
            "stage", _("Stage"), choices=Stage.choices, tones=STAGE_TONES, sort=(Term("stage_place"), Term("pk")),
            needs=("standing", "origin"), after=_besides, hint=_("Sorted along the line."), width=16,
        ),
        Column("standing", _("Standing"), choices=Standing.choices, tones=HALTED, shown=False),
        Column(
            "next_milestone", _("Next milestone"), needs=("standing",), render=_next_milestone,
            export=_next_milestone_plain, sort=(Term("next_due", nullable=True), Term("pk")), width=34,
        ),
        Column(
            "manager", _("Responsible person"), source="manager__name", needs=("code",), render=_manager,
            export=lambda row: row["manager"], width=14,
        ),
        Column(
            "percent", _("Progress"), source="percent_done", kind=Kind.DECIMAL, places=0, unit="%", descending=True, width=9,
        ),
        Column(
            "lead", _("Lead body"), source="lead__name", needs=("lead_kind",), render=_lead, export=_lead, width=24,
        ),
        Column("client", _("Client"), source="client__name", shown=False, width=24),
        Column(
            "division", _("Community"), source="compound__community__name", width=24,
            sort=(Term("division_code"), Term("compound__name"), Term("pk")),
        ),
        Column("county", _("County or district"), source="county_name", shown=False, sort=(Term("division_code"), Term("pk"))),
        Column("planned_start", _("Planned start"), source="planned_start_on", kind=Kind.DATE, shown=False, width=12),
        Column("started", _("Actual start"), source="started_on", kind=Kind.DATE, width=12),
        Column("planned_completion", _("Planned completion"), source="planned_completion_on", kind=Kind.DATE, width=12),
        Column("forecast_completion", _("Completion by the timetable"), source="forecast_completion_on", kind=Kind.DATE, width=12),
        Column("completed", _("Actual completion"), source="completed_on", kind=Kind.DATE, width=12),
        Column("last_progress", _("Last progress entry"), source="last_progress_on", kind=Kind.DATE, shown=False, width=12),
        Column("households", _("Households"), source="compound__household_count", kind=Kind.INTEGER, width=9),
        Column(
            "area", _("Floor area"), source="compound__floor_area", kind=Kind.DECIMAL, places=0, unit=_("m²"), shown=False,
        ),
        Column(
            "programmes", _("Programmes"), render=_programmes, export=_programmes, sort=None, shown=False, width=24,
        ),
        Column("origin", _("Origin"), choices=Origin.choices, shown=False, width=18),
        Column("updated_at", _("Changed"), kind=Kind.MOMENT, shown=False, descending=True, width=16),
    ),
    sort="-year",
    # Asked by programs and links, not by people.
    hidden_filters=frozenset({"updated_since", "manager", "compound", "lacks_households", "lacks_area"}),
    totals=(
        Total(
            pgettext_lazy("count", "households"), Sum("compound__household_count"),
            gap=Gap("compound__household_count", _without_households, ("lacks_households", "true")),
        ),
        Total(
            "", Sum("compound__floor_area"), kind=Kind.AREA,
            gap=Gap("compound__floor_area", _without_area, ("lacks_area", "true")),
        ),
    ),
    bulk=(
        Bulk("manager", _("Responsible person"), "projects:bulk_manager", icon="user-check"),
        Bulk("dates", _("Move a date"), "projects:bulk_dates", icon="calendar"),
        Bulk("programmes", _("Programmes"), "projects:bulk_programmes", icon="bookmark"),
        Bulk("export", _("Export"), "projects:bulk_export", icon="file-export"),
        Bulk("print", _("Print"), "projects:bulk_print", icon="printer"),
    ),
    empty_title=_("No matching projects"),
    empty_text=_("Remove a condition or choose another division. Issuing an annual plan begins its projects."),
)  # fmt: skip
