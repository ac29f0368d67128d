"""The columns of the register of opinions: one declaration for page and spreadsheet, without name or telephone."""

from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compounds.models import Topic
from core.figures import NOTHING
from core.html import badge_markup
from core.keyset import Term
from core.lists import Column, Kind, ListSpec, Total
from core.lists.columns import Row
from directory.models import User
from residents.filters.opinions import overdue
from residents.models import Adoption, Channel, Opinion, OpinionState

TONES = {
    OpinionState.OPEN: "act",
    OpinionState.ANSWERED: "ok",
    OpinionState.CLOSED: "",
    OpinionState.MERGED: "waiting",
}
WORDS_SHOWN = 60


def listed(rows: QuerySet[Opinion], user: User) -> QuerySet[Any]:
    """With how many voices each carries (its own and those joined), whether its day has passed, and whose it is."""
    joined = Opinion.objects.filter(merged_into=OuterRef("pk")).order_by().values("merged_into")
    count = Subquery(joined.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return rows.annotate(
        voice_count=Coalesce(count, 0) + 1,
        past_due=ExpressionWrapper(overdue(), output_field=BooleanField()),
        is_mine=ExpressionWrapper(Q(owner=user.pk), output_field=BooleanField()),
    )


def _overdue(row: Row) -> SafeString | str:
    return SafeString(f" {badge_markup(_now('overdue'), 'late')}") if row["past_due"] else ""


def _words(row: Row) -> SafeString:
    words = Truncator(row["text"]).chars(WORDS_SHOWN)
    return format_html('<a href="{}">{}</a>', reverse("residents:opinion", args=[row["pk"]]), words)


def _category(row: Row) -> str:
    """In the language of the moment."""
    return (row["category__name_en"] if get_language() == "en" else "") or row["category"] or ""


OPINIONS = ListSpec(
    key="opinions",
    title=_("Register of opinions"),
    search_hint=_("Words, compound or number"),
    noun=pgettext_lazy("count", "opinions"),
    division="division_code",
    columns=(
        Column("text", _("What was said"), needs=("pk",), render=_words, export=lambda row: row["text"], sort=None, wrap=True, width=40),
        Column("number", pgettext_lazy("of an opinion", "No."), kind=Kind.INTEGER, sort=(Term("number"), Term("pk")), width=8),
        Column("compound", _("Compound"), source="compound__name", width=20),
        Column("category", _("Category"), source="category__name_zh", needs=("category__name_en",), render=lambda row: _category(row) or NOTHING, export=_category, width=20),
        Column("topic", _("Problem class"), source="category__topic", choices=Topic.choices, shown=False, width=14),
        Column("channel", pgettext_lazy("opinion", "Came in"), choices=Channel.choices, width=12),
        Column("received_at", _("Received"), kind=Kind.MOMENT, descending=True, sort=(Term("received_at"), Term("pk")), width=16),
        Column("owner", _("Who answers"), source="owner__name", width=12),
        Column("due_on", _("Answer due"), kind=Kind.DATE, needs=("past_due",), after=_overdue, sort=(Term("due_on"), Term("pk")), width=12),
        Column("state", _("State"), choices=OpinionState.choices, tones=TONES, width=12),
        Column("adoption", _("Adopted or not"), choices=Adoption.choices, width=14),
        Column("voices", _("Voices"), source="voice_count", kind=Kind.INTEGER, descending=True, width=8),
        Column("meeting", _("In which meeting"), source="meeting__title", shown=False, width=20),
        Column("reply", _("Reply"), shown=False, sort=None, wrap=True, width=40),
        Column("why", _("Why"), source="adoption_reason", shown=False, sort=None, wrap=True, width=24),
        Column("work", _("Work it led to"), source="work_item__catalogue_item__name_zh", shown=False, width=20),
        Column("head", _("Joined with No."), source=F("merged_into__number"), kind=Kind.INTEGER, shown=False, width=10),
        Column("replied_at", _("Answered on"), kind=Kind.MOMENT, shown=False, width=16),
        Column("published", _("Shown to the neighbours"), source="is_public", kind=Kind.YESNO, shown=False, width=10),
    ),
    sort="-received_at",
    hidden_filters=frozenset({"compound", "category"}),
    totals=(
        Total(_("wait for an answer"), Count("pk", filter=Q(state=OpinionState.OPEN))),
        Total(_("overdue"), Count("pk", filter=overdue())),
        Total(_("adopted, also in part"), Count("pk", filter=Q(adoption__in=[Adoption.ADOPTED, Adoption.PARTLY]))),
    ),
    empty_title=_("No opinion here yet"),
    empty_text=_("What residents say on the phone comes here by itself; what is said at the door, in a meeting or by telephone is recorded."),
)  # fmt: skip
