"""Filling in, submitting and reading surveys, page by page."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.actions.surveys import begin_survey, return_survey, submit_survey
from compounds.models import Compound, ConditionSurvey, SurveyState, Topic
from core.board import board
from tests.cast import GUANGWU, Cast
from tests.compounds.builders import fill_survey, make_compound, make_survey
from tests.compounds.pages import survey_form
from tests.compounds.survey_pages import at, browser, scores, send_photo, submitted

# --- Filling in -------------------------------------------------------------------------


def test_a_tap_begins_a_survey_and_another_goes_on_with_it(cast: Cast, compound: Compound) -> None:
    client: Any = cast.client("community")
    first = client.post(at("survey_begin", compound.code))
    second = client.post(at("survey_begin", compound.code))
    assert first.url == second.url == at("survey_fill", ConditionSurvey.objects.get().pk)
    assert client.get(first.url).status_code == 200


def test_the_form_saves_and_can_be_submitted(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    assert client.post(here, survey_form(score_roads="4", note_roads="坑洼")).url == here
    assert scores(survey)["roads"] == 4
    assert client.post(here, survey_form(submit="1")).url == at("survey", survey.pk)
    survey.refresh_from_db()
    assert (survey.state, survey.submitted_by) == (SurveyState.SUBMITTED, cast.community)


def test_what_is_valid_is_saved_although_something_else_is_not(cast: Cast, survey: ConditionSurvey) -> None:
    sent = survey_form(
        wishing_households="101", notes="东门无照明", score_lifts=None, note_lifts="七层无电梯"
    )
    answer = cast.client("community").post(at("survey_fill", survey.pk), sent)
    assert answer.status_code == 422
    survey.refresh_from_db()
    assert survey.notes == "东门无照明"
    assert scores(survey) == dict.fromkeys(set(Topic.values) - {"lifts"}, 3)
    assert survey.asked_households is None
    page = answer.content.decode()
    assert "七层无电梯" in page
    assert 'value="101"' in page
    assert 'href="#id_wishing_households"' in page


def test_a_hazard_is_described(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    assert client.post(here, survey_form(has_hazard="on")).status_code == 422
    survey.refresh_from_db()
    assert not survey.has_hazard
    assert client.post(here, survey_form(has_hazard="on", hazards="3号楼外墙脱落")).status_code == 302
    survey.refresh_from_db()
    assert survey.has_hazard


def test_submitting_lists_what_is_missing_with_the_way_there(cast: Cast, survey: ConditionSurvey) -> None:
    sent = survey_form(score_pipes=None, asked_households="", wishing_households="", submit="1")
    answer = cast.client("community").post(at("survey_fill", survey.pk), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert '<li><a href="#topic-pipes">' in page
    assert '<li><a href="#wish">' in page
    assert '<li><a href="#topic-roads">' not in page
    survey.refresh_from_db()
    assert survey.state == SurveyState.DRAFT


def test_saving_in_the_background_answers_a_small_part(cast: Cast, survey: ConditionSurvey) -> None:
    answer = cast.client("community").post(
        at("survey_fill", survey.pk), survey_form(score_pipes=None), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert "data-version=" in page
    assert "#topic-pipes" in page


@pytest.mark.parametrize(
    "sent",
    [
        {"score_roads": "9"}, {"score_roads": "-1"}, {"asked_households": "1e9"}, {"asked_households": "1" * 30},
        {"surveyed_on": "2999-01-01"}, {"surveyed_on": "0001-01-01"}, {"notes": "字" * 4001},
        {"note_roads": "\x00"}, {"surveyed_on": ""}, {"version": "x" * 99},
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(
    cast: Cast, survey: ConditionSurvey, sent: dict[str, Any]
) -> None:
    answer = cast.client("community").post(at("survey_fill", survey.pk), survey_form(**sent))
    assert answer.status_code == 422


def test_full_width_digits_are_digits(cast: Cast, survey: ConditionSurvey) -> None:
    cast.client("community").post(
        at("survey_fill", survey.pk), survey_form(asked_households="１２０", wishing_households="９０")
    )
    survey.refresh_from_db()
    assert (survey.asked_households, survey.wishing_households) == (120, 90)


def test_the_second_hand_sees_what_the_first_saved_meanwhile(cast: Cast, survey: ConditionSurvey) -> None:
    here = at("survey_fill", survey.pk)
    first, second = cast.client("community"), cast.client("street")
    version = second.get(here).context["version"]
    first.post(here, survey_form(score_roads="1"))
    answer = second.post(here, survey_form(score_roads="4", version=version))
    assert answer.status_code == 422
    assert ("道路", "1", "4") in answer.context["outcome"].differences
    assert scores(survey)["roads"] == 1
    newer = answer.context["version"]
    assert second.post(here, survey_form(score_roads="4", version=newer)).status_code == 302
    assert scores(survey)["roads"] == 4


def test_a_phone_that_missed_its_own_receipt_may_go_on(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    version = client.get(here).context["version"]
    for score in ("1", "2", "4"):
        assert client.post(here, survey_form(score_roads=score, version=version)).status_code == 302
    assert scores(survey)["roads"] == 4


def test_a_returned_survey_says_why_at_the_top(cast: Cast, compound: Compound) -> None:
    survey = fill_survey(cast, compound)
    submit_survey(survey=survey, user=cast.community)
    return_survey(survey=survey, user=cast.bureau, reason="请补拍 3 号楼屋面")
    page = cast.client("community").get(at("survey_fill", survey.pk)).content.decode()
    assert "请补拍 3 号楼屋面" in page
    assert page.index("请补拍 3 号楼屋面") < page.index('<form method="post" enctype')


def test_a_submitted_survey_cannot_be_filled_in(cast: Cast, compound: Compound) -> None:
    survey = fill_survey(cast, compound)
    submit_survey(survey=survey, user=cast.community)
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    assert client.get(here).url == at("survey", survey.pk)
    assert client.post(here, survey_form()).status_code == 409


# --- Lists and the tab ------------------------------------------------------------------


def test_the_worklist_shows_what_waits_here_and_for_how_long(cast: Cast, compound: Compound) -> None:
    old = submitted(cast, compound)
    ConditionSurvey.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    fresh = submitted(cast, make_compound(cast, "新报小区"))
    far = fill_survey(cast, make_compound(cast, "光武小区", community=GUANGWU, by="stranger"), by="stranger")
    submit_survey(survey=far, user=cast.stranger)
    client = cast.client("bureau")
    page = client.get(at("surveys"), {"state": "submitted"}).content.decode()
    assert "砂石厂小区" in page
    assert "9 " in page
    assert "tag-late" in page
    assert "光武小区" not in page
    late = client.get(at("surveys"), {"late": "true"}).content.decode()
    assert at("survey", old.pk) in late
    assert at("survey", fresh.pk) not in late


def test_what_waits_for_whom(cast: Cast, compound: Compound) -> None:
    survey = submitted(cast, compound)
    (line,) = waiting(cast, "bureau")
    assert (line.count, line.url) == (1, f"{at('surveys')}?state=submitted")
    assert line.due == timezone.localdate() + timedelta(days=7)
    return_survey(survey=survey, user=cast.bureau, reason="补照片")
    (line,) = waiting(cast, "community")
    assert line.count == 1
    assert cast.client("community").get(line.url).status_code == 200
    assert not waiting(cast, "bureau2")
    assert not waiting(cast, "stranger")


def waiting(cast: Cast, role: str) -> list[Any]:
    user = type(cast.bureau).objects.get(pk=getattr(cast, role).pk)
    return [line for line in board.waiting(user) if line.count and "surveys" in line.url]


def test_the_tab_has_all_surveys_and_compares_two(cast: Cast, compound: Compound) -> None:
    first = make_survey(cast, compound, score=1, roads=4)
    second = begin_survey(compound=compound, user=cast.community, surveyed_on=date(2025, 9, 1))
    cast.client("community").post(
        at("survey_fill", second.pk), survey_form(score=2, surveyed_on="2025-09-01", submit="1")
    )
    cast.client("bureau").post(at("survey_confirm", second.pk))
    page = cast.client("finance").get(at("survey_tab", compound.code))
    assert page.context["latest"] == second
    changes = {row.topic: row.change for group in page.context["compared"] for row in group.rows}
    assert (changes["roads"], changes["pipes"]) == ("better", "worse")
    turned = cast.client("finance").get(
        at("survey_tab", compound.code), {"newer": first.pk, "older": second.pk}
    )
    changes = {row.topic: row.change for group in turned.context["compared"] for row in group.rows}
    assert (changes["roads"], changes["pipes"]) == ("worse", "better")
    assert (
        cast.client("finance").get(at("survey_tab", compound.code), {"newer": "x", "older": "-1"}).status_code
        == 200
    )


def test_a_compound_without_a_survey_says_what_to_do(cast: Cast, compound: Compound) -> None:
    page = cast.client("community").get(at("survey_tab", compound.code)).content.decode()
    assert at("survey_begin", compound.code) in page
    assert (
        at("survey_begin", compound.code)
        not in cast.client("finance").get(at("survey_tab", compound.code)).content.decode()
    )


def test_the_way_in_stands_on_every_tab_for_those_who_survey(cast: Cast, compound: Compound) -> None:
    begin = at("survey_begin", compound.code)
    assert begin in cast.client("community").get(at("detail", compound.code)).content.decode()
    assert begin not in cast.client("finance").get(at("detail", compound.code)).content.decode()


def test_what_the_compound_lacks_is_a_survey_and_then_a_place_in_the_pool(
    cast: Cast, compound: Compound
) -> None:
    client = cast.client("bureau")
    assert f'href="{at("survey_tab", compound.code)}">经主管部门确认的摸底' in page_of(client, compound)
    make_survey(cast, compound)
    assert "经主管部门确认的摸底" not in page_of(client, compound)
    assert f'href="{at("pool_tab", compound.code)}">入库' in page_of(client, compound)


def page_of(client: Client, compound: Compound) -> str:
    return client.get(at("detail", compound.code)).content.decode()


# --- Statements -------------------------------------------------------------------------


def test_statements_do_not_grow(cast: Cast, compound: Compound) -> None:
    survey = fill_survey(cast, compound)
    send_photo(cast.client("community"), survey)
    submit_survey(survey=survey, user=cast.community)
    pages = {"survey_tab": compound.code, "survey": survey.pk, "surveys": None}
    few = {name: statements(cast, at(name, *([arg] if arg else []))) for name, arg in pages.items()}
    return_survey(survey=survey, user=cast.bureau, reason="补照片")
    client = cast.client("community")
    send_photo(client, survey)
    filling = statements(cast, at("survey_fill", survey.pk), role="community")
    for topic in ("", "roads", "roads", "pipes"):
        send_photo(client, survey, topic=topic)
    assert statements(cast, at("survey_fill", survey.pk), role="community") == filling
    submit_survey(survey=survey, user=cast.community)
    for _more in range(3):
        submitted(cast, make_compound(cast))
    many = {name: statements(cast, at(name, *([arg] if arg else []))) for name, arg in pages.items()}
    assert many == few
    assert few | {"survey_fill": filling} == RECORDED


# Session, user, roles and the shell's signs are in each of them.
RECORDED = {"survey": 14, "survey_fill": 13, "survey_tab": 10, "surveys": 7}


def statements(cast: Cast, url: str, *, role: str = "bureau") -> int:
    """How many statements a page takes the second time it is seen."""
    client = cast.client(role)
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    return len(caught)
