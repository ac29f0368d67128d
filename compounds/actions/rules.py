"""A bureau's own eligibility rule and urgency formula: published as new versions, never edited."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from compounds.errors import ReasonNeeded, RuleBelowCounty, WeightsUnusable
from compounds.judging.in_force import COUNTY_DIGITS, RESCORE, outdated_scores
from compounds.judging.urgency import PARTS
from compounds.models import EligibilityRule, UrgencyFormula
from compounds.models.rules import VersionedRule
from compounds.permissions import can_set_rules
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from jobs.actions import enqueue

LARGEST_WEIGHT = 100
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
    """A new version for a county or above; a job judges its compounds anew."""
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
    """A new version for a county or above; parts left out weigh nothing, and a job rebuilds the scores."""
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
    _make_rescoring_due(rule, division, user)
    return rule


def _make_rescoring_due(rule: VersionedRule, division: Division, user: User) -> None:
    """Thousands of scores take longer than anybody should wait for a page.

    A version for a later day is found by beat when that day begins.
    """
    if outdated_scores(division.code).exists():
        title = _("{kind} v{version}, {division}: recompute the scores").format(
            kind=str(rule._meta.verbose_name).capitalize(), version=rule.version, division=division.name
        )
        enqueue(kind=RESCORE, title=title, user=user, division_code=division.code)
