"""Eligibility and urgency, recomputed set-wise whenever one of their causes changes."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from compounds.judging.conditions import condition_of, latest_confirmed, scores_of
from compounds.judging.eligibility import eligibility_lines, is_eligible
from compounds.judging.in_force import RulesInForce
from compounds.judging.urgency import UrgencyPart, urgency_parts, urgency_score
from compounds.models import Compound, ConditionSurvey, EligibilityRule, UrgencyFormula, UrgencyScore

CHUNK = 1000


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


def rescore_where_rules_changed() -> int:
    """Judge anew what was last judged before a rule or formula came into force; returns how many.

    A version published for a later day changes nothing on the day it is published. What is due
    is found by comparing, so a day without a running worker is made up for by the next run.
    """
    today, due = timezone.localdate(), set[int]()
    for kind in (EligibilityRule, UrgencyFormula):
        for rule in kind.objects.filter(effective_from__lte=today):
            begins = timezone.make_aware(datetime.combine(rule.effective_from, time.min))
            stale = UrgencyScore.objects.filter(computed_at__lt=begins, compound__ended_on__isnull=True)
            if rule.division_id is not None:
                stale = stale.filter(compound__community__code__startswith=rule.division_id)
            due.update(stale.values_list("compound_id", flat=True))
    ids = sorted(due)
    # Each chunk is a transaction of its own: what is done stays done, and no lock is held for long.
    return sum(rescore(compound_ids=ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))


def _rescore_chunk(ids: list[int], rules: RulesInForce) -> int:
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(ids)
    surveys = latest_confirmed(ids)
    scores = scores_of(surveys)
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
    condition = condition_of(survey, built_year=compound.built_year, scores=scores)
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
