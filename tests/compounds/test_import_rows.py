"""What the rows of a roster are in the register: new, changed, unchanged or wrong, and why."""

from datetime import date
from typing import Any

import pytest

from compounds.imports.places import community_base, narrowed
from directory.models import Division, DivisionSuccession, SuccessionKind
from imports.models import Verdict
from tests.cast import GUANGWU, MINSHENG, MINZHU, SHENGLI, Cast, make_organisation
from tests.compounds.builders import make_compound
from tests.compounds.rosters import OFFICE, PORTAL, examine, only, portal_row, roster, verdicts
from tests.spreadsheets import csv_bytes, html_table, xls, xlsx

pytestmark = pytest.mark.usefixtures("in_english")

# --- New rows ---------------------------------------------------------------------------


def test_an_offices_roster_is_new_with_its_facts(cast: Cast) -> None:
    (row,) = examine(
        roster(["砂石厂小区", SHENGLI, "西门路18号", "1987年", "320户", "12栋", 38600]), cast.bureau
    )
    assert (row.verdict, row.number, row.problems, row.warnings) == (Verdict.NEW, 2, {}, {})
    assert row.values == {
        "name": "砂石厂小区", "community": SHENGLI, "address": "西门路18号", "built_year": 1987,
        "built_year_certainty": "approximate", "household_count": 320, "building_count": 12, "floor_area": "38600.00",
    }  # fmt: skip


@pytest.mark.parametrize("make", [xlsx, xls, csv_bytes, html_table, lambda rows: csv_bytes(rows, encoding="gbk")],
                         ids=["xlsx", "xls", "csv", "html", "gbk"])  # fmt: skip
def test_every_kind_of_file_gives_the_same_verdicts(make: Any, cast: Cast) -> None:
    rows = examine(
        make(
            [OFFICE, ["砂石厂小区", SHENGLI, "", "1987", "320", "12", "38600"], ["", "", "x", "", "", "", ""]]
        ),
        cast.bureau,
    )
    assert verdicts(rows) == [Verdict.NEW, Verdict.WRONG]


def test_a_community_is_found_by_name_with_or_without_its_ending(cast: Cast) -> None:
    for name in (
        "胜利街社区居民委员会",
        "胜利街社区",
        "胜利街",
        " 胜利街 社区 ",
        "西城街道胜利街社区",
        "荆州区西城街道胜利街社区",
        f"{SHENGLI} 胜利街",
    ):
        (row,) = examine(only("甲", name, headings=["小区名称", "社区"]), cast.bureau)
        assert row.values.get("community") == SHENGLI, row.problems


def test_a_name_that_two_streets_have_needs_the_street_or_the_code(cast: Cast) -> None:
    Division.objects.create(code="421003002002", name="胜利街社区居民委员会", parent_id="421003002")
    (row,) = examine(only("甲", "胜利街社区", headings=["小区名称", "社区"]), cast.bureau)
    assert "Several communities" in row.problems["community"]
    assert SHENGLI in row.problems["community"]
    (row,) = examine(
        only("甲", "胜利街社区", "东城街道办事处", headings=["小区名称", "社区", "街道"]), cast.bureau
    )
    assert row.values["community"] == "421003002002"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("不存在社区", "No community is called"), ("421003001999", "There is no community with the code"), ("421003", "12 digits; 421003 has 6"),
        ("4.21003E+11", "shortened the code"), (GUANGWU, "outside your division"), ("", "the row cannot be written until you choose one"), ("42100300100１", ""),
    ],
)  # fmt: skip
def test_a_community_that_cannot_be_found_says_why(text: str, sentence: str, cast: Cast) -> None:
    (row,) = examine(only("甲", text, headings=["小区名称", "社区"]), cast.bureau)
    assert sentence in row.problems.get("community", "")
    assert ("community" in row.values) == (sentence == "")


def test_a_merged_community_leads_to_its_successor_with_a_warning(cast: Cast) -> None:
    Division.objects.filter(pk=MINZHU).update(ended_on=date(2024, 1, 1))
    DivisionSuccession.objects.create(
        old_id=MINZHU, new_id=SHENGLI, kind=SuccessionKind.MERGED, effective_on=date(2024, 1, 1)
    )
    (row,) = examine(only("甲", MINZHU, headings=["小区名称", "社区"]), cast.bureau)
    assert row.values["community"] == SHENGLI
    assert "merged or renamed" in row.warnings["community"]


def test_cells_merged_downwards_hold_for_each_row_but_figures_are_not_multiplied(cast: Cast) -> None:
    rows: list[list[Any]] = [["社区", "小区名称", "总户数"], ["胜利街社区", "甲", 300], ["", "乙", ""]]
    first, second = examine(xlsx(rows, merge=[(1, 0, 2, 0), (1, 2, 2, 2)]), cast.bureau)
    assert (first.values["community"], second.values["community"]) == (SHENGLI, SHENGLI)
    assert "household_count" not in second.values
    assert "merged" in second.warnings["household_count"]


def test_lines_of_totals_and_remarks_are_told_from_compounds(cast: Cast) -> None:
    rows = examine(roster(["甲", SHENGLI], ["合计", "", "", "", 320], [], ["", "填表人：某某"]), cast.bureau)
    assert verdicts(rows) == [Verdict.NEW, Verdict.WRONG, Verdict.WRONG]
    assert "totals" in rows[1].problems["name"]
    assert "remark" in rows[2].problems["name"]


def test_implausible_figures_warn_and_do_not_block(cast: Cast) -> None:
    (row,) = examine(roster(["甲", SHENGLI, "", "2015", "6332户", "3031栋", "38600"]), cast.bureau)
    assert row.verdict == Verdict.NEW
    assert row.warnings.keys() == {"built_year", "household_count", "floor_area"}


def test_a_compound_that_stands_under_another_community_is_pointed_out(cast: Cast) -> None:
    """A community map that was corrected must not double the register unseen."""
    there = make_compound(cast, "梅园小区", community=MINZHU, address="荆东路12号")
    make_compound(cast, "桂园小区", community=GUANGWU, by="stranger", address="人民路1号")
    same, elsewhere, unknown = examine(
        roster(
            ["梅园小区", SHENGLI, "荆东路１２号", "", "", "", ""],
            ["梅园小区", MINSHENG, "屈原路3号", "", "", "", ""],
            ["桂园小区", SHENGLI, "人民路1号", "", "", "", ""],
        ),
        cast.bureau,
    )
    assert same.verdict == Verdict.NEW
    assert there.code in same.warnings["community"]
    assert not elsewhere.warnings
    # Another county's compound is none of this reader's business.
    assert not unknown.warnings


def test_two_rows_of_one_name_and_address_in_two_communities_are_pointed_out(cast: Cast) -> None:
    first, second = examine(
        roster(
            ["梅园小区", SHENGLI, "荆东路12号", "", "", "", ""],
            ["梅园小区", MINZHU, "荆东路12号", "", "", "", ""],
        ),
        cast.bureau,
    )
    assert not first.warnings
    assert str(first.number) in second.warnings["community"]


def test_names_of_units_and_clusters(cast: Cast) -> None:
    unit = make_organisation("荆州市砂石公司")
    headings = ["小区名称", "社区", "产权单位", "片区"]
    known, new, none = examine(
        roster(
            ["甲", SHENGLI, unit.name, ""],
            ["乙", SHENGLI, "无名厂", "西门片区"],
            ["丙", SHENGLI, "无", "-"],
            headings=headings,
        ),
        cast.bureau,
    )
    assert known.values["title_owner"] == unit.name
    assert not known.warnings
    assert new.warnings.keys() == {"title_owner", "cluster"}
    assert not {"title_owner", "cluster"} & none.values.keys()


# --- Rosters without a community --------------------------------------------------------


def test_a_portals_roster_needs_a_community_and_gets_one_for_the_whole_file(cast: Cast) -> None:
    content = roster(portal_row("甲小区"), portal_row("乙小区"), headings=PORTAL)
    assert verdicts(examine(content, cast.bureau)) == [Verdict.WRONG] * 2
    rows = examine(content, cast.bureau, community=SHENGLI, coordinate_system="bd09")
    assert verdicts(rows) == [Verdict.NEW] * 2
    assert rows[0].values == {
        "name": "甲小区", "community": SHENGLI, "address": "西门路18号", "built_year": 1987, "built_year_certainty": "approximate",
        "household_count": 320, "building_count": 12, "longitude": "112.190500", "latitude": "30.352100", "coordinate_system": "bd09",
    }  # fmt: skip


def test_or_one_for_each_value_of_a_column(cast: Cast) -> None:
    content = roster(
        portal_row("甲小区"),
        portal_row("乙小区", 商圈="东门"),
        portal_row("丙小区", 商圈="沙市"),
        portal_row("丁小区", 商圈=""),
        headings=PORTAL,
    )
    chosen = {"西门": SHENGLI, "东门": MINSHENG}
    rows = examine(content, cast.bureau, community_heading="商圈", community_map=chosen)
    assert [row.values.get("community") for row in rows] == [SHENGLI, MINSHENG, None, None]
    assert "“沙市”" in rows[2].problems["community"]
    assert "is empty" in rows[3].problems["community"]


def test_rows_without_a_value_take_the_community_of_the_whole_file(cast: Cast) -> None:
    content = roster(
        portal_row("甲"), portal_row("乙", 商圈=""), portal_row("丙", 商圈="沙市"), headings=PORTAL
    )
    rows = examine(
        content, cast.bureau, community_heading="商圈", community_map={"西门": MINSHENG}, community=SHENGLI,
        coordinate_system="none",
    )  # fmt: skip
    assert [row.values.get("community") for row in rows] == [MINSHENG, SHENGLI, None]


def test_totals_beneath_a_column_that_is_not_imported_are_told_from_compounds(cast: Cast) -> None:
    headings = ["序号", "小区名称", "社区", "地址", "户数"]
    first, last = examine(
        roster([1, "甲", SHENGLI, "", 320], ["合计", "", "", "", 320], headings=headings), cast.bureau
    )
    assert (first.verdict, last.kinds()) == (Verdict.NEW, ["not_a_compound"])


def test_a_row_of_another_county_does_not_slip_in_by_a_choice_for_the_whole_file(cast: Cast) -> None:
    content = roster(
        portal_row("甲"),
        portal_row("乙", 区县="沙市区"),
        portal_row("丙", 区县="荆州"),
        portal_row("丁", 区县="荆州开发区"),
        headings=PORTAL,
    )
    rows = examine(content, cast.bureau, community=SHENGLI, coordinate_system="gcj02")
    assert verdicts(rows) == [Verdict.NEW, Verdict.WRONG, Verdict.NEW, Verdict.NEW]
    assert "沙市区" in rows[1].problems["community"]


def test_rows_outside_ones_division_are_wrong(cast: Cast) -> None:
    content = roster(["甲", SHENGLI], ["乙", MINSHENG], ["丙", GUANGWU])
    assert verdicts(examine(content, cast.street)) == [Verdict.NEW, Verdict.WRONG, Verdict.WRONG]
    assert verdicts(examine(content, cast.bureau)) == [Verdict.NEW, Verdict.NEW, Verdict.WRONG]
    assert verdicts(examine(content, cast.bureau, division="421003002")) == [
        Verdict.WRONG,
        Verdict.NEW,
        Verdict.WRONG,
    ]
    assert verdicts(examine(content, None)) == [Verdict.NEW] * 3
    assert verdicts(examine(content, None, division="4206")) == [Verdict.WRONG, Verdict.WRONG, Verdict.NEW]


def test_scopes_are_narrowed_by_prefix() -> None:
    assert narrowed(("421003",), "421003001") == ("421003001",)
    assert narrowed(("421003001", "420683"), "42") == ("420683", "421003001")
    assert narrowed(("421003",), "4206") == ()
    assert narrowed(("",), "4206") == ("4206",)
    assert community_base("民主村村民委员会") == community_base("民主村") == "民主"
