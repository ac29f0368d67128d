from typing import Any

from audit.models import READ_AUDIT


def can_read_audit(user: Any) -> bool:
    """The audit administrator and read-only auditors, each within their divisions."""
    return user.has_power(READ_AUDIT)
