"""The columns of the list of plans."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from core.lists.columns import Row
from projects.models import PlanKind, PlanState

PLAN_TONES: dict[str, str] = {
    PlanState.DRAFT: "waiting",
    PlanState.SUBMITTED: "act",
    PlanState.RETURNED: "late",
    PlanState.APPROVED: "act",
    PlanState.ISSUED: "ok",
    PlanState.SUPERSEDED: "",
}
COUNTY_DIGITS = 6


def _years(row: Row) -> str:
    first, last = row["first_year"], row["last_year"]
    return str(first) if first == last else f"{first}–{last}"


def _listed(row: Row) -> int | None:
    """Of a county's plan its own list; of a higher one the compounds of the plans in force below."""
    if len(row["division_id"]) == COUNTY_DIGITS:
        return row["own_listed"] or 0
    found: int | None = row["below_listed"]
    return found


def _listed_words(row: Row) -> str:
    listed = _listed(row)
    return "—" if listed is None else f"{listed:,}"


PLANS = ListSpec(
    key="plans",
    title=_("Plans"),
    noun=_("plans"),
    one=pgettext_lazy("count", "plan"),
    search_hint=_("Title, division or document number"),
    division="division__code",
    columns=(
        Column("title", _("Plan"), link=Link("projects:plan", "pk"), width=34, sort=(Term("title"), Term("pk"))),
        Column(
            "years", _("Year"), source="first_year", kind=Kind.YEAR, needs=("first_year", "last_year"), render=_years,
            export=_years, descending=True, width=11,
            sort=(Term("first_year"), Term("division_id"), Term("version"), Term("pk")),
        ),
        Column("division", _("Division"), source="division__name", sort=(Term("division_id"), Term("pk"))),
        Column("kind", _("Kind"), choices=PlanKind.choices),
        Column("version", _("Version"), kind=Kind.INTEGER, width=8, shown=False),
        Column("state", _("State"), choices=PlanState.choices, tones=PLAN_TONES),
        Column("target", _("Target"), source="target_compounds", kind=Kind.INTEGER, unit=_("compounds"), width=10),
        Column(
            "listed", _("Listed"), source="own_listed", kind=Kind.INTEGER, unit=_("compounds"), sort=None,
            needs=("division_id", "own_listed", "below_listed"), render=_listed_words, export=_listed, width=10,
            hint=_("Of cities and provinces: the counties' plans in force added up."),
        ),
        Column("target_investment", _("Target: investment"), kind=Kind.MONEY, shown=False),
        Column("number", _("Document number"), source="document_number", width=24),
        Column("issued_on", _("Issued on"), kind=Kind.DATE, descending=True),
        Column("submitted_at", _("Submitted"), kind=Kind.MOMENT, shown=False, descending=True),
        Column("reason", _("Reason for the amendment"), source="amendment_reason", shown=False, sort=None, wrap=True),
    ),
    sort="-years",
    empty_title=_("No plan yet"),
    empty_text=_("A plan is drawn up for a county, city or province; its compounds come from the reserve pool."),
)  # fmt: skip
