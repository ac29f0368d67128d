"""Answering on the phone: from the letter or the notice board to the receipt; what is refused loses nothing."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from residents.actions import responses as limits
from residents.actions.questionnaires import void_questionnaire
from residents.models import Questionnaire, Response, ResponseDraft
from tests.cast import Cast
from tests.residents.asking import (
    answer,
    answer_openly,
    asked,
    closed_and_finished,
    doors_of,
    make_questionnaire,
    wait_for_close,
)
from tests.residents.builders import make_doors, make_representative
from tests.residents.letters_held import HOME, Phone, at_home, phone
from tests.residents.menus import soon
from tests.residents.test_home_menu import text_of

pytestmark = pytest.mark.django_db

TYPED: list[dict[str, Any]] = [
    {"answer": "0"}, {"answer": ["0", "2"]}, {"answer": "4"}, {"answer": "３"}, {"answer": "楼道太暗 <b>"},
]  # fmt: skip
KEPT = [0, [0, 2], 4, 3, "楼道太暗 <b>"]


def path(questionnaire: Questionnaire, *rest: object) -> str:
    start = (
        f"/r/survey/{questionnaire.pk}/"
        if questionnaire.is_per_household
        else f"/r/ask/{questionnaire.public_code}/"
    )
    return "".join([start, *(f"{part}/" for part in rest)])


def hidden(page: Any) -> dict[str, str]:
    """What the check page would send."""
    found = re.findall(r'<input type="hidden" name="(key|answers)" value="([^"]*)"', page.content.decode())
    return {name: html.unescape(value) for name, value in found}


def answer_all(held: Phone, questionnaire: Questionnaire) -> Any:
    for place, typed in enumerate(TYPED, start=1):
        last = held.post(path(questionnaire, place), typed)
    return last


def test_a_household_goes_from_its_letter_to_the_receipt(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    held = at_home(cast, doors_of(questionnaire)[0])
    assert "开始填写" in text_of(held.get(HOME))
    assert "5 道题" in text_of(held.get(path(questionnaire)))
    check = answer_all(held, questionnaire)
    assert "还没有提交" in text_of(check)
    assert "路灯、停车" in text_of(check)
    assert not Response.objects.exists()
    page = hidden(check)
    receipt = held.post(path(questionnaire, "check"), page)
    made = Response.objects.get()
    assert list(made.answers.values()) == KEPT
    assert f"{made.receipt[:4]} {made.receipt[4:]}" in text_of(receipt)
    assert not ResponseDraft.objects.exists()
    assert "已提交" in text_of(held.get(HOME))
    # A double tap, a phone that did not hear: the same page sent again is the same answer.
    assert held.post(path(questionnaire, "check"), page).redirect_chain[-1][0].endswith("/receipt/")
    assert Response.objects.count() == 1


def test_it_may_be_changed_until_the_close(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, closes_at=soon())
    door = doors_of(questionnaire)[0]
    answer(questionnaire, door)
    held = at_home(cast, door)
    check = held.post(f"{path(questionnaire, 1)}?back=1", {"answer": "1"})
    assert "修改还没有提交" in text_of(check)
    page = hidden(check)
    held.post(path(questionnaire, "check"), page)
    assert Response.objects.counting().get().answers[str(asked(questionnaire)[0].pk)] == 1
    wait_for_close(questionnaire)
    assert "已提交" not in text_of(held.get(path(questionnaire, 1)))
    # Sent again after the close it is still known; anything new is refused.
    assert held.post(path(questionnaire, "check"), page).status_code == 200
    late = {**page, "answers": json.dumps({})}
    assert held.post(path(questionnaire, "check"), late).status_code == 409


def test_an_answer_that_does_not_fit_is_told_twice_in_the_same_words_and_kept(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    held = at_home(cast, doors_of(questionnaire)[0])
    for place, typed, said in (
        (1, {}, "请回答这一题。"),
        (2, {"answer": ["0", "1", "2"]}, "最多选 2 项。"),
        (4, {"answer": "三口"}, "请用数字填写整数。"),
        (5, {"answer": "长" * 2001}, "请不要超过 2000 个字。"),
    ):
        refused = held.post(path(questionnaire, place), typed)
        assert refused.status_code == 422
        assert text_of(refused).count(said) >= 2, place
    assert "三口" in held.post(path(questionnaire, 4), {"answer": "三口"}).content.decode()
    # What was answered before stands, and what must be answered is asked for.
    held.post(path(questionnaire, 3), {"answer": "5"})
    check = text_of(held.get(path(questionnaire, "check")))
    assert "5 / 5" in check
    assert "提交我的答案" not in check
    page = {"key": "0f7a2c5e-6a0e-4c58-8f6e-0a7b6f2d9c11", "answers": "{}"}
    assert "第 1 题" in text_of(held.post(path(questionnaire, "check"), page))


@pytest.mark.parametrize(
    "answers",
    [
        "", "x", "[]", "null", '{"x": 1}', '{"%s": 1e400}', '{"%s": NaN}', '{"%s": 9223372036854775808}', '{"%s": {"a": 1}}',
        '{"%s": "a\\u0000"}', '{"%s": "\\ud800"}', "[" * 5000,
    ],
)  # fmt: skip
def test_a_forged_page_is_refused(cast: Cast, answers: str) -> None:
    questionnaire = make_questionnaire(cast)
    held = at_home(cast, doors_of(questionnaire)[0])
    first = asked(questionnaire)[0].pk
    page = hidden(held.get(path(questionnaire, "check"))) or {"key": "0f7a2c5e-6a0e-4c58-8f6e-0a7b6f2d9c11"}
    sent = held.post(path(questionnaire, "check"), {**page, "answers": answers.replace("%s", str(first))})
    assert sent.status_code in {409, 422}
    assert not Response.objects.exists()


def test_what_is_too_long_for_any_page_is_refused(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    held = at_home(cast, doors_of(questionnaire)[0])
    assert held.post(path(questionnaire, 5), {"answer": "x" * 10_000_000}).status_code in {400, 413}
    assert not ResponseDraft.objects.exists()


def test_a_stranger_and_a_representative_answer_for_no_household(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    (elsewhere, *_rest) = make_doors(cast)
    person = make_representative(cast, doors_of(questionnaire)[0])
    for held in (at_home(cast, elsewhere), at_home(cast, person)):
        for rest in ((), (1,), ("check",), ("receipt",)):
            assert held.get(path(questionnaire, *rest)).status_code == 404
    draft = make_questionnaire(cast, published=False, compound=questionnaire.compound, doors=0)
    assert at_home(cast, doors_of(questionnaire)[1]).get(path(draft)).status_code == 404
    assert "/r/survey/" not in phone().get(path(questionnaire)).redirect_chain[-1][0]


def test_results_show_after_the_close_without_words_and_without_small_groups(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, doors=12, closes_at=timezone.now() + timedelta(seconds=4))
    doors = doors_of(questionnaire)
    for number, door in enumerate(doors[:10]):
        answer(questionnaire, door, [0 if number < 7 else 1, [1], 4, 3, "只有我说"])
    held = at_home(cast, doors[0])
    assert held.get(path(questionnaire, "result")).status_code == 404
    wait_for_close(questionnaire)
    # Paper is still typed: somebody who looked before and after would read a single sheet.
    assert held.get(path(questionnaire, "result")).status_code == 404
    assert "正在统计" in text_of(held.get(HOME))
    closed_and_finished(cast, questionnaire)
    assert "看结果" in text_of(held.get(HOME))
    page = text_of(held.get(path(questionnaire, "result")))
    assert "12 户中有 10 户" in page
    assert "只有我说" not in page
    assert page.count("不公布") >= 2
    assert "7 · 70 %" not in page
    assert "10 · 100 %" in page


def test_a_voided_one_says_why(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    void_questionnaire(questionnaire=questionnaire, user=cast.bureau, reason="第二题印错了")
    assert "第二题印错了" in text_of(at_home(cast, doors_of(questionnaire)[0]).get(HOME))


# --- From the notice board --------------------------------------------------------------


def test_anybody_answers_from_the_notice_board_once_in_a_browser(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    held = phone()
    assert "5 道题" in text_of(
        held.get(path(questionnaire).replace(questionnaire.public_code, questionnaire.public_code.lower()))
    )
    page = hidden(answer_all(held, questionnaire))
    assert "还没有提交" in text_of(held.get(path(questionnaire, "check")))
    receipt = held.post(path(questionnaire, "check"), page)
    made = Response.objects.get()
    assert (made.household, list(made.answers.values())) == (None, KEPT)
    assert made.receipt[:4] in text_of(receipt)
    assert held.post(path(questionnaire, "check"), page).status_code == 200
    assert Response.objects.count() == 1
    assert held.get(path(questionnaire, 1)).redirect_chain[-1][0].endswith("/receipt/")
    # The next person on the same phone begins anew and does not see what the first one said.
    again = held.post(path(questionnaire, "again"))
    assert "已提交" not in text_of(again)
    answer_all(held, questionnaire)
    held.post(path(questionnaire, "check"), hidden(held.get(path(questionnaire, "check"))))
    assert Response.objects.count() == 2


def test_without_cookies_it_says_so_and_a_flood_is_told_to_wait_with_the_answers_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    assert "不保存 Cookie" in text_of(phone().get(path(questionnaire, 1)))
    monkeypatch.setattr(limits, "ALTOGETHER", 1)
    answer_openly(questionnaire)
    held = phone()
    held.get(path(questionnaire))
    refused = held.post(path(questionnaire, "check"), hidden(answer_all(held, questionnaire)))
    assert refused.status_code == 409
    assert "现在提交的人太多" in text_of(refused)
    assert "路灯、停车" in text_of(refused)


def test_the_public_address_is_of_open_ones_only_and_households_find_it_on_their_page(cast: Cast) -> None:
    open_one = make_questionnaire(cast, is_per_household=False)
    for code in ("ZZZZZZZZ", "x", "A" * 300):
        assert phone().get(f"/r/ask/{code}/").status_code == 404
    held = at_home(cast, doors_of(open_one)[0])
    assert open_one.public_code in held.get(HOME).content.decode()
    assert held.get(f"/r/survey/{open_one.pk}/").status_code == 404


def test_the_pages_take_as_many_statements_with_many_answers_as_with_few(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, doors=9)
    doors = doors_of(questionnaire)
    held = at_home(cast, doors[0])

    def statements() -> list[int]:
        found = []
        for rest in ((), (1,), ("check",)):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                held.get(path(questionnaire, *rest))
            found.append(len(queries))
        return found

    few = statements()
    for door in doors[1:]:
        answer(questionnaire, door)
    assert statements() == few
    assert max(few) <= 6
