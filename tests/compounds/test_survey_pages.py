"""Filling in, submitting, confirming and reading surveys, page by page."""

import uuid
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from compounds.actions.surveys import begin_survey, return_survey, save_survey, submit_survey
from compounds.models import Compound, ConditionSurvey, SurveyPhoto, SurveyState, Topic
from core.board import board
from tests.cast import GUANGWU, MINSHENG, Cast
from tests.compounds.builders import fill_survey, make_compound, make_survey
from tests.compounds.pages import picture, survey_form


@pytest.fixture
def compound(cast: Cast) -> Compound:
    return make_compound(cast, "砂石厂小区", built_year=1985, household_count=128)


@pytest.fixture
def survey(cast: Cast, compound: Compound) -> ConditionSurvey:
    return begin_survey(compound=compound, user=cast.community, surveyed_on=date(2025, 3, 1))


def at(name: str, *args: Any) -> str:
    return reverse(f"compounds:{name}", args=args)


def browser(cast: Cast, role: str) -> Any:
    return cast.client(role)


def scores(survey: ConditionSurvey) -> dict[str, int]:
    return dict(survey.findings.values_list("topic", "score"))


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


# --- Photos -----------------------------------------------------------------------------


def test_plain_files_of_the_form_become_photos_once(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    for _twice in range(2):
        client.post(here, {**survey_form(), "photos_roads": [picture(colour="red"), picture(colour="blue")]})
    assert sorted(survey.photos.values_list("topic", flat=True)) == ["roads", "roads"]


def test_photos_are_kept_although_the_form_is_wrong(cast: Cast, survey: ConditionSurvey) -> None:
    answer = cast.client("community").post(
        at("survey_fill", survey.pk), {**survey_form(wishing_households="999"), "photos_": [picture()]}
    )
    assert answer.status_code == 422
    assert survey.photos.count() == 1


def test_a_file_that_is_no_picture_is_refused_by_name(cast: Cast, survey: ConditionSurvey) -> None:
    note = SimpleUploadedFile("说明.jpg", b"%PDF-1.7 no picture", content_type="image/jpeg")
    answer = cast.client("community").post(
        at("survey_fill", survey.pk), {**survey_form(), "photos_roads": [note]}
    )
    assert answer.status_code == 422
    assert "说明.jpg" in answer.content.decode()
    assert survey.findings.count() == len(Topic)


def send_photo(client: Client, survey: ConditionSurvey, *, key: Any = None, **more: Any) -> Any:
    sent = {"photo": picture(), "key": key or uuid.uuid4(), "topic": "roads", **more}
    return client.post(at("survey_photo_add", survey.pk), sent, headers={"HX-Request": "true"})


def test_a_photo_that_a_phone_sends_again_is_one_photo(cast: Cast, survey: ConditionSurvey) -> None:
    client, key = cast.client("community"), uuid.uuid4()
    first, again = send_photo(client, survey, key=key), send_photo(client, survey, key=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert survey.photos.count() == 1


def test_a_photo_from_the_queue_is_upright_and_without_exif(cast: Cast, survey: ConditionSurvey) -> None:
    client = browser(cast, "community")
    send_photo(client, survey, photo=picture(size=(640, 480), orientation=6))
    photo = survey.photos.get()
    answer = client.get(at("survey_photo_file", survey.pk, photo.pk))
    with Image.open(BytesIO(b"".join(answer.streaming_content))) as image:
        assert image.size == (480, 640)
        assert not image.getexif()
    assert answer["Content-Type"] == "image/jpeg"
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("sent", [{"key": "none"}, {"topic": "weather"}, {"photo": ""}])
def test_half_a_photo_is_refused_in_a_sentence(
    cast: Cast, survey: ConditionSurvey, sent: dict[str, Any]
) -> None:
    answer = send_photo(cast.client("community"), survey, **sent)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")


def test_a_photo_is_removed_with_the_form_or_alone(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = browser(cast, "community"), at("survey_fill", survey.pk)
    for _one in range(2):
        send_photo(client, survey)
    first, second = survey.photos.order_by("pk")
    client.post(here, survey_form(notes="先存", remove_photo=str(first.pk)))
    survey.refresh_from_db()
    assert survey.notes == "先存"
    assert list(survey.photos.all()) == [second]
    assert (
        client.post(at("survey_photo_remove", survey.pk, second.pk), headers={"HX-Request": "true"}).content
        == b""
    )
    assert not survey.photos.exists()


def test_photos_have_a_limit_that_a_retry_does_not_reach(
    cast: Cast, survey: ConditionSurvey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compounds.actions.surveys.MOST_PHOTOS", 2)
    client, key = cast.client("community"), uuid.uuid4()
    for one in (uuid.uuid4(), key, key):
        assert send_photo(client, survey, key=one).status_code == 201
    refused = send_photo(client, survey)
    assert refused.status_code == 409
    assert "2" in refused.content.decode()


def test_photos_of_another_district_are_not_there(cast: Cast, survey: ConditionSurvey) -> None:
    send_photo(cast.client("community"), survey)
    photo = survey.photos.get()
    stranger = cast.client("stranger")
    for name in ("survey_photo", "survey_photo_file", "survey_photo_thumbnail"):
        assert stranger.get(at(name, survey.pk, photo.pk)).status_code == 404
    assert send_photo(stranger, survey).status_code == 404
    assert stranger.post(at("survey_photo_remove", survey.pk, photo.pk)).status_code == 404


def test_a_photo_of_another_survey_is_not_this_ones(cast: Cast, survey: ConditionSurvey) -> None:
    other = begin_survey(compound=make_compound(cast), user=cast.community)
    client = cast.client("community")
    send_photo(client, survey)
    photo = SurveyPhoto.objects.get()
    assert client.get(at("survey_photo_file", other.pk, photo.pk)).status_code == 404
    assert client.post(at("survey_photo_remove", other.pk, photo.pk)).status_code == 404
    client.post(at("survey_fill", other.pk), survey_form(remove_photo=str(photo.pk)))
    assert SurveyPhoto.objects.filter(pk=photo.pk).exists()


def test_the_photo_page_leads_through_all_photos(cast: Cast, survey: ConditionSurvey) -> None:
    client = cast.client("community")
    for topic in ("", "roads", "buildings"):
        send_photo(client, survey, topic=topic)
    by_topic = {photo.topic: photo for photo in survey.photos.all()}
    page = client.get(at("survey_photo", survey.pk, by_topic["roads"].pk))
    assert (page.context["earlier"], page.context["later"]) == (by_topic["buildings"], by_topic[""])


# --- The bureau's answer ----------------------------------------------------------------


def submitted(cast: Cast, compound: Compound, **how: Any) -> ConditionSurvey:
    survey = fill_survey(cast, compound, **how)
    return submit_survey(survey=survey, user=cast.community)


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


# --- Captions and the browser's copy ----------------------------------------------------


def test_a_photo_gets_a_caption_that_is_shown_with_it(cast: Cast, survey: ConditionSurvey) -> None:
    client, here = cast.client("community"), at("survey_fill", survey.pk)
    send_photo(client, survey, caption="  东单元  屋面 ")
    first = survey.photos.get()
    assert first.caption == "东单元 屋面"
    tile = send_photo(client, survey, key=uuid.uuid4(), photo=picture(colour="red")).content.decode()
    second = survey.photos.latest("pk")
    assert f'name="caption_{second.pk}"' in tile
    client.post(here, survey_form() | {f"caption_{second.pk}": "化粪池外溢"})
    # A photo that the form does not name keeps its own.
    assert [*survey.photos.order_by("pk").values_list("caption", flat=True)] == ["东单元 屋面", "化粪池外溢"]
    too_long = client.post(here, survey_form() | {f"caption_{second.pk}": "长" * 121})
    assert too_long.status_code == 422
    assert "最多 120 个字" in too_long.content.decode()
    page = client.get(at("survey_photo", survey.pk, second.pk)).content.decode()
    assert "<figcaption>化粪池外溢</figcaption>" in page
    assert 'alt="道路，照片 2 · 化粪池外溢"' in page


def test_another_survey_s_photo_is_not_captioned(cast: Cast, survey: ConditionSurvey) -> None:
    other = begin_survey(compound=make_compound(cast), user=cast.community)
    send_photo(cast.client("community"), other)
    photo = other.photos.get()
    cast.client("community").post(at("survey_fill", survey.pk), survey_form() | {f"caption_{photo.pk}": "x"})
    photo.refresh_from_db()
    assert photo.caption == ""


def test_a_browser_asks_each_time_whether_it_may_still_show_a_photo(
    cast: Cast, survey: ConditionSurvey
) -> None:
    client = cast.client("community")
    send_photo(client, survey)
    for name in ("survey_photo_file", "survey_photo_thumbnail"):
        url = at(name, survey.pk, survey.photos.get().pk)
        first: Any = client.get(url)
        assert b"".join(first.streaming_content)
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        # Whoever lost the right to it gets neither the photo nor "still the same".
        known = {"If-None-Match": first.headers["ETag"]}
        assert cast.client("stranger").get(url, headers=known).status_code == 404
        assert cast.client("nobody").get(url, headers=known).status_code == 403
