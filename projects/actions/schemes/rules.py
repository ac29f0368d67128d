"""What a body sets for the schemes of its division: days on notice, usual cost."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from projects.errors import CatalogueBelowCounty
from projects.models import SchemeRule
from projects.models.catalogue import LEVELS_OF_A_CATALOGUE
from projects.permissions import can_set_scheme_rules


@transaction.atomic
def publish_scheme_rule(
    *, division: Division, user: User, notice_days: int, cost_low: Decimal, cost_high: Decimal, basis: str
) -> SchemeRule:
    """A body's next version of what it sets otherwise; schemes already on notice keep their days."""
    if not can_set_scheme_rules(user, division.code):
        raise NotPermitted
    if len(division.code) not in LEVELS_OF_A_CATALOGUE:
        raise CatalogueBelowCounty(name=division.name)
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    latest = SchemeRule.objects.filter(division=division).aggregate(latest=Max("version"))["latest"] or 0
    rule = SchemeRule(
        division=division, version=latest + 1, notice_days=notice_days, cost_low=cost_low, cost_high=cost_high,
        basis=clean_line(basis), published_by=user,
    )  # fmt: skip
    with constraints_as_refusals(SchemeRule):
        rule.save(force_insert=True)
    return rule
