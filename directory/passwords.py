"""Password rules beyond Django's own (等保 2.0: length, mixture, no names)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


class ThreeKindsValidator:
    """At least three of: small letters, capitals, digits, other signs. Length makes up for it from 16 on."""

    def validate(self, password: str, user: object | None = None) -> None:
        if len(password) >= 16:
            return
        if sum(bool(re.search(kind, password)) for kind in _KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _(
            "Use at least three of: small letters, capital letters, digits, other signs – or 16 characters or more."
        )
