"""What logs must not keep. A letter's code opens a household, and it stands in the address behind /r/."""

import logging
import re

_BEHIND = re.compile(r"(/r/)([^/?#\s\"'<>]+)", re.IGNORECASE)
# Pages below /r/ are called by short small words; everything else there may be a code, whole or mistyped.
_WORD = re.compile(r"[a-z][a-z-]{0,10}")


def discreet(text: str) -> str:
    """The text without the codes in its addresses."""
    return _BEHIND.sub(_hidden, text)


def _hidden(found: "re.Match[str]") -> str:
    return found[0] if _WORD.fullmatch(found[2]) else f"{found[1]}hidden"


class DiscreetFormatter(logging.Formatter):
    """Formats as ever, tracebacks included, and hides codes in the whole of it."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))
