"""What a resident says, follows, and reads of the neighbours."""

import re
from typing import Any

import pytest

from files.models import StoredFile
from residents.actions.opinions import MOST_A_DAY, join_opinions
from residents.models import Household, Opinion
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.residents.builders import make_doors, make_representative
from tests.residents.letters_held import HOME, at_home, phone
from tests.residents.saying import answer, category, say
from tests.residents.test_home_menu import text_of

pytestmark = pytest.mark.django_db
SAY, MINE, NEIGHBOURS = "/r/opinions/say/", "/r/opinions/", "/r/opinions/neighbours/"


@pytest.fixture
def doors(cast: Cast) -> list[Household]:
    return make_doors(cast, floors=1, doors=2)


def key_of(page: Any) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_a_household_says_something_and_gets_a_number(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, doors[0])
    assert "提意见" in text_of(held.get(HOME))
    page = held.get(SAY)
    sent = {"key": key_of(page), "text": "车位不够", "category": str(category("车位不足").pk)}
    receipt = held.post(SAY, sent)
    opinion = Opinion.objects.get()
    assert (opinion.household, opinion.channel, opinion.entered_by) == (doors[0], "web", None)
    assert f"编号 {opinion.number}" in text_of(receipt)
    # A second tap on the same page is the same opinion.
    assert text_of(held.post(SAY, sent)) == text_of(receipt)
    assert Opinion.objects.count() == 1


def test_a_photo_comes_along(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, doors[0])
    held.post(SAY, {"key": key_of(held.get(SAY)), "text": "墙裂了", "photo": picture()})
    assert Opinion.objects.get().photos.get().file.uploaded_by is None


def test_a_photo_that_belongs_to_no_new_opinion_is_not_kept(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, doors[0])
    page = {"key": key_of(held.get(SAY)), "text": "墙裂了"}
    held.post(SAY, page | {"photo": picture()})
    held.post(SAY, page | {"photo": picture(colour="red")})
    assert StoredFile.objects.count() == 1
    for place in range(MOST_A_DAY - 1):
        say(doors[0], f"第 {place} 条")
    refused = held.post(SAY, {"key": key_of(held.get(SAY)), "text": "又裂了", "photo": picture(colour="red")})
    assert (refused.status_code, StoredFile.objects.count()) == (422, 1)


def test_without_words_the_page_asks_again_and_keeps_the_rest(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, doors[0])
    refused = held.post(SAY, {"key": key_of(held.get(SAY)), "text": " ", "category": str(category().pk)})
    assert refused.status_code == 422
    assert "写下您想说的话" in text_of(refused)
    assert f'value="{category().pk}" selected' in refused.content.decode()


def test_the_answer_stands_on_the_own_page_with_its_reason(cast: Cast, doors: list[Household]) -> None:
    opinion = say(doors[0])
    held = at_home(cast, doors[0])
    assert "待答复" in text_of(held.get(MINE))
    answer(cast, opinion, "地方不够。", adoption="not_adopted", adoption_reason="消防通道不能占")
    assert "已答复" in text_of(held.get(HOME))
    page = text_of(held.get(f"{MINE}{opinion.pk}/"))
    assert "地方不够。" in page
    assert "消防通道不能占" in page


def test_a_joined_voice_reads_the_shared_answer(cast: Cast, doors: list[Household]) -> None:
    head, voice = say(doors[1], "车位太少"), say(doors[0])
    join_opinions(into=head, opinions=[voice], user=cast.community)
    answer(cast, head, "增加 20 个车位")
    page = text_of(at_home(cast, doors[0]).get(f"{MINE}{voice.pk}/"))
    assert "增加 20 个车位" in page
    assert "车位太少" not in page


def test_another_households_opinion_is_not_there(cast: Cast, doors: list[Household]) -> None:
    opinion = say(doors[1])
    held = at_home(cast, doors[0])
    assert held.get(f"{MINE}{opinion.pk}/").status_code == 404
    assert held.get(f"{MINE}{2**40}/").status_code == 404
    assert opinion.text not in text_of(held.get(MINE))
    assert phone().get(MINE).redirect_chain


def test_neighbours_read_what_the_office_shows_without_door(cast: Cast, doors: list[Household]) -> None:
    answer(cast, say(doors[1], "想要充电棚", may_show_words=True), "装在东门", is_public=True)
    answer(cast, say(doors[1], "我家的事"), "已处理")
    other = make_doors(cast)[0]
    answer(cast, say(other, "别的小区"), "好", is_public=True)
    page = text_of(at_home(cast, doors[0]).get(NEIGHBOURS))
    assert "想要充电棚" in page
    assert "装在东门" in page
    assert doors[1].door not in page
    assert "我家的事" not in page
    assert "别的小区" not in page


def test_words_are_shown_only_with_the_consent_of_whoever_said_them(
    cast: Cast, doors: list[Household]
) -> None:
    held, neighbour = at_home(cast, doors[0]), at_home(cast, doors[1])
    page = held.get(SAY)
    assert "邻居看不到是谁提的" in text_of(page)
    for number, (words, ticked) in enumerate(
        (("楼上漏水三年了", {}), ("路灯不亮", {"may_show_words": "on"}))
    ):
        receipt = text_of(held.post(SAY, {"key": key_of(held.get(SAY)), "text": words, **ticked}))
        assert ("您同意答复以后公开原话" in receipt) == bool(number)
        reply = f"第{number}条：已安排维修"
        said = Opinion.objects.get(text=words)
        answer(cast, said, reply, adoption="partly", adoption_reason=reply, is_public=True)
    shown = text_of(neighbour.get(NEIGHBOURS))
    assert "楼上漏水三年了" not in shown
    assert "原话不公开" in shown
    assert "路灯不亮" in shown
    # The reason says what the reply says: once is enough, here and on the own page.
    assert shown.count("第0条：已安排维修") == 1
    own = held.get(f"{MINE}{Opinion.objects.get(text='楼上漏水三年了').pk}/")
    assert text_of(own).count("第0条：已安排维修") == 1


def test_a_representative_speaks_from_the_own_door(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, make_representative(cast, doors[0]))
    held.post(SAY, {"key": key_of(held.get(SAY)), "text": "大家都说灯不亮"})
    assert Opinion.objects.get().household == doors[0]


def test_a_flood_from_one_letter_is_stopped_and_loses_nothing(cast: Cast, doors: list[Household]) -> None:
    for place in range(MOST_A_DAY):
        say(doors[0], f"第{place}条")
    held = at_home(cast, doors[0])
    refused = held.post(SAY, {"key": key_of(held.get(SAY)), "text": "还有一条"})
    assert refused.status_code == 422
    assert "还有一条" in text_of(refused)
    assert Opinion.objects.count() == MOST_A_DAY
