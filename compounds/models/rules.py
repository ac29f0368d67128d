"""What a city may decide differently, as versioned rows: who is eligible, what is urgent."""

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compounds.models.register import Compound
from compounds.models.survey import ConditionSurvey
from compounds.triggers import touches_compound
from directory.codes import ancestors
from directory.models import Division, User

RuleType = TypeVar("RuleType", bound="VersionedRule")


class RuleQuerySet(models.QuerySet[RuleType]):
    def in_force(self, division_code: str, day: date) -> Self:
        """The rules that reach a place on a day, nearest division first, then latest version."""
        near = [*ancestors(division_code), division_code]
        return self.filter(
            Q(division__isnull=True) | Q(division__in=near), effective_from__lte=day
        ).order_by(models.F("division_id").desc(nulls_last=True), "-version")  # fmt: skip

    def nearest(self) -> RuleType:
        """The first of `in_force`; the shipped default makes sure there is one."""
        found = self.first()
        if found is None:
            raise self.model.DoesNotExist("the shipped default rule is missing")
        return found


class VersionedRule(models.Model):
    """A version is never changed: a new one takes its place from a day on. No division = shipped default."""

    append_only = True

    division = models.ForeignKey(
        Division,
        verbose_name=_("division"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))
    basis = models.CharField(
        _("basis"), max_length=300, help_text=_("The document or meeting that decided it.")
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"v{self.version}"


class EligibilityRule(VersionedRule):
    """When a compound qualifies: built before a year, bad environment, poor facilities, strong wish.

    `environment_minimum` and `facilities_minimum` are scores 0–4 that must be reached;
    `wish_percent` is the share of asked households that want it, in percent.
    """

    built_before = models.PositiveSmallIntegerField(_("built before"), default=2001)
    environment_minimum = models.PositiveSmallIntegerField(_("environment: at least"), default=2)
    facilities_minimum = models.PositiveSmallIntegerField(_("facilities: at least"), default=2)
    wish_percent = models.PositiveSmallIntegerField(_("wish: at least (%)"), default=67)

    class Meta:
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "version"], name="eligibility_version_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(environment_minimum__lte=4, facilities_minimum__lte=4, wish_percent__lte=100),
                name="eligibility_limits_possible",
            ),
        ]


class UrgencyFormula(VersionedRule):
    """Weights of the parts of the urgency score: {part: whole number ≥ 0}, parts as in `compounds.judging.urgency`."""

    weights = models.JSONField(_("weights"))

    class Meta:
        verbose_name = _("urgency formula")
        verbose_name_plural = _("urgency formulas")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "version"], name="urgency_version_once", nulls_distinct=False
            ),
        ]


class UrgencyScore(models.Model):
    """紧迫度 of a compound, 0–100, from its latest confirmed survey; rebuilt whenever its causes change.

    `formula` and `rule` are the versions that it was computed by.

    `parts` is a list of {"part", "value" (0–1 as text), "weight", "points"} that adds up to `score`.
    """

    compound = models.OneToOneField(
        Compound, on_delete=models.CASCADE, primary_key=True, related_name="urgency_score"
    )
    survey = models.ForeignKey(ConditionSurvey, on_delete=models.PROTECT, related_name="+")
    formula = models.ForeignKey(UrgencyFormula, on_delete=models.PROTECT, related_name="+")
    # NULL in rows of before the rule was kept: they count as outdated, and the next hour's run judges them anew.
    rule = models.ForeignKey(EligibilityRule, null=True, on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(_("urgency"), max_digits=5, decimal_places=2)
    parts = models.JSONField()
    is_eligible = models.BooleanField(_("eligible"))
    eligibility = models.JSONField(help_text=_("Line by line, as explained on the page."))
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("urgency score")
        verbose_name_plural = _("urgency scores")
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="urgency_0_to_100"),
        ]
        indexes = [models.Index(fields=["-score"], name="urgency_ranking")]
        triggers = [touches_compound()]

    def __str__(self) -> str:
        return f"{self.score}"
