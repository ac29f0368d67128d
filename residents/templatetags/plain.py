"""Words of resident pages in templates."""

from django import template

from residents.home import words

register = template.Library()
register.filter("plain_day", words.plain_day)
register.filter("plain_moment", words.plain_moment)
