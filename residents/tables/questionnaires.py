"""The columns of the list of questionnaires."""

from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from residents.models import Household, Question, QuestionnaireState, Response

TONES = {
    QuestionnaireState.DRAFT: "waiting",
    QuestionnaireState.PUBLISHED: "act",
    QuestionnaireState.VOIDED: "wrong",
}


def with_participation(rows: QuerySet[Any]) -> QuerySet[Any]:
    """How many questions, answers that count, and (where households answer) doors there are."""
    count = IntegerField()

    def counted(found: QuerySet[Any], by: str) -> Subquery:
        return Subquery(found.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=count)

    doors = counted(Household.objects.living().filter(compound=OuterRef("compound")), "compound")
    return rows.annotate(
        question_count=Coalesce(counted(Question.objects.filter(questionnaire=OuterRef("pk")), "questionnaire"), 0),
        answered=Coalesce(
            counted(Response.objects.counting().filter(questionnaire=OuterRef("pk")), "questionnaire"), 0
        ),
        doors=Case(When(is_per_household=True, then=Coalesce(doors, 0)), output_field=count),
    )  # fmt: skip


QUESTIONNAIRES = ListSpec(
    key="questionnaires",
    title=_("Questionnaires"),
    noun=pgettext_lazy("count", "questionnaires"),
    division="division_code",
    search_hint=_("Title or compound"),
    columns=(
        Column("title", _("Title"), link=Link("residents:questionnaire", "id"), width=26),
        Column("compound", _("Compound"), source="compound__name", width=22),
        Column("state", _("State"), choices=QuestionnaireState.choices, tones=TONES),
        Column("opens_at", _("Opens"), kind=Kind.MOMENT),
        Column("closes_at", _("Closes"), kind=Kind.MOMENT, descending=True, sort=(Term("closes_at"), Term("pk"))),
        Column("questions", _("Questions"), source="question_count", kind=Kind.INTEGER, width=8),
        Column("answered", _("Answers"), kind=Kind.INTEGER, width=10),
        Column("doors", _("Households"), kind=Kind.INTEGER, width=10),
        Column("per_household", _("One for each household"), source="is_per_household", kind=Kind.YESNO, width=10),
        Column("shows_results", _("Results shown to residents"), kind=Kind.YESNO, shown=False, width=10),
        Column("drawn_up_by", _("Drawn up by"), source="drawn_up_by__name", shown=False, width=12),
    ),
    sort="-closes_at",
    empty_title=_("No questionnaire yet"),
    empty_text=_("Draw one up from a compound’s page: tab “Residents”, then “Questionnaires”."),
)  # fmt: skip
