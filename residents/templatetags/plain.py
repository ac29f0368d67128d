"""Words of resident pages in templates."""

from django import template

from residents.home import words

register = template.Library()
register.filter("plain_day", words.plain_day)
