"""A hidden field of several numbers: what a page showed, sent back as it was shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Numbers(forms.Field):
    """ "3 17 20" → [3, 17, 20]."""

    def to_python(self, value: Any) -> list[int]:
        words = str(value or "").split()
        if not all(word.isascii() and word.isdecimal() and len(word) < 19 for word in words):
            raise forms.ValidationError(_("This page could not be read. Go back and try again."))
        return [int(word) for word in words]
