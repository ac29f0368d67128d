"""The bureau's answer to a survey, and who may fill one in."""

from datetime import date
from typing import Any

import pytest

from compounds.actions.surveys import begin_survey, save_survey, submit_survey
from compounds.models import Compound, ConditionSurvey, SurveyState, Topic
from tests.cast import MINSHENG, Cast
from tests.compounds.builders import fill_survey, make_compound, make_survey
from tests.compounds.pages import survey_form
from tests.compounds.survey_pages import at, browser, submitted


def test_the_effect_is_shown_before_and_is_what_then_happens(cast: Cast, compound: Compound) -> None:
    make_survey(cast, compound, score=1, wishing=50)
    was = compound.urgency_score.score
    survey = begin_survey(compound=compound, user=cast.community, surveyed_on=date(2025, 9, 1))
    save_survey(
        survey=survey, user=cast.community, asked_households=100, wishing_households=90,
        findings={topic: {"score": 4, "note": ""} for topic in Topic.values},
    )  # fmt: skip
    submit_survey(survey=survey, user=cast.community)
    client = browser(cast, "bureau")
    page = client.get(at("survey", survey.pk))
    effect = page.context["effect"]
    assert (effect.before.score, effect.before.is_eligible, effect.is_eligible) == (was, False, True)
    assert f"{effect.score}" in page.content.decode()
    assert client.post(at("survey_confirm", survey.pk)).url == at("survey", survey.pk)
    compound.refresh_from_db()
    assert (compound.urgency_score.score, compound.urgency_score.is_eligible) == (effect.score, True)


def test_an_older_survey_confirmed_late_says_that_the_score_stays(cast: Cast, compound: Compound) -> None:
    make_survey(cast, compound)
    survey = begin_survey(compound=compound, user=cast.community, surveyed_on=date(2024, 1, 1))
    cast.client("community").post(
        at("survey_fill", survey.pk), survey_form(score=0, surveyed_on="2024-01-01", submit="1")
    )
    page = cast.client("bureau").get(at("survey", survey.pk))
    assert not page.context["effect"].counts


def test_returning_needs_a_reason(cast: Cast, compound: Compound) -> None:
    survey = submitted(cast, compound)
    client = cast.client("bureau")
    assert client.post(at("survey_return", survey.pk), {"reason": " "}).status_code == 422
    assert client.post(at("survey_return", survey.pk), {"reason": "照片不清"}).status_code == 302
    survey.refresh_from_db()
    assert (survey.state, survey.return_reason) == (SurveyState.RETURNED, "照片不清")


def test_nobody_confirms_their_own(cast: Cast, compound: Compound) -> None:
    survey = submit_survey(survey=fill_survey(cast, compound, by="bureau"), user=cast.bureau)
    client = cast.client("bureau")
    assert client.get(at("survey", survey.pk)).context["is_own"]
    assert client.post(at("survey_confirm", survey.pk)).status_code == 403
    assert cast.client("bureau2").post(at("survey_confirm", survey.pk)).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"), [("community", 403), ("street", 403), ("finance", 403), ("stranger", 404)]
)
def test_only_the_bureau_of_the_place_decides(cast: Cast, compound: Compound, role: str, status: int) -> None:
    survey = submitted(cast, compound)
    client = cast.client(role)
    assert client.post(at("survey_confirm", survey.pk)).status_code == status
    assert client.post(at("survey_return", survey.pk), {"reason": "不"}).status_code == status
    assert client.post(at("survey_return", survey.pk), {}).status_code == status


@pytest.mark.parametrize(
    ("role", "status"),
    [("community", 200), ("street", 200), ("bureau", 200), ("finance", 403), ("auditor", 403), ("liaison", 403),
     ("sysadmin", 403), ("contractor", 403), ("nobody", 403), ("stranger", 404)],
)  # fmt: skip
def test_who_fills_in(cast: Cast, survey: ConditionSurvey, role: str, status: int, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    assert cast.client(role).get(at("survey_fill", survey.pk)).status_code == status


def test_a_community_worker_fills_in_only_at_home(cast: Cast) -> None:
    elsewhere = make_compound(cast, community=MINSHENG)
    assert cast.client("community").post(at("survey_begin", elsewhere.code)).status_code == 404
    assert cast.client("street").post(at("survey_begin", elsewhere.code)).status_code == 404
    assert cast.client("finance").post(at("survey_begin", elsewhere.code)).status_code == 403
