"""The condition survey: filled in, handed over, confirmed by another, then immutable."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from compounds.actions.surveys import (
    Finding,
    add_photo,
    begin_survey,
    confirm_survey,
    return_survey,
    save_survey,
    submit_survey,
)
from compounds.errors import ReasonNeeded, SameHand, SurveyIncomplete, SurveyNotOpen, SurveyNotSubmitted
from compounds.models import ConditionSurvey, SurveyFinding, SurveyState, Topic, UrgencyScore
from core.errors import NotPermitted
from core.integrity import ConstraintRefused
from files.models import StoredFile
from tests.cast import Cast
from tests.compounds.builders import fill_survey, make_compound, make_survey

EVERY_TOPIC: dict[str, Finding] = {topic: {"score": 2, "note": ""} for topic in Topic.values}


def test_a_double_tap_opens_one_survey(cast: Cast) -> None:
    compound = make_compound(cast)
    first = begin_survey(compound=compound, user=cast.community)
    assert begin_survey(compound=compound, user=cast.community) == first


def test_an_incomplete_survey_says_what_is_missing(cast: Cast) -> None:
    survey = begin_survey(compound=make_compound(cast), user=cast.community)
    findings = {topic: {"score": 1, "note": ""} for topic in Topic.values if topic != Topic.PIPES}
    save_survey(survey=survey, user=cast.community, findings=findings)  # type: ignore[arg-type]
    with pytest.raises(SurveyIncomplete) as refusal:
        submit_survey(survey=survey, user=cast.community)
    assert str(Topic.PIPES.label) in refusal.value.message
    assert str(Topic.ROADS.label) not in refusal.value.message


def test_a_confirmed_survey_scores_the_compound(cast: Cast) -> None:
    compound = make_compound(cast, built_year=1985)
    survey = make_survey(cast, compound, score=3, asked=100, wishing=90)
    score = UrgencyScore.objects.get(compound=compound)
    assert survey.state == SurveyState.CONFIRMED
    assert str(score.score) == "62.40"
    assert score.is_eligible
    assert sum(float(part["points"]) for part in score.parts) == pytest.approx(62.4)


def test_a_later_survey_replaces_the_score(cast: Cast) -> None:
    compound = make_compound(cast, built_year=1985)
    make_survey(cast, compound, score=4)
    before = UrgencyScore.objects.get(compound=compound).score
    make_survey(cast, compound, score=1)
    assert UrgencyScore.objects.get(compound=compound).score < before


def test_nobody_confirms_what_they_submitted(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast), by="bureau")
    submit_survey(survey=survey, user=cast.bureau)
    with pytest.raises(SameHand):
        confirm_survey(survey=survey, user=cast.bureau)
    confirm_survey(survey=survey, user=cast.bureau2)


def test_only_the_bureau_confirms(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast))
    submit_survey(survey=survey, user=cast.community)
    for person in ("community", "street", "finance", "stranger", "auditor"):
        with pytest.raises((NotPermitted, SameHand)):
            confirm_survey(survey=survey, user=getattr(cast, person))


def test_a_returned_survey_says_why_and_can_be_handed_in_again(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast))
    submit_survey(survey=survey, user=cast.community)
    with pytest.raises(ReasonNeeded):
        return_survey(survey=survey, user=cast.bureau, reason="")
    survey = return_survey(survey=survey, user=cast.bureau, reason="停车情况请补照片")
    assert survey.is_open
    submit_survey(survey=survey, user=cast.community)
    assert confirm_survey(survey=survey, user=cast.bureau).state == SurveyState.CONFIRMED


def test_a_submitted_survey_is_not_changed_and_an_open_one_not_confirmed(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast))
    with pytest.raises(SurveyNotSubmitted):
        confirm_survey(survey=survey, user=cast.bureau)
    submit_survey(survey=survey, user=cast.community)
    with pytest.raises(SurveyNotOpen):
        save_survey(survey=survey, user=cast.community, findings={})


def test_more_wishing_than_asked_is_refused_in_words(cast: Cast) -> None:
    survey = begin_survey(compound=make_compound(cast), user=cast.community)
    with pytest.raises(ConstraintRefused):
        save_survey(
            survey=survey, user=cast.community, findings={}, asked_households=10, wishing_households=11
        )


def test_a_photo_sent_twice_is_one_photo(cast: Cast) -> None:
    survey = begin_survey(compound=make_compound(cast), user=cast.community)
    file = StoredFile.objects.create(sha256="0" * 64, size=1, media_type="image/jpeg", name="门口.jpg")
    key = uuid4()
    for _attempt in range(2):
        add_photo(survey=survey, user=cast.community, file=file, key=key, topic=Topic.ROADS)
    assert survey.photos.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda survey: ConditionSurvey.objects.filter(pk=survey.pk).update(notes="改"),
        lambda survey: ConditionSurvey.objects.filter(pk=survey.pk).update(state=SurveyState.DRAFT),
        lambda survey: ConditionSurvey.objects.filter(pk=survey.pk).delete(),
        lambda survey: SurveyFinding.objects.filter(survey=survey).update(score=0),
        lambda survey: SurveyFinding.objects.filter(survey=survey).delete(),
        lambda survey: SurveyFinding.objects.create(survey=survey, topic=Topic.PIPES, score=0),
    ],
    ids=["note", "reopen", "delete", "score", "drop finding", "add finding"],
)
def test_a_confirmed_survey_cannot_be_changed_from_a_shell(cast: Cast, change) -> None:  # type: ignore[no-untyped-def]
    survey = make_survey(cast, make_compound(cast))
    with pytest.raises(DatabaseError), transaction.atomic():
        change(survey)


def test_a_survey_cannot_skip_the_bureau_from_a_shell(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast))
    with pytest.raises(DatabaseError), transaction.atomic():
        ConditionSurvey.objects.filter(pk=survey.pk).update(
            state=SurveyState.CONFIRMED, decided_by=cast.bureau
        )


def test_nobody_confirms_what_they_filled_in_though_a_colleague_handed_it_over(cast: Cast) -> None:
    survey = fill_survey(cast, make_compound(cast), by="bureau")
    save_survey(survey=survey, user=cast.bureau2, findings=EVERY_TOPIC)
    submit_survey(survey=survey, user=cast.bureau2)
    with pytest.raises(SameHand):
        confirm_survey(survey=survey, user=cast.bureau)
