"""Desk and paper: entered for a household, typed from sealed paper, confirmed by another, never shown afterwards."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from residents.actions.letters import clear_text
from residents.actions.menus import publish_menu, relate_options, revise_option
from residents.actions.paper import count_batch
from residents.models import Choice, Household, Menu, OptionRelation, PaperBatch, SpoiledSheet
from tests.cast import Cast
from tests.residents.menus import (
    at_the_desk,
    code_of,
    doors_of,
    make_menu,
    make_option,
    make_sealed,
    on_show,
    send,
    soon,
    type_sheet,
    wait_for_close,
)

pytestmark = pytest.mark.django_db

LIST = "/residents/menus/"


def photo() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(content, "JPEG")
    return SimpleUploadedFile("签字表.jpg", content.getvalue(), "image/jpeg")


def led_to(response: Any) -> str:
    """Where a redirect leads."""
    return str(response.url)


def page_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def answered(client: Client, url: str, answers: dict[str, str], **more: Any) -> dict[str, Any]:
    """What the form of this page sends when the items are answered so, by name."""
    form = client.get(url).context["form"]
    sent = {f"item-{version.option_id}": answers[version.name] for version, _answer, _v in form.rows()}
    return {**sent, "key": str(form["key"].value()), "seen": form["seen"].value(), **more}


ONLY_SHED = {"充电棚": "want", "健身器材": "decline", "加装电梯": "either"}


def desk_url(menu: Menu, door: Household) -> str:
    return f"{LIST}{menu.pk}/desk/{door.pk}/"


def test_the_desk_finds_the_door_and_enters_the_signed_sheet(cast: Cast) -> None:
    menu = make_menu(cast)
    door, clerk = doors_of(menu)[0], cast.client("community")
    assert "代住户填报" in page_of(clerk, f"{LIST}{menu.pk}/")
    found: Any = clerk.get(f"{LIST}{menu.pk}/desk/", {"door": door.door})
    assert found.url == desk_url(menu, door)
    several = clerk.get(f"{LIST}{menu.pk}/desk/", {"door": "1号楼"})
    assert {one.pk for one, _address in several.context["doors"]} == {one.pk for one in doors_of(menu)}
    sent = answered(clerk, found.url, ONLY_SHED, channel="desk")
    refused = clerk.post(found.url, sent)
    assert refused.status_code == 422
    assert "sheet" in refused.context["form"].errors
    assert not Choice.objects.exists()
    receipt: Any = clerk.post(found.url, {**sent, "sheet": photo()})
    choice = Choice.objects.get()
    shown = on_show(menu)
    assert (choice.channel, choice.wanted, choice.declined) == (
        "desk",
        [shown["充电棚"]],
        [shown["健身器材"]],
    )
    assert choice.entered_by == cast.community
    text = page_of(clerk, receipt.url)
    assert f"{choice.receipt[:4]} {choice.receipt[4:]}" in text
    assert "充电棚" not in text
    assert "充电棚" not in page_of(clerk, f"{LIST}{menu.pk}/entered/")
    # A cut connection: the same page sent again is the same choice.
    assert led_to(clerk.post(found.url, {**sent, "sheet": photo()})) == receipt.url


def test_what_is_read_out_stands_on_the_form_with_the_households_own_share(cast: Cast) -> None:
    menu = make_menu(cast, published=False)
    canopy = make_option(
        cast, menu, "雨棚", "improve", 9_000, place=5, residents_pay=Decimal(4000), share_rule="equal"
    )
    publish_menu(menu=menu, user=cast.bureau)
    door, clerk = doors_of(menu)[0], cast.client("community")
    revise_option(
        option=canopy, user=cast.bureau, expected_version=1, reason="询价以后便宜了", cost=Decimal(8_000)
    )
    page = page_of(clerk, desk_url(menu, door))
    missing = [
        word for word in ("雨棚，装在东门旁。", "这户约出 1,000 元", "念给住户核对") if word not in page
    ]
    assert missing == []
    assert all(f"<span>{word}</span>" in page for word in ("想要", "不想要", "都可以"))
    assert "第 2 版" in page
    assert "询价以后便宜了" in page
    assert "v2</span>" not in page
    sent = answered(clerk, desk_url(menu, door), {**ONLY_SHED, "雨棚": "want"}, channel="desk", sheet=photo())
    receipt = led_to(clerk.post(desk_url(menu, door), sent))
    # Told once to whoever stands there; a page that kept it would tell what was chosen.
    assert "约出 1,000 元" in page_of(clerk, receipt)
    assert "1,000 元" not in page_of(clerk, receipt)


def test_whoever_comes_from_a_round_goes_on_with_it_after_the_entry(cast: Cast) -> None:
    menu = make_menu(cast)
    assert menu.round is not None
    door, following, *_more = doors_of(menu)
    clerk, route = cast.client("community"), f"round={menu.round.pk}&show=tonight"
    at_door = page_of(clerk, f"/residents/rounds/{menu.round.pk}/doors/{door.pk}/?show=tonight")
    assert f"{desk_url(menu, door)}?{route.replace('&', '&amp;')}" in at_door
    sent = answered(clerk, f"{desk_url(menu, door)}?{route}", ONLY_SHED, channel="desk", sheet=photo())
    receipt = led_to(clerk.post(f"{desk_url(menu, door)}?{route}", sent))
    assert receipt.endswith(f"?{route}")
    page = page_of(clerk, receipt)
    assert "回到走访" in page
    assert f"下一户：{following.door}" in page
    assert f"/residents/rounds/{menu.round.pk}/doors/{following.pk}/?show=tonight" in page
    # Another compound's round, or none, leads nowhere.
    assert "回到走访" not in page_of(clerk, receipt.split("?")[0] + "?round=999999")
    assert "回到走访" not in page_of(clerk, receipt.split("?")[0])


def test_by_telephone_the_code_must_be_this_doors(cast: Cast) -> None:
    menu = make_menu(cast)
    door, other = doors_of(menu)[:2]
    clerk, url = cast.client("community"), desk_url(menu, door)
    sent = answered(clerk, url, ONLY_SHED, channel="phone")
    for code in ("", "7KQM", clear_text(code_of(cast, other))):
        refused = clerk.post(url, {**sent, "code": code})
        assert refused.status_code == 422
        assert "code" in refused.context["form"].errors
    code = clear_text(code_of(cast, door)).lower()
    assert clerk.post(url, {**sent, "code": f"{code[:4]} {code[4:8]}-{code[8:]}"}).status_code == 302
    assert Choice.objects.get().channel == "phone"


def test_what_changed_or_does_not_go_together_is_said_at_the_form_with_the_answers_kept(cast: Cast) -> None:
    menu = make_menu(cast, published=False)
    shed, fitness, _lift = menu.options.order_by("position")
    relate_options(option=shed, other=fitness, kind=OptionRelation.Kind.EXCLUDES, user=cast.bureau)
    cast.client("bureau").post(f"{LIST}{menu.pk}/publish/")
    clerk, url = cast.client("community"), desk_url(menu, doors_of(menu)[0])
    both = answered(clerk, url, {**ONLY_SHED, "健身器材": "want"}, channel="desk", sheet=photo())
    assert "充电棚 ✕ 健身器材" in clerk.post(url, both).content.decode()
    incomplete = {name: value for name, value in both.items() if name != f"item-{shed.pk}"}
    assert f"item-{shed.pk}" in clerk.post(url, {**incomplete, "sheet": photo()}).context["form"].errors
    sent = answered(clerk, url, ONLY_SHED, channel="desk")
    revise_option(option=shed, user=cast.bureau, expected_version=1, reason="询价", cost=Decimal(130_000))
    again = clerk.post(url, {**sent, "sheet": photo()})
    assert "刚刚有项目的价格" in again.content.decode()
    form = again.context["form"]
    assert form[f"item-{shed.pk}"].value() == "want"
    fresh = {**sent, "key": form["key"].value(), "seen": form["seen"].value(), "sheet": photo()}
    assert fresh["seen"] != sent["seen"]
    assert clerk.post(url, fresh).status_code == 302


def test_where_the_first_choice_stays_the_desk_is_told_before_and_after(cast: Cast) -> None:
    menu = make_menu(cast, precedence="first")
    door, clerk = doors_of(menu)[0], cast.client("community")
    send(cast, menu, door, "加装电梯")
    url = desk_url(menu, door)
    assert "本菜单以先收到的选择为准" in page_of(clerk, url)
    sent = answered(clerk, url, ONLY_SHED, channel="desk", sheet=photo())
    assert "以另一份选择为准" in clerk.post(url, sent, follow=True).content.decode()
    assert Choice.objects.filter(menu=menu).counting().get().channel == "web"


def test_a_mistake_at_the_desk_is_reversed_with_its_reason(cast: Cast) -> None:
    menu = make_menu(cast)
    choice = at_the_desk(cast, menu, doors_of(menu)[0], "充电棚")
    url = f"{LIST}{menu.pk}/entered/{choice.pk}/reverse/"
    cast.client("community").post(url, {"reason": " "})
    choice.refresh_from_db()
    assert choice.reversed_at is None
    assert (
        "看错门牌" in cast.client("community").post(url, {"reason": "看错门牌"}, follow=True).content.decode()
    )
    own = send(cast, menu, doors_of(menu)[0], "充电棚")
    assert (
        cast.client("community").post(url.replace(str(choice.pk), str(own.pk)), {"reason": "误"}).status_code
        == 404
    )


def test_a_pile_goes_from_two_counts_to_the_last_confirmed_piece(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    typist, other = cast.client("community"), cast.client("street")
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    pile = {"pieces": "2", "received_at": now, "kept_where": "居委会保险柜"}
    url = led_to(typist.post(f"{LIST}{menu.pk}/paper/", pile))
    assert "您已清点过这一批" in page_of(typist, url)
    assert "2 张" not in page_of(other, url)
    wrong = other.post(f"{url}seal/", {"pieces": "3"})
    assert "3 张" in wrong.content.decode()
    assert typist.post(f"{url}seal/", {"pieces": "2"}).status_code == 422
    assert other.post(f"{url}seal/", {"pieces": "2"}).status_code == 302
    wait_for_close(menu)
    door = doors_of(menu)[0]
    form_url = led_to(typist.get(f"{url}door/", {"door": door.door}))
    sent = answered(typist, form_url, ONLY_SHED)
    assert "sheet" in typist.post(form_url, sent).context["form"].errors
    assert led_to(typist.post(form_url, {**sent, "sheet": photo()})) == f"{url}door/"
    assert typist.post(f"{url}spoiled/", {"reason": ""}).status_code == 422
    typist.post(f"{url}spoiled/", {"reason": "没有签名", "sheet": photo()})
    assert SpoiledSheet.objects.get().reason == "没有签名"
    assert "2 / 2" in re.sub(r"\s+", " ", page_of(typist, f"{LIST}{menu.pk}/paper/"))
    assert "这一批 2 张已全部录入" in typist.post(f"{url}spoiled/", {"reason": "多"}).content.decode()
    choice = Choice.objects.get()
    assert "充电棚" not in page_of(other, url)
    sheet = f"{LIST}{menu.pk}/sheets/{choice.pk}/"
    assert typist.post(sheet).status_code == 409
    assert "充电棚" in page_of(other, sheet)
    scan: Any = other.get(f"{sheet}scan/")
    assert b"".join(scan.streaming_content).startswith(b"\xff\xd8")
    assert led_to(other.post(sheet)) == url
    choice.refresh_from_db()
    assert choice.confirmed_by == cast.street
    # Settled: nobody reads it any more.
    assert "充电棚" not in page_of(other, sheet)
    assert other.get(f"{sheet}scan/").status_code == 403
    aside = f"{url}spoiled/{SpoiledSheet.objects.get().pk}/"
    assert "您登记无效的" in page_of(typist, aside)
    assert typist.post(aside).status_code == 409
    scan = other.get(f"{aside}scan/")
    assert b"".join(scan.streaming_content).startswith(b"\xff\xd8")
    assert led_to(other.post(aside)) == url
    assert typist.post(f"{aside}reverse/", {"reason": ""}).status_code == 422
    assert led_to(typist.post(f"{aside}reverse/", {"reason": "背面有签名"})) == url
    assert "背面有签名" in page_of(other, url)
    assert "1 / 2" in re.sub(r"\s+", " ", page_of(typist, f"{LIST}{menu.pk}/paper/"))


def test_a_sheet_that_was_typed_wrongly_is_reversed_instead_and_typed_anew(cast: Cast) -> None:
    menu = make_menu(cast)
    batch = make_sealed(cast, menu)
    choice = type_sheet(cast, batch, doors_of(menu)[0], "加装电梯", confirmed=False)
    done: Any = cast.client("street").post(
        f"{LIST}{menu.pk}/entered/{choice.pk}/reverse/", {"reason": "勾错一项"}
    )
    assert done.url == f"{LIST}{menu.pk}/paper/{batch.pk}/"
    assert cast.client("street").post(f"{LIST}{menu.pk}/sheets/{choice.pk}/").status_code == 409
    assert type_sheet(cast, batch, doors_of(menu)[0], "充电棚").counts_from is not None


def test_paper_printed_before_a_change_is_typed_as_it_was_printed(cast: Cast) -> None:
    menu = make_menu(cast)
    batch = make_sealed(cast, menu)
    shed = menu.options.order_by("position")[0]
    first = on_show(menu)["充电棚"]
    revise_option(option=shed, user=cast.bureau, expected_version=1, reason="询价", cost=Decimal(130_000))
    clerk, url = cast.client("community"), f"{LIST}{menu.pk}/paper/{batch.pk}/door/{doors_of(menu)[0].pk}/"
    form = clerk.get(url).context["form"]
    assert form[f"version-{shed.pk}"].value() == first
    sent = {
        **answered(clerk, url, ONLY_SHED),
        f"version-{shed.pk}": str(on_show(menu)["充电棚"]),
        "sheet": photo(),
    }
    clerk.post(url, sent)
    choice = Choice.objects.get()
    assert choice.wanted == [on_show(menu)["充电棚"]]
    assert first not in choice.seen


def test_a_wrong_first_count_is_taken_back_and_nobody_else_enters(cast: Cast) -> None:
    menu = make_menu(cast)
    batch = count_batch(menu=menu, user=cast.community, pieces=9, received_at=timezone.now(), kept_where="柜")
    url = f"{LIST}{menu.pk}/paper/{batch.pk}/"
    assert cast.client("auditor").get(url).status_code == 403
    assert cast.client("stranger").get(url).status_code == 404
    assert cast.client("auditor").get(f"{LIST}{menu.pk}/desk/").status_code == 403
    assert led_to(cast.client("community").post(f"{url}drop/")) == f"{LIST}{menu.pk}/paper/"
    assert not PaperBatch.objects.exists()


def test_the_pages_ask_the_same_however_much_is_typed(cast: Cast, django_assert_max_num_queries: Any) -> None:
    menu = make_menu(cast)
    clerk, batch = cast.client("community"), make_sealed(cast, menu, pieces=4)
    pages = [f"{LIST}{menu.pk}/paper/", f"{LIST}{menu.pk}/paper/{batch.pk}/", f"{LIST}{menu.pk}/entered/"]
    doors = doors_of(menu)
    type_sheet(cast, batch, doors[0], "充电棚")
    at_the_desk(cast, menu, doors[0])
    before = []
    for page in pages:
        clerk.get(page)
        with django_assert_max_num_queries(10) as asked:
            clerk.get(page)
        before.append(len(asked))
    for door in doors[1:]:
        type_sheet(cast, batch, door, "充电棚")
        at_the_desk(cast, menu, door)
    for page, most in zip(pages, before, strict=True):
        with django_assert_max_num_queries(most):
            clerk.get(page)
