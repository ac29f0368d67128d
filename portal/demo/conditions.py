"""Condition surveys that fit what a compound is: a unit's dormitory, an old lane, an estate, nobody's yard."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from compounds.models import ManagementState, SurveyState, Topic
from compounds.models.survey import WORST
from portal.demo.places import OLD_CITY
from portal.demo.register import CompoundSketch, Stage
from portal.demo.words import FINDINGS, HAZARDS, NOTES_OF_A_SECOND_SURVEY, RETURN_REASONS, SURVEY_NOTES

# Added to the score (0–4) of a topic by what kind of compound it is.
LEANINGS: dict[str, dict[str, float]] = {
    "dormitory": {Topic.BUILDINGS: 0.5, Topic.MANAGEMENT: 0.6, Topic.PIPES: 0.6, Topic.ENVIRONMENT: 0.3, Topic.PARKING: -0.4},
    "old_lane": {Topic.PIPES: 0.9, Topic.MUNICIPAL: 0.7, Topic.PARKING: 1.0, Topic.ROADS: 0.5, Topic.LIFTS: -1.8},
    "estate": {Topic.PARKING: 1.0, Topic.LIFTS: 1.0, Topic.BUILDINGS: -0.7, Topic.ROADS: -0.4, Topic.PIPES: -0.4},
    "nobodys": {Topic.MANAGEMENT: 1.6, Topic.ENVIRONMENT: 1.0, Topic.SECURITY: 0.9, Topic.PARKING: 0.3},
}  # fmt: skip
# What the reports say of single compounds, as a surveyor would have noted it.
REPORTED: dict[str, dict[str, tuple[int, str]]] = {
    "砂石厂小区": {
        Topic.ENVIRONMENT: (4, "空地变菜地，垃圾无人清理。"),
        Topic.PARKING: (3, "停车难。"),
        Topic.PIPES: (4, "老旧水管漏水严重。"),
    },
    "广元小区": {
        Topic.ROADS: (4, "道路破损。"),
        Topic.PIPES: (4, "管网老化。"),
        Topic.MUNICIPAL: (3, "设施缺乏。"),
    },
    "西路小区": {Topic.LIFTS: (4, "六层无电梯，老人上楼要歇两三次。")},
}
PHOTOGRAPHED = (Topic.ROADS, Topic.PIPES, Topic.ENVIRONMENT, Topic.PARKING, Topic.BUILDINGS, Topic.SECURITY)


@dataclass(kw_only=True)
class SurveySketch:
    """`findings` is {topic: (score 0–4, note)}; `photos` are topics with a drawn picture."""

    surveyed_on: date
    state: str
    findings: dict[str, tuple[int, str]]
    asked: int | None
    wishing: int | None
    hazards: str = ""
    notes: str = ""
    return_reason: str = ""
    photos: list[str] = field(default_factory=list)


def surveys_of(random: Random, sketch: CompoundSketch, *, today: date) -> list[SurveySketch]:
    """Oldest first. New compounds have one that is still under way, some others a second one."""
    if sketch.stage == Stage.NEW:
        return [_under_way(random, sketch, today)]
    found = [_confirmed(random, sketch, _day_of_first(random, sketch, today))]
    waiting = sketch.stage in (Stage.RESERVE, Stage.PREPARING)
    if waiting and random.random() < 0.12:
        found.append(_confirmed(random, sketch, today - timedelta(days=random.randint(40, 150))))
    if waiting and random.random() < 0.1:
        found.append(_under_way(random, sketch, today))
    for later in found[1:]:
        later.notes = random.choice(NOTES_OF_A_SECOND_SURVEY)
    return found


def _day_of_first(random: Random, sketch: CompoundSketch, today: date) -> date:
    if sketch.stage == Stage.PLAN_2022:
        return date(2021, 3, 1) + timedelta(days=random.randint(0, 60))
    if sketch.stage == Stage.COMPLETED:
        return date(2021, 6, 1) + timedelta(days=random.randint(0, 60))
    if sketch.stage == Stage.IMPLEMENTING:
        return date(2024, 3, 1) + timedelta(days=random.randint(0, 120))
    return today - timedelta(days=random.randint(300, 520))


def _confirmed(random: Random, sketch: CompoundSketch, day: date) -> SurveySketch:
    survey = _whole(random, sketch, day)
    survey.state = SurveyState.CONFIRMED
    if random.random() < 0.15:
        survey.photos = _to_photograph(survey)
    return survey


def _under_way(random: Random, sketch: CompoundSketch, today: date) -> SurveySketch:
    state = random.choices(
        (SurveyState.SUBMITTED, SurveyState.RETURNED, SurveyState.DRAFT), weights=(55, 15, 30)
    )[0]
    survey = _whole(random, sketch, today - timedelta(days=random.randint(2, 20)))
    survey.state = state
    survey.photos = _to_photograph(survey)
    if state == SurveyState.RETURNED:
        survey.return_reason = random.choice(RETURN_REASONS)
    if state == SurveyState.DRAFT:
        kept = random.sample(sorted(survey.findings), random.randint(2, 6))
        survey.findings = {topic: survey.findings[topic] for topic in Topic.values if topic in kept}
        survey.asked = survey.wishing = None
        survey.photos = [topic for topic in survey.photos if topic in kept]
    return survey


def _whole(random: Random, sketch: CompoundSketch, day: date) -> SurveySketch:
    households = sketch.figures.households
    asked = max(1, round(households * random.uniform(0.62, 0.97)))
    share = min(0.99, max(0.3, 0.5 + 0.5 * sketch.need + random.uniform(-0.08, 0.12)))
    hazardous = random.random() < 0.14 * sketch.need
    return SurveySketch(
        surveyed_on=day, state=SurveyState.DRAFT, findings=_findings(random, sketch), asked=asked,
        wishing=round(asked * share), hazards=random.choice(HAZARDS) if hazardous else "",
        notes=random.choice(SURVEY_NOTES) if random.random() < 0.5 else "",
    )  # fmt: skip


def _findings(random: Random, sketch: CompoundSketch) -> dict[str, tuple[int, str]]:
    leaning = LEANINGS[_kind(sketch)]
    found = {}
    for topic in Topic.values:
        exact = 0.7 + 3.0 * sketch.need + leaning.get(topic, 0.0) + random.gauss(0, 0.6)
        score = max(0, min(WORST, round(exact)))
        notes = FINDINGS[topic].get(score)
        found[topic] = (score, random.choice(notes) if notes and random.random() < 0.75 else "")
    return {**found, **REPORTED.get(sketch.name.text, {})}


def _kind(sketch: CompoundSketch) -> str:
    if sketch.community[:9] in OLD_CITY and not sketch.name.unit:
        return "old_lane"
    if sketch.name.estate:
        return "estate"
    return "nobodys" if sketch.management == ManagementState.NONE else "dormitory"


def _to_photograph(survey: SurveySketch) -> list[str]:
    """The three worst topics that can be photographed."""
    worst = sorted(PHOTOGRAPHED, key=lambda topic: -survey.findings[topic][0])
    return [topic for topic in worst[:3] if survey.findings[topic][0] >= 2]
