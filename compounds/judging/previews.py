"""What an act would change, computed before it is done: a survey's confirmation, a new rule, a new formula.

Nothing is written here. The figures come from the same pure functions that the acts use.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from compounds.judging.conditions import condition_of, latest_confirmed, scores_of
from compounds.judging.eligibility import EligibilityLine, eligibility_lines, is_eligible
from compounds.judging.in_force import RulesInForce
from compounds.judging.urgency import Condition, UrgencyPart, urgency_parts, urgency_score
from compounds.models import Compound, ConditionSurvey, EligibilityRule, UrgencyFormula, UrgencyScore

TOP = 20
NAMED = 50
CHUNK = 1000


# --- A survey ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SurveyEffect:
    """What confirming would do. `before` is the score in force, None where there is none yet.

    `counts` is False when a confirmed survey of a later day stays in force.
    """

    score: Decimal
    parts: list[UrgencyPart]
    lines: list[EligibilityLine]
    is_eligible: bool
    before: UrgencyScore | None
    counts: bool


def effect_of_survey(survey: ConditionSurvey) -> SurveyEffect:
    """Three to five statements, whatever the survey holds."""
    compound = survey.compound
    rule, formula = RulesInForce().at(compound.community_id)
    condition = condition_of(
        survey, built_year=compound.built_year, scores=scores_of([survey]).get(survey.pk, {})
    )
    parts = urgency_parts(condition, formula.weights)
    lines = eligibility_lines(condition, rule)
    before = UrgencyScore.objects.filter(compound=compound).select_related("survey").first()
    return SurveyEffect(
        score=urgency_score(parts),
        parts=parts,
        lines=lines,
        is_eligible=is_eligible(lines),
        before=before,
        counts=before is None or _as_late(survey, before.survey),
    )


def _as_late(survey: ConditionSurvey, other: ConditionSurvey) -> bool:
    return (survey.surveyed_on, survey.pk) >= (other.surveyed_on, other.pk)


# --- Rules ------------------------------------------------------------------------------


class AsIfPublished(RulesInForce):
    """The rules in force, with a proposed version in its place wherever it would reach."""

    def __init__(self, proposed: EligibilityRule | UrgencyFormula) -> None:
        super().__init__()
        self._proposed = proposed

    def at(self, community: str) -> tuple[EligibilityRule, UrgencyFormula]:
        rule, formula = super().at(community)
        if isinstance(self._proposed, EligibilityRule):
            return (self._proposed if self._reaches_past(rule) else rule), formula
        return rule, (self._proposed if self._reaches_past(formula) else formula)

    def _reaches_past(self, current: EligibilityRule | UrgencyFormula) -> bool:
        """A county's own rule goes before its city's, whatever the city publishes."""
        return len(current.division_id or "") <= len(self._proposed.division_id or "")


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """A compound with the condition its latest confirmed survey found, and how it is judged today."""

    compound_id: int
    name: str
    community: str
    condition: Condition
    score: Decimal
    is_eligible: bool


def surveyed_below(division_code: str) -> Iterable[Surveyed]:
    """Every living compound of the division that has a score; four statements for each thousand."""
    living = Compound.objects.living().within([division_code]).filter(urgency_score__isnull=False)
    ids = list(living.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        compounds = Compound.objects.select_related("urgency_score").in_bulk(some)
        surveys = latest_confirmed(some)
        scores = scores_of(surveys)
        for survey in surveys:
            compound = compounds[survey.compound_id]
            yield Surveyed(
                compound_id=compound.pk,
                name=compound.name,
                community=compound.community_id,
                condition=condition_of(
                    survey, built_year=compound.built_year, scores=scores.get(survey.pk, {})
                ),
                score=compound.urgency_score.score,
                is_eligible=compound.urgency_score.is_eligible,
            )


@dataclass(frozen=True, kw_only=True)
class RuleEffect:
    """`gained` and `lost` name the first `NAMED`; the counts are of all."""

    surveyed: int
    eligible_before: int
    eligible_after: int
    gained_count: int
    lost_count: int
    gained: list[Surveyed]
    lost: list[Surveyed]
    template = "compounds/_rules_effect_eligibility.html"


def effect_of_rule(rule: EligibilityRule) -> RuleEffect:
    """How many compounds of the rule's division would become eligible or cease to be."""
    rules, division = AsIfPublished(rule), rule.division_id or ""
    everyone = list(surveyed_below(division))
    after = {
        one.compound_id: is_eligible(eligibility_lines(one.condition, rules.at(one.community)[0]))
        for one in everyone
    }
    gained = [one for one in everyone if after[one.compound_id] and not one.is_eligible]
    lost = [one for one in everyone if one.is_eligible and not after[one.compound_id]]
    return RuleEffect(
        surveyed=len(everyone),
        eligible_before=sum(one.is_eligible for one in everyone),
        eligible_after=sum(after.values()),
        gained_count=len(gained),
        lost_count=len(lost),
        gained=gained[:NAMED],
        lost=lost[:NAMED],
    )


@dataclass(frozen=True, kw_only=True)
class RankChange:
    """`rank_before` and `rank_after` count from 1."""

    name: str
    rank_before: int
    rank_after: int
    score_before: Decimal
    score_after: Decimal

    @property
    def gain(self) -> int:
        """Places won; negative for places lost."""
        return self.rank_before - self.rank_after

    @property
    def loss(self) -> int:
        return -self.gain


@dataclass(frozen=True, kw_only=True)
class FormulaEffect:
    """`top` are the first `TOP` of the new order; `displaced` were among them and no longer are."""

    surveyed: int
    changed: int
    moved: int
    top: list[RankChange]
    displaced: list[RankChange]
    template = "compounds/_rules_effect_urgency.html"


def effect_of_formula(formula: UrgencyFormula) -> FormulaEffect:
    """The order of all surveyed compounds of the formula's division, before and after."""
    rules, division = AsIfPublished(formula), formula.division_id or ""
    everyone = list(surveyed_below(division))
    scores = {
        one.compound_id: urgency_score(urgency_parts(one.condition, rules.at(one.community)[1].weights))
        for one in everyone
    }
    before = _ranks(everyone, lambda one: one.score)
    after = _ranks(everyone, lambda one: scores[one.compound_id])
    changes = [
        RankChange(
            name=one.name,
            rank_before=before[one.compound_id],
            rank_after=after[one.compound_id],
            score_before=one.score,
            score_after=scores[one.compound_id],
        )
        for one in sorted(everyone, key=lambda one: after[one.compound_id])
    ]
    return FormulaEffect(
        surveyed=len(changes),
        changed=sum(change.score_before != change.score_after for change in changes),
        moved=sum(change.gain != 0 for change in changes),
        top=changes[:TOP],
        displaced=[change for change in changes[TOP:] if change.rank_before <= TOP],
    )


def _ranks(everyone: list[Surveyed], score: Callable[[Surveyed], Decimal]) -> dict[int, int]:
    """{compound id: rank}; the same order as the pool's: by score, equal ones by their key."""
    order = sorted(everyone, key=lambda one: (-score(one), one.compound_id))
    return {one.compound_id: rank for rank, one in enumerate(order, start=1)}


def proposed_rule(division_code: str, **limits: int) -> EligibilityRule:
    """An unsaved version, for a preview."""
    return EligibilityRule(division_id=division_code, effective_from=timezone.localdate(), **limits)


def proposed_formula(division_code: str, weights: dict[str, int]) -> UrgencyFormula:
    return UrgencyFormula(division_id=division_code, effective_from=timezone.localdate(), weights=weights)
