from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from directory.codes import ancestors
from directory.models import Division, Organisation, User
from projects.models.line import Stage
from projects.models.project import Project
from projects.triggers import takes_division_of_project, touches_project


class Answerable(models.TextChoices):
    """Who answers for a milestone of the template; a project puts the organisation in its place."""

    LEAD = "lead", _("lead body")
    BUREAU = "bureau", _("housing bureau")
    STREET_OFFICE = "street_office", _("street office")
    COMMUNITY = "community", _("community committee")
    CLIENT = "client", pgettext_lazy("body", "client")
    DESIGNER = "designer", _("designer")
    CONTRACTOR = "contractor", _("contractor")
    SUPERVISOR = "supervisor", _("supervisor")


class TimetableTemplateQuerySet(models.QuerySet["TimetableTemplate"]):
    def of(self, division_code: str) -> "TimetableTemplate":
        """The nearest body's latest template; the shipped one makes sure there is one."""
        way = [*ancestors(division_code), division_code]
        known = self.filter(Q(division__isnull=True) | Q(division__in=way))
        found = known.order_by(models.F("division_id").desc(nulls_last=True), "-version").first()
        if found is None:
            raise self.model.DoesNotExist("the shipped timetable is missing")
        return found


class TimetableTemplate(models.Model):
    """Milestones that a new project begins with; a change is a new version.

    `lines` is a list of {"stage", "name_zh", "name_en", "answerable", "day" (days after 1 January of the
    plan year), "closes" (true for the milestone that ends its stage)}.
    """

    append_only = True

    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(_("version"))
    lines = models.JSONField(_("milestones"))
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    objects = TimetableTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("timetable template")
        verbose_name_plural = _("timetable templates")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "version"], name="timetable_version_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: Any) -> "MilestoneQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def late_on(self, day: date) -> "MilestoneQuerySet":
        """Past their day, not done, of a project that is under way."""
        return self.filter(due_on__lt=day, done_on__isnull=True, project__standing="active")


@pghistory.track()
class Milestone(models.Model):
    """A day by which somebody answers for something.

    `planned_on` is the first date and stays; `due_on` is the date of today's plan and moves only by a
    `MilestoneMove` with its reason; `done_on` the actual day. The one that `closes_stage` is done when
    the project leaves the stage.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    division_code = models.CharField(max_length=12, editable=False, default="")
    stage = models.CharField(_("stage"), max_length=14, choices=Stage)
    name = models.CharField(_("milestone"), max_length=80)
    name_en = models.CharField(_("milestone (English)"), max_length=80, blank=True)
    answerable = models.CharField(
        _("who answers for it"), max_length=14, choices=Answerable, default=Answerable.LEAD
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    planned_on = models.DateField(_("planned"))
    due_on = models.DateField(_("forecast"))
    done_on = models.DateField(_("actual"), null=True, blank=True)
    closes_stage = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["position", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "stage"],
                condition=Q(closes_stage=True),
                name="milestone_one_closes_a_stage",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="milestone_has_name"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="milestone_stage_known"),
        ]
        indexes = [
            models.Index(fields=["division_code", "due_on"], name="milestone_open", condition=Q(done_on__isnull=True)),
            models.Index(fields=["project", "due_on"], name="milestone_of_project", condition=Q(done_on__isnull=True)),
        ]  # fmt: skip
        triggers = [
            takes_division_of_project(),
            pgtrigger.Trigger(
                name="milestone_keeps_its_dates",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        NEW.due_on = NEW.planned_on;
                        RETURN NEW;
                    END IF;
                    IF NEW.project_id <> OLD.project_id OR NEW.planned_on <> OLD.planned_on
                       OR NEW.stage <> OLD.stage OR NEW.closes_stage <> OLD.closes_stage THEN
                        RAISE EXCEPTION 'the first plan of a milestone stays' USING ERRCODE = 'check_violation';
                    END IF;
                    IF pg_trigger_depth() < 2 AND (NEW.due_on <> OLD.due_on
                        OR (NEW.closes_stage AND NEW.done_on IS DISTINCT FROM OLD.done_on)) THEN
                        RAISE EXCEPTION 'a milestone moves by a move with its reason, or by its stage'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # The project's own dates are those of the milestones that close the start and the construction.
            pgtrigger.Trigger(
                name="milestone_dates_project",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("due_on"),
                func="""
                    IF NEW.closes_stage AND NEW.stage = 'start' THEN
                        UPDATE projects_project SET planned_start_on = NEW.planned_on WHERE id = NEW.project_id;
                    ELSIF NEW.closes_stage AND NEW.stage = 'construction' THEN
                        UPDATE projects_project
                        SET planned_completion_on = NEW.planned_on, forecast_completion_on = NEW.due_on
                        WHERE id = NEW.project_id;
                    END IF;
                    RETURN NULL;
                """,
            ),
            touches_project(),
            pgtrigger.Protect(
                name="milestone_of_stage_remains",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__closes_stage=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the language of the moment; what people added themselves has one name only."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    def is_late(self, day: date) -> bool:
        """Past its day and not done, or done after it."""
        return (self.done_on or day) > self.due_on


class MilestoneMove(models.Model):
    """A date that moved: the old one, the new one and why. Inserting the row moves the milestone."""

    append_only = True

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="moves")
    before = models.DateField(_("date before"))
    after = models.DateField(_("date after"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("moved date")
        verbose_name_plural = _("moved dates")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="milestone_move_has_reason",
                violation_error_message=_("Say why the date moves; the old date is kept."),
            ),
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="milestone_move_moves",
                violation_error_message=_("This is the date it has already."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="milestone_move_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("m", "projects_milestone%ROWTYPE")],
                func="""
                    SELECT * INTO m FROM projects_milestone WHERE id = NEW.milestone_id FOR NO KEY UPDATE;
                    IF m.due_on <> NEW.before OR m.done_on IS NOT NULL THEN
                        RAISE EXCEPTION 'the milestone is not (any more) due on that day'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'milestone_move_from_here';
                    END IF;
                    UPDATE projects_milestone SET due_on = NEW.after WHERE id = m.id;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
