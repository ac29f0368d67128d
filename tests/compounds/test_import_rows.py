"""What the rows of a roster are in the register: new, changed, unchanged or wrong, and why."""

import io
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.imports.kind import CompoundImport
from compounds.imports.places import community_base, narrowed
from compounds.models import BuiltYearCertainty, Compound
from directory.models import Division, DivisionSuccession, SuccessionKind
from imports.kinds import Row, kind_of
from imports.models import Verdict
from imports.reading import match, open_table
from tests.cast import GUANGWU, MINSHENG, MINZHU, SHENGLI, Cast, make_organisation
from tests.compounds.builders import make_compound
from tests.compounds.rosters import OFFICE, examine, roster
from tests.effort import examples
from tests.spreadsheets import csv_bytes, html_table, xls, xlsx


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def verdicts(rows: list[Row]) -> list[str]:
    return [row.verdict for row in rows]


def only(*cells: Any, headings: list[str]) -> bytes:
    return roster(cells, headings=headings)


PORTAL = [
    "标题",
    "小区名称",
    "区县",
    "商圈",
    "小区地址",
    "建筑年代",
    "总户数",
    "楼栋总数",
    "均价",
    "物业公司",
    "经度",
    "纬度",
    "链接",
]


def portal_row(name: str, **cells: Any) -> list[Any]:
    """A line of a property portal's roster."""
    own = {"小区名称": name, "区县": "荆州区", "商圈": "西门", "小区地址": "西门路18号", "建筑年代": "1987年建成", "总户数": "320户",
           "楼栋总数": "12栋", "均价": "4,500元/㎡", "物业公司": "暂无信息", "经度": 112.1905, "纬度": 30.3521, "链接": "https://x/1"}  # fmt: skip
    return [{**own, **cells}.get(heading, "") for heading in PORTAL]


# --- Columns ----------------------------------------------------------------------------


def matched(*headings: str) -> dict[str, str]:
    return match(
        kind_of("compounds"),
        open_table(io.BytesIO(xlsx([headings, ["x"] * len(headings)])), kind_of("compounds")),
    )


def test_an_offices_headings_are_recognised() -> None:
    assert matched("序号", *OFFICE) == {
        "name": "小区名称", "community": "所属社区", "address": "地址", "built_year": "建成年代", "household_count": "总户数",
        "building_count": "楼栋数", "floor_area": "建筑面积(㎡)",
    }  # fmt: skip


def test_a_portals_headings_are_recognised_and_foreign_ones_left_alone() -> None:
    found = matched(*PORTAL)
    assert set(PORTAL) - set(found.values()) == {"标题", "商圈", "均价", "链接"}
    assert found["county"] == "区县"


def test_english_headings_are_recognised() -> None:
    found = matched(
        "Compound name",
        "Community",
        "Year built",
        "Households",
        "Floor area (m²)",
        "Latitude",
        "Longitude",
        "Price",
    )
    assert set(found) == {
        "name",
        "community",
        "built_year",
        "household_count",
        "floor_area",
        "latitude",
        "longitude",
    }


def test_a_serial_number_is_no_code() -> None:
    kind = kind_of("compounds")
    serial = open_table(io.BytesIO(xlsx([["编号", "小区名称"], ["1", "甲"], ["2", "乙"]])), kind)
    coded = open_table(io.BytesIO(xlsx([["编号", "小区名称"], ["421003-000017", "甲"]])), kind)
    assert "code" not in match(kind, serial)
    assert match(kind, coded)["code"] == "编号"


def test_the_templates_own_headings_are_recognised_in_both_languages(cast: Cast) -> None:
    kind = CompoundImport()
    for language in ("en", "zh-hans"):
        with translation.override(language):
            columns = kind.template_columns(cast.bureau)
            found = matched(*(str(column.heading) for column in columns))
            assert {column.key for column in columns} - found.keys() <= {"code"}


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


# --- Known compounds --------------------------------------------------------------------


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
    assert "Rows 4、5" in rows[2].problems["name"]


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


# --- Anything at all --------------------------------------------------------------------

ODD = [
    *(
        "",
        SHENGLI,
        GUANGWU,
        "胜利街社区",
        "1987年建成",
        "约1990",
        "-1",
        "NaN",
        "9" * 60,
        "1e400",
        "=1+1",
        "112.1,30.2",
    ),
    *("合计", "无", "有", "\ud800", "\u202e", "甲", "乙"),
]
CELLS = st.one_of(
    st.text(st.characters(exclude_characters="\0"), max_size=30),
    st.sampled_from(ODD),
    st.integers().map(str),
    st.floats().map(str),
)
HEADINGS = [
    *OFFICE,
    "编号",
    "街道",
    "区县",
    "曾用名",
    "片区",
    "产权单位",
    "管理状态",
    "物业公司",
    "业委会",
    "维修资金",
    "单元数",
    "经度",
    "纬度",
    "坐标",
    "坐标系",
    "历史保护",
    "备注",
    "年代是否准确",
    "均价",
]


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.lists(CELLS, min_size=len(HEADINGS), max_size=len(HEADINGS)), min_size=2, max_size=6))
def test_whatever_stands_in_the_cells_every_row_gets_a_verdict(rows: list[list[str]], cast: Cast) -> None:
    sent = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
    for content in (csv_bytes([HEADINGS, *sent]), xlsx([HEADINGS, *sent])):
        found = examine(content, cast.bureau)
        # A row of nothing but spaces and signs that nobody sees is no row.
        assert sum(any(cell.isalnum() for cell in row) for row in sent) <= len(found) <= len(rows)
        assert all((row.verdict == Verdict.WRONG) == bool(row.problems) for row in found)
        assert all(row.verdict in Verdict.values for row in found)
