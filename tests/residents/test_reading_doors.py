"""Doors as registers write them: one door has one key, two doors have two."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounds.reading.cells import CellProblem
from residents.reading.doors import read_cells, read_door
from residents.reading.units import read_floor, read_unit, staircase_key, unit_key


@pytest.mark.parametrize(
    "text",
    [
        "3号楼2单元501", "３号楼 ２单元 ５０１室", "三号楼二单元五零一", "3-2-501", "3#2-501", "3#-2-501", "3号2单元501",
        "3楼2单元501", "3/2/501", "3.2.501", "3 2 501", "3—2—501", "3栋2-5-1", "3-2-5-1", "第三栋第二单元第501号",
        "3号楼2单元5楼1号", "3号楼2门洞0501", "3幢二单元501户", "砂石厂小区3号楼2单元501", "建设路12号3栋2单元501",
        "3号楼单元2-501", "3号楼-2单元-501.0", "3栋2单元5F-01",
    ],
)  # fmt: skip
def test_one_door_in_many_spellings_is_one(text: str) -> None:
    door = read_door(text)
    assert (door.building_key, door.staircase_key, door.unit_key, door.floor) == ("3", "2", "501", 5)
    assert (door.building, door.staircase, door.unit) == ("3号楼", "2单元", "501")


@pytest.mark.parametrize(
    ("text", "building", "staircase", "unit", "floor"),
    [
        ("3栋二单元五楼东", "3", "2", "5东", 5),
        ("A座1203", "a", "", "1203", 12),
        ("A栋B单元1203", "a", "b", "1203", 12),
        ("3号楼东单元101", "3", "东", "101", 1),
        ("3-1号楼2单元501", "3-1", "2", "501", 5),
        ("东1栋2单元301", "东1", "2", "301", 3),
        ("3-501", "3", "", "501", 5),
        ("3楼501", "3", "", "501", 5),
        ("3号楼底商3号", "3", "", "商铺3", 1),
        ("3号楼1单元一楼门面3", "3", "1", "商铺3", 1),
        ("3栋2单元-1楼3号", "3", "2", "-1楼3", -1),
        ("3栋地下室2", "3", "", "地下室2", None),
        ("3栋车库12号", "3", "", "车库12", None),
        ("3号楼2单元501-1", "3", "2", "501-1", 5),
        ("3号楼2单元501东", "3", "2", "501东", 5),
        ("3号楼二门洞12号", "3", "2", "12", None),
        ("3号院5栋2单元301", "5", "2", "301", 3),
        ("三栋十二楼三号", "3", "", "1203", 12),
        ("3栋𠮷", "3", "", "𠮷", None),
    ],
)
def test_other_doors(text: str, building: str, staircase: str, unit: str, floor: int | None) -> None:
    door = read_door(text)
    assert (door.building_key, door.staircase_key, door.unit_key, door.floor) == (
        building,
        staircase,
        unit,
        floor,
    )


def kinds(**cells: str) -> list[str]:
    return [kind for remark in read_cells(**cells).remarks for kind in remark.kinds]


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"building": "3", "staircase": "2", "floor": "5", "door": "1"}, ("3", "2", "501", 5)),
        ({"building": "3号楼", "staircase": "2", "door": "501"}, ("3", "2", "501", 5)),
        ({"building": "3号楼2单元", "door": "501"}, ("3", "2", "501", 5)),
        ({"building": "3", "door": "2-501"}, ("3", "2", "501", 5)),
        ({"building": "3", "staircase": "2", "door": "2-501"}, ("3", "2", "501", 5)),
        ({"building": "3", "staircase": "2", "door": "3-2-501"}, ("3", "2", "501", 5)),
        ({"building": "3", "staircase": "2", "door": "3号楼2单元501"}, ("3", "2", "501", 5)),
        ({"building": "3", "staircase": "无", "floor": "六", "door": "东户"}, ("3", "", "6东", 6)),
        ({"building": "3", "floor": "-1", "door": "2"}, ("3", "", "-1楼2", -1)),
        ({"building": "办公楼", "door": "501.0"}, ("办公", "", "501", 5)),
    ],
)
def test_a_door_in_several_cells(cells: dict[str, str], key: tuple[str, str, str, int]) -> None:
    door = read_cells(**cells)
    assert (door.building_key, door.staircase_key, door.unit_key, door.floor) == key


def test_doubts_are_kept() -> None:
    assert kinds(building="3", staircase="2", door="501") == []
    assert kinds(door="3-2-501") == ["door_doubtful"]
    assert kinds(building="3", staircase="2", door="5-1") == ["floor_doubtful"]
    assert kinds(building="3", staircase="2", floor="5", door="5-1") == []
    assert kinds(building="3", floor="6", door="501") == ["floor_differs"]
    assert kinds(building="3", staircase="1", door="3号楼2单元501") == ["door_differs"]
    assert read_unit("20501").floor_is_sure is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "building_missing"),
        ("501", "building_missing"),
        ("建设路12号3单元501", "building_missing"),
        ("3号楼2单元", "unit_missing"),
        ("2025-05-01", "door_is_date"),
        ("5月1日", "door_is_date"),
        ("3栋1-2-3-4-501", "door_unread"),
        ("3栋" + "长" * 40, "door_too_long"),
        ("3栋🏠", "door_unread"),
    ],
)
def test_what_is_no_door_says_why(text: str, reason: str) -> None:
    with pytest.raises(CellProblem) as told:
        read_door(text)
    assert told.value.remark.kinds == (reason,)


@pytest.mark.parametrize(
    "text", ["2单元", "二单元", "2门", "二门洞", "第2单元", "02", "2#", "单元2", "2号门", "２ 单元", "2梯"]
)
def test_spellings_of_staircase_two_are_one(text: str) -> None:
    assert staircase_key(text) == "2"


def test_staircases_without_a_number() -> None:
    assert [staircase_key(text) for text in ("A单元", "东单元", "甲单元", "", "无", "/")] == [
        "a",
        "东",
        "甲",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("501", "501"), ("501室", "501"), ("5-1", "501"), ("5楼1号", "501"), ("0501", "501"), ("５０１", "501"),
        ("B501", "b501"), ("B-501", "b501"), ("底商3号", "商铺3"), ("门面三号", "商铺3"), ("501户", "501"), ("东户", "东"),
        ("1", "1"), ("5层东边户", "5东"), ("12-3", "1203"), ("501A", "501a"), ("负一层3", "-1楼3"),
    ],
)  # fmt: skip
def test_the_normal_form_of_a_door(text: str, key: str) -> None:
    assert unit_key(text) == key


@pytest.mark.parametrize(
    ("text", "floor"),
    [("5", 5), ("五层", 5), ("5F", 5), ("-1", -1), ("负一楼", -1), ("地下一层", -1), ("", None)],
)
def test_floors(text: str, floor: int | None) -> None:
    assert read_floor(text) == floor


@pytest.mark.parametrize("text", ["顶楼", "0", "500", "abc"])
def test_no_floors(text: str) -> None:
    with pytest.raises(CellProblem):
        read_floor(text)


# --- Properties -------------------------------------------------------------------------

NUMBERS = st.tuples(st.integers(1, 99), st.integers(1, 9), st.integers(1, 33), st.integers(1, 8))


@given(
    NUMBERS,
    st.sampled_from(
        ["{}号楼{}单元{}", "{}栋{}门{}室", "{}-{}-{}", "{}#{}单元{}号", "{} {} {}", "第{}幢第{}单元{}"]
    ),
)
def test_every_door_of_a_compound_is_found_again_in_every_spelling(
    numbers: tuple[int, int, int, int], form: str
) -> None:
    building, staircase, floor, place = numbers
    door = read_door(form.format(building, staircase, f"{floor}{place:02d}"))
    assert (door.building_key, door.staircase_key, door.unit_key, door.floor) == (
        str(building), str(staircase), f"{floor}{place:02d}", floor,
    )  # fmt: skip


@given(st.text(max_size=60))
def test_a_key_is_its_own_key_and_short(text: str) -> None:
    with suppress(CellProblem):
        key = unit_key(text)
        assert 0 < len(key) <= 30
        assert unit_key(key) == key


@given(st.text(alphabet="0123456789三十二 -号楼栋单元室层东ABa#/负地下商铺𠮷\n", max_size=24))
def test_any_text_is_a_door_that_the_register_can_hold_or_a_told_problem(text: str) -> None:
    try:
        door = read_door(text)
    except CellProblem:
        return
    assert door.building_key
    assert 0 < len(door.unit_key) <= 30
    assert len(door.staircase_key) <= 20
    assert door.floor is None or -9 <= door.floor <= 120
    assert door.floor != 0


@given(
    NUMBERS,
    st.sampled_from(["{s}单元", "", "东单元", "A门"]),
    st.sampled_from(["{f}{d:02d}", "{f}-{d}", "{f}楼{d}号", "{f}楼东", "B{f}{d:02d}", "底商{d}"]),
)
def test_a_door_as_it_is_shown_is_the_same_door(
    numbers: tuple[int, int, int, int], staircase: str, unit: str
) -> None:
    building, number, floor, place = numbers
    door = read_door(f"{building}号楼{staircase.format(s=number)}{unit.format(f=floor, d=place)}")
    again = read_door(f"{door.building}{door.staircase}{door.unit}")
    assert (again.building_key, again.staircase_key, again.unit_key) == (
        door.building_key, door.staircase_key, door.unit_key,
    )  # fmt: skip
