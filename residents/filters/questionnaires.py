"""What the list of questionnaires is narrowed by."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter
from directory.fields import DivisionFilter
from residents.models import Questionnaire, QuestionnaireState

OPEN, OVER = "open", "over"


class WhenFilter(django_filters.ChoiceFilter):
    """By the database's clock."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        published = qs.filter(state=QuestionnaireState.PUBLISHED)
        if value == OPEN:
            return published.filter(opens_at__lte=Now(), closes_at__gt=Now())
        return published.filter(closes_at__lte=Now()) if value == OVER else qs


class QuestionnaireFilter(django_filters.FilterSet):
    q = ContainsFilter(fields=("compound__name", "title"), label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code")
    state = AnyOfFilter(field_name="state", label=_("State"), choices=QuestionnaireState.choices)
    when = WhenFilter(label=_("Open now"), choices=[(OPEN, _("open now")), (OVER, _("closed"))])

    class Meta:
        model = Questionnaire
        fields: list[str] = []
