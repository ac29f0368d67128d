"""Projects: one compound's renovation in one plan."""

from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from compounds.triggers import takes_division
from core.triggers import stamps_change
from directory.models import Organisation, User
from directory.powers import Power, Role
from files.models import StoredFile
from projects.models.line import UNDER_CONSTRUCTION_OR_LATER, WORKS_DONE_OR_LATER, Stage
from projects.models.parties import ProjectParty
from projects.models.plans import PlanEntry


class Standing(models.TextChoices):
    ACTIVE = "active", _("under way")
    SUSPENDED = "suspended", _("suspended")
    CANCELLED = "cancelled", pgettext_lazy("project", "cancelled")


class Origin(models.TextChoices):
    PORTAL = "portal", _("begun in the portal")
    BEFORE_PORTAL = "before_portal", _("begun before the portal")


class Programme(models.TextChoices):
    """Umbrella programmes that a project is counted under."""

    URBAN_RENEWAL = "urban_renewal", _("urban renewal")
    PEOPLES_LIVELIHOOD = "peoples_livelihood", _("practical matters for the people")
    COMPLETE_COMMUNITY = "complete_community", _("complete community")
    DANGEROUS_HOUSES = "dangerous_houses", _("dangerous houses")


class LeadKind(models.TextChoices):
    """Who leads: a compound with a supervising unit → the housing bureau; a 三无 compound → the street office [Z]."""

    BUREAU = "bureau", _("housing bureau")
    STREET_OFFICE = "street_office", _("street office")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """Projects of the divisions where the person sees the programme, and those their firm takes part in."""
        if not isinstance(user, User):
            return self.none()
        seen = Q(pk__in=[])
        for scope in user.scopes_for(Power.SEE_PROGRAMME):
            seen |= Q(division_code__startswith=scope)
        if works_for_a_firm(user):
            taking_part = ProjectParty.objects.filter(
                organisation=user.organisation_id, until_on__isnull=True
            )
            seen |= Q(pk__in=taking_part.values("project_id"))
        return self.filter(seen)

    def within(self, codes: tuple[str, ...] | list[str]) -> "ProjectQuerySet":
        """Projects below these divisions, given as code prefixes."""
        below = Q(pk__in=[])
        for code in codes:
            below |= Q(division_code__startswith=code)
        return self.filter(below)

    def unfinished(self) -> "ProjectQuerySet":
        """Neither cancelled nor handed over to after-care."""
        return self.exclude(standing=Standing.CANCELLED).exclude(stage=Stage.AFTERCARE)

    def matching(self, typed: str) -> "ProjectQuerySet":
        """By the compound's names, address and code (also in pinyin), or the project's own code."""
        compounds = Compound.objects.matching(typed).values("pk")
        return self.filter(Q(compound__in=compounds) | Q(code__startswith=typed.strip()))


def works_for_a_firm(user: User) -> bool:
    """Contractors, supervisors and utilities see a project because their firm is a party to it."""
    return user.organisation_id is not None and (
        user.has_role(Role.CONTRACTOR_USER) or user.has_role(Role.LIAISON)
    )


# Kept columns: the database writes them, from stage changes, milestones and progress.
KEPT = (
    "stage", "standing", "started_on", "completed_on", "planned_start_on", "planned_completion_on",
    "forecast_completion_on", "percent_done", "last_progress_on",
)  # fmt: skip


@pghistory.track(exclude=["updated_at", "percent_done", "last_progress_on"])
class Project(models.Model):
    """One compound's renovation in one plan.

    `stage` and `standing` move only through rows of `StageChange`; the dates of start and
    completion come with them. `lead_kind` follows from the compound by rule, unless it was
    decided otherwise with a reason. `percent_done` is weighted by cost, 0–100.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="projects")
    division_code = models.CharField(max_length=12, editable=False, default="")
    code = models.CharField(_("project number"), max_length=32, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("plan year"))
    plan_entry = models.ForeignKey(
        PlanEntry, verbose_name=_("plan"), null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )  # fmt: skip
    origin = models.CharField(_("origin"), max_length=14, choices=Origin, default=Origin.PORTAL)
    before_portal_document = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stage = models.CharField(_("stage"), max_length=14, choices=Stage, default=Stage.WILLINGNESS)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.ACTIVE)
    started_on = models.DateField(_("started on"), null=True, editable=False)
    completed_on = models.DateField(_("works completed on"), null=True, editable=False)

    lead_kind = models.CharField(_("led by"), max_length=14, choices=LeadKind)
    lead_reason = models.CharField(
        _("reason for another lead"), max_length=300, blank=True,
        help_text=_("Needed where the lead is not the one of the rule."),
    )  # fmt: skip
    lead = models.ForeignKey(
        Organisation, verbose_name=_("lead body"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    client = models.ForeignKey(
        Organisation, verbose_name=_("client"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    manager = models.ForeignKey(
        User, verbose_name=_("responsible person"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    programmes = ArrayField(
        models.CharField(max_length=24, choices=Programme),
        verbose_name=_("programmes"),
        default=list,
        blank=True,
    )
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    # What papers from before the portal say; money that goes through the portal is counted where it is paid.
    reported_investment = models.DecimalField(
        _("investment as reported (yuan)"), max_digits=16, decimal_places=2, null=True, editable=False
    )

    planned_start_on = models.DateField(_("planned start"), null=True, editable=False)
    planned_completion_on = models.DateField(_("planned completion"), null=True, editable=False)
    forecast_completion_on = models.DateField(_("forecast completion"), null=True, editable=False)
    percent_done = models.DecimalField(
        _("progress (%)"), max_digits=5, decimal_places=2, default=0, editable=False
    )
    last_progress_on = models.DateField(_("last progress entry"), null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-year", "division_code", "id"]
        constraints = [
            # Unique, and able to wait: a project that ended before the portal is inserted at the first stage like
            # any other, also beside one that goes on, and stands where it ended within the same transaction. A
            # unique index over a part of the rows cannot wait; a range of one value can be compared by GiST as it is.
            ExclusionConstraint(
                name="project_one_unfinished",
                expressions=[
                    (
                        Func(
                            F("compound"), F("compound"), Value("[]"), function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                condition=~Q(standing="cancelled") & ~Q(stage="aftercare"),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("This compound already has a project that is not finished."),
            ),
            models.UniqueConstraint(
                fields=["plan_entry"], condition=~Q(standing="cancelled"), name="project_one_per_plan_entry"
            ),
            # The target of the composite foreign keys that carry the division along.
            models.UniqueConstraint(fields=["id", "division_code"], name="project_and_its_division"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="project_stage_known"),
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="project_standing_known"),
            models.CheckConstraint(condition=Q(lead_kind__in=LeadKind.values), name="project_lead_known"),
            models.CheckConstraint(
                condition=Q(origin="portal", before_portal_document__isnull=True)
                | Q(origin="before_portal", before_portal_document__isnull=False),
                name="project_from_before_has_document",
                violation_error_message=_("A project from before the portal needs a document that proves it."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=UNDER_CONSTRUCTION_OR_LATER, started_on__isnull=False)
                | (~Q(stage__in=UNDER_CONSTRUCTION_OR_LATER) & Q(started_on__isnull=True)),
                name="project_started_from_construction_on",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=WORKS_DONE_OR_LATER, completed_on__isnull=False)
                | (~Q(stage__in=WORKS_DONE_OR_LATER) & Q(completed_on__isnull=True)),
                name="project_completed_from_acceptance_on",
            ),
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True) | Q(completed_on__gte=F("started_on")),
                name="project_completed_after_start",
                violation_error_message=_("The works cannot be completed before they began."),
            ),
            models.CheckConstraint(
                condition=Q(reported_investment__isnull=True) | Q(reported_investment__gt=0, origin="before_portal"),
                name="project_investment_from_before",
                violation_error_message=_("The investment must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(percent_done__gte=0, percent_done__lte=100), name="project_percent_0_to_100"
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100), name="project_year_possible",
                violation_error_message=_("The year must lie between 2000 and 2100."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division_code", "stage"], name="project_scope"),
            models.Index(fields=["year", "division_code"], name="project_of_year"),
            models.Index(fields=["updated_at", "id"], name="project_updated"),
        ]
        triggers = [
            takes_division(),
            stamps_change(),
            pgtrigger.Trigger(
                name="project_begins_at_the_beginning",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.stage <> 'willingness' OR NEW.standing <> 'active' OR NEW.percent_done <> 0 THEN
                        RAISE EXCEPTION 'a project begins at the first stage' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Nested writes come from the triggers of stage changes, milestones and progress; others may not.
            pgtrigger.Trigger(
                name="project_kept_columns",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF NEW.compound_id <> OLD.compound_id OR NEW.code <> OLD.code OR NEW.origin <> OLD.origin
                        OR NEW.before_portal_document_id IS DISTINCT FROM OLD.before_portal_document_id THEN
                        RAISE EXCEPTION 'compound, number and origin of a project stay'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF pg_trigger_depth() < 2 AND ({", ".join(f"NEW.{name}" for name in KEPT)})
                        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in KEPT)}) THEN
                        RAISE EXCEPTION 'a project moves by its stage changes, milestones and progress entries'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="project_plan_entry_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("plan_entry_id", "year"),
                condition=pgtrigger.Q(new__plan_entry_id__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM projects_planentry e JOIN projects_plan p ON p.id = e.plan_id
                                   WHERE e.id = NEW.plan_entry_id AND e.compound_id = NEW.compound_id
                                     AND e.year = NEW.year AND p.kind = 'annual') THEN
                        RAISE EXCEPTION 'the plan entry is of another compound, year or kind of plan'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="project_remains", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.compound} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.code])

    @property
    def is_unfinished(self) -> bool:
        return self.standing != Standing.CANCELLED and self.stage != Stage.AFTERCARE

    @property
    def is_active(self) -> bool:
        """Under way: may be worked on and moved."""
        return self.standing == Standing.ACTIVE


class ProjectCounter(models.Model):
    """The last number given to a project of a county and year; taken under its row lock."""

    county = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("project counter")
        verbose_name_plural = _("project counters")
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="project_counter_once")]

    def __str__(self) -> str:
        return f"{self.county}-{self.year}: {self.last}"
