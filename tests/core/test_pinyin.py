"""What full pinyin, initials and the ways of reading a character make of a name."""

import pytest

from core.text import MOST_READINGS, readings, search_keys, search_text, syllables


def finds(typed: str, name: str) -> bool:
    text = search_text(name, spoken=(name,))
    return any(key in text for key in search_keys(typed))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("shashichang", "砂石厂小区"), ("sha shi chang", "砂石厂小区"), ("ShaShi", "砂石厂小区"), ("shichang", "砂石厂小区"),
        ("xiaoq", "砂石厂小区"), ("ssc", "砂石厂小区"), ("砂石", "砂石厂小区"), ("xi'an", "西安花园"), ("lvzhou", "绿洲花园"),
        ("lüzhou", "绿洲花园"), ("luzhou", "绿洲花园"), ("3haolou", "3号楼"), ("ＳＨＡＳＨＩ", "砂石厂小区"),
        # Several readings: the word's own, and the other one that people type.
        ("chongqing", "重庆路小区"), ("zhangan", "长安小区"), ("changan", "长安小区"), ("chaoyang", "朝阳小区"),
        ("cyxq", "朝阳小区"), ("zyxq", "朝阳小区"), ("yinhang", "银行宿舍"),
    ],
)  # fmt: skip
def test_what_finds_a_name(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("an", "砂石厂小区"),
        ("hang", "砂石厂小区"),
        ("zhongxin", "中山小区"),
        ("^", "砂石厂小区"),
        ("'", "砂石厂小区"),
    ],
)
def test_pinyin_begins_where_a_syllable_begins(typed: str, name: str) -> None:
    assert not finds(typed, name)


def test_a_name_of_many_readings_keeps_a_few() -> None:
    assert len(readings("长长长长长长长长")) == MOST_READINGS


def test_what_is_not_spoken_is_found_by_initials_only() -> None:
    text = search_text("荆州大道")
    assert any(key in text for key in search_keys("jzdd"))
    assert not any(key in text for key in search_keys("jingzhou"))


def test_syllables_for_a_script_that_searches_by_itself() -> None:
    assert syllables("砂石厂") == "sha shi chang"
    assert syllables("长安").split("|") == ["chang an", "zhang an"]
    assert syllables("Jingzhou 2") == ""
