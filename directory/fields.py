"""Form fields that know the directory's words."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.fields import levelled
from directory.codes import is_division_code


class DivisionCodeField(forms.CharField):
    """A division's code; whether the division exists is another question."""

    default_error_messages = {"invalid": _("A division code has 2, 4, 6, 9 or 12 digits.")}

    def to_python(self, value: Any) -> str:
        code = levelled(super().to_python(value))
        if code and not is_division_code(code):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return code
