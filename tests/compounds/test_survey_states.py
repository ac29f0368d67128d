"""Every step from every state of a survey, tried by SQL as the role `app`: only the declared ones pass."""

from itertools import product

import pytest
from django.db import DatabaseError, transaction

from compounds.actions.surveys import confirm_survey, return_survey, submit_survey
from compounds.models import ConditionSurvey, SurveyState
from compounds.models.survey import SURVEY_TRANSITIONS
from tests.cast import Cast
from tests.compounds.builders import fill_survey, make_compound

STEPS = [(old, new) for old, new in product(SurveyState, SurveyState) if old != new]


def survey_in(state: str, cast: Cast) -> ConditionSurvey:
    """A survey brought to this state by the actions."""
    survey = fill_survey(cast, make_compound(cast))
    if state != SurveyState.DRAFT:
        survey = submit_survey(survey=survey, user=cast.community)
    if state == SurveyState.CONFIRMED:
        survey = confirm_survey(survey=survey, user=cast.bureau)
    if state == SurveyState.RETURNED:
        survey = return_survey(survey=survey, user=cast.bureau, reason="补照片")
    return survey


@pytest.mark.parametrize(("old", "new"), STEPS, ids=[f"{old}-{new}" for old, new in STEPS])
def test_only_the_declared_steps_pass(cast: Cast, old: str, new: str) -> None:
    survey = survey_in(old, cast)
    # Everything that the other constraints ask for is there: what refuses is the order of the states.
    step = ConditionSurvey.objects.filter(pk=survey.pk)
    complete = {"decided_by": cast.bureau, "submitted_by": cast.community, "return_reason": "补照片"}
    if (old, new) in SURVEY_TRANSITIONS:
        assert step.update(state=new, **complete) == 1
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            step.update(state=new, **complete)


def test_a_survey_begins_as_a_draft_even_by_insert(cast: Cast) -> None:
    compound = make_compound(cast)
    for state in (SurveyState.SUBMITTED, SurveyState.RETURNED, SurveyState.CONFIRMED):
        with pytest.raises(DatabaseError), transaction.atomic():
            ConditionSurvey.objects.create(
                compound=compound, surveyed_on="2025-03-01", state=state, filled_by=cast.community,
                submitted_by=cast.community, decided_by=cast.bureau, return_reason="x",
            )  # fmt: skip
