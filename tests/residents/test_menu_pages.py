"""The office's pages of a menu: from the project's page to the adopted outcome."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from residents.models import Menu, MenuState, OutcomeAdoption
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.pdf import words
from tests.projects.builders import make_unplanned_project
from tests.residents.builders import make_doors
from tests.residents.menus import catalogue_item, doors_of, make_menu, send, soon, wait_for_close

pytestmark = pytest.mark.django_db

LIST = "/residents/menus/"


def local(moment: object) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")  # type: ignore[arg-type]


def test_a_menu_is_drawn_up_from_the_projects_page_and_published(cast: Cast) -> None:
    project = make_unplanned_project(cast, "砂石厂小区")
    make_doors(cast, project.compound)
    office = cast.client("bureau")
    tab = office.get(f"{LIST}of/{project.code}/")
    assert "拟定菜单" in tab.content.decode()
    now = timezone.now()
    sent = {
        "title": "选择改造项目", "introduction": "", "budget": "200000", "opens_at": local(now), "closes_at": local(now + timedelta(days=7)),
        "result_on": "", "rule": "equal_shares", "completion": "budget_increase", "threshold": "50", "most": "",
        "precedence": "latest", "round_title": "改造意愿入户", "contact": "社区居委会", "contact_phone": "0716-8000000",
    }  # fmt: skip
    assert (
        office.post(
            f"{LIST}of/{project.code}/new/", {**sent, "closes_at": local(now - timedelta(days=1))}
        ).status_code
        == 422
    )
    assert not project.compound.rounds.exists()
    assert office.post(f"{LIST}of/{project.code}/new/", sent).status_code == 302
    menu = Menu.objects.get()
    item = {
        "item": str(catalogue_item("improve").pk), "name": "充电棚", "text": "可停 40 辆。", "quantity": "1", "cost": "120000",
        "subsidy": "80000", "residents_pay": "400", "share_rule": "equal", "funding": "",
    }  # fmt: skip
    assert office.post(f"{LIST}{menu.pk}/items/new/", {**item, "cost": "1"}).status_code == 422
    assert office.post(f"{LIST}{menu.pk}/items/new/", item).status_code == 302
    page = office.get(f"{LIST}{menu.pk}/").content.decode()
    assert "发布菜单" in page
    assert "还没有告知信" in page
    office.post(f"{LIST}{menu.pk}/publish/")
    menu.refresh_from_db()
    assert menu.state == MenuState.PUBLISHED
    assert menu.options.get().versions.get().charged == Decimal(39_600)


def test_a_price_changed_while_it_is_open_needs_a_reason_and_says_who_will_be_told(cast: Cast) -> None:
    menu = make_menu(cast)
    send(cast, menu, doors_of(menu)[0], "充电棚")
    option = menu.options.order_by("position")[0]
    office, url = cast.client("bureau"), f"{LIST}{menu.pk}/items/{option.pk}/"
    page = office.get(url)
    assert "1 户已经选过" in page.content.decode()
    sent = {**page.context["form"].initial, "cost": "130000", "subsidy": "0", "residents_pay": "0"}
    assert office.post(url, sent).status_code == 422
    assert office.post(url, {**sent, "reason": "询价后调整"}).status_code == 302
    assert option.versions.get(version=2).reason == "询价后调整"
    again = office.post(url, {**sent, "reason": "再改"})
    assert again.status_code == 422


def test_participation_shows_who_never_what(cast: Cast) -> None:
    menu = make_menu(cast)
    send(cast, menu, doors_of(menu)[0], "加装电梯")
    page = cast.client("community").get(f"{LIST}{menu.pk}/")
    assert page.context["buildings"] == [
        {"building__number": "1号楼", "building__number_key": "1", "doors": 4, "chosen": 1}
    ]
    assert (
        "1 / 4"
        in cast.client("community").get(f"{LIST}of/{menu.project.code}/", follow=True).content.decode()
        or page
    )


def test_the_outcome_shows_both_rules_and_is_adopted_with_a_departure(cast: Cast) -> None:
    menu = make_menu(cast, doors=6, closes_at=timezone.now() + timedelta(seconds=3))
    for door in doors_of(menu):
        send(cast, menu, door, "充电棚", "加装电梯")
    wait_for_close(menu)
    office = cast.client("bureau")
    # Paper that came in time may still be sealed: without the tick nothing is counted.
    office.post(f"{LIST}{menu.pk}/count/")
    assert "已确认没有未登记的纸质选票" in office.get(f"{LIST}{menu.pk}/").content.decode()
    office.post(f"{LIST}{menu.pk}/count/", {"no_paper_is_left": "1"})
    url = f"{LIST}{menu.pk}/outcome/"
    page = office.get(url).content.decode()
    assert "均等份额法" in page
    assert "并确认没有未登记的纸质选票" in page
    assert "按支持户数从多到少" in page
    lift = menu.options.get(versions__name="加装电梯")
    shed = menu.options.get(versions__name="充电棚")
    half = {
        f"other-{lift.pk}": "1",
        f"reason-{lift.pk}": "",
        f"other-{shed.pk}": "1",
        f"reason-{shed.pk}": "另有安排",
    }
    refused = office.post(url, half)
    assert refused.status_code == 409
    assert 'value="另有安排"' in refused.content.decode()
    assert cast.client("street").post(url, {}).status_code == 403
    otherwise = {f"other-{lift.pk}": "1", f"reason-{lift.pk}": "争取到省级加梯补助"}
    beyond = office.post(url, otherwise)
    assert beyond.status_code == 409
    assert "多出 22 万元" in beyond.content.decode()
    assert 'name="more_money_is_there"' in beyond.content.decode()
    assert not OutcomeAdoption.objects.exists()
    office.post(url, {**otherwise, "more_money_is_there": "1"})
    assert OutcomeAdoption.objects.get().departures.get().reason == "争取到省级加梯补助"
    assert "争取到省级加梯补助" in office.get(url).content.decode()
    assert "比菜单预算 20 万元多 22 万元" in office.get(url).content.decode()
    assert "结果已写入方案，不能作废" in office.get(f"{LIST}{menu.pk}/").content.decode()
    office.post(f"{LIST}{menu.pk}/void/", {"reason": "误"})
    assert Menu.objects.get().state == MenuState.COUNTED
    notice = office.get(f"{url}notice/?paper=a3")
    said = words(notice.content, 0)
    assert "改造项目选择结果.pdf" in unquote(notice.headers["Content-Disposition"])
    assert "6 户想要" not in said
    assert "至少要 3 户想要" in said
    assert "改造方案仍然安排了这一项：争取到省级加梯补助" in said
    assert cast.client("auditor").get(f"{url}notice/").status_code == 200
    assert cast.client("stranger").get(f"{url}notice/").status_code == 404
    assert office.get(f"{url}notice/?paper=a0").status_code == 404


def test_a_counted_menu_that_is_voided_says_so_and_hangs_nowhere(cast: Cast) -> None:
    menu = make_menu(cast, doors=2, closes_at=soon(), paper_hours=0)
    wait_for_close(menu)
    office, url = cast.client("bureau"), f"{LIST}{menu.pk}/outcome/"
    office.post(f"{LIST}{menu.pk}/count/")
    assert "notice/" in office.get(url).content.decode()
    office.post(f"{LIST}{menu.pk}/void/", {"reason": "选项有误"})
    page = office.get(url).content.decode()
    assert "已作废，不算数：选项有误" in page
    assert "notice/" not in page
    assert "写入方案" not in page
    assert office.get(f"{url}notice/").headers["Location"] == url


def test_a_picture_of_an_item_is_what_residents_see_and_may_be_taken_away(cast: Cast) -> None:
    menu = make_menu(cast, published=False)
    office = cast.client("bureau")
    option = menu.options.get(versions__name="充电棚")
    url = f"{LIST}{menu.pk}/items/{option.pk}/"
    item = {
        "name": "充电棚", "text": "可停 40 辆。", "quantity": "1", "cost": "120000", "share_rule": "none", "version": "1",
    }  # fmt: skip
    assert office.post(url, {**item, "picture": SimpleUploadedFile("图.jpg", b"<html>")}).status_code == 422
    assert office.post(url, {**item, "picture": picture(size=(1200, 900), orientation=6)}).status_code == 302
    shown = option.versions.first()
    assert shown
    assert shown.picture
    seen = office.get(f"{LIST}{menu.pk}/picture/{shown.pk}/")
    with Image.open(BytesIO(seen.getvalue())) as image:
        assert max(image.size) <= 480
        assert image.height > image.width
    assert f"{LIST}{menu.pk}/picture/{shown.pk}/" in office.get(url).content.decode()
    # Other words keep the picture; a tick takes it away.
    assert office.post(url, {**item, "version": "2", "text": "可停 50 辆。"}).status_code == 302
    assert option.versions.first().picture_id == shown.picture_id  # type: ignore[union-attr]
    assert office.post(url, {**item, "version": "3", "no_picture": "on"}).status_code == 302
    assert option.versions.first().picture_id is None  # type: ignore[union-attr]


def test_strangers_see_no_menu_and_readers_change_none(cast: Cast) -> None:
    menu = make_menu(cast)
    assert cast.client("stranger").get(f"{LIST}{menu.pk}/").status_code == 404
    assert cast.client("contractor").get(LIST).status_code == 403
    assert cast.client("auditor").get(f"{LIST}{menu.pk}/").status_code == 200
    assert cast.client("auditor").get(f"{LIST}{menu.pk}/edit/").status_code == 403
    cast.client("community").post(f"{LIST}{menu.pk}/void/", {"reason": "误"})
    menu.refresh_from_db()
    assert menu.state == MenuState.PUBLISHED


def test_the_list_asks_the_same_however_many_menus_there_are(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    make_menu(cast)
    client = cast.client("bureau")
    client.get(LIST)
    with django_assert_max_num_queries(8) as first:  # type: ignore[operator]
        client.get(LIST)
    for _menu in range(2):
        make_menu(cast)
    with django_assert_max_num_queries(len(first)):  # type: ignore[operator]
        client.get(LIST)
