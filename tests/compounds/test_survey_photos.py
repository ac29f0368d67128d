"""Photos of a survey: with the form, from a phone's queue, with captions, and who sees them."""

import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from compounds.actions.surveys import begin_survey
from compounds.models import ConditionSurvey, SurveyPhoto, Topic
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.compounds.pages import picture, survey_form
from tests.compounds.survey_pages import at, browser, send_photo

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
