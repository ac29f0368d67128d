from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Length
from django.db.models.lookups import In
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from directory.codes import ancestors
from directory.models import Division, User
from directory.models.divisions import Level
from directory.powers import Power
from files.models import StoredFile


class PlanKind(models.TextChoices):
    ANNUAL = "annual", _("annual plan")
    FIVE_YEAR = "five_year", _("five-year plan")


class PlanState(models.TextChoices):
    DRAFT = "draft", _("being drawn up")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")
    ISSUED = "issued", _("issued")
    SUPERSEDED = "superseded", _("replaced by an amendment")


# Declared once: the actions check it under a lock, the database enforces it.
PLAN_TRANSITIONS: list[tuple[str, str]] = [
    (PlanState.DRAFT, PlanState.SUBMITTED),
    (PlanState.SUBMITTED, PlanState.RETURNED),
    (PlanState.RETURNED, PlanState.SUBMITTED),
    (PlanState.SUBMITTED, PlanState.APPROVED),
    (PlanState.APPROVED, PlanState.RETURNED),
    (PlanState.APPROVED, PlanState.ISSUED),
    (PlanState.ISSUED, PlanState.SUPERSEDED),
]
OPEN_STATES = (PlanState.DRAFT, PlanState.RETURNED)
UNDER_WAY = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.RETURNED, PlanState.APPROVED)
YEARS_OF_A_LONG_PLAN = 5


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: Any) -> "PlanQuerySet":
        """Plans of the divisions where the person sees the programme, below them, and on the way up.

        What lies on the way up is seen only once it is issued: drafts are their office's own.
        """
        scopes: tuple[str, ...] = user.scopes_for(Power.SEE_PROGRAMME) if isinstance(user, User) else ()
        if not scopes:
            return self.none()
        seen = Q(pk__in=[])
        for scope in scopes:
            seen |= Q(division__code__startswith=scope)
        above = {code for scope in scopes for code in ancestors(scope)}
        made_public = (PlanState.ISSUED, PlanState.SUPERSEDED)
        return self.filter(seen | Q(division__in=above, state__in=made_public))

    def issued(self) -> "PlanQuerySet":
        return self.filter(state=PlanState.ISSUED)

    def with_sums(self) -> "PlanQuerySet":
        """What the plan's own list adds up to (county plans); higher plans roll up, see `projects.plan_figures.higher`."""
        return self.annotate(
            listed_compounds=Count("entries"),
            listed_buildings=Sum("entries__building_count", default=0),
            listed_households=Sum("entries__household_count", default=0),
            listed_area=Sum("entries__floor_area", default=Decimal(0)),
            listed_investment=Sum("entries__estimated_investment", default=Decimal(0)),
        )


@pghistory.track()
class Plan(models.Model):
    """A five-year or annual plan of a county, city or province; an amendment is a new version.

    Targets are what the division promises; the compounds stand in county plans only
    (`entries`), those of higher divisions roll up. Areas in m², investment in yuan.
    """

    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="plans"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PlanKind)
    first_year = models.PositiveSmallIntegerField(_("year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    title = models.CharField(_("title"), max_length=120)
    target_compounds = models.PositiveIntegerField(_("target: compounds"), null=True, blank=True)
    target_households = models.PositiveIntegerField(_("target: households"), null=True, blank=True)
    target_area = models.DecimalField(
        _("target: floor area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    target_investment = models.DecimalField(
        _("target: investment (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    amendment_reason = models.CharField(_("reason for the amendment"), max_length=500, blank=True)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_up_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    return_reason = models.CharField(_("reason for returning"), max_length=500, blank=True)
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    document = models.ForeignKey(
        StoredFile, verbose_name=_("document"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_on = models.DateField(_("issued on"), null=True)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_issued_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-first_year", "division_id", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "kind", "first_year", "version"], name="plan_version_once"
            ),
            models.UniqueConstraint(
                fields=["division", "kind", "first_year"], condition=Q(state="issued"), name="plan_one_issued",
            ),
            models.UniqueConstraint(
                fields=["division", "kind", "first_year"], condition=Q(state__in=UNDER_WAY), name="plan_one_under_way",
                violation_error_message=_("A version of this plan is already being drawn up."),
            ),
            models.CheckConstraint(condition=In(Length("division"), [2, 4, 6]),
                name="plan_of_county_or_above",
                violation_error_message=_("Plans are made by a county, a city or a province."),
            ),
            models.CheckConstraint(
                condition=Q(kind="annual", last_year=F("first_year"))
                | Q(kind="five_year", last_year=F("first_year") + (YEARS_OF_A_LONG_PLAN - 1)),
                name="plan_years_fit_kind",
                violation_error_message=_("An annual plan is for one year, a five-year plan for five."),
            ),
            models.CheckConstraint(
                condition=Q(first_year__gte=2000, first_year__lte=2100), name="plan_year_possible",
                violation_error_message=_("The year must lie between 2000 and 2100."),
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(amendment_reason=""), name="plan_amendment_has_reason",
                violation_error_message=_("Say why the plan is amended."),
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="plan_returned_says_why",
                violation_error_message=_("Say why the plan is returned."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "issued", "superseded"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("submitted_by"))),
                name="plan_approved_by_another",
                violation_error_message=_("Whoever submitted a plan cannot approve it."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "superseded"])
                | (~Q(document_number="") & Q(issued_on__isnull=False)),
                name="plan_issued_with_number",
                violation_error_message=_("A plan is issued with its document number and date."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["first_year", "division"], name="plan_of_year")]
        triggers = [
            pgtrigger.FSM(name="plan_moves", field="state", transitions=PLAN_TRANSITIONS),
            pgtrigger.Protect(
                name="plan_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            # From its submission on only the columns of the way through the offices may change.
            pgtrigger.Trigger(
                name="plan_stays_as_submitted",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["submitted", "approved", "issued", "superseded"]),
                func="""
                    IF (NEW.division_id, NEW.kind, NEW.first_year, NEW.last_year, NEW.version, NEW.title, NEW.target_compounds,
                        NEW.target_households, NEW.target_area, NEW.target_investment, NEW.notes, NEW.amendment_reason)
                        IS DISTINCT FROM
                       (OLD.division_id, OLD.kind, OLD.first_year, OLD.last_year, OLD.version, OLD.title, OLD.target_compounds,
                        OLD.target_households, OLD.target_area, OLD.target_investment, OLD.notes, OLD.amendment_reason)
                       OR (OLD.state IN ('issued', 'superseded')
                           AND to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state') THEN
                        RAISE EXCEPTION 'plan is % and cannot be changed', OLD.state USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What is in force follows the plan's state.
            pgtrigger.Trigger(
                name="plan_puts_entries_in_force",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func="""
                    IF NEW.kind = 'annual' AND (NEW.state = 'issued') <> (OLD.state = 'issued') THEN
                        UPDATE projects_planentry SET current = (NEW.state = 'issued') WHERE plan_id = NEW.id;
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(
                name="plan_once_submitted_remains",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:plan", args=[self.pk])

    @property
    def division_code(self) -> str:
        return self.division_id

    @property
    def is_open(self) -> bool:
        """Whether its list and its targets may still be changed."""
        return self.state in OPEN_STATES

    @property
    def lists_compounds(self) -> bool:
        """County plans name the compounds; those above roll up."""
        return len(self.division_id) == Level.COUNTY

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)


@pghistory.track()
class PlanEntry(models.Model):
    """A compound in a county's plan, for one of its years, with the figures of the day it was taken in.

    `jump_reason` says why it goes before more urgent ones of the pool. `current` marks the entries of
    the annual plan in force: it is the database's, kept from the plan's state.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="entries")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="plan_entries")
    division_code = models.CharField(max_length=12, editable=False, default="")
    year = models.PositiveSmallIntegerField(_("year"))
    position = models.PositiveIntegerField(_("number in the list"))
    urgency_at_entry = models.DecimalField(_("urgency"), max_digits=5, decimal_places=2, null=True)
    jump_reason = models.CharField(_("reason for going first"), max_length=300, blank=True)
    building_count = models.PositiveIntegerField(_("buildings"), null=True, blank=True)
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    floor_area = models.DecimalField(
        _("floor area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    estimated_investment = models.DecimalField(
        _("estimated investment (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    current = models.BooleanField(default=False, editable=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("planned compound")
        verbose_name_plural = _("planned compounds")
        ordering = ["year", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "compound"], name="plan_takes_a_compound_once",
                violation_error_message=_("The plan already has this compound."),
            ),
            models.UniqueConstraint(
                fields=["compound", "year"], condition=Q(current=True), name="plan_entry_one_current",
                violation_error_message=_("Another plan in force already has this compound for the year."),
            ),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gt=0), name="plan_entry_area_positive",
                violation_error_message=_("The floor area must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(estimated_investment__isnull=True) | Q(estimated_investment__gte=0),
                name="plan_entry_investment_not_negative",
                violation_error_message=_("The investment cannot be negative."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division_code", "year"], name="plan_entry_scope", condition=Q(current=True))
        ]
        triggers = [
            # The plan's state: entries are written while it is drawn up; `current` alone may follow later.
            pgtrigger.Trigger(
                name="plan_entry_of_open_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("its", "projects_plan%ROWTYPE")],
                func="""
                    SELECT * INTO its FROM projects_plan
                    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.plan_id ELSE NEW.plan_id END FOR SHARE;
                    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{current,division_code}'::text[]
                            = to_jsonb(OLD) - '{current,division_code}'::text[]
                       AND (NEW.current = OLD.current OR pg_trigger_depth() > 1) THEN
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' AND (NEW.plan_id, NEW.compound_id) <> (OLD.plan_id, OLD.compound_id) THEN
                        RAISE EXCEPTION 'an entry stays the same compound in the same plan'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF its.state NOT IN ('draft', 'returned') THEN
                        RAISE EXCEPTION 'plan is % and its list cannot be changed', its.state
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    IF NEW.current THEN
                        RAISE EXCEPTION 'an entry is in force only through its plan' USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT community_id INTO NEW.division_code FROM compounds_compound WHERE id = NEW.compound_id;
                    IF length(its.division_id) <> 6 OR left(NEW.division_code, 6) <> its.division_id THEN
                        RAISE EXCEPTION 'a compound stands in the plan of its own county'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.year < its.first_year OR NEW.year > its.last_year THEN
                        RAISE EXCEPTION 'the year lies outside the plan' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.compound}"
