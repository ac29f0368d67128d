"""One compound by the API: everything the register knows, and nothing of what is not confirmed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compounds.actions.successions import merge_compounds
from compounds.models import Compound
from tests.apiclient import Api, demand_problem, faults
from tests.cast import Cast
from tests.compounds.builders import fill_survey, make_building, make_compound, make_pooled, make_survey


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def detail(api: Api, compound: Compound) -> dict[str, Any]:
    found: dict[str, Any] = api.json(f"compounds/{compound.code}")
    return found


def test_the_detail_says_what_the_list_says_and_more(cast: Cast, api: Api) -> None:
    compound = make_pooled(cast, "砂石厂小区")
    whole = detail(api, compound)
    (row,) = api.results("compounds")
    assert row.items() <= whole.items()
    assert whole["notes"] == ""


def test_the_position_is_given_as_entered_too(cast: Cast, api: Api) -> None:
    compound = make_compound(
        cast, longitude=Decimal("112.200000"), latitude=Decimal("30.350000"), coordinate_system="gcj02"
    )
    position = detail(api, compound)["position"]
    assert position["original"] == {
        "longitude": "112.200000",
        "latitude": "30.350000",
        "coordinate_system": "gcj02",
    }
    assert position["longitude"].startswith("112.19")


def test_figures_stand_beside_the_sums_of_the_buildings(cast: Cast, api: Api) -> None:
    compound = make_compound(cast, building_count=2, household_count=50, floor_area=Decimal(5000))
    make_building(cast, compound, "1号楼", household_count=30, floor_area=Decimal("3000.50"))
    make_building(cast, compound, "2号楼", household_count=24)
    assert detail(api, compound)["figures"] == {
        "declared": {
            "building_count": 2,
            "staircase_count": None,
            "household_count": 50,
            "floor_area": "5000.00",
        },
        "listed": {
            "building_count": 2,
            "staircase_count": None,
            "household_count": 54,
            "floor_area": "3000.50",
        },
        "differing": ["household_count", "floor_area"],
    }
    listed = [row["code"] for row in api.results("compounds", figures_differ="true")]
    assert listed == [compound.code]


def test_without_buildings_nothing_differs(cast: Cast, api: Api) -> None:
    compound = make_compound(cast, building_count=2, household_count=50)
    figures = detail(api, compound)["figures"]
    assert set(figures["listed"].values()) == {None}
    assert figures["differing"] == []


def test_buildings_come_in_the_order_of_their_numbers(cast: Cast, api: Api) -> None:
    compound = make_compound(cast)
    for number in ("10号楼", "2号楼", "1号楼"):
        make_building(cast, compound, number, floors=6)
    buildings = detail(api, compound)["buildings"]
    assert [building["number"] for building in buildings] == ["1号楼", "2号楼", "10号楼"]


def test_urgency_is_the_sum_of_its_parts(cast: Cast, api: Api) -> None:
    compound = make_compound(cast, built_year=1985)
    make_survey(cast, compound, score=3, asked=100, wishing=90, pipes=4)
    urgency = detail(api, compound)["urgency"]
    points = [Decimal(part["points"]) for part in urgency["parts"]]
    assert sum(points) == Decimal(urgency["score"])
    assert urgency["formula"] == {"version": 1, "division": None}
    assert {"part": "pipes", "value": "1.0000", "weight": 8}.items() <= next(
        part for part in urgency["parts"] if part["part"] == "pipes"
    ).items()  # fmt: skip


def test_eligibility_explains_itself(cast: Cast, api: Api) -> None:
    compound = make_compound(cast, built_year=2003)
    make_survey(cast, compound, asked=100, wishing=90)
    eligibility = detail(api, compound)["eligibility"]
    assert eligibility["eligible"] is False
    assert eligibility["lines"][0] == {"criterion": "built_year", "met": False, "found": 2003, "needed": 2001}
    assert [line["met"] for line in eligibility["lines"]] == [False, True, True, True]


def test_only_confirmed_surveys_are_told(cast: Cast, api: Api) -> None:
    compound = make_compound(cast, built_year=1985)
    assert detail(api, compound)["surveys"] == []
    assert detail(api, compound)["urgency"] is None
    make_survey(cast, compound, score=2)
    fill_survey(cast, compound, score=4)
    (survey,) = detail(api, compound)["surveys"]
    assert survey["surveyed_on"] == "2025-03-01"
    assert {finding["score"] for finding in survey["findings"]} == {2}
    assert (survey["asked_households"], survey["wishing_households"]) == (100, 90)


def test_a_merge_is_told_on_both_sides(cast: Cast, api: Api) -> None:
    kept, gone = make_compound(cast), make_compound(cast)
    merge_compounds(
        into=kept, others=[gone], user=cast.bureau, effective_on=date(2025, 5, 1), reason="同一院落"
    )
    told = {"kind": "merge", "effective_on": "2025-05-01", "reason": "同一院落"}
    assert detail(api, gone)["successors"] == [{"code": kept.code, **told}]
    assert detail(api, kept)["predecessors"] == [{"code": gone.code, **told}]
    assert detail(api, kept)["successors"] == []


def test_no_names_of_staff_are_told(cast: Cast, api: Api) -> None:
    compound = make_pooled(cast)
    text = api.get(f"compounds/{compound.code}").content.decode()
    for person in (cast.bureau, cast.community):
        assert person.name not in text


def test_a_code_that_is_nobodys(cast: Cast, api: Api) -> None:
    for code in ("421003-999999", "x", "小区", "%27", "9" * 400):
        demand_problem(api.get(f"compounds/{code}"), 404, "not_found")


def test_a_detail_takes_no_parameters(cast: Cast, api: Api) -> None:
    compound = make_compound(cast)
    assert "fields" in faults(api.get(f"compounds/{compound.code}", fields="name"))


def test_statements_do_not_grow_with_what_hangs_on_it(cast: Cast, api: Api) -> None:
    bare, full = make_compound(cast), make_pooled(cast)
    for number in range(8):
        make_building(cast, full, f"{number + 1}号楼")
    make_survey(cast, full)
    counts = []
    for compound in (bare, full):
        detail(api, compound)
        with CaptureQueriesContext(connection) as captured:
            detail(api, compound)
        counts.append(len(captured))
    # Token; compound; buildings; surveys and their findings; successions.
    assert counts == [5, 6]
