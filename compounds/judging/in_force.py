"""Which rule and which formula judge a place on a day."""

from django.utils import timezone

from compounds.models import EligibilityRule, UrgencyFormula


class RulesInForce:
    """The rule and the formula for a community, looked up once per county."""

    def __init__(self) -> None:
        self._day = timezone.localdate()
        self._known: dict[str, tuple[EligibilityRule, UrgencyFormula]] = {}

    def at(self, community: str) -> tuple[EligibilityRule, UrgencyFormula]:
        # Rules are set for a county or above: what is below shares them.
        county = community[:6]
        if county not in self._known:
            rule = EligibilityRule.objects.in_force(county, self._day).nearest()
            formula = UrgencyFormula.objects.in_force(county, self._day).nearest()
            self._known[county] = (rule, formula)
        return self._known[county]
