"""Which rule and which formula judge a place on a day, and which scores older versions computed."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.utils import timezone

from compounds.models import EligibilityRule, UrgencyFormula, UrgencyScore
from directory.codes import ancestors
from jobs.models import Job

# The job that judges anew where a version was published.
RESCORE = "compounds.rescore"
# Rules are set for a county or above: what is below shares them.
COUNTY_DIGITS = 6
COUNTY = Left("compound__community__code", COUNTY_DIGITS)


class RulesInForce:
    """The rule and the formula for a community, looked up once per county."""

    def __init__(self) -> None:
        self._day = timezone.localdate()
        self._known: dict[str, tuple[EligibilityRule, UrgencyFormula]] = {}

    def at(self, community: str) -> tuple[EligibilityRule, UrgencyFormula]:
        county = community[:COUNTY_DIGITS]
        if county not in self._known:
            rule = EligibilityRule.objects.in_force(county, self._day).nearest()
            formula = UrgencyFormula.objects.in_force(county, self._day).nearest()
            self._known[county] = (rule, formula)
        return self._known[county]


def living_scores(division_code: str = "") -> QuerySet[UrgencyScore]:
    """The scores of living compounds of a division, "" for all."""
    living = UrgencyScore.objects.filter(compound__ended_on__isnull=True)
    return living.filter(compound__community__code__startswith=division_code) if division_code else living


def outdated_scores(division_code: str = "") -> QuerySet[UrgencyScore]:
    """Those among `living_scores` that another version computed than the one in force today."""
    rules, counties_by = RulesInForce(), defaultdict[tuple[int, int], list[str]](list)
    for county in living_scores(division_code).order_by().values_list(COUNTY, flat=True).distinct():
        rule, formula = rules.at(county)
        counties_by[rule.pk, formula.pk].append(county)
    outdated = Q(pk__in=[])
    for (rule_id, formula_id), counties in counties_by.items():
        outdated |= Q(("county__in", counties)) & ~Q(rule=rule_id, formula=formula_id)
    return living_scores(division_code).annotate(county=COUNTY).filter(outdated)


def rescoring_of(codes: Collection[str]) -> Job | None:
    """The unfinished job that judges these divisions anew, or some part of them; the earliest."""
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(division_code__startswith=code) | Q(division_code__in=ancestors(code))
    return Job.objects.unfinished().filter(reach, kind=RESCORE).order_by("pk").first()
