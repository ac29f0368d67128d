"""先民生后提升: what the survey found wanting, and how a scheme answers it.

A need is a topic of the compound's latest confirmed survey scored 2 ("middling") or worse that a basic
item of the catalogue in force could answer. It is planned by a line of a basic item with that topic, or
waived with a reason; only then may upgrade items be handed in. The trigger
`scheme_answers_needs_first` asks the database the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compounds.models import ConditionSurvey, SurveyFinding, Topic
from projects.models import CatalogueItem, Category, Project, Scheme, SchemeLine
from projects.models.scheme import SCORE_OF_A_GAP


class Answer(StrEnum):
    PLANNED = "planned"
    WAIVED = "waived"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A need with its answer: `works` are the names of the basic items that plan it."""

    topic: Topic
    score: int
    note: str
    answer: Answer
    works: tuple[str, ...] = ()
    reason: str = ""

    @property
    def label(self) -> str:
        return str(self.topic.label)

    @property
    def is_open(self) -> bool:
        return self.answer == Answer.OPEN


def latest_survey(project: Project) -> ConditionSurvey | None:
    """The survey in force: the compound's latest confirmed one."""
    return ConditionSurvey.objects.confirmed().filter(compound=project.compound_id).latest_first().first()


def answerable(division_code: str) -> set[str]:
    """The topics that basic items of the catalogue in force at a place answer."""
    items = CatalogueItem.objects.of(division_code).offered().filter(category=Category.BASIC)
    return {topic for topics in items.values_list("topics", flat=True) for topic in topics}


def needs_of(project: Project) -> list[SurveyFinding]:
    """Findings of the survey in force that a scheme must answer, worst first."""
    survey = latest_survey(project)
    if survey is None:
        return []
    topics = answerable(project.division_code)
    found = survey.findings.filter(score__gte=SCORE_OF_A_GAP, topic__in=topics)
    order = list(Topic.values)
    return sorted(found, key=lambda finding: (-finding.score, order.index(finding.topic)))


def gaps_of(scheme: Scheme, lines: Iterable[SchemeLine] | None = None) -> list[Gap]:
    """Each need with its answer in this version; `lines` with work item and catalogue item fetched along."""
    needs = needs_of(scheme.project)
    if not needs:
        return []
    if lines is None:
        lines = scheme.lines.select_related("work_item__catalogue_item")
    planned: dict[str, list[str]] = {}
    for line in lines:
        item = line.work_item.catalogue_item
        for topic in item.topics if item.category == Category.BASIC else ():
            planned.setdefault(topic, []).append(item.name)
    waived = dict(scheme.waivers.values_list("topic", "reason"))
    return [_gap(need, planned.get(need.topic, []), waived.get(need.topic, "")) for need in needs]


def _gap(need: SurveyFinding, works: list[str], reason: str) -> Gap:
    answer = Answer.PLANNED if works else Answer.WAIVED if reason else Answer.OPEN
    return Gap(
        topic=Topic(need.topic), score=need.score, note=need.note, answer=answer,
        works=tuple(dict.fromkeys(works)), reason=reason,
    )  # fmt: skip
