from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import DecimalField, F, Q, Sum
from django.db.models.functions import Coalesce, Length, Now
from django.utils.translation import gettext_lazy as _

from compounds.models import Topic
from directory.codes import ancestors
from directory.models import Division, User
from projects.models.project import Project
from projects.models.works import WorkItem
from projects.triggers import only_while, takes_division_of_project, touches_project


class SchemeRuleQuerySet(models.QuerySet["SchemeRule"]):
    def in_force(self, division_code: str) -> "SchemeRule":
        """The latest version of the nearest body at or above a place; else the one shipped."""
        way = [division_code, *ancestors(division_code)] if division_code else []
        known = self.filter(Q(division__isnull=True) | Q(division__in=way))
        return known.order_by(Length(Coalesce("division_id", models.Value(""))).desc(), "-version")[0]


class SchemeRule(models.Model):
    """What a city may set otherwise: the days of a public notice, the range of a plausible total in yuan per m²."""

    append_only = True

    division = models.ForeignKey(
        Division, verbose_name=_("set by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    notice_days = models.PositiveSmallIntegerField(_("days of public notice, at least"), default=5)
    cost_low = models.DecimalField(_("plausible from (yuan/m²)"), max_digits=8, decimal_places=2, default=90)
    cost_high = models.DecimalField(_("plausible to (yuan/m²)"), max_digits=8, decimal_places=2, default=550)
    basis = models.CharField(_("source"), max_length=200, blank=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = SchemeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule for schemes")
        verbose_name_plural = _("rules for schemes")
        ordering = ["division_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["division", "version"], name="scheme_rule_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(notice_days__gte=1, notice_days__lte=60), name="scheme_rule_days_possible",
                violation_error_message=_("A public notice lasts between 1 and 60 days."),
            ),
            models.CheckConstraint(
                condition=Q(cost_low__gte=0, cost_high__gt=F("cost_low")), name="scheme_rule_costs_in_order",
                violation_error_message=_("The upper end of the range lies above the lower one."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.division_id or '—'} v{self.version}"


class SchemeState(models.TextChoices):
    DRAFT = "draft", _("being drawn up")
    SIGNING = "signing", _("being signed off")
    NOTICED = "noticed", _("on public notice")
    APPROVED = "approved", _("approved")
    SUPERSEDED = "superseded", _("replaced by a newer version")
    WITHDRAWN = "withdrawn", _("withdrawn")


SCHEME_TRANSITIONS: list[tuple[str, str]] = [
    (SchemeState.DRAFT, SchemeState.SIGNING),
    (SchemeState.DRAFT, SchemeState.WITHDRAWN),
    (SchemeState.SIGNING, SchemeState.DRAFT),
    (SchemeState.SIGNING, SchemeState.NOTICED),
    (SchemeState.NOTICED, SchemeState.DRAFT),
    (SchemeState.NOTICED, SchemeState.APPROVED),
    (SchemeState.APPROVED, SchemeState.SUPERSEDED),
]
# What was agreed before the portal is not agreed anew: signatures and notice of that time are on the paper that
# the project came in with. Open only while such a project is being entered (`scheme_passes_its_gates`).
TAKEN_OVER: tuple[str, str] = (SchemeState.DRAFT, SchemeState.APPROVED)
# A finding of the survey from "middling" (2 of 4) on is a need that the scheme answers or says why not.
SCORE_OF_A_GAP = 2
SCHEME_UNDER_WAY = (SchemeState.DRAFT, SchemeState.SIGNING, SchemeState.NOTICED)


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def visible_to(self, user: Any) -> "SchemeQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def approved(self) -> "SchemeQuerySet":
        return self.filter(state=SchemeState.APPROVED)

    def under_way(self) -> "SchemeQuerySet":
        return self.filter(state__in=SCHEME_UNDER_WAY)

    def with_estimate(self) -> "SchemeQuerySet":
        """`estimate` in yuan: the sum of quantity × unit cost."""
        money = DecimalField(max_digits=16, decimal_places=2)
        return self.annotate(estimate=Sum("lines__cost", output_field=money))


@pghistory.track()
class Scheme(models.Model):
    """一区一策: one version of what is done in a compound. Its lines are fixed once it is being signed.

    Back to the drawing board (SIGNING or NOTICED → DRAFT) needs a reason; a change after the approval is a
    new version with its reason, and the approved one stays until the new one is approved.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="schemes")
    division_code = models.CharField(max_length=12, editable=False, default="")
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=SchemeState, default=SchemeState.DRAFT)
    summary = models.TextField(_("in words"), max_length=4000, blank=True)
    change_reason = models.CharField(_("reason for the change"), max_length=500, blank=True)
    return_reason = models.CharField(_("why it went back"), max_length=500, blank=True)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField(_("approved on"), null=True)
    approval_number = models.CharField(_("number of the approval"), max_length=60, blank=True)
    from_before = models.BooleanField(_("taken over from before the portal"), default=False, editable=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["project_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="scheme_version_once"),
            models.UniqueConstraint(fields=["id", "project"], name="scheme_and_its_project"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="approved"), name="scheme_one_approved"
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=SCHEME_UNDER_WAY), name="scheme_one_under_way",
                violation_error_message=_("A version of the scheme is already being drawn up."),
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(change_reason=""), name="scheme_change_has_reason",
                violation_error_message=_("Say why the scheme is changed."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "superseded"])
                | (Q(approved_on__isnull=False, approved_by__isnull=False) & ~Q(approved_by=F("submitted_by"))),
                name="scheme_approved_by_another",
                violation_error_message=_("Whoever submitted a scheme cannot approve it."),
            ),
        ]  # fmt: skip
        triggers = [
            takes_division_of_project(),
            touches_project(),
            pgtrigger.FSM(name="scheme_moves", field="state", transitions=[*SCHEME_TRANSITIONS, TAKEN_OVER]),
            pgtrigger.Protect(
                name="scheme_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            pgtrigger.Trigger(
                name="scheme_passes_its_gates",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                declare=[("live", "date")],
                func="""
                    IF NEW.state = 'noticed' AND OLD.state = 'signing' AND (
                        SELECT count(DISTINCT kind) FROM projects_signoff
                        WHERE scheme_id = NEW.id AND revoked_at IS NULL AND agrees
                          AND kind IN ('street_office', 'community')) < 2 THEN
                        RAISE EXCEPTION 'street office and community have not both signed'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_is_signed';
                    END IF;
                    IF NEW.state = 'approved' AND OLD.state = 'draft' THEN
                        -- Only as a project from before the portal is entered, and only what was decided before it.
                        SELECT g.live_from INTO live FROM projects_golive g
                        WHERE g.confirmed_at IS NOT NULL AND starts_with(NEW.division_code, g.division_id)
                        ORDER BY length(g.division_id) DESC LIMIT 1;
                        IF NOT NEW.from_before OR live IS NULL OR NEW.approved_on IS NULL OR NEW.approved_on >= live
                           OR EXISTS (SELECT FROM projects_stagechange c
                                      WHERE c.project_id = NEW.project_id AND c.kind <> 'entered')
                           OR NOT EXISTS (SELECT FROM projects_schemeline l WHERE l.scheme_id = NEW.id) THEN
                            RAISE EXCEPTION 'only the works of a project from before the portal are taken over'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_is_taken_over';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF NEW.state = 'approved' THEN
                        IF NOT EXISTS (SELECT FROM projects_publicnotice n WHERE n.scheme_id = NEW.id
                                       AND n.ended_at IS NULL AND n.until_on < NEW.approved_on) THEN
                            RAISE EXCEPTION 'the public notice has not run its time'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_was_on_notice';
                        END IF;
                        IF EXISTS (SELECT FROM projects_objection o JOIN projects_publicnotice n ON n.id = o.notice_id
                                   WHERE n.scheme_id = NEW.id AND o.answered_on IS NULL) THEN
                            RAISE EXCEPTION 'objections wait for their answer'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_objections_answered';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="scheme_from_before",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.from_before <> OLD.from_before THEN
                        RAISE EXCEPTION 'where a scheme came from stays' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.from_before AND (NEW.version <> 1 OR NEW.state IN ('signing', 'noticed') OR NOT EXISTS (
                        SELECT FROM projects_project p
                        WHERE p.id = NEW.project_id AND p.origin = 'before_portal')) THEN
                        RAISE EXCEPTION 'only the first scheme of a project from before the portal is taken over'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_is_taken_over';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # 先民生后提升. The same question as `projects.gaps`, asked of the rows as they are when it is handed in.
            pgtrigger.Trigger(
                name="scheme_answers_needs_first",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(old__state="draft", new__state="signing"),
                declare=[("needed", "text")],
                func=f"""
                    IF NOT EXISTS (SELECT FROM projects_schemeline WHERE scheme_id = NEW.id) THEN
                        RAISE EXCEPTION 'a scheme without works' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'scheme_has_works';
                    END IF;
                    IF EXISTS (SELECT FROM projects_schemeline l JOIN projects_workitem i ON i.id = l.work_item_id
                               JOIN projects_catalogueitem c ON c.id = i.catalogue_item_id
                               WHERE l.scheme_id = NEW.id AND c.category = 'upgrade') THEN
                        SELECT string_agg(f.topic, ', ') INTO needed FROM compounds_surveyfinding f
                        WHERE f.score >= {SCORE_OF_A_GAP} AND f.survey_id = (
                            SELECT s.id FROM compounds_conditionsurvey s
                            JOIN projects_project p ON p.compound_id = s.compound_id
                            WHERE p.id = NEW.project_id AND s.state = 'confirmed'
                            ORDER BY s.surveyed_on DESC, s.id DESC LIMIT 1)
                        AND EXISTS (
                            SELECT FROM (SELECT DISTINCT ON (c.code) c.category, c.is_offered, c.topics
                                         FROM projects_catalogueitem c
                                         WHERE c.division_id IS NULL OR starts_with(NEW.division_code, c.division_id)
                                         ORDER BY c.code, length(coalesce(c.division_id, '')) DESC, c.version DESC) AS offer
                            WHERE offer.category = 'basic' AND offer.is_offered AND f.topic = ANY (offer.topics))
                        AND NOT EXISTS (SELECT FROM projects_waiver w WHERE w.scheme_id = NEW.id AND w.topic = f.topic)
                        AND NOT EXISTS (
                            SELECT FROM projects_schemeline l JOIN projects_workitem i ON i.id = l.work_item_id
                            JOIN projects_catalogueitem c ON c.id = i.catalogue_item_id
                            WHERE l.scheme_id = NEW.id AND c.category = 'basic' AND f.topic = ANY (c.topics));
                        IF needed IS NOT NULL THEN
                            RAISE EXCEPTION 'basic needs are neither planned nor waived: %', needed
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_answers_needs_first';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (a constant of this module)
            ),
            pgtrigger.Trigger(
                name="scheme_stays_as_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["approved", "superseded", "withdrawn"]),
                func="""
                    IF to_jsonb(NEW) - '{state,division_code}'::text[] <> to_jsonb(OLD) - '{state,division_code}'::text[]
                    THEN
                        RAISE EXCEPTION 'scheme is % and cannot be changed', OLD.state
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="scheme_remains", operation=pgtrigger.Delete),
            # What is planned follows the approved scheme: the kept figures of each work item.
            pgtrigger.Trigger(
                name="scheme_plans_work",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("state"),
                func="""
                    IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
                        PERFORM FROM projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
                        INSERT INTO projects_workitemprogress (work_item_id, project_id, planned, cost, done)
                        SELECT l.work_item_id, NEW.project_id, l.quantity, l.cost, 0 FROM projects_schemeline l
                        WHERE l.scheme_id = NEW.id
                        ON CONFLICT (work_item_id) DO UPDATE SET planned = EXCLUDED.planned, cost = EXCLUDED.cost;
                        UPDATE projects_workitemprogress p SET planned = 0, cost = 0
                        WHERE p.project_id = NEW.project_id AND (p.planned > 0 OR p.cost > 0) AND NOT EXISTS (
                            SELECT FROM projects_schemeline l
                            WHERE l.scheme_id = NEW.id AND l.work_item_id = p.work_item_id);
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} v{self.version}"

    @property
    def is_open(self) -> bool:
        """Whether its lines may be changed."""
        return self.state == SchemeState.DRAFT


def _only_in_draft(name: str) -> pgtrigger.Trigger:
    return only_while(
        name=name, table="projects_scheme", column="scheme_id", states=("draft",), noun="scheme"
    )


@pghistory.track(exclude=["cost"])
class SchemeLine(models.Model):
    """How much of a work item, at what price: yuan per unit of its catalogue item. Cost = quantity × unit cost."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="lines")
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="lines")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit_cost = models.DecimalField(_("unit cost (yuan)"), max_digits=12, decimal_places=2)
    cost = models.GeneratedField(
        expression=F("quantity") * F("unit_cost"),
        output_field=models.DecimalField(_("cost (yuan)"), max_digits=26, decimal_places=4),
        db_persist=True,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("scheme line")
        verbose_name_plural = _("scheme lines")
        ordering = ["work_item__catalogue_item__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "work_item"], name="scheme_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="scheme_line_quantity_positive",
                violation_error_message=_("The quantity must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__gte=0), name="scheme_line_cost_not_negative",
                violation_error_message=_("The unit cost cannot be negative."),
            ),
        ]  # fmt: skip
        triggers = [_only_in_draft("scheme_line_of_draft")]

    def __str__(self) -> str:
        return f"{self.work_item}: {self.quantity}"


class Strike(models.Model):
    """划掉: a work item that this version leaves out, what it had been, and why. Taking it back in ends the row."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="strikes")
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="strikes")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit_cost = models.DecimalField(_("unit cost (yuan)"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("struck work item")
        verbose_name_plural = _("struck work items")
        ordering = ["work_item__catalogue_item__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "work_item"], name="strike_once"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="strike_has_reason",
                violation_error_message=_("Say why this work is struck."),
            ),
        ]  # fmt: skip
        triggers = [_only_in_draft("strike_of_draft")]

    def __str__(self) -> str:
        return f"{self.work_item}: {self.reason}"


class Waiver(models.Model):
    """先民生后提升: a gap of the survey that this scheme leaves open, and why."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="waivers")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("waived gap")
        verbose_name_plural = _("waived gaps")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "topic"], name="waiver_once"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="waiver_has_reason",
                violation_error_message=_("Say why this gap is left open."),
            ),
        ]  # fmt: skip
        triggers = [_only_in_draft("waiver_of_draft")]

    def __str__(self) -> str:
        return self.get_topic_display()
