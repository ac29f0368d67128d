"""The columns of the list of rounds of visits."""

from typing import Any

from django.db.models import Case, CharField, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from residents.models import DELIVERED, DoorCall, Household

RUNNING, ENDED = "running", "ended"
STATES = [
    (RUNNING, pgettext_lazy("round of visits", "under way")),
    (ENDED, pgettext_lazy("round of visits", "over")),
]
TONES = {RUNNING: "act", ENDED: "ok"}


def with_reach(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`reached` of `doors`: doors where the letter arrived."""
    count = IntegerField()
    doors = Household.objects.living().filter(compound=OuterRef("compound")).order_by()
    calls = DoorCall.objects.standing().filter(round=OuterRef("pk"), finding__in=DELIVERED).order_by()
    reached = calls.values("round").annotate(n=Count("household", distinct=True)).values("n")
    return rows.annotate(
        state=Case(
            When(ended_at__isnull=True, then=Value(RUNNING)), default=Value(ENDED), output_field=CharField()
        ),
        doors=Coalesce(
            Subquery(doors.values("compound").annotate(n=Count("pk")).values("n"), output_field=count), 0
        ),
        reached=Coalesce(Subquery(reached, output_field=count), 0),
    )


ROUNDS = ListSpec(
    key="rounds",
    title=_("Rounds of visits"),
    noun=pgettext_lazy("count", "rounds"),
    division="division_code",
    columns=(
        Column("compound", _("Compound"), source="compound__name", link=Link("residents:round", "id"), width=22),
        Column("title", _("Title"), width=26),
        Column("state", _("State"), choices=STATES, tones=TONES),
        Column("reached", _("Letters delivered"), kind=Kind.INTEGER, width=12),
        Column("doors", _("Households"), kind=Kind.INTEGER, width=10),
        Column("contact", _("Whom to call"), width=18),
        Column("contact_phone", _("Telephone"), width=14),
        Column("started_at", _("Begun"), kind=Kind.MOMENT, descending=True, sort=(Term("started_at"), Term("pk"))),
        Column("ended_at", pgettext_lazy("round of visits", "Ended"), kind=Kind.MOMENT, shown=False),
    ),
    sort="-started_at",
    empty_title=_("No round of visits yet"),
    empty_text=_("Start one from a compound's page: tab “Residents”, then “Visits”."),
)  # fmt: skip
