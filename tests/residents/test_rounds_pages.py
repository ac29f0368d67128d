"""Going round the doors: the worklist as a grid, a call in two taps, whose door to knock on tonight."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from residents.actions.menus import revise_option
from residents.models import DoorCall, Finding, Household, Menu, Round
from residents.worklist import Worklist
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.pdf import words
from tests.residents.builders import make_call, make_doors, make_round
from tests.residents.menus import doors_of, make_menu, send
from tests.residents.register_pages import at, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(cast: Cast) -> list[Household]:
    compound = make_compound(cast, "砂石厂小区")
    return make_doors(cast, compound, building="3号楼", staircases=2)


def cell(page: str, door: Household) -> str:
    """What the worklist shows of a door."""
    here = page.index(f'id="door-{door.pk}"')
    return page[page.rindex("<a ", 0, here) : page.index("</a>", here)]


def tap(client: Any, visits: Round, door: Household, finding: str, key: uuid.UUID | None = None) -> Any:
    sent = {"finding": finding, "key": str(key or uuid.uuid4())}
    return client.post(at("round_call", visits.pk, door.pk), sent)


# --- Beginning and ending ---------------------------------------------------------------


def test_a_round_is_started_from_the_compound_and_ended(cast: Cast, doors: list[Household]) -> None:
    client, code = cast.client("community"), doors[0].compound.code
    assert at("round_start", code) in text_of(client, at("rounds_of", code))
    sent = {"title": "征求改造意愿", "contact": "社区居委会", "contact_phone": "0716-8000000"}
    assert client.post(at("round_start", code), {**sent, "contact_phone": ""}).status_code == 422
    assert client.post(at("round_start", code), sent).status_code == 302
    visits = Round.objects.get()
    assert client.get(at("rounds_of", code)).headers["Location"] == at("round", visits.pk)
    again = client.post(at("round_start", code), sent)
    assert (again.status_code, "正在进行" in again.content.decode()) == (422, True)
    assert "征求改造意愿" in text_of(client, at("rounds"))
    client.post(at("round_end", visits.pk))
    visits.refresh_from_db()
    assert visits.ended_by == cast.community
    assert tap(client, visits, doors[0], "refused").status_code == 409


# --- The worklist -----------------------------------------------------------------------


def test_the_grid_goes_from_the_top_floor_and_says_in_words_what_came_of_it(
    cast: Cast, doors: list[Household]
) -> None:
    visits = make_round(cast, doors[0].compound)
    for door, finding in zip(doors, ("handed_over", "not_at_home", "refused", "moved_away"), strict=False):
        make_call(cast, visits, door, finding)
    make_call(cast, visits, doors[0], "not_at_home")
    page = text_of(cast.client("community"), at("round", visits.pk))
    assert page.index(f'id="door-{doors[2].pk}"') < page.index(f'id="door-{doors[0].pk}"')
    for door, found in zip(
        doors, (("已送达", "不在家"), ("不在家",), ("拒绝",), ("无人居住",), ("尚未入户",)), strict=False
    ):
        assert all(word in cell(page, door) for word in found), door
    # Found empty a moment ago: marked, and no longer among those to go to first.
    assert "is-tried" in cell(page, doors[1])
    assert "is-to-knock" in cell(page, doors[4])
    # Without a menu the round is about the letter: delivered is done.
    assert "is-to-knock" not in cell(page, doors[0])
    tonight = text_of(cast.client("community"), at("round", visits.pk) + "?show=tonight")
    shown = [door.unit for door in doors if f'id="door-{door.pk}"' in tonight]
    assert len(shown) == 4
    assert f'id="door-{doors[2].pk}"' not in tonight


def answered_menu(cast: Cast) -> tuple[Menu, list[Household]]:
    """Two of four doors have chosen."""
    menu = make_menu(cast)
    doors = doors_of(menu)
    send(cast, menu, doors[0], "充电棚")
    send(cast, menu, doors[1], "健身器材")
    return menu, doors


def test_who_has_answered_is_shown_and_never_what(cast: Cast) -> None:
    menu, doors = answered_menu(cast)
    assert menu.round is not None
    make_call(cast, menu.round, doors[2], Finding.REFUSED)
    page = text_of(cast.client("community"), at("round", menu.round.pk))
    assert "已作答" in cell(page, doors[0])
    assert "已作答" not in cell(page, doors[3])
    assert not any(name in page for name in ("充电棚", "健身器材"))
    tonight = text_of(cast.client("community"), at("round", menu.round.pk) + "?show=tonight")
    assert [f'id="door-{door.pk}"' in tonight for door in doors] == [False, False, False, True]


def test_doors_knocked_at_just_now_have_a_list_of_their_own_on_screen_and_paper(cast: Cast) -> None:
    menu = make_menu(cast)
    assert menu.round is not None
    absent, delivered, posted, fresh = doors_of(menu)
    make_call(cast, menu.round, absent, Finding.NOT_AT_HOME)
    make_call(cast, menu.round, delivered, Finding.HANDED_OVER)
    make_call(cast, menu.round, posted, Finding.LETTER_BOX)
    client, address = cast.client("community"), at("round", menu.round.pk)
    page = text_of(client, address)
    assert "未作答" in cell(page, delivered)
    assert "未作答" not in cell(page, fresh)
    assert "另有 2 户已敲过" in page
    lists = {"tonight": [posted, fresh], "tried": [absent, delivered]}
    for show, expected in lists.items():
        shown = text_of(client, f"{address}?show={show}")
        listed = [door for door in doors_of(menu) if f'id="door-{door.pk}"' in shown]
        assert set(listed) == set(expected)
        printed = client.get(at("round_sheet", menu.round.pk, absent.building_id) + f"?show={show}")
        assert [door.unit in words(printed.content) for door in doors_of(menu)] == [
            door in expected for door in doors_of(menu)
        ]


def test_the_overview_names_tonights_doors_to_whoever_knocks(cast: Cast, doors: list[Household]) -> None:
    visits = make_round(cast, doors[0].compound)
    make_call(cast, visits, doors[0], Finding.REFUSED)
    page = text_of(cast.client("community"), "/overview/")
    line = re.search(r'<span class="number">(\d+)</span><a href="([^"]+)">今晚待上门的住户，砂石厂小区', page)
    assert line is not None
    assert line.groups() == (str(len(doors) - 1), at("round", visits.pk) + "?show=tonight")
    # What waits stands before the panels.
    assert page.index('class="card waits"') < page.index('class="panels"')
    for other in ("bureau", "auditor", "stranger"):
        assert "今晚待上门" not in text_of(cast.client(other), "/overview/")


def test_who_was_out_in_the_morning_is_on_tonights_list_again(
    cast: Cast, doors: list[Household], monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = make_round(cast, doors[0].compound)
    make_call(cast, visits, doors[0], Finding.NOT_AT_HOME)
    assert Worklist(visits).coverage.tried == 1
    tomorrow = timezone.localtime() + timedelta(days=1)
    monkeypatch.setattr("residents.worklist.timezone.localtime", lambda: tomorrow)
    assert (Worklist(visits).coverage.tried, Worklist(visits).coverage.to_knock) == (0, len(doors))


def test_a_door_that_chose_before_a_price_changed_is_to_look_again(cast: Cast) -> None:
    menu, doors = answered_menu(cast)
    assert menu.round is not None
    option = menu.options.get(versions__name="充电棚")
    revise_option(
        option=option, user=cast.bureau, expected_version=1, cost=Decimal(130_000),
        reason="报价更新",
    )  # fmt: skip
    page = text_of(cast.client("community"), at("round", menu.round.pk) + "?show=tonight")
    assert "请再看" in cell(page, doors[0])
    again = text_of(cast.client("community"), at("round", menu.round.pk) + "?show=again")
    assert [f'id="door-{door.pk}"' in again for door in doors] == [True, True, False, False]
    # At the door, the next one of the same kind, and the menu to be filled in there.
    at_door = text_of(cast.client("community"), at("round_door", menu.round.pk, doors[0].pk) + "?show=again")
    assert at("round_door", menu.round.pk, doors[1].pk) + "?show=again" in at_door
    assert at("menu_desk_entry", menu.pk, doors[0].pk) in at_door
    send(cast, menu, doors[0], "充电棚")
    page = text_of(cast.client("community"), at("round", menu.round.pk) + "?show=tonight")
    assert f'id="door-{doors[0].pk}"' not in page


def test_the_worklist_takes_as_many_statements_for_many_doors(cast: Cast) -> None:
    menu, doors = answered_menu(cast)
    assert menu.round is not None
    address, client = at("round", menu.round.pk), cast.client("community")
    before = statements(client, address)
    more = make_doors(cast, doors[0].compound, building="9号楼", staircases=3, floors=4)
    for door in more:
        make_call(cast, menu.round, door)
    assert statements(client, address) <= before
    assert before <= 26


# --- A call -----------------------------------------------------------------------------


def test_a_call_is_two_taps_and_the_same_page_sent_twice_is_one_call(
    cast: Cast, doors: list[Household]
) -> None:
    visits, client = make_round(cast, doors[0].compound), cast.client("community")
    page = text_of(client, at("round_door", visits.pk, doors[0].pk))
    assert 'value="not_at_home"' in page
    key = uuid.uuid4()
    answer = tap(client, visits, doors[0], "not_at_home", key)
    assert answer.headers["Location"].endswith(f"?building={doors[0].building_id}#door-{doors[0].pk}")
    tap(client, visits, doors[0], "not_at_home", key)
    assert DoorCall.objects.count() == 1
    # Back in the browser, another button: nothing is silently dropped.
    tap(client, visits, doors[0], "handed_over", key)
    assert "已经记录" in text_of(client, at("round", visits.pk))
    assert DoorCall.objects.get().finding == "not_at_home"
    assert client.post(at("round_call", visits.pk, doors[0].pk), {"finding": "x"}).status_code == 400


def test_a_mistake_is_taken_back_with_a_reason_and_both_stay(cast: Cast, doors: list[Household]) -> None:
    visits, client = make_round(cast, doors[0].compound), cast.client("community")
    mistake = make_call(cast, visits, doors[0], "refused")
    address = at("round_take_back", visits.pk, mistake.pk)
    client.post(address, {"reason": " "})
    assert DoorCall.objects.count() == 1
    client.post(address, {"reason": "记错了门牌"})
    page = text_of(client, at("round_door", visits.pk, doors[0].pk))
    assert "记错了门牌" in page
    assert "尚未入户" in page
    assert "尚未入户" in cell(text_of(client, at("round", visits.pk)), doors[0])


def test_who_only_looks_neither_calls_nor_ends(cast: Cast, doors: list[Household]) -> None:
    visits = make_round(cast, doors[0].compound)
    call = make_call(cast, visits, doors[0])
    client = cast.client("auditor")
    assert "call-form" not in text_of(client, at("round_door", visits.pk, doors[0].pk))
    assert tap(client, visits, doors[0], "refused").status_code == 403
    assert client.post(at("round_end", visits.pk)).status_code == 403
    assert client.post(at("round_take_back", visits.pk, call.pk), {"reason": "x"}).status_code == 403
    assert cast.client("stranger").get(at("round", visits.pk)).status_code == 404
    assert cast.client("contractor").get(at("round", visits.pk)).status_code == 403
    other = make_doors(cast, building="1号楼")[0]
    assert client.get(at("round_door", visits.pk, other.pk)).status_code == 404


# --- On paper ---------------------------------------------------------------------------


def test_the_sheet_for_the_doorstep_has_the_doors_of_one_building(cast: Cast, doors: list[Household]) -> None:
    visits = make_round(cast, doors[0].compound)
    make_call(cast, visits, doors[0], "moved_away")
    answer = cast.client("community").get(at("round_sheet", visits.pk, doors[0].building_id))
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/pdf",
        "private, no-store",
    )
    said = words(answer.content)
    assert "3号楼" in said
    assert "无人居住" in said
    assert said.count("101室") == 2
    assert cast.client("community").get(at("round_sheet", visits.pk, 10**9)).status_code == 404
