"""Text in a roster: names, addresses, former names, notes."""

import re

from django.utils.translation import gettext as _

from compounds.reading.cells import EMPTY, NO, CellProblem, Reader, Reading, is_nothing, one_line
from compounds.reading.reasons import Reason
from core.text import clean_line, without_invisible

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def line(field_name: str, longest: int) -> Reader:
    """One line of text of at most `longest` characters."""

    def read(text: str) -> Reading:
        cleaned = one_line(text)
        if is_nothing(cleaned) or cleaned in NO:
            return EMPTY
        check_text(cleaned, longest)
        return Reading({field_name: cleaned})

    return read


def check_text(text: str, longest: int) -> None:
    if REPLACEMENT in text:
        raise CellProblem(
            Reason.TEXT_DAMAGED, _("The text is damaged: characters were lost when the file was saved.")
        )
    if len(text) > longest:
        raise CellProblem(
            Reason.TEXT_TOO_LONG,
            _("The text has {count} characters; at most {limit} fit.").format(count=len(text), limit=longest),
        )


def notes(text: str) -> Reading:
    """Several lines; only the ends are trimmed."""
    cleaned = without_invisible(text).strip()
    if is_nothing(cleaned) or cleaned in NO:
        return EMPTY
    check_text(cleaned, 4000)
    return Reading({"notes": cleaned})


_NAME_SEPARATORS = re.compile(r"[、,，;；/|\n]+")


def former_names(text: str) -> Reading:
    names = [clean_line(name) for name in _NAME_SEPARATORS.split(text)]
    kept = [name for name in dict.fromkeys(names) if not is_nothing(name) and name not in NO]
    for name in kept:
        check_text(name, 80)
    return Reading({"former_names": kept}) if kept else EMPTY
