"""Works left out of a version, and taken back in."""

from django.db import transaction

from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from projects.actions.schemes.lines import own_lines
from projects.actions.schemes.locks import lock_open
from projects.errors import LineGone, ReasonNeeded
from projects.models import SchemeLine, Strike


@transaction.atomic
def strike(*, line: SchemeLine, user: User, reason: str) -> Strike:
    """Leave a work out of this version. It keeps its history and can be taken back in."""
    scheme = lock_open(line.scheme, user)
    line = own_lines(scheme, [line.pk])[line.pk]
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    struck = Strike(
        scheme=scheme, work_item_id=line.work_item_id, project_id=line.project_id, quantity=line.quantity,
        unit_cost=line.unit_cost, reason=reason, by=user,
    )  # fmt: skip
    with constraints_as_refusals(Strike):
        struck.save(force_insert=True)
    line.delete()
    return struck


@transaction.atomic
def take_back(*, struck: Strike, user: User) -> SchemeLine:
    """Put a struck work back in, as it had been."""
    scheme = lock_open(struck.scheme, user)
    found = scheme.strikes.filter(pk=struck.pk).first()
    if found is None:
        raise LineGone
    line = SchemeLine(
        scheme=scheme, work_item_id=found.work_item_id, project_id=scheme.project_id, quantity=found.quantity,
        unit_cost=found.unit_cost,
    )  # fmt: skip
    found.delete()
    with constraints_as_refusals(SchemeLine):
        line.save(force_insert=True)
    return line
