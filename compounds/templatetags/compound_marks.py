"""`{% load compound_marks %}`: drawings of scores and sentences about them."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from compounds import gaps
from compounds.judging import marks
from compounds.judging.eligibility import LABELS, EligibilityLine, sentence
from compounds.judging.formula_words import PART_GROUPS
from compounds.judging.words import PART_LABELS

register = template.Library()

register.filter("parts_bar", marks.parts_bar)
register.filter("score_cells", marks.score_cells)
register.filter("eligibility_mark", marks.eligibility_mark)


@register.filter
def line_sentence(line: EligibilityLine | dict[str, Any]) -> str:
    """A line of the eligibility in words, computed or as it is stored."""
    if isinstance(line, EligibilityLine):
        return sentence(criterion=line.criterion, met=line.met, found=line.found, needed=line.needed)
    return sentence(**line)


@register.filter
def criterion_label(line: EligibilityLine | dict[str, Any]) -> Any:
    return LABELS[line.criterion if isinstance(line, EligibilityLine) else line["criterion"]]


@register.filter
def part_label(part: str) -> Any:
    return PART_LABELS[part]


@register.simple_tag
def photo_words(topic: str, place: int, caption: str = "") -> SafeString | str:
    """The alternative text of a photo: what it is about and which of them it is, and its caption."""
    words = marks.photo_words(topic, place)
    return f"{words} · {caption}" if caption else words


@register.simple_tag
def part_groups() -> list[tuple[str, Any]]:
    """(key, label) of the groups a score's parts are drawn in."""
    return [(key, label) for key, label, _parts in PART_GROUPS]


@register.simple_tag
def lacking_households(count: int) -> str:
    """How many compounds a sum of households leaves out."""
    return gaps.without_households(count)
