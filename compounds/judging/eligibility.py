"""Whether a compound qualifies, line by line, so that everybody can see why. Pure functions.

The four criteria are those of the district's own survey: built before a year
(2001), environment poor, facilities lacking, residents' wish strong.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compounds.judging.urgency import Condition
from compounds.models.survey import PROBLEM_CLASSES, Topic


class Criterion(StrEnum):
    BUILT_YEAR = "built_year"
    ENVIRONMENT = "environment"
    FACILITIES = "facilities"
    WISH = "wish"


LABELS: dict[str, Promise] = {
    Criterion.BUILT_YEAR: _("Built year"),
    Criterion.ENVIRONMENT: _("Environment"),
    Criterion.FACILITIES: _("Facilities"),
    Criterion.WISH: _("Residents' wish"),
}


class Limits(Protocol):
    """The figures of an eligibility rule."""

    built_before: int
    environment_minimum: int
    facilities_minimum: int
    wish_percent: int


@dataclass(frozen=True, kw_only=True)
class EligibilityLine:
    """One criterion: `met` is None where the fact is missing; `found` and `needed` are plain figures."""

    criterion: Criterion
    met: bool | None
    found: int | None
    needed: int


def eligibility_lines(condition: Condition, rule: Limits) -> list[EligibilityLine]:
    """The four criteria in order.

    Environment is the shortfall score of dirt and disorder. Facilities is the worst of
    buildings, municipal services and the five problem classes: one blocked drain suffices.
    Wish compares exactly: 2 of 3 households reach 66 %, not 67 %.
    """
    year = condition.built_year
    environment = condition.scores.get(Topic.ENVIRONMENT)
    facility_topics = (Topic.BUILDINGS, Topic.MUNICIPAL, *PROBLEM_CLASSES)
    scored = [condition.scores[topic] for topic in facility_topics if topic in condition.scores]
    facilities = max(scored, default=None)
    share = condition.wish_share
    return [
        EligibilityLine(
            criterion=Criterion.BUILT_YEAR, found=year, needed=rule.built_before,
            met=None if year is None else year < rule.built_before,
        ),
        EligibilityLine(
            criterion=Criterion.ENVIRONMENT, found=environment, needed=rule.environment_minimum,
            met=None if environment is None else environment >= rule.environment_minimum,
        ),
        EligibilityLine(
            criterion=Criterion.FACILITIES, found=facilities, needed=rule.facilities_minimum,
            met=None if facilities is None else facilities >= rule.facilities_minimum,
        ),
        EligibilityLine(
            criterion=Criterion.WISH, found=None if share is None else int(share * 100), needed=rule.wish_percent,
            met=None if share is None else share >= Fraction(rule.wish_percent, 100),
        ),
    ]  # fmt: skip


def is_eligible(lines: list[EligibilityLine]) -> bool:
    """Every criterion met; a missing fact is no proof."""
    return all(line.met is True for line in lines)


_SENTENCES: dict[tuple[str, bool | None], Promise] = {
    (Criterion.BUILT_YEAR, True): _("Built in {found}, before {needed}."),
    (Criterion.BUILT_YEAR, False): _("Built in {found}, not before {needed}."),
    (Criterion.BUILT_YEAR, None): _("The year it was built is not recorded; it must lie before {needed}."),
    (Criterion.ENVIRONMENT, True): _("Dirt and disorder scored {found} of 4; {needed} is enough."),
    (Criterion.ENVIRONMENT, False): _("Dirt and disorder scored {found} of 4; {needed} is needed."),
    (Criterion.ENVIRONMENT, None): _("Dirt and disorder has not been scored; {needed} of 4 is needed."),
    (Criterion.FACILITIES, True): _("The worst facility scored {found} of 4; {needed} is enough."),
    (Criterion.FACILITIES, False): _("The worst facility scored {found} of 4; {needed} is needed."),
    (Criterion.FACILITIES, None): _("Facilities have not been scored; {needed} of 4 is needed."),
    (Criterion.WISH, True): _("{found} % of the households asked want it; {needed} % is enough."),
    (Criterion.WISH, False): _("{found} % of the households asked want it; {needed} % is needed."),
    (Criterion.WISH, None): _("No household has been asked yet; {needed} % must want it."),
}


def sentence(*, criterion: str, met: bool | None, found: int | None, needed: int) -> str:
    """The line in words, in the reader's language; years and scores without thousands signs."""
    return str(_SENTENCES[Criterion(criterion), met]).format(found=found, needed=needed)
