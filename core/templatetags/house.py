"""Template vocabulary of the house: available in every template without {% load %}.

Tags return small pieces of markup that are built here rather than by including
a template each: a list page draws hundreds of them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import figures, text
from core.board import board
from core.html import badge_markup, icon_markup

register = template.Library()


# --- Signs ------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", *, css: str = "") -> SafeString:
    """A drawing of the sprite. Without `label` it is decoration, with one it speaks for itself."""
    return icon_markup(name, label=str(label), css=css)


@register.simple_tag
@lru_cache(maxsize=500)
def asset(name: str) -> str:
    """The address of a static file, looked up once; `{% static %}` looks on every page."""
    return static(name)


@register.simple_tag
def badge(text: Any, tone: str = "") -> SafeString:
    """A word with its sign; `tone`: "" | ok | act | late | wrong | waiting."""
    return badge_markup(str(text), tone)


# --- Figures ----------------------------------------------------------------------------

register.filter("thousands", figures.thousands)
register.filter("area", figures.area)
register.filter("money", figures.money)
register.filter("percent", figures.percent)


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-11-20, in the portal's time zone."""
    return figures.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """2026-11-20 14:05, in the portal's time zone."""
    return figures.moment(value)


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """ "2 hours ago" for readers, the exact moment for machines and on hovering."""
    if value is None:
        return figures.NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        figures.moment(value),
        figures.ago(value),
    )


@register.simple_tag
def this_moment() -> str:
    """2026-11-20 14:05; `{% now %}` takes ten times as long for the same."""
    return figures.moment(timezone.now())


@register.filter
def or_dash(value: Any) -> Any:
    """What is not recorded shows as a dash, a zero as a zero."""
    return figures.NOTHING if value is None or value == "" else value


register.simple_tag(text.comma, name="comma")
register.filter("listed", text.listed)


# --- Addresses --------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's own query string with some parts changed: `{% query sort="name" after=None %}`."""
    request: HttpRequest | None = context.get("request")
    given = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None or value == "":
            given.pop(key, None)
        elif isinstance(value, (list, tuple)):
            given.setlist(key, [str(item) for item in value])
        else:
            given[key] = str(value)
    return f"?{given.urlencode()}"


@register.simple_tag
def crumb(label: Any, url_name: str = "", *args: Any) -> SafeString:
    """A step of the breadcrumb; the last one (the page itself) has no address."""
    if not url_name:
        return format_html('<li aria-current="page">{}</li>', label)
    return format_html('<li><a href="{}">{}</a></li>', reverse(url_name, args=args), label)


# --- Tabs -------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def tabs(context: Context, subject: str, obj: Any, active: str) -> SafeString:
    """The tabs that apps registered for a subject's page; nothing when there is only one."""
    user = context["request"].user
    found = board.tabs(subject, user, obj)
    if len(found) < 2:
        return SafeString("")
    return tab_row((tab.label, tab.url(obj), tab.key == active, tab.count(obj)) for tab in found)


def tab_row(items: Iterable[tuple[Any, str, bool, int | None]]) -> SafeString:
    """(label, address, is it this page, count or None) → a row of tabs."""
    lines = format_html_join(
        "",
        '<li><a href="{}"{}>{}{}</a></li>',
        (
            (
                url,
                SafeString(' aria-current="page"') if active else "",
                label,
                ""
                if count is None
                else format_html(' <span class="count">{}</span>', figures.thousands(count)),
            )
            for label, url, active, count in items
        ),
    )
    return format_html('<nav class="tabs" data-tabs><ul>{}</ul></nav>', lines)


# --- Forms ------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, *, size: str = "", label: str = "") -> SafeString:
    """Label, help, control and error of one form field. `size`: narrow | short | wide."""
    return render_to_string(
        "core/field.html", {"field": bound, "size": size, "label": label or bound.label, "kind": _kind(bound)}
    )


@register.simple_tag
def fields(form: BaseForm, *names: str) -> SafeString:
    """The named fields one beneath the other; without names, all that are visible."""
    chosen = [form[name] for name in names] or form.visible_fields()
    return SafeString("".join(field(bound) for bound in chosen))


@register.simple_tag
def form_errors(form: BaseForm, *more: BaseForm) -> SafeString:
    """The summary above a form: every error in the same words as at its field, each a link to it."""
    forms = [one for one in (form, *more) if one.is_bound and one.errors]
    if not forms:
        return SafeString("")
    return render_to_string("core/form_errors.html", {"forms": forms})


def _kind(bound: BoundField) -> str:
    """How the control is drawn: one box to tick, a group of them, or a box to write in."""
    widget_type = getattr(bound.field.widget, "input_type", "")
    if bound.field.widget.__class__.__name__ in {"RadioSelect", "CheckboxSelectMultiple"}:
        return "group"
    return "tick" if widget_type == "checkbox" else "box"


# --- Small logic ------------------------------------------------------------------------


@register.filter
def share_of(part: int | Decimal | None, whole: int | Decimal | None) -> int:
    """0–100, for a bar; nothing of nothing is 0."""
    return int((part or 0) * 100 / whole) if whole else 0


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """`{{ counts|get:batch }}`"""
    return mapping.get(key)
