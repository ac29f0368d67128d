"""Form fields and filters that know the directory's words."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.fields import levelled
from directory.codes import is_division_code


class DivisionCodeField(forms.CharField):
    """A division's code; whether the division exists is another question."""

    pattern = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$"
    default_error_messages = {"invalid": _("A division code has 2, 4, 6, 9 or 12 digits.")}

    def to_python(self, value: Any) -> str:
        code = levelled(super().to_python(value))
        if code and not is_division_code(code):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return code


class DivisionFilter(django_filters.Filter):
    """A division and everything below it."""

    field_class = DivisionCodeField

    def __init__(self, **kwargs: Any) -> None:
        told = _("Division code of 2, 4, 6, 9 or 12 digits: everything in it.")
        super().__init__(**{"label": _("Division"), "help_text": told, **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__startswith": value}) if value else qs
