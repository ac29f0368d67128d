"""Two lists that work is done from: surveys waiting for somebody, and the order of the reserve pool."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import django_filters
import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Sum, Window
from django.db.models.functions import Left, RowNumber
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from compounds.filters import (
    LACKS,
    NONE,
    POOL_ORDER,
    BatchFilter,
    EligibleFilter,
    LacksFilter,
)
from compounds.gaps import AREA, HOUSEHOLDS
from compounds.judging.eligibility import LABELS, sentence
from compounds.judging.marks import eligibility_mark, parts_bar
from compounds.models import Batch, Compound, ConditionSurvey, PoolEntry, SurveyState
from compounds.models.register import looks_like
from compounds.tables import BATCH_TONES
from core.filters import MOST, YES, YES_NO, AnyOfFilter, MatchingFilter, WholeNumberFilter, YesNoFilter
from core.html import badge_markup, icon_markup
from core.keyset import Term
from core.lists import Bulk, Column, Kind, Link, ListSpec, Total
from core.lists.columns import Row
from directory.fields import DivisionFilter

# How long a submitted survey may wait for the bureau before it shows as late.
CONFIRM_WITHIN = timedelta(days=7)

SURVEY_TONES = {
    SurveyState.DRAFT: "waiting",
    SurveyState.SUBMITTED: "act",
    SurveyState.RETURNED: "late",
    SurveyState.CONFIRMED: "ok",
}


def is_late(submitted_at: datetime | None, state: str, now: datetime) -> bool:
    return state == SurveyState.SUBMITTED and submitted_at is not None and now - submitted_at > CONFIRM_WITHIN


# --- Surveys ----------------------------------------------------------------------------


class SurveySearchFilter(django_filters.CharFilter):
    def filter(self, qs: Any, value: str) -> Any:
        return qs.filter(looks_like(value, path="compound__search_text")) if value else qs


class LateFilter(YesNoFilter):
    def filter(self, qs: Any, value: str) -> Any:
        if not value:
            return qs
        late = {"state": SurveyState.SUBMITTED, "submitted_at__lt": timezone.now() - CONFIRM_WITHIN}
        return qs.filter(**late) if value == YES else qs.exclude(**late)


class SurveyListFilter(django_filters.FilterSet):
    q = SurveySearchFilter(label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code", label=_("Division"))
    state = AnyOfFilter(field_name="state", label=_("State"), choices=SurveyState.choices)
    late = LateFilter(label=_("Overdue"), choices=YES_NO)
    submitted_by = WholeNumberFilter(
        field_name="submitted_by_id", label=_("Submitted by"), min_value=1, max_value=MOST
    )

    class Meta:
        model = ConditionSurvey
        fields: list[str] = []


def _waiting(row: Row) -> SafeString | str:
    """How many days it has been waiting for the bureau; late ones say so."""
    submitted_at, state = row["submitted_at"], row["state"]
    if state != SurveyState.SUBMITTED or submitted_at is None:
        return ""
    days = waiting_days(submitted_at)
    words = ngettext("{days} day", "{days} days", days).format(days=days)
    return badge_markup(words, "late") if is_late(submitted_at, state, timezone.now()) else words


def waiting_days(submitted_at: datetime) -> int:
    return max(0, (timezone.now() - submitted_at).days)


SURVEYS = ListSpec(
    key="surveys",
    title=_("Condition surveys"),
    search_hint=_("Name, pinyin, address or code"),
    noun=_("surveys"),
    one=pgettext_lazy("count", "survey"),
    division="division_code",
    columns=(
        Column("compound", _("Compound"), source="compound__name", link=Link("compounds:survey", "pk"), width=28),
        Column("community", _("Community"), source="compound__community__name", width=24),
        Column("state", _("State"), choices=SurveyState.choices, tones=SURVEY_TONES),
        Column("surveyed_on", _("Surveyed on"), kind=Kind.DATE, descending=True),
        Column("submitted_at", _("Submitted"), kind=Kind.MOMENT, width=16),
        Column(
            "waiting", _("Waiting"), source="submitted_at", needs=("submitted_at", "state"), render=_waiting,
            export=lambda row: waiting_days(row["submitted_at"])
            if row["state"] == SurveyState.SUBMITTED and row["submitted_at"] else None,
            sort=None, width=10, hint=_("Days since it was submitted, while the bureau has not answered."),
        ),
        Column("filled_by", _("Filled in by"), source="filled_by__name"),
        Column("decided_by", _("Decided by"), source="decided_by__name", shown=False),
        Column("return_reason", _("Returned because"), width=40, sort=None),
    ),
    sort="submitted_at",
    empty_title=_("No survey yet"),
    empty_text=_("A community worker begins one from the page of a compound."),
)  # fmt: skip


# --- The pool ---------------------------------------------------------------------------


class OutOfTurnFilter(YesNoFilter):
    def filter(self, qs: Any, value: str) -> Any:
        return qs.filter(override_rank__isnull=value != YES) if value else qs


class PoolFilter(django_filters.FilterSet):
    q = MatchingFilter(label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="community__code", label=_("Division"))
    batch = BatchFilter(label=_("Batch"), choices=[*Batch.choices, (NONE, _("not in the pool"))])
    eligible = EligibleFilter(label=_("Eligible"), choices=[*YES_NO, ("unknown", _("not surveyed"))])
    lacks = LacksFilter(label=_("Not recorded"), choices=[(key, label) for key, _field, label in LACKS])
    out_of_turn = OutOfTurnFilter(label=_("Out of turn"), choices=YES_NO)

    class Meta:
        model = Compound
        fields: list[str] = []


def _place(row: Row) -> SafeString | str:
    if row["override_rank"] is None:
        return ""
    return format_html(
        '{} {} <span class="quiet">{}</span>',
        icon_markup("flag", label=_now("out of turn")),
        row["override_rank"],
        row["current_entry__override_reason"],
    )


def _parts(row: Row) -> SafeString | str:
    """A list's rows come as the driver gives them, JSON as text."""
    parts = row["urgency_score__parts"]
    if not parts:
        return ""
    return parts_bar(orjson.loads(parts) if isinstance(parts, str) else parts)


def _unmet(row: Row) -> list[dict[str, Any]]:
    lines = row["urgency_score__eligibility"] or []
    found: list[dict[str, Any]] = orjson.loads(lines) if isinstance(lines, str) else lines
    return [line for line in found if line["met"] is not True]


def _eligibility(row: Row) -> SafeString:
    """Whether it is eligible; if not, which criteria fail, and in full when hovering over them."""
    mark = eligibility_mark(row["eligible"])
    if row["eligible"] is not False:
        return mark
    unmet = _unmet(row)
    names = _now(", ").join(str(LABELS[line["criterion"]]) for line in unmet)
    why = " ".join(sentence(**line) for line in unmet)
    return format_html('{} <span class="quiet" title="{}">{}</span>', mark, why, names)


def _eligibility_in_words(row: Row) -> str:
    if row["eligible"] is None:
        return ""
    if row["eligible"]:
        return _now("eligible")
    return " ".join([_now("not eligible") + ":", *(sentence(**line) for line in _unmet(row))])


def places_in_order(keys: Sequence[int]) -> dict[int, int]:
    """Where compounds stand in the order of their county and batch, as the rule against queue-jumping counts."""
    current = PoolEntry.objects.current().exclude(batch=Batch.OUT)
    here = current.filter(compound__in=keys).values_list(Left("division_code", 6), flat=True).distinct()
    order = [
        F("override_rank").asc(nulls_last=True),
        F("urgency").desc(nulls_last=True),
        F("compound_id").asc(),
    ]
    placed = (
        current.within(list(here.order_by()))
        .annotate(urgency=F("compound__urgency_score__score"))
        .annotate(
            place=Window(RowNumber(), partition_by=[Left("division_code", 6), F("batch")], order_by=order)
        )
        .order_by()
        .values_list("compound_id", "place")
    )
    try:
        # A condition of the QuerySet's own would be applied before the places are counted.
        sql, params = placed.query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({sql}) AS placed (compound, place) WHERE compound = ANY(%s)",  # noqa: S608 (our own SQL)
            [*params, list(keys)],
        )
        return dict(cursor.fetchall())


POOL = ListSpec(
    key="pool",
    title=_("Order of the reserve pool"),
    search_hint=_("Name, pinyin, address or code"),
    noun=pgettext_lazy("count", "compounds"),
    one=pgettext_lazy("count", "compound"),
    division="community__code",
    columns=(
        Column(
            "name", _("Compound"), link=Link("compounds:pool_tab", "code"), width=28,
            sort=(Term("name"), Term("pk")),
        ),
        Column("community", _("Community"), source="community__name", width=24, sort=(Term("community_id"), Term("pk"))),
        Column("batch", _("Batch"), choices=Batch.choices, tones=BATCH_TONES),
        Column(
            "rank", pgettext_lazy("order", "Place"), kind=Kind.INTEGER, look_up=places_in_order, sort=POOL_ORDER, width=7,
            hint=_("Place within its county and batch. Sorted as the pool is: a stated place first, then urgent first."),
        ),
        Column(
            "place", _("Out of turn"), source="override_rank", needs=("override_rank", "current_entry__override_reason"),
            render=_place, export=lambda row: row["override_rank"], sort=POOL_ORDER, width=10,
            hint=_("Sorted as the pool is: a stated place first, then urgent first."),
        ),
        Column(
            "override_reason", _("Reason for the place"), source="current_entry__override_reason", shown=False,
            sort=None, width=40,
        ),
        Column("urgency", _("Urgency"), kind=Kind.DECIMAL, descending=True),
        Column(
            "parts", _("Parts of the score"), source="urgency_score__parts", needs=("urgency_score__parts",),
            render=_parts, export=lambda row: "", sort=None, width=18,
        ),
        Column(
            "eligible", _("Eligible"), source="urgency_score__is_eligible",
            choices=((True, _("eligible")), (False, _("not eligible"))), needs=("urgency_score__eligibility",),
            render=_eligibility, export=_eligibility_in_words, width=30,
        ),
        Column("built_year", _("Built in"), kind=Kind.YEAR, shown=False, width=9),
        Column("households", _("Households"), source="household_count", kind=Kind.INTEGER, width=9),
        Column("area", _("Floor area"), source="floor_area", kind=Kind.DECIMAL, unit=_("m²")),
        Column("since", _("In the batch since"), source="current_entry__moved_at", kind=Kind.DATE, descending=True),
        Column("moved_by", _("Moved by"), source="current_entry__moved_by__name", shown=False),
        Column("reason", _("Reason for the move"), source="current_entry__reason", sort=None, width=40),
    ),
    sort="rank",
    totals=(
        Total(pgettext_lazy("count", "households"), Sum("household_count"), gap=HOUSEHOLDS),
        Total("", Sum("floor_area"), kind=Kind.AREA, gap=AREA),
    ),
    bulk=(Bulk("move", _("Move to a batch"), "compounds:pool_move", icon="arrows-exchange"),),
    empty_title=_("The pool is empty"),
    empty_text=_("Compounds can be added once their survey is confirmed and they are eligible."),
)  # fmt: skip
