"""Menus for programs: figures of many households, and never one of them."""

import json
from typing import Any

import pytest
from django.utils import timezone

from residents.actions.households import strike_off
from residents.actions.menus import void_menu
from residents.actions.outcomes import adopt_outcome, count_menu
from residents.models import Choice, Menu
from tests.apiclient import Api, demand_problem, make_stranger
from tests.cast import Cast
from tests.residents.builders import make_doors
from tests.residents.menus import code_of, doors_of, make_menu, send, soon, wait_for_close

pytestmark = pytest.mark.django_db


def make_counted(cast: Cast) -> Menu:
    """1号楼: 9 of 16 doors chose, 2号楼: 7 of 12; the shelter is wanted by 10, the gym by 15, the lift by 2."""
    menu = make_menu(cast, doors=16, closes_at=soon())
    first = doors_of(menu)[:9]
    second = make_doors(cast, menu.project.compound, building="2号楼", floors=6)[:7]
    for number, door in enumerate([*first, *second]):
        wanted = [("充电棚", number < 10), ("健身器材", number < 15), ("加装电梯", number < 2)]
        send(cast, menu, door, *(name for name, wants in wanted if wants))
    wait_for_close(menu)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    menu.refresh_from_db()
    return menu


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def test_while_a_menu_runs_a_program_learns_steps_of_five_and_no_wish(cast: Cast, api: Api) -> None:
    menu = make_menu(cast, doors=8)
    doors = doors_of(menu)
    for door in doors[:4]:
        send(cast, menu, door, "充电棚")
    before = api.json(f"menus/{menu.pk}")
    assert before["participation"] == {"households": 8, "chose": 0, "is_final": False, "buildings": None}
    assert before["outcome"] is None
    tag = api.get(f"menus/{menu.pk}").headers["ETag"]
    code_of(cast, doors[5])
    assert api.get(f"menus/{menu.pk}").headers["ETag"] == tag
    send(cast, menu, doors[4], "健身器材")
    assert api.json(f"menus/{menu.pk}")["participation"]["chose"] == 5
    assert [row["participation"]["chose"] for row in api.results("menus")] == [5]


def test_of_a_counted_menu_support_and_buildings_are_told_where_nobody_stands_out(
    cast: Cast, api: Api
) -> None:
    menu = make_counted(cast)
    told = api.json(f"menus/{menu.pk}")
    assert told["participation"] == {
        "households": 28, "chose": 16, "is_final": True,
        "buildings": [
            {"building": "1号楼", "households": 16, "chose": 9},
            {"building": "2号楼", "households": 12, "chose": 7},
        ],
    }  # fmt: skip
    items = {item["name"]: item for item in told["outcome"]["items"]}
    assert (items["充电棚"]["supporters"], items["充电棚"]["is_in"]) == (10, True)
    # All but one want the gym, two the lift: both would point at somebody.
    assert [items[name]["supporters"] for name in ("健身器材", "加装电梯")] == [None, None]
    assert (items["加装电梯"]["why"], items["加装电梯"]["needed"]) == (None, None)
    assert "10" in items["充电棚"]["sentence"]
    assert "2" not in items["加装电梯"]["sentence"]
    assert told["adoption"] is None


def test_a_door_that_goes_after_the_count_changes_no_figure(cast: Cast, api: Api) -> None:
    """Two moments of the register, taken from each other, would tell whether that door had chosen."""
    menu = make_counted(cast)
    before = api.json(f"menus/{menu.pk}")
    strike_off(household=doors_of(menu)[0], user=cast.community, ended_on=timezone.localdate(), reason="误录")
    assert api.json(f"menus/{menu.pk}") == before


def test_adoption_and_departures_are_told(cast: Cast, api: Api) -> None:
    menu = make_counted(cast)
    option = menu.options.order_by("position")[2]
    adopt_outcome(
        menu=menu, user=cast.bureau, departures={option.pk: (True, "区里另有补助")}, more_money_is_there=True
    )  # fmt: skip
    adoption = api.json(f"menus/{menu.pk}")["adoption"]
    assert adoption["departures"] == [{"option": option.pk, "is_taken": True, "reason": "区里另有补助"}]


def test_of_a_voided_menu_only_that_it_was_voided(cast: Cast, api: Api) -> None:
    menu = make_counted(cast)
    void_menu(menu=menu, user=cast.bureau, reason="选项有误")
    told = api.json(f"menus/{menu.pk}")
    assert (told["state"], told["outcome"], told["participation"]["buildings"]) == ("voided", None, None)
    assert (told["participation"]["chose"], told["void_reason"]) == (15, "选项有误")


def test_nothing_of_a_household_is_in_any_answer(cast: Cast, api: Api) -> None:
    menu = make_counted(cast)
    told = json.dumps([api.json(f"menus/{menu.pk}"), api.json("menus")], ensure_ascii=False)
    for choice in Choice.objects.select_related("household"):
        assert choice.receipt not in told
        assert f'"{choice.household.unit}"' not in told


def test_drafts_and_other_districts_are_not_there(cast: Cast, api: Api) -> None:
    draft = make_menu(cast, published=False)
    demand_problem(api.get(f"menus/{draft.pk}"), 404, "not_found")
    assert api.results("menus") == []
    published = make_menu(cast)
    stranger = Api(make_stranger())
    demand_problem(stranger.get(f"menus/{published.pk}"), 404, "not_found")
    assert stranger.results("menus") == []
    demand_problem(api.get(f"menus/{10**30}"), 404, "not_found")


def test_filters_are_those_of_the_house(cast: Cast, api: Api) -> None:
    menu, other = make_menu(cast), make_menu(cast)
    assert {row["id"] for row in api.results("menus", state="published")} == {menu.pk, other.pk}
    assert [row["id"] for row in api.results("menus", project=menu.project.code)] == [menu.pk]
    assert [row["id"] for row in api.results("menus", compound=other.project.compound.code)] == [other.pk]
    assert api.results("menus", state="counted") == []
    demand_problem(api.get("menus", state="draft"), 400, "invalid_parameters")
    demand_problem(api.get("menus", household=1), 400, "invalid_parameters")


def test_the_answers_cost_the_same_however_many_chose(
    cast: Cast, api: Api, django_assert_num_queries: Any
) -> None:
    menu = make_counted(cast)
    api.json("menus")
    with django_assert_num_queries(2):
        api.json("menus")
    with django_assert_num_queries(7):
        api.json(f"menus/{menu.pk}")
