"""QR codes by the thousand: one address, and codes of one length behind it.

Every step of a QR code but the choice of its mask is linear over GF(2). With a fixed version and mask the square of one
text is therefore that of another, XOR what each changed character changes. segno draws some hundred squares once; each
letter's square is then twelve XORs instead of 1.4 ms.
"""

from dataclasses import dataclass
from functools import lru_cache

import segno

from residents.codes import ALPHABET, LENGTH

# About 15 % of the square may be lost: a letter lies in the hall and is folded.
ERROR_LEVEL = "m"
# Each character is eight bits of its own; the alphanumeric mode multiplies them in pairs, which is not linear.
MODE = "byte"


@dataclass(frozen=True, slots=True)
class Squares:
    """The squares of all codes behind one address; `size` modules on each side, without the quiet zone."""

    size: int
    blank: int
    changes: tuple[dict[str, int], ...]

    def bits(self, code: str) -> int:
        """The modules row by row from the top left, the first one the highest bit; 1 is black."""
        found = self.blank
        for place, character in enumerate(code):
            found ^= self.changes[place][character]
        return found

    def strokes(self, code: str) -> str:
        """The black runs as an SVG path of horizontal strokes, one unit wide, in a square of `size` units."""
        return _strokes(self.bits(code), self.size)


def _strokes(bits: int, size: int) -> str:
    text = format(bits, f"0{size * size}b")
    rows = (text[start : start + size] for start in range(0, len(text), size))
    return "".join(f"M0 {number}.5{_row(row)}" for number, row in enumerate(rows))


def _bits(square: segno.QRCode) -> int:
    return int("".join("1" if module else "0" for row in square.matrix for module in row), 2)


def square_of(text: str) -> tuple[str, int]:
    """The strokes of any text, and how many modules its square has on each side."""
    square = segno.make(text, error=ERROR_LEVEL, micro=False)
    size = len(square.matrix)
    return _strokes(_bits(square), size), size


@lru_cache(maxsize=1 << 16)
def _row(row: str) -> str:
    """`110010…` as `h2m2 0h1…`; a row begins at its left edge."""
    drawn, place = "", 0
    while (start := row.find("1", place)) >= 0:
        end = row.find("0", start)
        end = len(row) if end < 0 else end
        drawn += f"m{start - place} 0h{end - start}" if start > place else f"h{end - start}"
        place = end
    return drawn


@lru_cache(maxsize=8)
def squares_of(address: str) -> Squares:
    """For `https://portal.example.org/r/` and the codes behind it; for "" the squares of the codes alone."""
    first = ALPHABET[0] * LENGTH
    chosen = segno.make(address + first, error=ERROR_LEVEL, micro=False, boost_error=False, mode=MODE)

    def drawn(code: str) -> int:
        square = segno.make(
            address + code,
            error=ERROR_LEVEL,
            version=chosen.version,
            mask=chosen.mask,
            boost_error=False,
            mode=MODE,
        )
        return _bits(square)

    blank = drawn(first)
    return Squares(
        size=len(chosen.matrix),
        blank=blank,
        changes=tuple(
            {
                character: blank ^ drawn(first[:place] + character + first[place + 1 :])
                for character in ALPHABET
            }
            for place in range(LENGTH)
        ),
    )
