"""The other papers: a representative's letter, the worklist for the doorstep, the result for the notice board."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any, Literal

from residents.codes import grouped
from residents.letters.content import (
    DoorstepRow,
    DoorstepSheet,
    NoticeItem,
    RepresentativeLetter,
    ResultNotice,
    chinese_date,
    door_text,
    site_of,
    yuan,
)
from residents.letters.squares import square_of, squares_of
from residents.letters.typesetting import compiled

Paper = Literal["a4", "a3"]


def representative_pdf(letter: RepresentativeLetter) -> bytes:
    squares = squares_of(letter.address)
    said = {
        **asdict(letter),
        "site": site_of(letter.address),
        "code": grouped(letter.code),
        "square": squares.strokes(letter.code),
        "modules": squares.size,
        "dated": chinese_date(letter.dated),
    }
    return compiled("representative.typ", {"one": said})


# --- The doorstep -----------------------------------------------------------------------


def doorstep_pdf(sheet: DoorstepSheet) -> bytes:
    """One building, A4 across: a table for each staircase, the floors in the order of the rows."""
    groups = [
        _staircase(name, list(rows)) for name, rows in groupby(sheet.rows, key=lambda row: row.staircase)
    ]
    said = {
        "building": sheet.building,
        "compound": sheet.compound,
        "title": sheet.title,
        "dated": chinese_date(sheet.dated),
        "groups": groups,
    }
    return compiled("doorstep.typ", {"sheet": said})


def _staircase(name: str, rows: list[DoorstepRow]) -> dict[str, Any]:
    answered = sum(row.is_answered for row in rows)
    return {
        "name": name or "全楼",
        "count": f"共 {len(rows)} 户，已答 {answered} 户，还差 {len(rows) - answered} 户",
        "rows": list(_rows(rows)),
    }


def _rows(rows: list[DoorstepRow]) -> Iterator[dict[str, Any]]:
    for floor, doors in groupby(rows, key=lambda row: row.floor):
        several = list(doors)
        for number, row in enumerate(several):
            yield {
                "floor": None if floor is None else f"{floor} 层",
                "is-first": number == 0,
                "span": len(several),
                "unit": door_text("", "", row.unit),
                "delivered": row.is_delivered,
                "answered": row.is_answered,
                "absent": row.is_absent,
                "refused": row.is_refused,
                "known": row.known,
            }


# --- The notice board -------------------------------------------------------------------


def notice_pdf(notice: ResultNotice, *, paper: Paper = "a4") -> bytes:
    """The same on A3, a size larger."""
    square, modules = square_of(notice.page) if notice.page else ("", 0)
    said = {
        "compound": notice.compound,
        "title": notice.title,
        "sender": notice.sender,
        "dated": chinese_date(notice.dated),
        "figures": _figures(notice),
        "rule": notice.rule,
        "basic": "、".join(notice.basic),
        "items": [_item(item) for item in notice.items],
        "objections": notice.objections,
        "contact": asdict(notice.contact),
        "square": square,
        "modules": modules,
    }
    return compiled("notice.typ", {"notice": said, "paper": paper})


def _figures(notice: ResultNotice) -> list[tuple[str, str]]:
    share = f"（{notice.answered * 100 // notice.households}%）" if notice.households else ""
    return [
        (f"{notice.households:,} 户", "全小区"),
        (f"{notice.answered:,} 户", f"参加了选择{share}"),
        (yuan(notice.budget), "可以用的钱"),
        (yuan(notice.spent), "选出来的项目要用"),
    ]


def _item(item: NoticeItem) -> dict[str, Any]:
    return {
        "name": item.name,
        "is-in": item.is_in,
        "support": "" if item.supporters is None else f"{item.supporters:,} 户想要",
        "price": item.price_text,
        "requirement": item.requirement,
        "sentence": item.sentence,
        "note": item.note,
    }
