"""Eligibility and urgency, recomputed set-wise whenever one of their causes changes."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from compounds.judging.conditions import condition_of, latest_confirmed, scores_of
from compounds.judging.eligibility import eligibility_lines, is_eligible
from compounds.judging.in_force import RulesInForce, living_scores, outdated_scores
from compounds.judging.urgency import UrgencyPart, urgency_parts, urgency_score
from compounds.models import Compound, ConditionSurvey, UrgencyScore
from jobs.progress import Progress, Silent

CHUNK = 1000
# Of a rescoring: a second's work, so that the bar moves and nobody waits long for a lock.
STEP = 250


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


def rescore_outdated(*, division_code: str = "", progress: Progress | None = None) -> int:
    """Judge anew what another version computed than the one in force today; returns how many.

    What is due is found by comparing: a day without a running worker is made up for by the next
    run, and one that was killed goes on where it stopped. Each step is a transaction of its own.
    """
    progress = progress or Silent()
    ids = list(outdated_scores(division_code).order_by("pk").values_list("pk", flat=True))
    total = living_scores(division_code).count() if ids else 0
    before, done = max(total - len(ids), 0), 0
    for start in range(0, len(ids), STEP):
        progress.step(before + start, total)
        done += rescore(compound_ids=ids[start : start + STEP])
    progress.step(total, total)
    return done


def _rescore_chunk(ids: list[int], rules: RulesInForce) -> int:
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(ids)
    surveys = latest_confirmed(ids)
    scores = scores_of(surveys)
    rows = [_score_row(compounds[survey.compound_id], survey, scores[survey.pk], rules) for survey in surveys]
    UrgencyScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["compound"],
        update_fields=[
            "survey",
            "formula",
            "rule",
            "score",
            "parts",
            "is_eligible",
            "eligibility",
            "computed_at",
        ],
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
        rule=rule,
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
