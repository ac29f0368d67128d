"""Eligibility and urgency, recomputed set-wise whenever one of their causes changes."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from compounds.eligibility import eligibility_lines, is_eligible
from compounds.models import (
    Compound,
    ConditionSurvey,
    EligibilityRule,
    SurveyFinding,
    UrgencyFormula,
    UrgencyScore,
)
from compounds.urgency import Condition, UrgencyPart, urgency_parts, urgency_score

CHUNK = 1000


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


@transaction.atomic
def rescore(*, compound_ids: Collection[int]) -> int:
    """Rebuild the scores of these compounds from their latest confirmed surveys; returns how many have one.

    The compounds' rows are locked, so that of two changes at once the later one's score stays.
    The statements do not grow with the compounds of a chunk.
    """
    done, ids, rules = 0, sorted(compound_ids), RulesInForce()
    for start in range(0, len(ids), CHUNK):
        done += _rescore_chunk(ids[start : start + CHUNK], rules)
    return done


def _rescore_chunk(ids: list[int], rules: RulesInForce) -> int:
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(ids)
    surveys = list(
        ConditionSurvey.objects.confirmed()
        .filter(compound__in=ids)
        .order_by("compound_id", "-surveyed_on", "-id")
        .distinct("compound_id")
    )
    scores: dict[int, dict[str, int]] = defaultdict(dict)
    for survey_id, topic, score in SurveyFinding.objects.filter(survey__in=surveys).values_list(
        "survey_id", "topic", "score"
    ):
        scores[survey_id][topic] = score
    rows = [_score_row(compounds[survey.compound_id], survey, scores[survey.pk], rules) for survey in surveys]
    UrgencyScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["compound"],
        update_fields=["survey", "formula", "score", "parts", "is_eligible", "eligibility", "computed_at"],
    )
    return len(rows)


def _score_row(
    compound: Compound, survey: ConditionSurvey, scores: dict[str, int], rules: RulesInForce
) -> UrgencyScore:
    rule, formula = rules.at(compound.community_id)
    condition = Condition(
        built_year=compound.built_year,
        scores=scores,
        asked_households=survey.asked_households,
        wishing_households=survey.wishing_households,
        has_hazard=survey.has_hazard,
    )
    parts = urgency_parts(condition, formula.weights)
    lines = eligibility_lines(condition, rule)
    return UrgencyScore(
        compound=compound,
        survey=survey,
        formula=formula,
        score=urgency_score(parts),
        parts=[_part_json(part) for part in parts],
        is_eligible=is_eligible(lines),
        eligibility=[
            {"criterion": line.criterion, "met": line.met, "found": line.found, "needed": line.needed}
            for line in lines
        ],
        computed_at=timezone.now(),
    )


def _part_json(part: UrgencyPart) -> dict[str, Any]:
    value = f"{float(part.value):.4f}"
    return {"part": part.part, "value": value, "weight": part.weight, "points": str(part.points)}
