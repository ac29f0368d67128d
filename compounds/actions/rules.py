"""A bureau's own eligibility rule and urgency formula: published as new versions, never edited."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.models import Max

from compounds.actions.scoring import rescore
from compounds.errors import ReasonNeeded, RuleBelowCounty, WeightsUnusable
from compounds.judging.urgency import PARTS
from compounds.models import Compound, EligibilityRule, UrgencyFormula
from compounds.models.rules import VersionedRule
from compounds.permissions import can_set_rules
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User

LARGEST_WEIGHT = 100
# The division codes that may have rules of their own.
COUNTY_DIGITS = 6
Rule = TypeVar("Rule", bound=VersionedRule)


@transaction.atomic
def publish_eligibility_rule(
    *,
    division: Division,
    user: User,
    effective_from: date,
    basis: str,
    built_before: int,
    environment_minimum: int,
    facilities_minimum: int,
    wish_percent: int,
) -> EligibilityRule:
    """A new version for a county or above; all its compounds are judged anew."""
    rule = EligibilityRule(
        built_before=built_before,
        environment_minimum=environment_minimum,
        facilities_minimum=facilities_minimum,
        wish_percent=wish_percent,
    )
    return _publish(rule, division=division, user=user, effective_from=effective_from, basis=basis)


@transaction.atomic
def publish_urgency_formula(
    *, division: Division, user: User, effective_from: date, basis: str, weights: Mapping[str, int]
) -> UrgencyFormula:
    """A new version for a county or above; parts left out weigh nothing, and all scores are rebuilt."""
    complete = {part: weights.get(part, 0) for part in PARTS}
    usable = all(type(weight) is int and 0 <= weight <= LARGEST_WEIGHT for weight in complete.values())
    if not usable or not any(complete.values()) or weights.keys() - set(PARTS):
        raise WeightsUnusable
    formula = UrgencyFormula(weights=complete)
    return _publish(formula, division=division, user=user, effective_from=effective_from, basis=basis)


def _publish(rule: Rule, *, division: Division, user: User, effective_from: date, basis: str) -> Rule:
    if not can_set_rules(user, division.code):
        raise NotPermitted
    if len(division.code) > COUNTY_DIGITS:
        raise RuleBelowCounty(name=division.name)
    if not clean_line(basis):
        raise ReasonNeeded
    # The division's row makes two publishers wait for each other, so that versions have no gap and no twin.
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    kind = type(rule)
    latest = kind.objects.filter(division=division).aggregate(latest=Max("version"))["latest"] or 0
    rule.division, rule.version = division, latest + 1
    rule.effective_from, rule.basis, rule.created_by = effective_from, clean_line(basis), user
    with constraints_as_refusals(kind):
        rule.save(force_insert=True)
    rescore(compound_ids=list(Compound.objects.living().within([division.code]).values_list("pk", flat=True)))
    return rule
