"""The alarm of opinions that wait longer than promised: claimed one by one, told once a week."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.codes import ancestors
from directory.models import RoleAssignment, User
from directory.powers import Power, roles_with
from outbox.actions import tell
from residents.models import Opinion
from residents.models.opinions import OpinionQuerySet

AGAIN_AFTER = timedelta(days=7)


def answerers(division_code: str) -> QuerySet[User]:
    """Who may answer opinions of this place: in its own office, or in one above."""
    held = RoleAssignment.objects.current_on(timezone.localdate()).filter(
        user=OuterRef("pk"), role__in=roles_with(Power.KEEP_OPINIONS),
        division__in=[*ancestors(division_code), division_code],
    )  # fmt: skip
    people: QuerySet[User] = User.objects.active().filter(Exists(held), is_service=False)
    return people


def due_alarms(day: date) -> OpinionQuerySet:
    """Overdue that day, and not told of since a week: whichever morning the worker is there."""
    told_before = timezone.now() - AGAIN_AFTER
    quiet = Q(alarmed_at__isnull=True) | Q(alarmed_at__lte=told_before)
    return Opinion.objects.waiting().filter(quiet, due_on__lt=day)


def sound_alarms(day: date | None = None) -> int:
    """Tell whoever answers every overdue opinion; returns of how many opinions."""
    day = day or timezone.localdate()
    waiting = list(due_alarms(day).order_by("pk").values_list("pk", flat=True))
    return sum(sound_alarm(opinion_id=pk, day=day) for pk in waiting)


@transaction.atomic
def sound_alarm(*, opinion_id: int, day: date) -> bool:
    """One opinion: claimed by a conditional update, so that of two beats one tells. False: another has it.

    Message and claim are one transaction: a worker killed between them has done neither.
    """
    if not due_alarms(day).filter(pk=opinion_id).update(alarmed_at=timezone.now()):
        return False
    opinion = Opinion.objects.select_related("compound").get(pk=opinion_id)
    text = _(
        "An answer was due on {day}, {days} days ago. Answer it, or give it another day and say who answers."
    )
    for person in _whom_to_tell(opinion):
        tell(
            recipient=person,
            subject=_("Opinion overdue: {compound} №{number}").format(compound=opinion.compound.name, number=opinion.number),
            text=text.format(day=opinion.due_on.isoformat(), days=(day - opinion.due_on).days),
            url=opinion.get_absolute_url(), key=f"opinion_overdue:{opinion.pk}:{day.isoformat()}",
        )  # fmt: skip
    return True


def _whom_to_tell(opinion: Opinion) -> list[User]:
    """The owner while still in office; else those of the community, else of the street office above it, and so on."""
    able = answerers(opinion.division_code)
    if opinion.owner_id is not None:
        owner = able.filter(pk=opinion.owner_id)
        if owner.exists():
            return list(owner)
    for code in [opinion.division_code, *reversed(ancestors(opinion.division_code))]:
        here = RoleAssignment.objects.current_on(timezone.localdate()).filter(
            division=code, role__in=roles_with(Power.KEEP_OPINIONS)
        )
        if people := list(able.filter(pk__in=here.values("user"))):
            return people
    return []
