from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from directory.models import Division, Organisation, User
from directory.powers import POWERS, Power
from files.models import StoredFile
from projects.models.catalogue import Unit
from projects.models.project import Project


class Tier(models.TextChoices):
    """五级联动: who holds a task. It goes up and down between them."""

    CITY = "city", _("city or county government")
    DEPARTMENT = "department", _("department")
    STREET = "street", _("street office")
    COMMUNITY = "community", _("community")
    COMPOUND = "compound", _("compound")


class TaskKind(models.TextChoices):
    GENERAL = "general", _("general")
    ILLEGAL_STRUCTURES = "illegal_structures", _("removal of illegal structures")
    DAY_CARE = "day_care", _("elderly day-care point")
    HEALTH_STATION = "health_station", _("health station")
    MARKET_POINT = "market_point", _("fresh-market point")
    UTILITY_RELOCATION = "utility_relocation", _("utility relocation")


# What the quantity of a kind is counted in; None: the kind has none. Illegal structures also count places.
TASK_UNITS: dict[str, str | None] = {
    TaskKind.GENERAL: None,
    TaskKind.ILLEGAL_STRUCTURES: Unit.SQUARE_METRE,
    TaskKind.DAY_CARE: Unit.PLACE,
    TaskKind.HEALTH_STATION: Unit.PLACE,
    TaskKind.MARKET_POINT: Unit.PLACE,
    TaskKind.UTILITY_RELOCATION: Unit.METRE,
}


class TaskState(models.TextChoices):
    OPEN = "open", _("to do")
    DONE = "done", _("reported done")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


TASK_TRANSITIONS: list[tuple[str, str]] = [
    (TaskState.OPEN, TaskState.DONE),
    (TaskState.DONE, TaskState.OPEN),
    (TaskState.DONE, TaskState.CLOSED),
    (TaskState.OPEN, TaskState.CANCELLED),
]


def offices_of(user: User) -> list[str]:
    """The divisions at whose office the person works on tasks: those of the roles themselves, not what lies below."""
    return sorted({code for role, code in user.current_roles if Power.WORK_ON_TASKS in POWERS[role]})


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Any) -> "TaskQuerySet":
        """Tasks about one's places or held there, and those that one gave, holds, or whose organisation does."""
        if not isinstance(user, User):
            return self.none()
        seen = Q(given_by=user) | Q(person=user)
        if user.organisation_id is not None and user.current_roles:
            seen |= Q(organisation=user.organisation_id)
        for scope in user.scopes_for(Power.SEE_PROGRAMME):
            seen |= Q(division__code__startswith=scope) | Q(holder__code__startswith=scope)
        return self.filter(seen)

    def open(self) -> "TaskQuerySet":
        return self.filter(state=TaskState.OPEN)

    def overdue_on(self, day: date) -> "TaskQuerySet":
        return self.open().filter(due_on__lt=day)

    def waiting_for(self, user: User) -> "TaskQuerySet":
        """Open tasks in one's own hands: named in person, or one's organisation's or office's with nobody named."""
        mine = Q(person=user)
        unnamed = Q(person__isnull=True)
        if user.organisation_id is not None:
            mine |= unnamed & Q(organisation=user.organisation_id)
        mine |= unnamed & Q(organisation__isnull=True, holder__in=offices_of(user))
        return self.open().filter(mine)


@pghistory.track()
class Task(models.Model):
    """Something that somebody has to do for a project, a compound or a place, by a day.

    `division` is the place it is about; `holder` with `tier` says in whose hands it is now
    (and `organisation` or `person` closer). Who gave it closes it.
    """

    division = models.ForeignKey(
        Division, verbose_name=_("place"), on_delete=models.PROTECT, related_name="+"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("project"), null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )  # fmt: skip
    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )  # fmt: skip
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=TaskKind, default=TaskKind.GENERAL)
    title = models.CharField(_("what is to be done"), max_length=120)
    text = models.TextField(_("in detail"), max_length=4000, blank=True)
    quantity_planned = models.DecimalField(
        _("quantity planned"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    quantity_done = models.DecimalField(
        _("quantity done"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    places_planned = models.PositiveIntegerField(_("places planned"), null=True, blank=True)
    places_done = models.PositiveIntegerField(_("places done"), null=True, blank=True)
    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    holder = models.ForeignKey(
        Division, verbose_name=_("in the hands of"), on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    person = models.ForeignKey(
        User, verbose_name=_("person"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    done_on = models.DateField(_("done on"), null=True)
    alarmed_on = models.DateField(null=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="task_has_title"),
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind_known"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="task_tier_known"),
            models.CheckConstraint(
                condition=Q(quantity_planned__isnull=True) | Q(quantity_planned__gte=0), name="task_planned_not_negative",
                violation_error_message=_("A quantity cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(quantity_done__isnull=True) | Q(quantity_done__gte=0), name="task_done_not_negative",
                violation_error_message=_("A quantity cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "closed"]) | Q(done_on__isnull=False), name="task_done_has_day"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="task_not_part_of_itself"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                OpClass("division_id", name="varchar_pattern_ops"),
                "due_on",
                name="task_scope",
                condition=Q(state="open"),
            ),
            models.Index(fields=["kind", "division"], name="task_of_kind"),
        ]
        triggers = [
            pgtrigger.FSM(name="task_moves", field="state", transitions=TASK_TRANSITIONS),
            pgtrigger.Protect(
                name="task_begins_open", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="open")
            ),
            pgtrigger.Protect(name="task_remains", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:task", args=[self.pk])

    @property
    def division_code(self) -> str:
        return self.division_id

    @property
    def unit(self) -> str | None:
        return TASK_UNITS[self.kind]

    def is_overdue(self, day: date) -> bool:
        return self.state == TaskState.OPEN and self.due_on < day


class EntryKind(models.TextChoices):
    GIVEN = "given", _("given")
    PASSED_UP = "passed_up", _("passed up")
    PASSED_DOWN = "passed_down", _("passed down")
    HANDED_OVER = "handed_over", _("handed over")
    COMMENT = "comment", _("comment")
    DUE_MOVED = "due_moved", _("due date moved")
    DONE = "done", _("reported done")
    RETURNED = "returned", _("returned")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


class TaskEntry(models.Model):
    """The thread of a task: every pass, comment and report, in order; nothing of it changes."""

    append_only = True

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("what"), max_length=12, choices=EntryKind)
    from_tier = models.CharField(max_length=12, choices=Tier, blank=True)
    from_name = models.CharField(max_length=160, blank=True)
    to_tier = models.CharField(max_length=12, choices=Tier, blank=True)
    to_name = models.CharField(max_length=160, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("entry of a task")
        verbose_name_plural = _("entries of a task")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["comment", "due_moved", "returned", "cancelled"]) | ~Q(text=""),
                name="task_entry_says_why",
                violation_error_message=_("Write a sentence that explains it."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class TaskFile(models.Model):
    """An attachment, or the evidence of a report."""

    append_only = True

    entry = models.ForeignKey(TaskEntry, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file.name


class TaskEvidence(models.Model):
    """A photo taken on the spot that waits for the report it belongs to; the report makes it a `TaskFile`.

    `key` is the phone's name for it, the same when it is sent again.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="evidence")
    key = models.UUIDField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "key"], name="task_evidence_once")]

    def __str__(self) -> str:
        return self.file.name
