"""The alarm of overdue tasks: due rows, claimed one by one, told once."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.actions import tell
from projects.hands import people_holding
from projects.models import Task
from projects.models.tasks import TaskQuerySet

# Somebody who does nothing hears of it again after a week.
AGAIN_AFTER = timedelta(days=7)


def due_alarms(day: date) -> TaskQuerySet:
    """Overdue that day, and not told of since a week: whichever morning the worker is there."""
    quiet = Q(alarmed_on__isnull=True) | Q(alarmed_on__lte=day - AGAIN_AFTER)
    return Task.objects.overdue_on(day).filter(quiet)


def sound_alarms(day: date | None = None) -> int:
    """Tell the holders of every overdue task; returns of how many tasks."""
    day = day or timezone.localdate()
    waiting = list(due_alarms(day).order_by("pk").values_list("pk", flat=True))
    return sum(sound_alarm(task_id=pk, day=day) for pk in waiting)


@transaction.atomic
def sound_alarm(*, task_id: int, day: date) -> bool:
    """One task: claimed by a conditional update, so that of two beats one tells. False: another has it.

    Message and claim are one transaction: a worker killed between them has done neither.
    """
    if not due_alarms(day).filter(pk=task_id).update(alarmed_on=day):
        return False
    # The claim holds the row: whoever holds the task now is told.
    task = Task.objects.select_related("holder", "organisation", "person").get(pk=task_id)
    days = (day - task.due_on).days
    text = _("It was due on {day}, {days} days ago. Report it done, pass it on, or ask for another day.")
    for person in people_holding(task):
        tell(
            recipient=person, subject=_("Overdue: {title}").format(title=task.title),
            text=text.format(day=task.due_on.isoformat(), days=days), url=task.get_absolute_url(),
            key=f"task_overdue:{task.pk}:{day.isoformat()}",
        )  # fmt: skip
    return True
