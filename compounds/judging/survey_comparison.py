"""Two surveys of one compound side by side: what got worse, what got better. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compounds.judging.topics import SCORE_WORDS, TOPIC_GROUPS
from compounds.models import ConditionSurvey, SurveyFinding, SurveyPhoto, Topic
from core import figures

GENERAL = ""


class Change(StrEnum):
    """How a topic stands beside the survey before; `NEW` where that one did not score it."""

    NONE = ""
    NEW = "new"
    SAME = "same"
    WORSE = "worse"
    BETTER = "better"


@dataclass(frozen=True, kw_only=True)
class TopicRow:
    """One topic; scores 0–4, None where it was not scored."""

    topic: str
    label: Promise | str
    score: int | None
    note: str
    before: int | None
    note_before: str
    change: Change
    photos: list[SurveyPhoto] = field(default_factory=list)

    @property
    def word(self) -> Promise | str:
        return "" if self.score is None else SCORE_WORDS[self.score]

    @property
    def word_before(self) -> Promise | str:
        return "" if self.before is None else SCORE_WORDS[self.before]


@dataclass(frozen=True, kw_only=True)
class TopicGroup:
    label: Promise
    rows: list[TopicRow]


def photos_by_topic(photos: Iterable[SurveyPhoto]) -> dict[str, list[SurveyPhoto]]:
    """{topic: its photos}; those of the compound as a whole under `GENERAL`."""
    sorted_out: dict[str, list[SurveyPhoto]] = defaultdict(list)
    for photo in photos:
        sorted_out[photo.topic].append(photo)
    return sorted_out


def topic_groups(survey: ConditionSurvey, before: ConditionSurvey | None) -> list[TopicGroup]:
    """The topics of a survey beside those of an earlier one. Prefetch `findings` and `photos`."""
    found, earlier = _by_topic(survey), _by_topic(before) if before else {}
    photos = photos_by_topic(survey.photos.all())
    return [
        TopicGroup(
            label=label,
            rows=[
                _row(topic, found.get(topic), earlier.get(topic), photos, compared=before is not None)
                for topic in topics
            ],
        )
        for _key, label, topics in TOPIC_GROUPS
    ]


def _by_topic(survey: ConditionSurvey) -> dict[str, SurveyFinding]:
    return {finding.topic: finding for finding in survey.findings.all()}


def _row(
    topic: Topic,
    now: SurveyFinding | None,
    before: SurveyFinding | None,
    photos: Mapping[str, list[SurveyPhoto]],
    *,
    compared: bool,
) -> TopicRow:
    return TopicRow(
        topic=topic.value,
        label=topic.label,
        score=now.score if now else None,
        note=now.note if now else "",
        before=before.score if before else None,
        note_before=before.note if before else "",
        change=_change(now, before) if compared else Change.NONE,
        photos=photos.get(topic, []),
    )


def _change(now: SurveyFinding | None, before: SurveyFinding | None) -> Change:
    if now is None:
        return Change.NONE
    if before is None:
        return Change.NEW
    if now.score == before.score:
        return Change.SAME
    return Change.WORSE if now.score > before.score else Change.BETTER


@dataclass(frozen=True, kw_only=True)
class FactRow:
    label: str
    now: str
    before: str
    changed: bool


def fact_rows(survey: ConditionSurvey, before: ConditionSurvey | None) -> list[FactRow]:
    """Wish, hazards and remarks in words, beside those of the earlier survey."""
    facts = _facts(survey)
    earlier = _facts(before) if before else {}
    return [
        FactRow(
            label=label,
            now=now,
            before=earlier.get(label, ""),
            changed=before is not None and now != earlier.get(label, ""),
        )
        for label, now in facts.items()
    ]


def _facts(survey: ConditionSurvey) -> dict[str, str]:
    return {
        _("Residents' wish"): wish_in_words(survey),
        _("Hazards"): survey.hazards if survey.has_hazard else _("none found"),
        _("Further remarks"): survey.notes,
    }


def wish_in_words(survey: ConditionSurvey) -> str:
    """90 of 100 households want it (90 %); the percentage is cut off, never rounded up."""
    asked, wishing = survey.asked_households, survey.wishing_households
    if not asked or wishing is None:
        return _("not asked yet")
    return _("{wishing} of {asked} households want it ({share} %)").format(
        wishing=figures.thousands(wishing), asked=figures.thousands(asked), share=wishing * 100 // asked
    )
