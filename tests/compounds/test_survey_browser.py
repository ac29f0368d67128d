"""The survey on a phone: saving by itself, photos on a bad network, without scripts, for everybody's eyes."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from compounds.actions.surveys import begin_survey, return_survey, submit_survey
from compounds.models import ConditionSurvey, SurveyState, Topic
from files import storage
from tests.browser import NewPage, at_both_widths
from tests.cast import Cast
from tests.compounds.builders import fill_survey, make_compound, make_survey
from tests.compounds.pages import await_on_the_device, files, picture, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def survey(committed_cast: Cast) -> ConditionSurvey:
    compound = make_compound(committed_cast, "砂石厂小区", built_year=1985, household_count=128)
    return begin_survey(compound=compound, user=committed_cast.community, surveyed_on=date(2025, 3, 1))


@pytest.fixture
def phone(new_page: NewPage, committed_cast: Cast, site: str, survey: ConditionSurvey) -> Page:
    """The community worker's phone, at the open form."""
    page = sign_in(new_page(width=390, height=844), committed_cast, "community", site)
    page.goto(f"/surveys/{survey.pk}/fill/")
    return page


def score(page: Page, topic: str, value: int) -> None:
    page.locator(f"#topic-{topic} .score-step-{value}").click()


def test_a_tap_is_saved_by_itself(phone: Page, survey: ConditionSurvey) -> None:
    score(phone, "roads", 4)
    phone.get_by_label("征询户数").fill("120")
    phone.get_by_label("其中愿意改造的户数").fill("90")
    expect(phone.locator(".wish output")).to_have_text("75% 愿意改造")
    expect(phone.locator("#survey-status")).to_contain_text("已保存")
    expect(phone.locator("[data-strip=roads]")).to_have_class("is-done")
    survey.refresh_from_db()
    assert survey.findings.get().score == 4
    assert (survey.asked_households, survey.wishing_households) == (120, 90)


def test_what_is_typed_without_a_network_outlives_the_page(phone: Page, survey: ConditionSurvey) -> None:
    here = f"**/surveys/{survey.pk}/fill/"
    phone.route(here, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    score(phone, "pipes", 3)
    phone.locator("[name=note_pipes]").fill("每月外溢")
    expect(phone.locator("#survey-status")).to_contain_text("已保存在本机")
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(phone.locator("[name=note_pipes]")).to_have_value("每月外溢")
    expect(phone.locator("#survey-restored")).to_be_visible()
    assert not survey.findings.exists()
    phone.unroute(here)
    expect(phone.locator("#survey-status .status-good")).to_contain_text("已保存", timeout=15_000)
    assert survey.findings.get().note == "每月外溢"


def test_without_a_network_nothing_is_submitted_into_the_void(phone: Page, survey: ConditionSurvey) -> None:
    phone.context.set_offline(True)
    score(phone, "pipes", 3)
    phone.get_by_role("button", name="提交主管部门").click()
    expect(phone.locator("#survey-status")).to_contain_text("网络不通")
    phone.context.set_offline(False)
    expect(phone.locator("#survey-status .status-good")).to_contain_text("已保存", timeout=15_000)
    assert survey.findings.get().score == 3


def test_photos_are_made_small_upright_and_sent(phone: Page, survey: ConditionSurvey) -> None:
    large = [picture(size=(3200, 2400), orientation=6, colour=colour) for colour in ("red", "blue", "green")]
    phone.locator("input[name=photos_roads]").set_input_files(files(*large))
    expect(phone.locator("#topic-roads .photo a img")).to_have_count(3)
    expect(phone.locator("#survey-queue")).to_be_hidden()
    photos = list(survey.photos.select_related("file"))
    assert {photo.topic for photo in photos} == {"roads"}
    assert {(photo.file.width, photo.file.height) for photo in photos} == {(1200, 1600)}
    with storage.fetch(photos[0].file.key) as content, Image.open(BytesIO(content.read())) as image:
        assert not image.getexif()


def test_photos_wait_for_the_network_over_a_reload(phone: Page, survey: ConditionSurvey) -> None:
    photos_url = f"**/surveys/{survey.pk}/photos/"
    phone.route(photos_url, lambda route: route.abort())
    phone.locator("input[name=photos_]").set_input_files(files(picture(), picture(colour="red")))
    expect(phone.locator("#survey-queue")).to_have_text("有 2 张照片尚未上传")
    await_on_the_device(phone)
    expect(phone.locator(".photo-state").first).to_contain_text("秒后重试")
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(phone.locator("#survey-queue")).to_have_text("有 2 张照片尚未上传")
    phone.unroute(photos_url)
    expect(phone.locator("[data-photos-of=''] .photo a img")).to_have_count(2, timeout=15_000)
    assert survey.photos.count() == 2


def test_an_answer_lost_on_the_way_makes_no_second_photo(phone: Page, survey: ConditionSurvey) -> None:
    seen = []

    def lose_the_first(route: Route) -> None:
        route.fetch()
        seen.append(route.request)
        route.abort() if len(seen) == 1 else route.continue_()

    phone.route(f"**/surveys/{survey.pk}/photos/", lose_the_first)
    phone.locator("input[name=photos_roads]").set_input_files(files(picture()))
    expect(phone.locator("#topic-roads .photo a img")).to_have_count(1, timeout=15_000)
    assert len(seen) == 2
    assert survey.photos.count() == 1


def test_a_file_that_is_no_picture_is_refused_in_its_tile(phone: Page, survey: ConditionSurvey) -> None:
    phone.locator("input[name=photos_roads]").set_input_files(
        {"name": "说明.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"}
    )
    expect(phone.locator(".photo-refused .photo-state")).not_to_be_empty()
    phone.locator(".photo-refused .photo-remove").click()
    expect(phone.locator(".photo-refused")).to_have_count(0)
    assert not survey.photos.exists()


def test_a_photo_is_removed_after_asking(phone: Page, survey: ConditionSurvey) -> None:
    phone.locator("input[name=photos_roads]").set_input_files(files(picture()))
    phone.locator("#topic-roads .photo-remove[data-photo-remove]").click()
    phone.locator("dialog .btn-danger").click()
    expect(phone.locator("#topic-roads .photo")).to_have_count(0)
    assert not survey.photos.exists()


def test_submitting_waits_for_the_photos(phone: Page, survey: ConditionSurvey) -> None:
    for topic in Topic.values:
        score(phone, topic, 3)
    phone.get_by_label("征询户数").fill("120")
    phone.get_by_label("其中愿意改造的户数").fill("90")
    photos_url = f"**/surveys/{survey.pk}/photos/"
    phone.route(photos_url, lambda route: route.abort())
    phone.locator("input[name=photos_]").set_input_files(files(picture()))
    phone.get_by_role("button", name="提交主管部门").click()
    expect(phone.locator("#survey-queue")).to_contain_text("自动提交")
    phone.unroute(photos_url)
    phone.wait_for_url(f"**/surveys/{survey.pk}/", timeout=20_000)
    survey.refresh_from_db()
    assert survey.state == SurveyState.SUBMITTED
    assert survey.photos.count() == 1


def test_another_hand_in_between_stops_the_saving(
    phone: Page, survey: ConditionSurvey, committed_cast: Cast
) -> None:
    other = committed_cast.client("street")
    score(phone, "roads", 1)
    expect(phone.locator("#survey-status")).to_contain_text("已保存")
    other.post(f"/surveys/{survey.pk}/fill/", {"surveyed_on": "2025-03-01", "score_roads": "4"})
    score(phone, "roads", 2)
    expect(phone.locator("#survey-status")).to_contain_text("街道干部己")
    assert survey.findings.get().score == 4
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(phone.locator(".notice-box table")).to_contain_text("道路")
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(phone.locator(".message.success")).to_be_visible()
    assert survey.findings.get().score == 2


def test_everything_works_without_scripts(
    new_page: NewPage, committed_cast: Cast, site: str, survey: ConditionSurvey
) -> None:
    page = sign_in(new_page(width=390, javascript=False), committed_cast, "community", site)
    page.goto(f"/surveys/{survey.pk}/fill/")
    score(page, "roads", 4)
    page.get_by_label("其他说明").fill("雨天积水")
    page.locator("input[name=photos_roads]").set_input_files(files(picture(), picture(colour="red")))
    page.get_by_role("button", name="提交主管部门").click()
    expect(page.get_by_text("提交前还需补充")).to_be_visible()
    assert survey.photos.count() == 2
    page.get_by_role("button", name="删除第 1 张照片").click()
    assert survey.photos.count() == 1
    for topic in Topic.values:
        score(page, topic, 2)
    page.get_by_label("征询户数").fill("100")
    page.get_by_label("其中愿意改造的户数").fill("80")
    page.get_by_role("button", name="提交主管部门").click()
    page.wait_for_url(f"**/surveys/{survey.pk}/")
    survey.refresh_from_db()
    assert (survey.state, survey.notes) == (SurveyState.SUBMITTED, "雨天积水")


def test_the_bureau_confirms_with_two_clicks(
    new_page: NewPage, committed_cast: Cast, site: str, survey: ConditionSurvey
) -> None:
    fill_survey(committed_cast, survey.compound)
    submit_survey(survey=survey, user=committed_cast.community)
    page = sign_in(new_page(), committed_cast, "bureau", site)
    page.goto("/surveys/?state=submitted")
    page.get_by_role("link", name="砂石厂小区").click()
    expect(page.locator(".decision-score strong")).not_to_be_empty()
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".message.success")).to_be_visible()
    survey.refresh_from_db()
    assert survey.state == SurveyState.CONFIRMED


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_for_everybodys_eyes(
    new_page: NewPage, committed_cast: Cast, site: str, axe: Callable[[Page], None], language: str
) -> None:
    cast = committed_cast
    compound = make_compound(cast, "砂石厂小区", built_year=1985)
    make_survey(cast, compound, score=1, roads=4)
    again = begin_survey(compound=compound, user=cast.community, surveyed_on=date(2025, 9, 1))
    client = cast.client("community")
    client.post(f"/surveys/{again.pk}/photos/", {"photo": picture(), "key": "0" * 32, "topic": "roads"})
    returned = fill_survey(cast, make_compound(cast, "粮食局小区"))
    submit_survey(survey=returned, user=cast.community)
    return_survey(survey=returned, user=cast.bureau, reason="请补拍屋面")
    fill_survey(cast, compound, score=3)
    submit_survey(survey=again, user=cast.community)
    page = new_page(language=language)
    photo = again.photos.get()
    for role, url in (
        ("community", f"/surveys/{returned.pk}/fill/"),
        ("bureau", f"/surveys/{again.pk}/"),
        ("bureau", f"/surveys/{again.pk}/photos/{photo.pk}/"),
        ("bureau", "/surveys/"),
        ("bureau", f"/compounds/{compound.code}/surveys/"),
    ):
        sign_in(page, cast, role, site)
        page.goto(url)
        for _width in at_both_widths(page):
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
