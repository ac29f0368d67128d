"""`{% load demo %}{% demo_note %}`: which facts of the demo are published and which are made up."""

from functools import lru_cache

from django import template

from portal.demo.note import PublishedFigures, published_figures

register = template.Library()


@register.inclusion_tag("portal/_demo_note.html")
def demo_note() -> PublishedFigures:
    """The shipped files do not change while the portal runs."""
    return _figures()


_figures = lru_cache(maxsize=1)(published_figures)
