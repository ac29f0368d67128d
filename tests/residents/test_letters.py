"""What is printed: the squares lead to the right door, the pages are as announced, and no character is a blank box."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from zipfile import ZipFile

import pytest
import segno
import zxingcpp
from pytest_django import Settings

from residents import keys
from residents.codes import Kind, LetterKeyDiffers, code_for
from residents.letters import fonts, printing, sealing, squares, typesetting
from residents.letters.content import (
    Contact,
    DoorstepRow,
    DoorstepSheet,
    Letter,
    LetterRound,
    NoticeItem,
    PaperItem,
    PaperMenu,
    RepresentativeLetter,
    ResultNotice,
    door_text,
    english_moment,
    share_text,
    yuan,
)
from residents.letters.papers import doorstep_pdf, notice_pdf, representative_pdf
from tests.pdf import document, words

ADDRESS = "https://renovation.example.gov.cn/r/"
CONTACT = Contact(
    who="江汉社区居委会", phone="0716-8000000", place="社区服务中心一楼", hours="工作日8:30–17:30"
)
DAY = date(2026, 11, 20)


def menu(items: int) -> PaperMenu:
    return PaperMenu(
        title="请您家选一选", basic=("屋面防水", "外墙保温"),
        items=tuple(
            PaperItem(
                name=f"第{number}项", text="装在东门旁空地，可停四十辆。", price=Decimal(120_000), subsidy=Decimal(80_000),
                residents_pay=Decimal(20_000),
            )
            for number in range(1, items + 1)
        ),
        hand_in="交到社区服务中心一楼。", precedence="以最后交的为准。", most=3,
    )  # fmt: skip


def about(items: int = 0, note: str = "") -> LetterRound:
    return LetterRound(
        compound="砂石厂小区", community="荆州区西城街道江汉社区", address=ADDRESS, contact=CONTACT, sender="西城街道办事处",
        dated=DAY, until=datetime(2026, 12, 15, 10, tzinfo=UTC), note=note, menu=menu(items) if items else None,
    )  # fmt: skip


def letters(count: int, *, items: int = 0, a_building: int = 12) -> list[Letter]:
    return [
        Letter(
            building=f"{number // a_building + 1}号楼", staircase="2单元", unit=f"{number % 6 + 1}01",
            code=code_for(Kind.HOUSEHOLD, number + 1, 1), shares=tuple(100 * place for place in range(items)),
        )
        for number in range(count)
    ]  # fmt: skip


def scanned(pdf: bytes, page: int) -> list[str]:
    """What a phone reads from the page."""
    picture = document(pdf)[page].render(scale=1.5, grayscale=True).to_pil()
    return sorted(found.text for found in zxingcpp.read_barcodes(picture))


@lru_cache(maxsize=1)
def two_with_menu() -> bytes:
    return printing.letters_pdf(about(9), letters(2, items=9))


# --- Squares ----------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ADDRESS, ""])
def test_a_square_is_what_segno_draws_with_the_same_mask(address: str) -> None:
    found = squares.squares_of(address)
    first = segno.make(address + "2" * 12, error="m", micro=False, boost_error=False, mode="byte")
    for number in range(20):
        code = code_for(Kind.HOUSEHOLD, number, 1)
        drawn = segno.make(
            address + code, error="m", version=first.version, mask=first.mask, boost_error=False, mode="byte"
        )
        assert found.bits(code) == int("".join(str(int(module)) for row in drawn.matrix for module in row), 2)


def test_strokes_cover_the_black_modules_and_no_other() -> None:
    assert squares._row("0110010") == "m1 0h2m2 0h1"
    assert squares._row("1100") == "h2"
    assert squares._row("0000") == ""


# --- Letters ----------------------------------------------------------------------------


def test_a_phone_reads_the_own_door_from_the_front_and_the_code_from_the_menu() -> None:
    pdf = two_with_menu()
    for number, letter in enumerate(letters(2)):
        assert scanned(pdf, 4 * number) == [ADDRESS + letter.code]
        assert scanned(pdf, 4 * number + 1) == [letter.code]


def test_the_letter_says_door_code_steps_deadline_and_whom_to_call() -> None:
    said = words(two_with_menu(), 0)
    code = letters(1)[0].code
    for part in (
        "1号楼2单元101室", "住户 收", f"{code[:4]} {code[4:8]} {code[8:]}", "扫一扫", "选一选", "交上去",
        "2026年12月15日（星期二）18:00", "15 December 2026, 18:00", "0716-8000000", "不用交钱", "身份证号", "One answer per household",
        "renovation.example.gov.cn/r", "第 1 页，共 3 页",
    ):  # fmt: skip
        assert part in said
    assert "张" not in said


def test_the_menu_shows_every_item_once_with_the_households_own_share() -> None:
    back = words(two_with_menu(), 1) + words(two_with_menu(), 2)
    for number in range(1, 10):
        assert back.count(f"第{number}项") == 1
    assert back.count("您家约出") == 8
    assert back.count("您家不用出钱") == 1
    assert back.count("不想要") == 9 + 1
    assert "共 12 万元：补助 8 万元，住户合出 2 万元，其余用改造款。" in back
    assert "屋面防水、外墙保温" in back
    assert "签名" in back
    assert "最多选 3 项" in back


def test_letters_begin_on_a_sheet_of_their_own_and_pages_are_counted_by_letter() -> None:
    pdf = two_with_menu()
    assert len(document(pdf)) == 8
    assert all(f"第 {page} 页，共 3 页" in words(pdf, page + 3) for page in (1, 2, 3))
    assert words(pdf, 3) == words(pdf, 7) == ""
    single = printing.letters_pdf(about(), letters(3), duplex=False)
    assert len(document(single)) == 3
    assert "第 1 页，共 1 页" in words(single, 2)


def test_rows_move_closer_where_that_saves_a_sheet_for_every_household() -> None:
    pages = [printing.pages_of_letter(about(items)) for items in range(1, 8)]
    assert pages == [2, 2, 2, 2, 2, 2, 4]


def test_a_long_menu_flows_over_several_pages() -> None:
    assert printing.pages_of_letter(about(24)) == 6
    pdf = printing.letters_pdf(about(24), letters(1, items=24))
    assert "第24项" in "".join(words(pdf, page) for page in range(len(document(pdf))))


def test_a_letter_without_a_menu_or_a_deadline_says_where_to_look() -> None:
    said = words(printing.letters_pdf(replace(about(), until=None), letters(1)), 0)
    assert "请您家说一说" in said
    assert "长期有效" in said


def test_a_text_that_does_not_fit_its_page_is_refused() -> None:
    printing.letters_pdf(about(note="请于周六下午到小区门口看样板。" * 2), letters(1))
    with pytest.raises(printing.PaperOverflow):
        printing.letters_pdf(about(note="请于周六下午到小区门口看样板。" * 40), letters(1))


def test_files_hold_whole_buildings_and_tell_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PAGES_A_FILE", 60)
    heard: list[int] = []
    parts = list(printing.letter_parts(about(), letters(72, a_building=24), progress=heard.append))
    assert [(part.name, part.letters) for part in parts] == [
        ("1号楼2单元101室–2单元601", 24),
        ("2号楼2单元101室–2单元601", 24),
        ("3号楼2单元101室–2单元601", 24),
    ]
    assert heard == [24, 48, 72]
    mixed = list(printing.letter_parts(about(), letters(40, a_building=10), progress=heard.append))
    assert [part.name for part in mixed] == ["1号楼–3号楼", "4号楼2单元101室–2单元401"]
    large = list(printing.letter_parts(about(), letters(70, a_building=70), progress=heard.append))
    assert [part.letters for part in large] == [30, 30, 10]


def test_several_files_come_as_one_that_sorts_as_one_walks() -> None:
    one, two = printing.Part("1号楼–2号楼", 3, b"%PDF-1"), printing.Part("10/11号楼", 3, b"%PDF-2")
    assert printing.bundled([one]) == ("pdf", b"%PDF-1")
    kind, content = printing.bundled([one, two])
    with ZipFile(BytesIO(content)) as archive:
        assert (kind, archive.namelist()) == ("zip", ["001 1号楼–2号楼.pdf", "002 10_11号楼.pdf"])
        assert archive.read("002 10_11号楼.pdf") == b"%PDF-2"


# --- Characters -------------------------------------------------------------------------


def test_the_typeface_of_the_set_up_is_found_and_has_the_characters_of_names() -> None:
    assert fonts.typeface().families[0] == "Noto Sans S Chinese"
    fonts.typeface().check("砂石厂小区 㐂 㛃 䶮 堃 喆 𬭁 〇 Áé №5 ①")


def test_a_character_that_the_typeface_lacks_is_an_error_and_not_a_box() -> None:
    with pytest.raises(fonts.CharacterMissing) as told:
        printing.letters_pdf(replace(about(), compound="砂\U000e0100石厂"), letters(1))
    assert "\U000e0100" in told.value.message
    own = replace(
        fonts.typeface(),
        characters=fonts._characters(fonts.settings.DATA_DIR / "fonts" / "NotoSansHans-Regular.otf", 0),
    )
    with pytest.raises(fonts.CharacterMissing):
        own.check("𠮷田")


def test_every_word_of_the_templates_is_in_the_typeface_of_the_set_up() -> None:
    own = fonts._characters(fonts.settings.DATA_DIR / "fonts" / "NotoSansHans-Regular.otf", 0)
    for template in typesetting.TEMPLATES.glob("*.typ"):
        text = template.read_text(encoding="utf-8")
        assert {
            character for character in text if ord(character) not in own and not character.isspace()
        } == set()


def test_a_server_without_a_typeface_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Family",))
    fonts._typeface.cache_clear()
    try:
        with pytest.raises(fonts.FontMissing):
            printing.letters_pdf(about(), letters(1))
    finally:
        fonts._typeface.cache_clear()


# --- Other papers -----------------------------------------------------------------------


def test_a_representative_gets_a_code_of_their_own() -> None:
    code = code_for(Kind.REPRESENTATIVE, 3, 1)
    pdf = representative_pdf(
        RepresentativeLetter(
            compound="砂石厂小区", community="江汉社区", name="㐂子", term="2026年11月至2028年11月", address=ADDRESS, code=code,
            contact=CONTACT, sender="西城街道办事处", dated=DAY,
        )
    )  # fmt: skip
    assert scanned(pdf, 0) == [ADDRESS + code]
    assert "㐂子" in words(pdf, 0)
    assert len(document(pdf)) == 1


def test_the_sheet_for_the_doorstep_goes_by_staircase_and_floor_and_carries_no_code() -> None:
    rows = tuple(
        DoorstepRow(
            staircase=f"{staircase}单元", floor=floor, unit=f"{floor}0{place}", is_answered=place == 1,
            known="网上已选" if place == 1 else "",
        )
        for staircase in (1, 2) for floor in range(1, 7) for place in (1, 2, 3)
    )  # fmt: skip
    rows += (DoorstepRow(staircase="", floor=None, unit="商铺3"),)
    pdf = doorstep_pdf(
        DoorstepSheet(compound="砂石厂小区", building="3号楼", title="选改造项目", dated=DAY, rows=rows)
    )
    pages = len(document(pdf))
    said = "".join(words(pdf, page) for page in range(pages))
    assert said.count("101室") == 2
    assert "共 18 户，已答 6 户，还差 12 户" in said
    assert "商铺3" in said
    assert f"第 {pages} 页，共 {pages} 页" in said
    assert scanned(pdf, 0) == []


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("a3", 842)])
def test_the_notice_says_why_each_item_is_in_or_out(paper: str, width: int) -> None:
    items = (
        NoticeItem(
            name="充电棚",
            is_in=True,
            supporters=132,
            sentence="132户想要，超过一半；钱够。",
            cost=Decimal(120_000),
            subsidy=Decimal(76_000),
            residents_pay=Decimal(9_160),
            requirement="完善类，至少要 84 户想要。",
        ),
        NoticeItem(
            name="健身器材", is_in=False, supporters=None, sentence="想要的不到5户。", cost=Decimal(35_000)
        ),
    )
    notice = ResultNotice(
        compound="砂石厂小区", title="改造项目选择结果", households=200, answered=167, budget=Decimal(600_000), spent=Decimal(548_000),
        rule="先做必须做的，其余按等额共享。", basic=("屋面防水",), items=items, objections="公示到2026年12月27日。", contact=CONTACT,
        sender="西城街道办事处", dated=DAY, page="https://renovation.example.gov.cn/p/1/",
    )  # fmt: skip
    pdf = notice_pdf(notice, paper=paper)  # type: ignore[arg-type]
    said = words(pdf, 0)
    assert round(document(pdf)[0].get_width()) == width
    assert said.index("入选的") < said.index("充电棚") < said.index("没有入选的") < said.index("健身器材")
    assert "132 户想要" in said
    # What the price has beyond what this budget pays, and why one item needs 84 households and another none.
    assert "价格 12 万元（其中 7.6 万元由别处补助，9,160 元由各户分摊）。完善类，至少要 84 户想要。" in said
    assert "价格 3.5 万元。" in said
    assert "参加了选择（83%）" in said
    assert scanned(pdf, 0) == [notice.page]


# --- At rest ----------------------------------------------------------------------------


def test_stored_letters_are_useless_without_the_key(settings: Settings) -> None:
    pdf = two_with_menu()
    sealed = sealing.seal(pdf)
    assert sealing.unseal(sealed) == pdf
    assert b"%PDF" not in sealed
    assert sealing.seal(pdf) != sealed
    for harmed in (sealed[:-1], sealed[:40] + b"x" + sealed[41:], b"%PDF-1.7", b""):
        with pytest.raises(sealing.SealBroken):
            sealing.unseal(harmed)
    settings.LETTER_KEY = keys.new_key()
    with pytest.raises(LetterKeyDiffers):
        sealing.unseal(sealed)


# --- Words ------------------------------------------------------------------------------


def test_words_of_money_doors_and_days() -> None:
    assert [yuan(Decimal(amount)) for amount in ("3500", "120000", "123450", "100000", "99999.5", "0", "9999.5")] == [
        "3,500 元", "12 万元", "12.345 万元", "10 万元", "10 万元", "0 元", "1 万元",
    ]  # fmt: skip
    assert [share_text(share) for share in (200, 0, None)] == [
        "您家约出 200 元",
        "您家不用出钱",
        "您家出多少，核定面积后告知",
    ]
    assert [door_text("3号楼", "2单元", unit) for unit in ("501", "5东", "商铺3")] == [
        "3号楼2单元501室", "3号楼2单元5东", "3号楼2单元商铺3",
    ]  # fmt: skip
    assert english_moment(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "1 January 2027, 00:00"
