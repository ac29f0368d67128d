"""Which column of a roster is which fact, and that whatever stands in the cells gets a verdict."""

import io

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.imports.kind import CompoundImport
from imports.kinds import kind_of
from imports.models import Verdict
from imports.reading import match, open_table
from tests.cast import GUANGWU, SHENGLI, Cast
from tests.compounds.rosters import OFFICE, PORTAL, examine
from tests.effort import examples
from tests.spreadsheets import csv_bytes, xlsx

pytestmark = pytest.mark.usefixtures("in_english")

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
