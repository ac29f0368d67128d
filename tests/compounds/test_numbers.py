import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounds.numbers import building_number_key, chinese_number


@pytest.mark.parametrize(
    "spelling", ["3号楼", "3栋", "3#", "三号楼", "３号楼", "第3幢", "3 号 楼", "3#楼", "03栋", "叁".replace("叁", "三") + "栋", "No.3"]
)  # fmt: skip
def test_spellings_of_building_three_are_one(spelling: str) -> None:
    assert building_number_key(spelling) == "3"


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("12栋", "12"),
        ("十二号楼", "12"),
        ("二十栋", "20"),
        ("一百零三栋", "103"),
        ("3-1号楼", "3-1"),
        ("3—1栋", "3-1"),
        ("A栋", "a"),
        ("10号楼", "10"),
        ("楼", "楼"),
        ("综合楼", "综合"),
        ("", ""),
    ],
)
def test_other_numbers_stay_different(number: str, key: str) -> None:
    assert building_number_key(number) == key


@given(st.integers(min_value=1, max_value=199))
def test_a_number_in_chinese_numerals_is_the_number(value: int) -> None:
    assert chinese_number(_in_chinese(value)) == value


@given(st.text(alphabet="0123456789三十二百零AB-#号楼栋幢座第 ３", max_size=12))
def test_a_key_is_its_own_key(text: str) -> None:
    key = building_number_key(text)
    assert building_number_key(key) == key


def _in_chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        text += "零"
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    return text + (digits[ones] if ones else "")
