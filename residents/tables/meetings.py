"""The columns of the list of meetings."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec, Total
from residents.models import Attendance, Decision, Meeting, MeetingKind, MeetingState

TONES = {MeetingState.PLANNED: "act", MeetingState.HELD: "ok", MeetingState.CANCELLED: ""}


def listed(rows: QuerySet[Meeting]) -> QuerySet[Any]:
    made = Decision.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
    count = Subquery(made.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    came = (
        Attendance.objects.filter(meeting=OuterRef("pk"), household__isnull=False)
        .order_by()
        .values("meeting")
    )
    doors = Subquery(came.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return rows.annotate(decision_count=Coalesce(count, 0), door_count=Coalesce(doors, 0))


MEETINGS = ListSpec(
    key="meetings",
    search_hint=_("Subject, compound or place"),
    title=_("Meetings"),
    noun=pgettext_lazy("count", "meetings"),
    division="division_code",
    columns=(
        Column("title", _("About"), wrap=True, link=Link("residents:meeting", "pk"), sort=(Term("title"), Term("pk")), width=30),
        Column("compound", _("Compound"), source="compound__name", width=20),
        Column("kind", _("Kind of meeting"), choices=MeetingKind.choices, width=14),
        Column("begins_at", _("Begins"), kind=Kind.MOMENT, descending=True, sort=(Term("begins_at"), Term("pk")), width=16),
        Column("place", _("Meeting place"), width=20),
        Column("state", _("State"), choices=MeetingState.choices, tones=TONES, width=12),
        Column("present", _("Residents present"), source="attended_count", kind=Kind.INTEGER, width=10),
        Column("doors", _("Doors present"), source="door_count", kind=Kind.INTEGER, width=10),
        Column("decisions", _("Decisions"), source="decision_count", kind=Kind.INTEGER, width=10),
        Column("why", _("Why it is cancelled"), source="cancel_reason", shown=False, wrap=True, width=24),
        Column("agenda", _("Agenda"), shown=False, sort=None, wrap=True, width=40),
    ),
    sort="-begins_at",
    totals=(Total(pgettext_lazy("count", "residents present"), Sum("attended_count")),),
    empty_title=_("No meeting yet"),
    empty_text=_("Announce one from a compound’s page: tab “Residents”, then “Meetings”."),
)  # fmt: skip
