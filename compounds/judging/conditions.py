"""What the eligibility rule and the urgency formula look at, gathered set-wise from surveys."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from compounds.judging.urgency import Condition
from compounds.models import ConditionSurvey, SurveyFinding


def latest_confirmed(compound_ids: Collection[int]) -> list[ConditionSurvey]:
    """The survey that counts for each of these compounds: the confirmed one of the latest day."""
    return list(
        ConditionSurvey.objects.confirmed()
        .filter(compound__in=compound_ids)
        .order_by("compound_id", "-surveyed_on", "-id")
        .distinct("compound_id")
    )


def scores_of(surveys: Iterable[ConditionSurvey]) -> dict[int, dict[str, int]]:
    """{survey id: {topic: score}} in one statement; a survey without findings is missing from it."""
    scores: dict[int, dict[str, int]] = defaultdict(dict)
    ids = [survey.pk for survey in surveys]
    findings = SurveyFinding.objects.filter(survey__in=ids).values_list("survey_id", "topic", "score")
    for survey_id, topic, score in findings:
        scores[survey_id][topic] = score
    return scores


def condition_of(survey: ConditionSurvey, *, built_year: int | None, scores: dict[str, int]) -> Condition:
    return Condition(
        built_year=built_year,
        scores=scores,
        asked_households=survey.asked_households,
        wishing_households=survey.wishing_households,
        has_hazard=survey.has_hazard,
    )
