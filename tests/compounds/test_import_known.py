"""Rows of a roster about compounds that the register knows: what changes, what is a repetition, what contradicts."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from compounds.models import BuiltYearCertainty, Compound
from imports.models import Verdict
from tests.cast import GUANGWU, MINZHU, SHENGLI, Cast
from tests.compounds.builders import make_compound
from tests.compounds.rosters import examine, roster, verdicts

pytestmark = pytest.mark.usefixtures("in_english")


def test_a_known_compound_is_found_by_community_and_name_and_only_what_differs_changes(cast: Cast) -> None:
    known = make_compound(
        cast, "阳光小区（一期）", address="旧地址", household_count=300, built_year=1987,
        built_year_certainty=BuiltYearCertainty.CERTAIN,
    )  # fmt: skip
    (row,) = examine(roster(["阳光小区(一期)", SHENGLI, "新地址", "约1987", "300户", "", ""]), cast.bureau)
    assert (row.verdict, row.target_id) == (Verdict.CHANGED, known.pk)
    assert row.changes == {"address": ["旧地址", "新地址"]}


def test_an_empty_cell_changes_nothing(cast: Cast) -> None:
    make_compound(cast, "甲", address="旧地址", household_count=300)
    (row,) = examine(roster(["甲", SHENGLI, "", "", "-", "", ""]), cast.bureau)
    assert (row.verdict, row.changes) == (Verdict.UNCHANGED, {})


def test_a_code_finds_a_compound_under_a_new_name_and_in_another_community(cast: Cast) -> None:
    known = make_compound(cast, "旧名")
    headings = ["编号", "小区名称", "社区"]
    (row,) = examine(roster([known.code, "新名", MINZHU], headings=headings), cast.bureau)
    assert row.changes == {"name": ["旧名", "新名"], "community": [SHENGLI, MINZHU]}


def test_a_code_needs_neither_name_nor_community(cast: Cast) -> None:
    known = make_compound(cast, "甲")
    (row,) = examine(
        roster([known.code, "320"], headings=["小区编码", "户数"]), cast.bureau, community=MINZHU
    )
    assert row.changes == {"household_count": [None, 320]}


@pytest.mark.parametrize("case", ["unknown", "strangers", "ended", "taken"])
def test_a_code_that_leads_nowhere_is_wrong(case: str, cast: Cast) -> None:
    known, other = make_compound(cast, "甲"), make_compound(cast, "乙")
    stranger = make_compound(cast, "丙", community=GUANGWU, by="stranger")
    Compound.objects.filter(pk=other.pk).update(ended_on=date(2024, 1, 1) if case == "ended" else None)
    code = {"unknown": "421003-999999", "strangers": stranger.code, "ended": other.code, "taken": known.code}[
        case
    ]
    name = "乙" if case == "taken" else "新名"
    (row,) = examine(roster([code, name, SHENGLI], headings=["编号", "小区名称", "社区"]), cast.bureau)
    assert row.verdict == Verdict.WRONG
    assert row.problems.keys() == {"name" if case == "taken" else "code"}
    if case == "strangers":
        assert row.problems["code"] == examine(
            roster(["421003-999999", name, SHENGLI], headings=["编号", "小区名称", "社区"]), cast.bureau
        )[0].problems["code"].replace("421003-999999", stranger.code)


def test_a_former_name_is_pointed_out(cast: Cast) -> None:
    make_compound(cast, "新名", former_names=["旧名"])
    (row,) = examine(roster(["旧名", SHENGLI]), cast.bureau)
    assert row.verdict == Verdict.NEW
    assert "formerly called" in row.warnings["name"]


def test_the_same_name_in_two_communities_is_fine(cast: Cast) -> None:
    assert (
        verdicts(examine(roster(["幸福小区", SHENGLI], ["幸福小区", MINZHU]), cast.bureau))
        == [Verdict.NEW] * 2
    )


def test_a_repeated_row_is_wrong_once_a_contradiction_makes_both_wrong(cast: Cast) -> None:
    rows = examine(
        roster(["甲", SHENGLI, "x"], ["甲", SHENGLI, "x"], ["乙", SHENGLI, "x"], [" 乙 ", SHENGLI, "y"]),
        cast.bureau,
    )
    assert verdicts(rows) == [Verdict.NEW, Verdict.WRONG, Verdict.WRONG, Verdict.WRONG]
    assert "Row 2 says the same" in rows[1].problems["name"]
    assert "Rows 4, 5" in rows[2].problems["name"]


def test_two_rows_for_one_known_compound_are_a_repetition_too(cast: Cast) -> None:
    known = make_compound(cast, "甲")
    rows = examine(
        roster(
            [known.code, "甲", SHENGLI, 1],
            ["", "甲", SHENGLI, 2],
            headings=["编号", "小区名称", "社区", "户数"],
        ),
        cast.bureau,
    )
    assert verdicts(rows) == [Verdict.WRONG] * 2


def test_the_statements_do_not_grow_with_the_rows(cast: Cast, django_assert_max_num_queries: Any) -> None:
    make_compound(cast, "小区1")
    user = cast.bureau
    assert user.scopes
    for count in (5, 300):
        content = roster(*[[f"小区{n}", SHENGLI, "", 1987, 300, 5, 20000] for n in range(count)])
        with django_assert_max_num_queries(9):
            rows = examine(content, user)
        assert Counter(verdicts(rows)) == {Verdict.NEW: count - 1, Verdict.CHANGED: 1}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_exported_list_can_be_imported_and_finds_nothing_changed(language: str, cast: Cast) -> None:
    make_compound(
        cast, "甲", address="西门路18号", former_names=["旧名"], built_year=1987, built_year_certainty="certain", household_count=1320,
        building_count=12, floor_area=Decimal("38600.00"), management_state="community", has_owners_committee=False,
    )  # fmt: skip
    columns = "name.code.community.built_year.buildings.households.area.management.owners_committee.address.former_names"
    response = cast.client("bureau", headers={"accept-language": language}).get(
        f"/compounds/?export=xlsx&cols={columns}"
    )
    content = b"".join(response) if response.streaming else response.content
    with translation.override(language):
        (row,) = examine(content, cast.bureau)
    assert (row.verdict, row.changes, row.problems) == (Verdict.UNCHANGED, {}, {})
    assert len(row.cells) >= 10
