"""The condition survey: filled in by the community, confirmed by the bureau."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.actions.scoring import rescore
from compounds.errors import (
    CompoundEnded,
    ReasonNeeded,
    SameHand,
    SurveyChanged,
    SurveyIncomplete,
    SurveyNotOpen,
    SurveyNotSubmitted,
    TooManyPhotos,
)
from compounds.models import Compound, ConditionSurvey, SurveyFinding, SurveyPhoto, SurveyState, Topic
from compounds.permissions import can_confirm_survey, can_fill_survey
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, listed
from directory.models import User
from directory.powers import Power
from files.captions import with_captions
from files.models import StoredFile
from files.photos import attach_once

# Enough for every staircase of a large compound; a limit, so that nothing fills the disk.
MOST_PHOTOS = 200

# What the column holds: a line beneath a photo, no report.


class SurveyFacts(TypedDict, total=False):
    surveyed_on: date
    asked_households: int | None
    wishing_households: int | None
    has_hazard: bool
    hazards: str
    notes: str


class Finding(TypedDict):
    """`score` 0 (good) to 4 (very bad)."""

    score: int
    note: str


@transaction.atomic
def begin_survey(*, compound: Compound, user: User, surveyed_on: date | None = None) -> ConditionSurvey:
    """Open a survey; the one already under way is returned, so that a double tap opens one."""
    compound = Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    if compound.ended_on is not None:
        raise CompoundEnded(name=compound.name)
    if not can_fill_survey(user, compound):
        raise NotPermitted
    under_way = compound.surveys.exclude(state=SurveyState.CONFIRMED).first()
    if under_way is not None:
        return under_way
    return ConditionSurvey.objects.create(
        compound=compound, surveyed_on=surveyed_on or timezone.localdate(), filled_by=user
    )


def survey_version(survey: ConditionSurvey) -> str:
    """A digest of what is filled in, which a form carries to notice another hand in between."""
    facts = [str(getattr(survey, name)) for name in SurveyFacts.__annotations__]
    findings = survey.findings.order_by("topic").values_list("topic", "score", "note")
    content = json.dumps([facts, [list(finding) for finding in findings]])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@transaction.atomic
def save_survey(
    *,
    survey: ConditionSurvey,
    user: User,
    findings: Mapping[str, Finding],
    expected_version: str | None = None,
    **facts: Unpack[SurveyFacts],
) -> ConditionSurvey:
    """Write what has been filled in so far. Topics left out of `findings` are left unscored.

    `expected_version` is `survey_version` of when the form was shown: what somebody else saved
    since is not overwritten. One's own later version never stands in the way, because a phone on
    a bad network may not have heard that its last save arrived.
    """
    survey = _lock_open(survey, user)
    by_another = expected_version is not None and survey.filled_by_id != user.pk
    if by_another and survey_version(survey) != expected_version:
        raise SurveyChanged(who=str(survey.filled_by))
    survey.filled_by = user
    for field, value in facts.items():
        setattr(survey, field, value)
    with constraints_as_refusals(ConditionSurvey, SurveyFinding):
        survey.save()
        survey.findings.exclude(topic__in=findings.keys()).delete()
        SurveyFinding.objects.bulk_create(
            [
                SurveyFinding(
                    survey=survey, topic=Topic(topic), score=found["score"], note=clean_line(found["note"])
                )
                for topic, found in findings.items()
            ],
            update_conflicts=True,
            unique_fields=["survey", "topic"],
            update_fields=["score", "note"],
        )
    return survey


@transaction.atomic
def add_photo(
    *, survey: ConditionSurvey, user: User, file: StoredFile, key: UUID, topic: str = "", caption: str = ""
) -> SurveyPhoto:
    """Attach a photo; the same `key` again (a phone that retries) returns the first one."""
    survey = _lock_open(survey, user)
    words = clean_line(caption)
    return attach_once(
        survey.photos, key=key, most=MOST_PHOTOS, full=TooManyPhotos, file=file, topic=topic, caption=words
    )


@transaction.atomic
def caption_photos(*, survey: ConditionSurvey, user: User, captions: Mapping[int, str]) -> int:
    """Say in a line what photos of an open survey show: {photo: words}; returns how many changed."""
    survey = _lock_open(survey, user)
    changed = with_captions(survey.photos.filter(pk__in=captions), captions)
    return SurveyPhoto.objects.bulk_update(changed, ["caption"])


@transaction.atomic
def remove_photo(*, photo: SurveyPhoto, user: User) -> None:
    _lock_open(photo.survey, user)
    photo.delete()


@transaction.atomic
def submit_survey(*, survey: ConditionSurvey, user: User) -> ConditionSurvey:
    """Hand it to the bureau. Every topic must be scored and the wish asked."""
    survey = _lock_open(survey, user)
    _refuse_if_incomplete(survey)
    survey.state = SurveyState.SUBMITTED
    survey.submitted_by, survey.submitted_at = user, timezone.now()
    survey.return_reason = ""
    survey.save()
    return survey


@transaction.atomic
def confirm_survey(*, survey: ConditionSurvey, user: User) -> ConditionSurvey:
    """The bureau takes it over: from now on it is immutable and counts for eligibility and urgency."""
    survey = _lock_submitted(survey, user)
    survey.state = SurveyState.CONFIRMED
    survey.decided_by, survey.decided_at = user, timezone.now()
    survey.save()
    rescore(compound_ids=[survey.compound_id])
    return survey


@transaction.atomic
def return_survey(*, survey: ConditionSurvey, user: User, reason: str) -> ConditionSurvey:
    """Send it back to the community with what is to be mended."""
    survey = _lock_submitted(survey, user)
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    survey.state = SurveyState.RETURNED
    survey.decided_by, survey.decided_at, survey.return_reason = user, timezone.now(), reason
    survey.save()
    return survey


WISH = "wish"


def missing_parts(survey: ConditionSurvey) -> list[str]:
    """What has to be filled in before it can be submitted: topics, and `WISH`."""
    scored = set(survey.findings.values_list("topic", flat=True))
    missing: list[str] = [topic for topic in Topic.values if topic not in scored]
    if not survey.asked_households or survey.wishing_households is None:
        missing.append(WISH)
    return missing


def missing_for_submission(survey: ConditionSurvey) -> list[str]:
    """The same in words."""
    return [
        _("residents' wish") if part == WISH else str(Topic(part).label) for part in missing_parts(survey)
    ]


def _refuse_if_incomplete(survey: ConditionSurvey) -> None:
    missing = missing_for_submission(survey)
    if missing:
        raise SurveyIncomplete(missing=listed(missing))


def _lock_open(survey: ConditionSurvey, user: User) -> ConditionSurvey:
    survey = (
        ConditionSurvey.objects.select_for_update(of=("self",)).select_related("compound").get(pk=survey.pk)
    )
    if not can_fill_survey(user, survey.compound):
        raise NotPermitted
    if not survey.is_open:
        raise SurveyNotOpen(state=survey.get_state_display())
    return survey


def _lock_submitted(survey: ConditionSurvey, user: User) -> ConditionSurvey:
    survey = ConditionSurvey.objects.select_for_update().get(pk=survey.pk)
    if survey.state != SurveyState.SUBMITTED:
        raise SurveyNotSubmitted(state=survey.get_state_display())
    if not user.has_power(Power.CONFIRM_SURVEY, at=survey.division_code):
        raise NotPermitted
    if not can_confirm_survey(user, survey):
        raise SameHand
    return survey
