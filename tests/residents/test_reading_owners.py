"""Owners of a register: names, shares, phones; what is no business of the portal is left out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounds.reading.cells import CellProblem
from residents.models import HouseholdUse, Tenancy
from residents.reading.owners import read_owners, read_phone, read_share
from residents.reading.words import TENANCIES, USES, read_tenancy, read_use

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


@pytest.mark.parametrize(
    ("cells", "owners"),
    [
        (("张三、李四",), [("张三", None, ""), ("李四", None, "")]),
        (("张三（1/2）李四（1/2）",), [("张三", HALF, ""), ("李四", HALF, "")]),
        (("张三50%、李四50%",), [("张三", HALF, ""), ("李四", HALF, "")]),
        (("张三 13812345678",), [("张三", None, "13812345678")]),
        (("张 三",), [("张三", None, "")]),
        (("张三 李四",), [("张三", None, ""), ("李四", None, "")]),
        (("John Smith",), [("John Smith", None, "")]),
        (("张三和李四",), [("张三", None, ""), ("李四", None, "")]),
        (("张和平",), [("张和平", None, "")]),
        (("张三等3人",), [("张三", None, "")]),
        (("张三、李四", "1/2,1/2", "13812345678 ; 0716-8123456"), [("张三", HALF, "13812345678"), ("李四", HALF, "07168123456")]),
        (("张三、李四", "各50%"), [("张三", HALF, ""), ("李四", HALF, "")]),
        (("张三/李四/王五", "1/3、1/3、1/3"), [("张三", THIRD, ""), ("李四", THIRD, ""), ("王五", THIRD, "")]),
        (("业主：张三（已故）",), [("张三", None, "")]),
        (("荆州市某某厂",), [("荆州市某某厂", None, "")]),
        (("阿不都热依木·买买提",), [("阿不都热依木·买买提", None, "")]),
        (("𠮷田、㐂子",), [("𠮷田", None, ""), ("㐂子", None, "")]),
        (("张三\n李四",), [("张三", None, ""), ("李四", None, "")]),
        (("张三,三分之一,李四",), [("张三", THIRD, ""), ("李四", None, "")]),
        (("无",), []),
        (("",), []),
    ],
)  # fmt: skip
def test_owners_of_a_cell(cells: tuple[str, ...], owners: list[tuple[str, Fraction | None, str]]) -> None:
    assert [(one.name, one.share, one.phone) for one in read_owners(*cells).owners] == owners


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("张三 420106198001011234",), "identity_left_out"),
        (("张三", "", "420106198001011234"), "identity_left_out"),
        (("张三等3人",), "more_owners"),
        (("张三和李四",), "names_parted"),
        (("张三", "33.33%"), "shares_not_whole"),
        (("张三、李四", "1/2"), "shares_left_out"),
        (("张三", "", "138****5678"), "phone_left_out"),
    ],
)
def test_doubts_are_said(cells: tuple[str, ...], reason: str) -> None:
    found = read_owners(*cells)
    assert reason in [kind for remark in found.remarks for kind in remark.kinds]
    assert found.owners[0].name == "张三"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("张三、李四", "2/3、2/3"), "share_unread"),
        (("张三", "三成"), "share_unread"),
        (("张三123",), "name_unread"),
    ],
)
def test_what_is_wrong_is_told(cells: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CellProblem) as told:
        read_owners(*cells)
    assert told.value.remark.kinds == (reason,)


@pytest.mark.parametrize(
    ("text", "share"),
    [("1/2", HALF), ("50%", HALF), ("0.5", HALF), ("二分之一", HALF), ("一半", HALF), ("各半", HALF), ("33.33%", THIRD),
     ("100%", Fraction(1)), ("共同共有", None), ("", None), ("25.5%", Fraction(51, 200))],
)  # fmt: skip
def test_shares(text: str, share: Fraction | None) -> None:
    assert read_share(text) == share


@pytest.mark.parametrize("text", ["0", "3/2", "1/0", "120%", "一点点", "-1/2"])
def test_no_shares(text: str) -> None:
    with pytest.raises(CellProblem):
        read_share(text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [("13812345678", "13812345678"), ("138 1234 5678", "13812345678"), ("+86 138-1234-5678", "13812345678"), ("13812345678.0", "13812345678"),
     ("0716-8123456", "07168123456"), ("(027)81234567", "02781234567"), ("8123456", "8123456"), ("12345", ""), ("无", ""),
     ("12812345678", ""), ("微信同号", "")],
)  # fmt: skip
def test_phones_are_kept_only_where_they_look_like_one(text: str, phone: str) -> None:
    assert read_phone(text) == phone


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_read_or_told_and_no_identity_number_comes_through(
    names: str, shares: str, phones: str
) -> None:
    try:
        found = read_owners(f"{names} 420106198001011234", shares, phones)
    except CellProblem:
        return
    assert all("420106198001011234" not in f"{one.name}{one.phone}" for one in found.owners)
    assert sum((one.share or 0) for one in found.owners) <= 1


def test_words_of_use_and_tenancy_are_those_the_household_stores() -> None:
    assert set(USES) < set(HouseholdUse.values)
    assert set(TENANCIES) < set(Tenancy.values)
    assert [read_use(text) for text in ("住宅", "门面", " 商铺", "")] == ["home", "shop", "shop", "unknown"]
    assert [read_tenancy(text) for text in ("自住", "出租", "空置", "不详")] == [
        "owner",
        "let",
        "vacant",
        "unknown",
    ]
    with pytest.raises(CellProblem):
        read_use("什么")
