"""16,236 household letters with QR codes as PDF, against typst setting as many plain pages in files of the same size.

Twice: the letter alone, and with a paper menu of twelve items on its back (four pages of paper each).
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import typst

from benchmarks.bench import Bench
from benchmarks.cases import Case, Figure, at_most
from residents.codes import Kind, code_for
from residents.letters.content import Contact, Letter, LetterRound, PaperItem, PaperMenu
from residents.letters.fonts import typeface
from residents.letters.printing import letter_parts

# As many as one district has households, in as many buildings as it has.
LETTERS, BUILDINGS = 16_236, 1_156
ITEMS = 12
GOAL = 6


def cases() -> Iterable[Case]:
    return [Case(name="letters", measure=measure)]


def about(menu: PaperMenu | None) -> LetterRound:
    return LetterRound(
        compound="测试小区", community="测试街道测试社区", address="https://renovation.example.gov.cn/r/",
        contact=Contact(who="测试社区居委会", phone="0716-8000000", place="社区服务中心一楼", hours="工作日 8:30–17:30"),
        sender="测试街道办事处", dated=date(2026, 11, 20), until=datetime(2026, 12, 15, 10, tzinfo=UTC), menu=menu,
    )  # fmt: skip


def paper_menu() -> PaperMenu:
    items = tuple(
        PaperItem(
            name=f"第{number}项改造内容", text="一句话说明装在哪里，做成什么样，住户能得到什么。",
            price=Decimal(10_000 * number), subsidy=Decimal(6_000 * number), residents_pay=Decimal(2_000 * number),
        )
        for number in range(1, ITEMS + 1)
    )  # fmt: skip
    return PaperMenu(
        title="请您家选一选", basic=("屋面防水", "外墙保温", "雨污分流", "弱电入地"), items=items,
        hand_in="交到社区服务中心一楼。", precedence="网上和纸上都交了的，以最后交的为准。",
    )  # fmt: skip


def letters(shares: int) -> list[Letter]:
    """Codes included: making them is part of the work."""
    return [
        Letter(
            building=f"{number * BUILDINGS // LETTERS + 1}号楼", staircase=f"{number % 3 + 1}单元",
            unit=f"{number % 6 + 1}0{number % 2 + 1}", code=code_for(Kind.HOUSEHOLD, number, 1),
            shares=tuple(100 + (number * place) % 400 for place in range(shares)),
        )
        for number in range(1, LETTERS + 1)
    ]  # fmt: skip


def plain_pages(counts: Sequence[int]) -> None:
    """The limit: a line and a number on each page, in files of the same numbers of pages."""
    face = typeface()
    families = ", ".join(f'"{family}"' for family in face.families)
    for count in counts:
        source = (
            f'#set page(paper: "a4")\n#set text(font: ({families},), size: 14pt, lang: "zh", fallback: false)\n'
            f"#for number in range({count}) {{ page[第 #number 户的信，没有方码，只有这一行字。] }}"
        )
        typst.Compiler(input=source.encode(), font_paths=face.fonts, ignore_system_fonts=True).compile()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def print_all(round_of_letters: LetterRound, shares: int) -> list[int]:
    """How many letters each file holds."""
    parts = letter_parts(round_of_letters, letters(shares), progress=lambda done: None)
    return [part.letters for part in parts]


def figure(name: str, round_of_letters: LetterRound, shares: int, pages: int, rounds: int) -> Figure:
    counts = [count * pages for count in print_all(round_of_letters, shares)]
    ours, theirs = [], []
    for _round in range(rounds):
        ours.append(seconds(lambda: print_all(round_of_letters, shares)))
        theirs.append(seconds(lambda: plain_pages(counts)))
    ratio = statistics.median(mine / limit for mine, limit in zip(ours, theirs, strict=True))
    took, limit = statistics.median(ours), statistics.median(theirs)
    return at_most(
        name, round(took, 1), GOAL, " s", ratio=ratio,
        limit=f"{limit:.1f} s ({sum(counts) / limit:,.0f} pages/s)",
    )  # fmt: skip


def measure(bench: Bench) -> Iterable[Figure]:
    rounds = max(1, bench.rounds // 2)
    yield figure("16,236 letters with QR codes as PDF", about(None), 0, 2, rounds)
    yield figure("the same with a menu of 12 items on the back", about(paper_menu()), ITEMS, 4, rounds)
