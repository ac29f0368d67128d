"""Single cells of a roster, as people write them."""

from typing import Any

import pytest
from django.utils import translation

from compounds.reading.degrees import system_named
from tests.cast import SHENGLI, Cast
from tests.compounds.rosters import examine, roster, row_with


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


# --- Years ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "certainty"),
    [
        ("1987", 1987, "certain"), (1987, 1987, "certain"), ("1987.0", 1987, "certain"), ("1987年", 1987, "certain"),
        ("1987年建成", 1987, "certain"), ("1987 年 建成", 1987, "certain"), ("１９８７年", 1987, "certain"), ("建于1987年", 1987, "certain"),
        ("1987-05-01", 1987, "certain"), ("1987年5月", 1987, "certain"), ("1987/5/1", 1987, "certain"), ("1987.05", 1987, "certain"),
        ("19870501", 1987, "certain"), ("一九八七年", 1987, "certain"),
        ("约1990", 1990, "approximate"), ("1990年左右", 1990, "approximate"), ("1990年以前", 1990, "approximate"), ("87年", 1987, "approximate"),
        ("80年代", 1985, "approximate"), ("八十年代", 1985, "approximate"), ("上世纪80年代", 1985, "approximate"), ("20世纪80年代", 1985, "approximate"),
        ("1980年代", 1985, "approximate"), ("1980s", 1985, "approximate"), ("80年代初", 1982, "approximate"), ("90年代末期", 1998, "approximate"),
        ("1990-1995", 1990, "approximate"), ("1990年-1995年", 1990, "approximate"), ("1995、1990年建成", 1990, "approximate"), ("1990至1995年", 1990, "approximate"),
    ],
)  # fmt: skip
def test_years_are_read_as_they_are_written(text: Any, year: int, certainty: str, cast: Cast) -> None:
    row = row_with(cast, "建成年代", text, year_certainty="certain")
    assert not row.problems
    assert (row.values["built_year"], row.values["built_year_certainty"]) == (year, certainty)
    assert ("built_year" in row.warnings) == (certainty == "approximate")


@pytest.mark.parametrize(
    "text", ["", "暂无", "-", "未知", "不详", "nan", "0", "0年建成", "未知年建成", "#N/A"]
)
def test_a_missing_year_is_no_problem(text: str, cast: Cast) -> None:
    row = row_with(cast, "建成年代", text)
    assert not row.problems
    assert "built_year" not in row.values


@pytest.mark.parametrize("text", ["很久以前", "1787", "2087年建成", "19", "1987x", "1e9", "−1987", "9" * 400])
def test_what_is_no_year_is_wrong_and_says_what_would_be_understood(text: str, cast: Cast) -> None:
    assert "year" in row_with(cast, "建成年代", text).problems["built_year"]


@pytest.mark.parametrize("text", ["1987", "1987年建成", "1987-12-31"])
def test_plain_years_are_hearsay_unless_somebody_answers_for_them(text: str, cast: Cast) -> None:
    row = row_with(cast, "建成年代", text)
    assert row.values["built_year_certainty"] == "approximate"
    assert not row.warnings
    assert (
        row_with(cast, "建成年代", text, year_certainty="certain").values["built_year_certainty"] == "certain"
    )


def test_a_column_that_says_how_sure_a_year_is_beats_the_choice_for_the_file(cast: Cast) -> None:
    headings = ["小区名称", "所属社区", "建成年代", "年代是否准确"]
    content = roster(["甲", SHENGLI, 1987, "准确"], ["乙", SHENGLI, 1987, ""], headings=headings)
    first, second = examine(content, cast.bureau)
    assert first.values["built_year_certainty"] == "certain"
    assert second.values["built_year_certainty"] == "approximate"


# --- Numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [(320, 320), (320.0, 320), ("320户", 320), ("320 户", 320), ("1,200户", 1200), ("1，200", 1200), ("1 200", 1200), ("３２０", 320),
     ("共320户", 320), ("三百二十户", 320), ("十二", 12), ("0.5万", 5000)],
)  # fmt: skip
def test_counts_are_read_as_they_are_written(text: Any, number: int, cast: Cast) -> None:
    row = row_with(cast, "总户数", text)
    assert row.values["household_count"] == number
    assert not row.warnings


@pytest.mark.parametrize("text", ["约320户", "320余户", "320户左右", "近320户"])
def test_a_number_that_is_about_right_is_read_with_a_warning(text: str, cast: Cast) -> None:
    row = row_with(cast, "总户数", text)
    assert row.values["household_count"] == 320
    assert row.warnings["household_count"] == "Read as 320."


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "12.5",
        "300-320户",
        "三百多",
        "很多",
        "2^63",
        "9223372036854775808",
        "1e400",
        "999999999户",
        "1,2,3",
        "٣٢٠",
    ],
)
def test_what_is_no_count_is_wrong(text: str, cast: Cast) -> None:
    assert "household_count" in row_with(cast, "总户数", text).problems


def test_zero_is_not_recorded_and_says_so(cast: Cast) -> None:
    row = row_with(cast, "总户数", "0户")
    assert "household_count" not in row.values
    assert row.warnings["household_count"] == "0 is read as “not recorded”."


@pytest.mark.parametrize(
    ("heading", "text", "metres"),
    [
        ("建筑面积(㎡)", "38,600.5", "38600.50"), ("建筑面积", "38600平方米", "38600.00"), ("建筑面积", 38600, "38600.00"),
        ("建筑面积(万㎡)", "3.86", "38600.00"), ("总建筑面积（万平方米）", 3.86, "38600.00"), ("建筑面积", "3.86万㎡", "38600.00"),
        ("建筑面积(万㎡)", "3.86万", "38600.00"), ("建筑面积", "0.005", "0.01"),
    ],
)  # fmt: skip
def test_areas_are_square_metres_or_ten_thousands_of_them(
    heading: str, text: Any, metres: str, cast: Cast
) -> None:
    assert row_with(cast, heading, text).values["floor_area"] == metres


@pytest.mark.parametrize("text", ["-1", "大", "1e400", "99999999999", "NaN平"])
def test_what_is_no_area_is_wrong(text: str, cast: Cast) -> None:
    assert "floor_area" in row_with(cast, "建筑面积", text).problems


# --- Words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "text", "field", "value"),
    [
        ("物业管理", "无物业", "management_state", "none"), ("管理方式", "社区托管", "management_state", "community"),
        ("管理模式", "业主自管", "management_state", "self_managed"), ("management", "residents themselves", "management_state", "self_managed"),
        ("物业公司", "荆州某某物业有限公司", "management_state", "professional"), ("物业公司", "无", "management_state", "none"),
        ("业委会", "有", "has_owners_committee", True), ("是否成立业委会", "未成立", "has_owners_committee", False),
        ("维修资金", "已缴存", "has_repair_fund", True), ("历史文化街区", "是否", "heritage", None), ("历史保护", "历史建筑", "heritage", "listed"),
    ],
)  # fmt: skip
def test_words_are_understood_in_many_spellings(
    heading: str, text: str, field: str, value: Any, cast: Cast
) -> None:
    row = row_with(cast, heading, text)
    assert row.values.get(field) == value
    assert bool(row.problems) == (value is None)


def test_an_unknown_word_lists_what_would_be_understood(cast: Cast) -> None:
    assert "residents themselves" in row_with(cast, "管理方式", "外星人管理").problems["management_state"]


def test_a_firms_name_does_not_overrule_what_the_roster_says_of_the_management(cast: Cast) -> None:
    headings = ["小区名称", "所属社区", "物业公司", "管理方式"]
    (row,) = examine(
        roster(["甲小区", "421003001001", "某某物业", "社区代管"], headings=headings), cast.bureau
    )
    assert row.values["management_state"] == "community"


# --- Text -------------------------------------------------------------------------------


def test_former_names_are_separated_and_the_present_one_is_none(cast: Cast) -> None:
    row = row_with(cast, "曾用名", "砂石厂宿舍、砂石厂 家属院，砂石厂小区;无")
    assert row.values["former_names"] == ["砂石厂宿舍", "砂石厂 家属院"]


def test_rare_characters_stay_marks_and_controls_go(cast: Cast) -> None:
    row = row_with(cast, "地址", "𠮷祥路\u202e㐂号\u200b\x07 😀")
    assert row.values["address"] == "𠮷祥路㐂号 😀"


def test_damaged_and_overlong_text_is_wrong(cast: Cast) -> None:
    assert "address" in row_with(cast, "地址", "西门路�号").problems
    assert "address" in row_with(cast, "地址", "长" * 201).problems


def test_formulas_are_only_text(cast: Cast) -> None:
    assert row_with(cast, "地址", "=cmd|' /C calc'!A0").values["address"] == "=cmd|' /C calc'!A0"


# --- Positions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["112.1905,30.3521", "30.3521,112.1905", "112.1905 30.3521", "POINT(112.1905 30.3521)", "[112.1905， 30.3521]",
             "112°11′25.8″,30°21′7.56″"],
)  # fmt: skip
def test_a_position_in_one_cell_in_either_order(text: str, cast: Cast) -> None:
    row = row_with(cast, "经纬度", text, coordinate_system="gcj02")
    assert not row.problems
    assert (row.values["longitude"], row.values["latitude"]) == ("112.190500", "30.352100")


@pytest.mark.parametrize("text", ["112.19", "112.19,30.35,7", "北京", "12.5,30.3", "500,30"])
def test_what_is_no_position_is_wrong(text: str, cast: Cast) -> None:
    assert {"position", "longitude"} & row_with(cast, "坐标", text).problems.keys()


def test_noughts_are_no_position(cast: Cast) -> None:
    row = row_with(cast, "坐标", "0,0")
    assert not row.problems
    assert "longitude" not in row.values


@pytest.mark.parametrize(
    ("heading", "options", "system"),
    [("坐标", {"coordinate_system": "gcj02"}, "gcj02"), ("百度坐标", {}, "bd09"), ("坐标(GCJ-02)", {}, "gcj02"),
     ("高德坐标", {"coordinate_system": "bd09"}, "bd09")],
)  # fmt: skip
def test_the_coordinate_system_is_the_chosen_one_else_the_headings(
    heading: str, options: dict[str, str], system: str, cast: Cast
) -> None:
    assert row_with(cast, heading, "112.19,30.35", **options).values["coordinate_system"] == system


def test_nobody_guesses_a_coordinate_system(cast: Cast) -> None:
    row = row_with(cast, "坐标", "112.19,30.35")
    assert row.problems.keys() == {"coordinate_system"}
    assert row.kinds() == ["system_unknown"]
    left_out = row_with(cast, "坐标", "112.19,30.35", coordinate_system="none")
    assert not left_out.problems
    assert not {"longitude", "latitude", "coordinate_system"} & left_out.values.keys()


@pytest.mark.parametrize(
    ("heading", "system"),
    [("百度经度", "bd09"), ("lng_bd", "bd09"), ("bd09_lng", "bd09"), ("BDLng", "bd09"), ("经度（高德）", "gcj02"), ("gcj_lat", "gcj02"),
     ("WGS-84 经度", "wgs84"), ("经度(CGCS2000)", "wgs84"), ("经度", ""), ("abduction", "")],
)  # fmt: skip
def test_headings_name_their_system(heading: str, system: str) -> None:
    assert system_named(heading) == system
