"""From the letter to the receipt, as a household walks it; what is refused says so and loses nothing."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.utils import timezone

from residents.actions.menus import prolong_menu, publish_menu, revise_option, void_menu
from residents.actions.outcomes import adopt_outcome, count_menu
from residents.models import Choice, ChoiceDraft, Menu
from tests.cast import Cast
from tests.projects.schemes import make_approved_scheme
from tests.residents.builders import make_doors, make_representative
from tests.residents.letters_held import HOME, Phone, at_home
from tests.residents.menus import (
    at_the_desk,
    doors_of,
    make_menu,
    make_option,
    on_show,
    send,
    soon,
    wait_for_close,
)

pytestmark = pytest.mark.django_db


def text_of(answer: HttpResponse) -> str:
    body = re.sub(r"<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def hidden(answer: HttpResponse) -> dict[str, str]:
    """What the check page would send."""
    return (
        dict(
            re.findall(
                r'<input type="hidden" name="(key|seen|wanted|declined)" value="([^"]*)"',
                answer.content.decode(),
            )
        )
        | {}
    )


def path(menu: Menu, *rest: object) -> str:
    return "".join([f"/r/menu/{menu.pk}/", *(f"{part}/" for part in rest)])


def answer_all(held: Phone, menu: Menu, *answers: str) -> HttpResponse:
    for place, answer in enumerate(answers, start=1):
        last = held.post(path(menu, place), {"answer": answer})
    return last


def finish(held: Phone, menu: Menu) -> HttpResponse:
    return held.post(path(menu, "check"), hidden(held.get(path(menu, "check"))))


def test_a_household_goes_from_its_letter_to_the_receipt(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    held = at_home(cast, door)
    assert "开始选择" in text_of(held.get(HOME))
    assert "开始" in text_of(held.get(path(menu)))
    check = answer_all(held, menu, "want", "decline", "either")
    assert "还没有提交" in text_of(check)
    assert not Choice.objects.exists()
    receipt = finish(held, menu)
    choice = Choice.objects.get()
    shown = on_show(menu)
    assert (choice.wanted, choice.declined) == ([shown["充电棚"]], [shown["健身器材"]])
    page = text_of(receipt)
    assert f"{choice.receipt[:4]} {choice.receipt[4:]}" in page
    assert "还没有提交" not in page
    assert not ChoiceDraft.objects.exists()
    assert "已提交" in text_of(held.get(HOME))


def test_what_is_ticked_is_kept_for_later_and_for_another_phone(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    at_home(cast, door).post(path(menu, 1), {"answer": "want"})
    other = at_home(cast, door)
    assert "还没有提交" in text_of(other.get(HOME))
    assert 'value="want"' in other.get(path(menu, 1)).content.decode()
    assert re.search(r'value="want"[^>]*checked', other.get(path(menu, 1)).content.decode())
    assert not Choice.objects.exists()


def test_a_question_without_an_answer_asks_again(cast: Cast) -> None:
    menu = make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    answer = held.post(path(menu, 1), {})
    assert answer.status_code == 422
    assert "请在三个回答里选一个" in text_of(answer)


def test_pressing_back_and_sending_again_sends_nothing_twice(cast: Cast) -> None:
    menu = make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    answer_all(held, menu, "want", "either", "either")
    page = hidden(held.get(path(menu, "check")))
    first = held.post(path(menu, "check"), page)
    again = held.post(path(menu, "check"), page)
    assert text_of(first) == text_of(again)
    assert Choice.objects.count() == 1


def test_a_price_that_changes_while_the_page_is_open_is_said_before_anything_counts(cast: Cast) -> None:
    menu = make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    answer_all(held, menu, "want", "either", "either")
    page = hidden(held.get(path(menu, "check")))
    revise_option(
        option=menu.options.order_by("position")[0], user=cast.bureau, expected_version=1, reason="询价后调整",
        cost=Decimal(90_000),
    )  # fmt: skip
    refused = held.post(path(menu, "check"), page)
    assert refused.status_code == 409
    assert "您勾选的内容都还在" in text_of(refused)
    assert not Choice.objects.exists()
    assert held.post(path(menu, "check"), hidden(refused)).status_code == 200
    assert Choice.objects.get().counts_from is not None


def test_whoever_chose_before_a_change_is_told_and_keeps_the_choice(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    send(cast, menu, door, "充电棚")
    revise_option(
        option=menu.options.order_by("position")[0], user=cast.bureau, expected_version=1, reason="询价后调整",
        cost=Decimal(90_000),
    )  # fmt: skip
    held = at_home(cast, door)
    assert "请再看一眼" in text_of(held.get(HOME))
    start = text_of(held.get(path(menu)))
    assert "询价后调整" in start
    assert f'href="{path(menu, 1)}?back=1"' in held.get(path(menu)).content.decode()
    # What was said of the earlier price still stands on the check page and the receipt.
    assert "✓ 想要" in text_of(held.get(path(menu, "check")))
    assert "想要 1 项" in text_of(held.get(path(menu, "receipt")))
    finish(held, menu)
    sent = Choice.objects.filter(menu=menu).counting().get()
    assert sent.wanted == [on_show(menu)["充电棚"]]
    assert "请再看一眼" not in text_of(held.get(HOME))


def test_the_own_share_is_the_households_and_the_sum_is_of_what_it_wants(cast: Cast) -> None:
    menu = make_menu(cast, published=False, doors=4, items=[])
    make_option(
        cast, menu, "充电棚", "improve", 120_000, residents_pay=Decimal(400), share_rule="equal", subsidy=Decimal(80_000)
    )  # fmt: skip
    make_option(cast, menu, "健身器材", "improve", 50_000, place=1)
    publish_menu(menu=menu, user=cast.bureau)
    held = at_home(cast, doors_of(menu)[0])
    question = text_of(held.get(path(menu, 1)))
    # The parts add up to the price: 8 万 + 39,600 + 400.
    for part in (
        "12 万元",
        "补助 8 万元",
        "改造款 3.96 万元",
        "各户合出 400 元",
        "您家约出 100 元",
        "现在不用交钱",
    ):
        assert part in question, part
    assert "不够" not in text_of(held.get(path(menu)))
    check = text_of(answer_all(held, menu, "want", "want"))
    assert "您家约 100 元" in check


def test_a_change_that_is_not_submitted_says_what_counts(cast: Cast) -> None:
    menu = make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    answer_all(held, menu, "want", "decline", "either")
    finish(held, menu)
    held.post(path(menu, 1) + "?back=1", {"answer": "decline"})
    for page in (HOME, path(menu)):
        said = text_of(held.get(page))
        assert "您改过，但还没有提交" in said
        assert "现在算数的是" in said
    assert Choice.objects.get().wanted == [on_show(menu)["充电棚"]]


def test_a_choice_sent_after_the_close_is_told_so_and_offered_no_button(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    held = at_home(cast, doors_of(menu)[0])
    answer_all(held, menu, "want", "decline", "either")
    form = hidden(held.get(path(menu, "check")))
    wait_for_close(menu)
    late = held.post(path(menu, "check"), form)
    assert late.status_code == 409
    assert "没有交上" in text_of(late)
    assert "提交我的选择" not in text_of(late)
    assert not Choice.objects.exists()


def test_a_later_close_is_told_with_its_reason(cast: Cast) -> None:
    menu = make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    prolong_menu(
        menu=menu, user=cast.bureau, closes_at=menu.closes_at + timedelta(days=3), reason="多数人在外地"
    )
    assert "多数人在外地" in text_of(held.get(HOME))


def test_what_came_in_at_the_desk_shows_on_the_phone_with_its_way(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    choice = at_the_desk(cast, menu, door, "加装电梯")
    page = text_of(at_home(cast, door).get(path(menu, "receipt")))
    assert choice.receipt[:4] in page
    assert "加装电梯" in page


def test_after_the_close_and_when_it_is_voided_the_home_page_says_so(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    held = at_home(cast, doors_of(menu)[0])
    wait_for_close(menu)
    assert "选择已经截止" in text_of(held.get(HOME))
    assert text_of(held.get(path(menu, 1))) == text_of(held.get(HOME))
    void_menu(menu=menu, user=cast.bureau, reason="清单有误")
    assert "清单有误" in text_of(held.get(HOME))


def test_a_stranger_and_a_representative_see_no_menu(cast: Cast) -> None:
    menu = make_menu(cast)
    (elsewhere, *_others) = make_doors(cast)
    for rest in ((), (1,), ("check",), ("receipt",), ("picture", 1)):
        assert at_home(cast, elsewhere).get(path(menu, *rest)).status_code == 404
    person = make_representative(cast, doors_of(menu)[0])
    assert at_home(cast, person).get(path(menu)).status_code == 404


def test_forged_numbers_are_refused_and_nothing_lands(cast: Cast) -> None:
    menu, other = make_menu(cast), make_menu(cast)
    held = at_home(cast, doors_of(menu)[0])
    page = hidden(held.get(path(menu, "check")))
    foreign = " ".join(str(pk) for pk in on_show(other).values())
    for forged in (
        {"wanted": foreign},
        {"seen": foreign},
        {"wanted": "9" * 18},
        {"wanted": "1e400"},
        {"key": "x"},
    ):
        assert held.post(path(menu, "check"), {**page, **forged}).status_code in {409, 422}
    assert not Choice.objects.exists()


def test_the_result_tells_each_item_why_and_says_where_the_scheme_departs(cast: Cast) -> None:
    menu = make_menu(cast, doors=6, closes_at=timezone.now() + timedelta(seconds=3))
    doors = doors_of(menu)
    for door in doors:
        send(cast, menu, door, "充电棚", "加装电梯")
    held = at_home(cast, doors[0])
    assert held.get(path(menu, "result")).status_code == 404
    wait_for_close(menu)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    lift = menu.options.get(versions__name="加装电梯")
    adopt_outcome(menu=menu, user=cast.bureau, departures={lift.pk: (True, "争取到省级加梯补助")}, more_money_is_there=True)  # fmt: skip
    assert "看结果" in text_of(held.get(HOME))
    page = text_of(held.get(path(menu, "result")))
    assert "6 户中有 6 户参加了选择" in page
    assert "50 %" in page
    assert "争取到省级加梯补助" in page
    assert "比这笔预算多出 22 万元" in page
    # Six took part: no number is told, but what each item needs.
    assert "至少要 3 户想要" in page
    assert not re.search(r"\d 户想要。", page.replace("要 3 户想要。", ""))


def test_after_the_close_a_household_finds_its_receipt_and_from_it_the_result(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=timezone.now() + timedelta(seconds=2), paper_hours=0)
    chose, other = doors_of(menu)[:2]
    choice = send(cast, menu, chose, "充电棚")
    held, silent = at_home(cast, chose), at_home(cast, other)
    number = f"{choice.receipt[:4]} {choice.receipt[4:]}"
    wait_for_close(menu)
    assert f"您家的选择已收到，回执号 {number}" in text_of(held.get(HOME))
    # A paper that came in time may not be typed yet.
    assert "暂时没有登记到您家的选择" in text_of(silent.get(HOME))
    count_menu(menu=menu, user=cast.bureau)
    assert number in text_of(held.get(HOME))
    assert "您家没有参加这次选择" in text_of(silent.get(HOME))
    result = held.get(path(menu, "result"))
    assert f'href="{path(menu, "receipt")}"' in result.content.decode()
    assert "您家没有参加这次选择" in text_of(silent.get(path(menu, "result")))
    receipt = held.get(path(menu, "receipt"))
    assert number in text_of(receipt)
    assert f'href="{path(menu, "result")}"' in receipt.content.decode()


def test_a_result_that_was_voided_is_not_told_any_more(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon(), paper_hours=0)
    held = at_home(cast, doors_of(menu)[0])
    wait_for_close(menu)
    count_menu(menu=menu, user=cast.bureau)
    void_menu(menu=menu, user=cast.bureau, reason="选项有误")
    page = text_of(held.get(path(menu, "result")))
    assert "选项有误" in page
    assert "充电棚" not in page


def test_what_was_chosen_waits_beside_the_approved_scheme(cast: Cast) -> None:
    menu = make_menu(cast, doors=6, closes_at=timezone.now() + timedelta(seconds=3), paper_hours=0)
    doors = doors_of(menu)
    for door in doors:
        send(cast, menu, door, "充电棚")
    held = at_home(cast, doors[0])
    wait_for_close(menu)
    count_menu(menu=menu, user=cast.bureau)
    make_approved_scheme(cast, menu.project)
    assert "等批准" not in text_of(held.get(HOME))
    adopt_outcome(menu=menu, user=cast.bureau)
    for page in (HOME, f"{HOME}works/"):
        assert "大家选的（已写进新方案，等批准）：充电棚" in text_of(held.get(page))
