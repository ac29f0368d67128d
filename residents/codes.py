"""The short code on a household's letter: derived from the letter key, printed, typed, compared; stored nowhere.

Twelve characters in groups of four: eleven carry 53 bits of HMAC-SHA256(letter key, kind, holder, generation), the
twelfth is a check. The alphabet has 29 characters, without 0 O, 1 I L, U V. 29 is a prime, so that a sum with
different weights modulo 29 finds every single wrong character and every two exchanged ones: a slip of the pen is told
at once, and is never counted as a guess.
"""

import hashlib
import hmac
import re
import unicodedata
from enum import StrEnum
from http import HTTPStatus
from itertools import product

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.text import without_invisible
from residents import keys

ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
BASE = len(ALPHABET)
LENGTH = 12
GROUP = 4
# What stands for what: these are on no letter, so whoever types one misread one of the others.
MISREAD = {"0": "DQ", "O": "DQ", "1": "7JT", "I": "7JT", "L": "JT", "U": "WY", "V": "WY"}
MOST_MISREAD = 2

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー一_·•.。,，、/|*'\"“”‘’]+")
# What the QR code holds, pasted whole.
_ADDRESS = re.compile(r"^.*/r/([^/?#]*).*$", re.IGNORECASE | re.DOTALL)


class Kind(StrEnum):
    """Whose code it is; the same number of a household and of a representative give different codes."""

    HOUSEHOLD = "household"
    REPRESENTATIVE = "representative"


# --- Refusals ---------------------------------------------------------------------------


class CodeUnread(DomainError):
    """What was typed cannot be any code: nothing was looked up, and nothing is counted as a guess."""

    code = "code_unread"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Type the twelve characters that stand under the square on your letter.")


class CodeMissing(CodeUnread):
    code = "code_missing"


class CodeLength(CodeUnread):
    code = "code_length"
    sentence = _(
        "The code has {wanted} characters, you typed {typed}. It stands on your letter in three groups of four."
    )


class CodeCharacter(CodeUnread):
    code = "code_character"
    sentence = _(
        "“{character}” is in no code. Codes have no 0 or O, no 1, I or L, no U or V: look at the character at place {place} again."
    )


class CodeMistyped(CodeUnread):
    code = "code_mistyped"
    sentence = _(
        "One character is not as on the letter, or two are exchanged. Compare the code group by group; this is not counted as an attempt."
    )


class LetterKeyMissing(DomainError):
    code = "letter_key_missing"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = _(
        "The portal has no letter key, so codes can neither be printed nor read. The server's administrator sets LETTER_KEY."
    )


class LetterKeyDiffers(DomainError):
    """Letters were made with one key, and the portal now has another one."""

    code = "letter_key_differs"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = _(
        "The letters were made with the letter key {known}, the portal has {present}. The server's administrator puts the first one back."
    )


# --- The key ----------------------------------------------------------------------------


def _letter_key() -> str:
    key: str = settings.LETTER_KEY
    if not keys.is_strong(key):
        raise LetterKeyMissing
    return key


def derived_key(purpose: str) -> bytes:
    """32 bytes for a purpose of its own."""
    return keys.derived(_letter_key(), purpose)


def key_fingerprint() -> str:
    """Of the key in use: store it with what was made with it, and give it back to `check_fingerprint`."""
    return keys.fingerprint(_letter_key())


def check_fingerprint(known: str) -> None:
    """Refuse to go on with another key than the one that `known` was stored for."""
    present = key_fingerprint()
    if not hmac.compare_digest(known, present):
        raise LetterKeyDiffers(known=known, present=present)


# --- Making -----------------------------------------------------------------------------


def code_for(kind: Kind, holder_id: int, generation: int) -> str:
    """The twelve characters without spaces; the same as long as the key is the same."""
    about = f"{Kind(kind).value}:{holder_id}:{generation}".encode()
    number = int.from_bytes(hmac.digest(derived_key("codes"), about, hashlib.sha256))
    values = []
    for _place in range(LENGTH - 1):
        number, value = divmod(number, BASE)
        values.append(value)
    return "".join(ALPHABET[value] for value in [*values, _check(values)])


def digest_of(code: str) -> bytes:
    """32 bytes under which a code is found; useless for trying codes without the letter key."""
    return hmac.digest(derived_key("digests"), code.encode(), hashlib.sha256)


def grouped(code: str) -> str:
    """As it is printed: 7KQM 3WXZ 9RTC."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _check(values: list[int]) -> int:
    """So that the sum with the weights 1 … 12 is a multiple of 29; the last place weighs 1."""
    return -sum(value * weight for value, weight in zip(values, range(LENGTH, 1, -1), strict=True)) % BASE


def _fits(code: str) -> bool:
    values = [_VALUES[character] for character in code]
    return _check(values[:-1]) == values[-1]


# --- Reading ----------------------------------------------------------------------------


def read_code(typed: str) -> str:
    """The code that was meant: any case, full-width forms, spaces, dashes, the whole address of the QR code.

    A character that no code has is replaced where only one replacement fits the check. Everything else that
    cannot be a code is a `CodeUnread` that says what to look at.
    """
    text = _plain(typed)
    if not text:
        raise CodeMissing
    if len(text) != LENGTH:
        raise CodeLength(wanted=LENGTH, typed=len(text))
    if code := _mended(text):
        return code
    for place, character in enumerate(text, start=1):
        if character not in _VALUES:
            raise CodeCharacter(character=character, place=place)
    raise CodeMistyped


def _plain(typed: str) -> str:
    # Nobody's code is longer; a megabyte is not looked at.
    text = unicodedata.normalize("NFKC", without_invisible(typed[:500]))
    return _BETWEEN.sub("", _ADDRESS.sub(r"\1", text)).upper()[:100]


def _mended(text: str) -> str:
    """The one code that `text` can be, or ""."""
    choices = [MISREAD.get(character, character) for character in text]
    if sum(len(choice) > 1 for choice in choices) > MOST_MISREAD:
        return ""
    if any(character not in _VALUES for choice in choices for character in choice):
        return ""
    fitting = [code for code in map("".join, product(*choices)) if _fits(code)]
    return fitting[0] if len(fitting) == 1 else ""
