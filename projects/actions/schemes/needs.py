"""Needs of the survey that a scheme leaves open, with the reason. 先民生后提升."""

from django.db import transaction

from compounds.models import Topic
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from projects.actions.schemes.locks import lock_open
from projects.errors import GapUnknown, ReasonNeeded
from projects.gaps import needs_of
from projects.models import Scheme, Waiver


@transaction.atomic
def waive_gap(*, scheme: Scheme, user: User, topic: str, reason: str) -> Waiver:
    """Leave a need of the survey open, and say why; saying it again replaces the reason."""
    scheme = lock_open(scheme, user)
    if topic not in {need.topic for need in needs_of(scheme.project)}:
        raise GapUnknown
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    with constraints_as_refusals(Waiver):
        waiver, _created = Waiver.objects.update_or_create(
            scheme=scheme, topic=Topic(topic), defaults={"reason": reason, "by": user}
        )
    return waiver


@transaction.atomic
def unwaive_gap(*, scheme: Scheme, user: User, topic: str) -> None:
    scheme = lock_open(scheme, user)
    scheme.waivers.filter(topic=topic).delete()
