"""Small pieces of markup that Python builds because they are drawn hundreds of times on a page."""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Tone → sign: a colour never stands alone.
SIGNS = {
    "": "",
    "ok": "check",
    "act": "player-play",
    "late": "clock",
    "wrong": "alert-triangle",
    "waiting": "hourglass",
}


@lru_cache(maxsize=2_000)
def icon_markup(name: str, *, label: str = "", css: str = "") -> SafeString:
    sprite = static("vendor/icons.svg")
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            classes,
            label,
            sprite,
            name,
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, sprite, name)


@lru_cache(maxsize=2_000)
def badge_markup(text: str, tone: str = "") -> SafeString:
    """An unknown tone is drawn as a neutral one."""
    sign = SIGNS.get(tone, "")
    classes = f"tag tag-{tone}" if sign else "tag"
    return format_html('<span class="{}">{}{}</span>', classes, icon_markup(sign) if sign else "", text)
