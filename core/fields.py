"""Form fields that read what people and programs type, strictly: nothing unreadable passes as "no value"."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import django_filters.fields
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.text import search_text, syllables


def levelled(value: Any) -> str:
    """As typed, without outer spaces, full-width digits made plain ones."""
    return unicodedata.normalize("NFKC", str(value)).strip()


class WholeNumberField(forms.IntegerField):
    """Digits only. Python alone would also read `1_000`, ` 7` and digits of any script."""

    default_error_messages = {"invalid": _("Write a whole number, digits only.")}

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = levelled(value)
        if not re.fullmatch(r"-?[0-9]{1,40}", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class DecimalNumberField(forms.DecimalField):
    """Plain decimal notation: no exponent, no NaN, no infinity."""

    default_error_messages = {"invalid": _("Write a number such as 62.5.")}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        text = levelled(value)
        if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,20})?", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text)


class SeveralChoicesField(django_filters.fields.MultipleChoiceField):
    """Any of the choices; the empty one of a page's "any" counts as none chosen."""

    def to_python(self, value: Any) -> list[str]:
        return [chosen for chosen in super().to_python(value) if chosen]


class DayInput(forms.DateInput):
    """The browser's own calendar; it speaks ISO days only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """2026-11-20 and nothing else, whatever way of writing days the reader's language has."""

    default_error_messages = {"invalid": _("Write a day as in 2026-11-20.")}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        text = levelled(value)
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
# An unescaped + of an address arrives as a space; before a zone it can be nothing else.
LOST_PLUS = re.compile(r"(T[^ ]+) (\d\d:\d\d)$")


class MomentField(forms.CharField):
    """A moment in ISO 8601 with its zone, in UTC. Without a zone it would be eight hours off for somebody."""

    default_error_messages = {
        "invalid": _("Write date, time and zone as in 2026-11-20T08:00:00+08:00 (a + in an address is %2B)."),
        "no_zone": _("The zone is missing: add Z or, for Beijing time, +08:00 (in an address %2B08:00)."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = LOST_PLUS.sub(r"\1+\2", super().to_python(value) or "")
        if not text:
            return None
        if not MOMENT.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if moment.tzinfo is None:
            raise ValidationError(self.error_messages["no_zone"], code="no_zone")
        try:
            # Python knows zones of up to 24 hours, PostgreSQL of less than 16.
            return moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def run_validators(self, value: Any) -> None:
        """The length was limited by the notation."""


class Picker(forms.Select):
    """A select that a script makes searchable by text and pinyin (static/core/js/picker.js)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-picker": "", **(attrs or {})})

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if value:
            option["attrs"]["data-search"] = search_text(str(label))
            option["attrs"]["data-spoken"] = syllables(str(label))
        return option
