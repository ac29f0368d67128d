from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import DecimalField, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.models import User
from projects.models.catalogue import CatalogueItem
from projects.models.project import Project
from projects.triggers import takes_division_of_project


class Treatment(models.TextChoices):
    """留改拆: what becomes of what is there."""

    RETAIN = "retain", _("retain and repair")
    ALTER = "alter", _("alter")
    DEMOLISH = "demolish", _("demolish")
    NEW = "new", pgettext_lazy("treatment", "new")


class WorkOrigin(models.TextChoices):
    BASIC = "basic", _("basic (must be done)")
    CHOSEN = "chosen", _("chosen by the residents")
    ADDED = "added", _("added by the office")


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def visible_to(self, user: Any) -> "WorkItemQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))


@pghistory.track()
class WorkItem(models.Model):
    """工程内容: one piece of work of a project, stable over all versions of its scheme.

    Progress, scores, defects and warranty point at it; how much and at what price stands in the
    scheme's lines. The catalogue version is the one of the day it was put in.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="work_items")
    division_code = models.CharField(max_length=12, editable=False, default="")
    catalogue_item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+")
    location = models.CharField(_("location"), max_length=120, blank=True)
    treatment = models.CharField(_("treatment"), max_length=10, choices=Treatment, default=Treatment.ALTER)
    origin = models.CharField(_("origin"), max_length=10, choices=WorkOrigin)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ["catalogue_item__code", "id"]
        constraints = [
            # The target of composite foreign keys: a line's work item belongs to the scheme's project.
            models.UniqueConstraint(fields=["id", "project"], name="work_item_and_its_project"),
            models.CheckConstraint(condition=Q(treatment__in=Treatment.values), name="work_item_treatment_known"),
            models.CheckConstraint(condition=Q(origin__in=WorkOrigin.values), name="work_item_origin_known"),
        ]  # fmt: skip
        triggers = [
            takes_division_of_project(),
            pgtrigger.Trigger(
                name="work_item_is_stable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.project_id, NEW.catalogue_item_id) IS DISTINCT FROM (OLD.project_id, OLD.catalogue_item_id)
                    THEN
                        RAISE EXCEPTION 'a work item stays what it is' USING ERRCODE = 'check_violation';
                    END IF;
                    IF (NEW.location, NEW.treatment, NEW.origin) IS DISTINCT FROM (OLD.location, OLD.treatment, OLD.origin)
                       AND EXISTS (SELECT FROM projects_schemeline l JOIN projects_scheme s ON s.id = l.scheme_id
                                   WHERE l.work_item_id = OLD.id AND s.state NOT IN ('draft', 'withdrawn')) THEN
                        RAISE EXCEPTION 'a work item that was handed in stays where it is'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_item_was_handed_in';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue_item.name} {self.location}".strip()


class WorkItemProgress(models.Model):
    """Planned and done of a work item: kept by the database from the approved scheme and the progress entries."""

    work_item = models.OneToOneField(
        WorkItem, on_delete=models.CASCADE, primary_key=True, related_name="progress"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="work_progress")
    planned = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    done = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    cost = models.DecimalField(max_digits=26, decimal_places=4, default=0)

    class Meta:
        verbose_name = _("progress of a work item")
        verbose_name_plural = _("progress of work items")
        constraints = [
            models.CheckConstraint(
                condition=Q(done__gte=0), name="progress_not_negative",
                violation_error_message=_("A correction cannot take back more than was done."),
            ),
            # More than a fifth above the plan is a change of the works, not progress. A struck item keeps what was done.
            models.CheckConstraint(
                condition=Q(planned=0) | Q(done__lte=F("planned") * models.Value(Decimal("1.2"), DecimalField())),
                name="progress_within_plan",
                violation_error_message=_(
                    "That is more than 120 % of the planned quantity: amend the scheme (change order) first."
                ),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="progress_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'progress is kept from the scheme and the progress entries'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            ),
            pgtrigger.Trigger(
                name="progress_weighs_project",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    UPDATE projects_project SET percent_done = coalesce((
                        SELECT round(100 * sum(w.cost * least(w.done / w.planned, 1)) / nullif(sum(w.cost), 0), 2)
                        FROM projects_workitemprogress w WHERE w.project_id = NEW.project_id AND w.planned > 0), 0)
                    WHERE id = NEW.project_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.done} / {self.planned}"
