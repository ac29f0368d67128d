"""Compounds, surveys and pool entries as tests need them, made by the actions that make them in life."""

import itertools
from datetime import date
from typing import Any

from django.utils import timezone

from compounds.actions.pool import move_to_batch
from compounds.actions.register import add_building, create_compound
from compounds.actions.surveys import begin_survey, confirm_survey, save_survey, submit_survey
from compounds.models import Batch, Building, Compound, ConditionSurvey, PoolEntry, Topic
from directory.models import Division
from jobs.models import Job, JobState
from jobs.progress import Silent
from jobs.running import perform
from tests.cast import SHENGLI, Cast

_serial = itertools.count(1)


def make_compound(
    cast: Cast, name: str = "", *, community: str = SHENGLI, by: str = "bureau", **facts: Any
) -> Compound:
    return create_compound(
        user=getattr(cast, by),
        community=Division.objects.get(pk=community),
        name=name or f"测试小区{next(_serial)}",
        **facts,
    )


def make_building(
    cast: Cast, compound: Compound, number: str, *, by: str = "bureau", **facts: Any
) -> Building:
    return add_building(compound=compound, user=getattr(cast, by), number=number, **facts)


def fill_survey(
    cast: Cast, compound: Compound, *, score: int = 3, asked: int = 100, wishing: int = 90, by: str = "community",
    **scores: int,
) -> ConditionSurvey:  # fmt: skip
    """A survey with every topic scored `score`, but those named (`pipes=4`); still open."""
    survey = begin_survey(compound=compound, user=getattr(cast, by), surveyed_on=date(2025, 3, 1))
    return save_survey(
        survey=survey,
        user=getattr(cast, by),
        findings={topic: {"score": scores.get(topic, score), "note": ""} for topic in Topic.values},
        asked_households=asked,
        wishing_households=wishing,
    )


def make_survey(cast: Cast, compound: Compound, *, by: str = "community", **how: Any) -> ConditionSurvey:
    """A confirmed survey: filled in by one, confirmed by the bureau."""
    survey = fill_survey(cast, compound, by=by, **how)
    submit_survey(survey=survey, user=getattr(cast, by))
    return confirm_survey(survey=survey, user=cast.bureau if by != "bureau" else cast.bureau2)


def make_pooled(
    cast: Cast, name: str = "", *, batch: str = Batch.RESERVE, by: str = "bureau", **how: Any
) -> Compound:
    """A compound built in 1985, surveyed and in the pool; `how` goes to the survey (`score=4`)."""
    compound = make_compound(cast, name, built_year=1985)
    make_survey(cast, compound, **how)
    move_to_batch(compounds=[compound], batch=batch, user=getattr(cast, by))
    return compound


def current_entry(compound: Compound) -> PoolEntry:
    return PoolEntry.objects.current().get(compound=compound)


def do_jobs() -> list[Job]:
    """What a worker would do with the jobs that wait, here and now; gives those jobs."""
    waiting = list(Job.objects.unfinished().order_by("pk"))
    for job in waiting:
        outcome = perform(job, Silent())
        Job.objects.filter(pk=job.pk).update(
            state=JobState.DONE, message=outcome.message, finished_at=timezone.now()
        )
    return waiting
