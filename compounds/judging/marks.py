"""Small drawings of scores. Sizes are attributes of SVG, because the CSP allows no style attribute."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from compounds.judging.formula_words import PART_GROUPS
from compounds.judging.topics import SCORE_WORDS
from compounds.judging.urgency import UrgencyPart
from compounds.models import Topic
from compounds.models.survey import WORST
from core.html import badge_markup, icon_markup

GROUP_OF_PART = {part: key for key, _label, parts in PART_GROUPS for part in parts}


TypeParts = Iterable[Mapping[str, Any] | UrgencyPart]


def group_points(parts: TypeParts) -> dict[str, Decimal]:
    """{group: points} of a score's parts, computed or as they are stored."""
    points = {key: Decimal(0) for key, _label, _parts in PART_GROUPS}
    for part in parts:
        name, gained = (
            (part.part, part.points) if isinstance(part, UrgencyPart) else (part["part"], part["points"])
        )
        points[GROUP_OF_PART[name]] += Decimal(gained)
    return points


def parts_bar(parts: TypeParts) -> SafeString:
    """The score's parts on a line of 100 points; hovering and screen readers get the figures."""
    points, left, pieces = group_points(parts), Decimal(0), []
    for key, _label, _parts in PART_GROUPS:
        if points[key]:
            pieces.append(f'<rect class="part-{key}" x="{left}" width="{points[key]}" height="8"/>')
            left += points[key]
    words = escape(parts_in_words(points))
    # Everything in it is ours: keys, numbers and the escaped words.
    return mark_safe(  # noqa: S308
        f'<svg class="parts" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{words}">'
        f'<title>{words}</title><rect class="part-rest" width="100" height="8"/>{"".join(pieces)}</svg>'
    )


def parts_in_words(points: Mapping[str, Decimal]) -> str:
    return " · ".join(
        f"{label} {points[key].normalize():f}" for key, label, _parts in PART_GROUPS if points[key]
    )


def score_cells(score: int | None) -> SafeString:
    """0–4 as four cells, the figure and its word."""
    if score is None:
        return format_html('<span class="cells cells-none">{}</span>', _("not scored"))
    filled = "".join('<i class="on"></i>' if step < score else "<i></i>" for step in range(WORST))
    return format_html(
        '<span class="cells cells-{}"><span class="cells-row" aria-hidden="true">{}</span>'
        '<b>{}</b> <span class="cells-word">{}</span></span>',
        score, mark_safe(filled), score, SCORE_WORDS[score],  # noqa: S308 (two constants)
    )  # fmt: skip


def eligibility_mark(is_eligible: bool | None) -> SafeString:  # noqa: FBT001 (the fact itself)
    """None where no survey is confirmed yet."""
    if is_eligible is None:
        return badge_markup(_("not surveyed"), "waiting")
    if is_eligible:
        return badge_markup(_("eligible"), "ok")
    # Amber, but nothing is late: a sign of its own.
    return format_html(
        '<span class="tag tag-late">{}{}</span>', icon_markup("alert-circle"), _("not eligible")
    )


def photo_words(topic: str, place: int) -> str:
    """What a photo is about and which of them it is, for those who do not see it."""
    about = str(Topic(topic).label) if topic else _("the whole compound")
    return _("{topic}, photo {number}").format(topic=about, number=place)
