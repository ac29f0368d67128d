"""Letters as PDF, by building."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from residents.codes import grouped
from residents.letters.content import (
    Letter,
    LetterRound,
    PaperMenu,
    chinese_date,
    chinese_moment,
    english_moment,
    share_text,
)
from residents.letters.squares import squares_of
from residents.letters.typesetting import compiler_for, pdf_of

# Of one file: enough to be worth the typeface in it, few enough for a printer. typst remembers what it set in the last
# ten runs, so this is what bounds memory too: measured 0.5 GB at 500 pages, 0.9 GB at 1,000.
PAGES_A_FILE = 500
_NO_PATH = re.compile(r'[\\/:*?"<>|]')


class PaperOverflow(DomainError):
    """The template's pages hold what they are made for; a longer text would spoil the page numbers."""

    code = "paper_overflow"
    sentence = _("The text is too long for its page: shorten the note or the items' texts, then print again.")


@dataclass(frozen=True, slots=True)
class Part:
    """A PDF with the letters of some buildings, or of a part of a large one; `name` says which, without a suffix."""

    name: str
    letters: int
    pdf: bytes


# --- Letters ----------------------------------------------------------------------------


def letters_pdf(about: LetterRound, letters: Sequence[Letter], *, duplex: bool = True) -> bytes:
    """One PDF; `duplex` begins each letter on a sheet of its own. One letter takes about a tenth of a second."""
    background = _background(about)
    address, small = squares_of(about.address), squares_of("")
    rows = [
        {
            "door": letter.door,
            "code": grouped(letter.code),
            "square": address.strokes(letter.code),
            "small": small.strokes(letter.code) if background.split else "",
            "shares": [share_text(share) for share in letter.shares],
        }
        for letter in letters
    ]
    said = {**_said(about), "mode": "letters", "split": background.split, "duplex": duplex, "letters": rows}
    return pdf_of(compiler_for("letter.typ", said, background=background.pdf))


def letter_parts(
    about: LetterRound, letters: Iterable[Letter], *, progress: Callable[[int], None], duplex: bool = True
) -> Iterator[Part]:
    """Files of whole buildings, in the order of the letters; `progress` hears how many are done.

    Buildings share a file as long as they fit, because each file costs a typeface and a background; one that is too
    large for a file gets several. Memory holds one file's letters.
    """
    done = 0
    for chunk in _chunks(letters, PAGES_A_FILE // pages_of_letter(about, duplex=duplex)):
        pdf = letters_pdf(about, chunk, duplex=duplex)
        done += len(chunk)
        yield Part(_name(chunk), len(chunk), pdf)
        progress(done)


def bundled(parts: Iterable[Part]) -> tuple[str, bytes]:
    """("pdf", the file) when there is one, else ("zip", all of them, numbered in the order in which one walks)."""
    files = list(parts)
    if len(files) == 1:
        return "pdf", files[0].pdf
    target = BytesIO()
    # They are compressed already.
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for number, part in enumerate(files, start=1):
            archive.writestr(f"{number:03d} {_NO_PATH.sub('_', part.name)}.pdf", part.pdf)
    return "zip", target.getvalue()


def pages_of_letter(about: LetterRound, *, duplex: bool = True) -> int:
    """Pages of paper for one letter; on both sides an empty one may be among them."""
    pages = 1 + len(_background(about).split)
    return pages + pages % 2 if duplex else pages


def _chunks(letters: Iterable[Letter], most: int) -> Iterator[list[Letter]]:
    chunk: list[Letter] = []
    for _building, several in groupby(letters, key=lambda letter: letter.building):
        building = list(several)
        if chunk and len(chunk) + len(building) > most:
            yield chunk
            chunk = []
        chunk += building
        while len(chunk) > most:
            yield chunk[:most]
            chunk = chunk[most:]
    if chunk:
        yield chunk


def _name(chunk: Sequence[Letter]) -> str:
    """3号楼 from the first door to the last, or from building to building."""
    first, last = chunk[0], chunk[-1]
    if first.building == last.building:
        return f"{first.door}–{last.staircase}{last.unit}"
    return f"{first.building}–{last.building}"


def _said(about: LetterRound) -> dict[str, Any]:
    """The round as the template reads it."""
    return {
        "round": {
            "compound": about.compound,
            "community": about.community,
            "site": about.site,
            "modules": squares_of(about.address).size,
            "small-modules": squares_of("").size,
            "contact": asdict(about.contact),
            "sender": about.sender,
            "dated": chinese_date(about.dated),
            "until": f"{chinese_moment(about.until)} 之前" if about.until else "长期有效",
            "until-english": f"until {english_moment(about.until)}" if about.until else "",
            "note": about.note,
            "menu": _menu(about.menu) if about.menu else None,
        }
    }


def _menu(menu: PaperMenu) -> dict[str, Any]:
    return {
        "title": menu.title,
        "basic": "、".join(menu.basic),
        "rule": menu.rule,
        "hand-in": menu.hand_in,
        "precedence": menu.precedence,
        "items": [
            {
                "number": str(number),
                "name": item.name,
                "text": item.text,
                "price": item.price_text,
                "rule": item.rule,
            }
            for number, item in enumerate(menu.items, start=1)
        ],
    }


@dataclass(frozen=True)
class _Background:
    """What is the same on all letters of a round: its pages as a PDF, and which items of the menu stand on which.

    typst takes text from outside: the PDF is a list of its bytes, written once.
    """

    pdf: str
    split: list[list[dict[str, float]]]


@lru_cache(maxsize=16)
def _background(about: LetterRound) -> _Background:
    compiler = compiler_for("letter.typ", {**_said(about), "mode": "background"})
    found = json.loads(compiler.query("<split>", field="value", one=True))
    if not found["fits"]:
        raise PaperOverflow
    return _Background(json.dumps(list(pdf_of(compiler)), separators=(",", ":")), found["pages"])
