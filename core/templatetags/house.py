"""Template vocabulary of the house: available in every template without {% load %}."""

from django import template

register = template.Library()
