"""The one way an audit row comes into being."""

from typing import Any

from django.db import models

from audit.context import present_address
from audit.models import AuditEntry, Outcome


def record(
    *,
    action: str,
    actor: Any = None,
    outcome: str = Outcome.DONE,
    subject: models.Model | None = None,
    division_code: str = "",
    address: str | None = None,
    detail: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one row, in the caller's transaction.

    A refusal is recorded by the edge that answers it, after the refused
    transaction has rolled back, so that the row stays. Where `address` is not given,
    the present request's is taken. `actor` is a user, or a text where a command acts.
    `detail` holds facts about the act, never residents' personal data.
    """
    known = actor if actor is not None and getattr(actor, "pk", None) else None
    return AuditEntry.objects.create(
        action=action,
        actor=known,
        actor_name=str(actor)[:150] if actor is not None else "",
        outcome=outcome,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_name=str(subject)[:200] if subject is not None else "",
        division_code=division_code or getattr(subject, "division_code", "") or "",
        address=address or present_address(),
        detail=detail or {},
        reason=reason[:500],
    )
