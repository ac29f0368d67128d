"""What the office's pages of questionnaires share: one as one may see it, and its frame."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from core.errors import demand
from directory.requests import SignedInRequest
from residents.models import Questionnaire, QuestionnaireState
from residents.permissions import can_enter_for_residents, can_run_menus, can_see_households
from residents.tables.questionnaires import TONES
from residents.views.shared import LARGEST_KEY, find_compound, residents_page

PART = "questionnaires"


def find_questionnaire(request: SignedInRequest, pk: int) -> Questionnaire:
    """With its compound; 404 where this person does not see it."""
    demand(can_see_households(request.user))
    rows = Questionnaire.objects.visible_to(request.user).select_related("compound__community", "round")
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


def find_to_run(request: SignedInRequest, pk: int) -> Questionnaire:
    questionnaire = find_questionnaire(request, pk)
    demand(can_run_menus(request.user, questionnaire.division_code))
    return questionnaire


def find_to_enter(request: SignedInRequest, pk: int) -> Questionnaire:
    questionnaire = find_questionnaire(request, pk)
    demand(can_enter_for_residents(request.user, questionnaire.division_code))
    return questionnaire


def questionnaire_page(
    request: SignedInRequest, template: str, questionnaire: Questionnaire, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:  # fmt: skip
    """`template` extends residents/questionnaire_base.html or residents/of_compound.html."""
    user = request.user
    shown = {
        "questionnaire": questionnaire,
        "tone": TONES[QuestionnaireState(questionnaire.state)],
        "may_run": can_run_menus(user, questionnaire.division_code),
        "may_enter": can_enter_for_residents(user, questionnaire.division_code),
        **context,
    }
    compound = find_compound(request, questionnaire.compound.code)
    return residents_page(request, template, compound, PART, shown, status=status)
