from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import Organisation, User
from files.models import StoredFile
from projects.models import Project, WorkItem
from projects.triggers import takes_division_of_project

# More than this share of the plan is a change of the works, not progress (constraint `progress_within_plan`).
MOST_OF_PLAN = 120


class ProgressSource(models.TextChoices):
    SITE = "site", _("reported from the site")
    BEFORE_PORTAL = "before_portal", _("done before the portal")


class ProgressEntryQuerySet(models.QuerySet["ProgressEntry"]):
    def visible_to(self, user: Any) -> "ProgressEntryQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def standing(self) -> "ProgressEntryQuerySet":
        """Without what was taken back, and without what took it back."""
        return self.filter(reverses__isnull=True, reversal__isnull=True)


class ProgressEntry(models.Model):
    """So much of a work item was done on a day. Nothing of it changes; a wrong one is reversed by another entry.

    `quantity` in the unit of the catalogue item, below zero only in a reversal, which has the day of what it takes
    back: the curve then never had it. `key` names the entry for whoever sent it: sent again, it is the same one;
    `body_digest` tells whether it is. Inserting the row moves the work item's `done`, the project's percentage,
    its last day of progress and its `updated_at`, all under the project's lock.
    """

    append_only = True

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="progress_entries")
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="progress_entries")
    division_code = models.CharField(max_length=12, editable=False, default="")
    source = models.CharField(_("source"), max_length=14, choices=ProgressSource, default=ProgressSource.SITE)
    done_on = models.DateField(_("done on"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("firm or office"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reverses = models.OneToOneField(
        "self", verbose_name=_("takes back"), null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    key = models.UUIDField()
    body_digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ProgressEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress entry")
        verbose_name_plural = _("progress entries")
        ordering = ["-done_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="progress_key_once"),
            models.UniqueConstraint(
                fields=["work_item"], condition=Q(source="before_portal", reverses__isnull=True),
                name="progress_before_portal_once",
                violation_error_message=_("What was done before the portal is entered once for each work item."),
            ),
            models.CheckConstraint(condition=Q(source__in=ProgressSource.values), name="progress_source_known"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, quantity__gt=0) | Q(reverses__isnull=False, quantity__lt=0),
                name="progress_quantity_positive",
                violation_error_message=_("The quantity must be greater than zero. To take one back, reverse its entry."),
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(note=""), name="progress_reversal_says_why",
                violation_error_message=_("Say why the entry is taken back."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division_code", "done_on"], name="progress_scope"),
            models.Index(fields=["project", "done_on"], name="progress_of_project"),
            models.Index(fields=["recorded_at", "id"], name="progress_recorded"),
        ]
        triggers = [
            takes_division_of_project(),
            pgtrigger.Trigger(
                name="progress_entry_is_possible",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("p", "projects_project%ROWTYPE"),
                    ("w", "projects_workitemprogress%ROWTYPE"),
                    ("first", "delivery_progressentry%ROWTYPE"),
                ],
                func="""
                    -- One writer at a time for each project: the percentage is a sum over its work items.
                    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
                    NEW.recorded_at = clock_timestamp();
                    IF NEW.source = 'before_portal' THEN
                        IF p.origin <> 'before_portal' OR p.started_on IS NULL OR p.standing = 'cancelled' THEN
                            RAISE EXCEPTION 'only a project from before the portal has works from before it'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_before_portal';
                        END IF;
                    ELSIF p.stage <> 'construction' OR p.standing <> 'active' THEN
                        RAISE EXCEPTION 'the project is in % and %', p.stage, p.standing
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_under_construction';
                    END IF;
                    IF NEW.done_on > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
                        RAISE EXCEPTION 'works of a day that has not come'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_not_in_future';
                    END IF;
                    IF NEW.done_on < p.started_on THEN
                        RAISE EXCEPTION 'works before their start on %', p.started_on
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_after_start';
                    END IF;
                    SELECT * INTO w FROM projects_workitemprogress
                    WHERE work_item_id = NEW.work_item_id AND project_id = NEW.project_id FOR NO KEY UPDATE;
                    IF NOT FOUND OR (w.planned = 0 AND NEW.reverses_id IS NULL) THEN
                        RAISE EXCEPTION 'the scheme in force has no such work item'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_of_scheme';
                    END IF;
                    IF NEW.reverses_id IS NOT NULL THEN
                        SELECT * INTO first FROM delivery_progressentry WHERE id = NEW.reverses_id;
                        IF NOT FOUND OR first.reverses_id IS NOT NULL
                           OR (first.project_id, first.work_item_id, first.done_on, first.source, -first.quantity)
                              IS DISTINCT FROM
                              (NEW.project_id, NEW.work_item_id, NEW.done_on, NEW.source, NEW.quantity) THEN
                            RAISE EXCEPTION 'a reversal takes back exactly one entry, whole'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'progress_entry_reverses_whole';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="progress_entry_counts",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE projects_workitemprogress SET done = done + NEW.quantity
                    WHERE work_item_id = NEW.work_item_id;
                    UPDATE projects_project SET
                        last_progress_on = (
                            SELECT max(e.done_on) FROM delivery_progressentry e
                            WHERE e.project_id = NEW.project_id AND e.reverses_id IS NULL AND NOT EXISTS (
                                SELECT FROM delivery_progressentry r WHERE r.reverses_id = e.id)),
                        updated_at = clock_timestamp()
                    WHERE id = NEW.project_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_item}: {self.quantity}"

    def get_absolute_url(self) -> str:
        return reverse("delivery:entry", args=[self.project.code, self.pk])

    @property
    def is_reversed(self) -> bool:
        return getattr(self, "reversal", None) is not None


@pghistory.track()
class ProgressPhoto(models.Model):
    """A photo of the works; `key` makes one photo of what a phone sent twice. Position and camera are gone.

    It is evidence: nothing but the words beneath it can change, and the history keeps those that stood there.
    """

    entry = models.ForeignKey(ProgressEntry, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    key = models.UUIDField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("photo of the works")
        verbose_name_plural = _("photos of the works")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "key"], name="progress_photo_once")]
        triggers = [
            pgtrigger.Protect(name="progress_photo_remains", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="progress_photo_stays", exclude=["caption"]),
        ]

    def __str__(self) -> str:
        return self.caption or self.file.name
