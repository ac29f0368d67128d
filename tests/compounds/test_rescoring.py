"""A published version makes a rescoring due: a job that tells how far it is and survives its worker."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from unittest import mock

import pytest
from django.db import connection
from django.urls import reverse

from compounds.actions import scoring
from compounds.actions.rules import publish_eligibility_rule, publish_urgency_formula
from compounds.actions.scoring import rescore, rescore_outdated
from compounds.judging.in_force import RESCORE, outdated_scores, rescoring_of
from compounds.judging.urgency import PARTS
from compounds.models import Compound, UrgencyFormula, UrgencyScore
from directory.models import Division
from jobs.actions import nudge_again
from jobs.errors import Stopped
from jobs.models import Job, JobState
from jobs.progress import Silent
from jobs.running import run
from tests.cast import GUANGWU, JINGZHOU, SHENGLI, ZAOYANG, Cast
from tests.compounds.builders import do_jobs, make_compound, make_survey
from tests.jobs.test_jobs import fall_silent
from tests.jobs.workers import own_queue, with_beat_until, worker_process

WEIGHTS = dict.fromkeys(PARTS, 0) | {"pipes": 100}


def publish(cast: Cast, weights: dict[str, int] = WEIGHTS) -> UrgencyFormula:
    return publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2025, 1, 1),
        basis="荆建〔2025〕7 号", weights=weights,
    )  # fmt: skip


def make_surveyed(cast: Cast, count: int) -> list[Compound]:
    compounds = [make_compound(cast, built_year=1985) for _ in range(count)]
    for compound in compounds:
        make_survey(cast, compound, score=1, pipes=4)
    return compounds


class StopsAfter(Silent):
    """Progress that ends the work at its n-th step, as a killed worker would."""

    def __init__(self, steps: int) -> None:
        self.told: list[tuple[int, int]] = []
        self.steps = steps

    def step(self, done: int, total: int, message: str = "") -> None:
        self.told.append((done, total))
        if len(self.told) > self.steps:
            raise Stopped


# --- The job ----------------------------------------------------------------------------


def test_publishing_writes_the_version_and_leaves_the_scores_to_a_job(cast: Cast) -> None:
    (compound,) = make_surveyed(cast, 1)
    before = UrgencyScore.objects.get(compound=compound)
    formula = publish(cast)
    job = Job.objects.get(kind=RESCORE)
    assert (job.requested_by, job.division_code, job.state) == (cast.bureau, JINGZHOU, JobState.DUE)
    score = UrgencyScore.objects.get(compound=compound)
    assert (score.score, score.formula_id) == (before.score, before.formula_id)
    do_jobs()
    score.refresh_from_db()
    assert (score.score, score.formula) == (Decimal("100.00"), formula)


def test_a_score_names_the_rule_and_the_formula_that_it_was_computed_by(cast: Cast) -> None:
    (compound,) = make_surveyed(cast, 1)
    rule = publish_eligibility_rule(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2025, 1, 1), basis="甲",
        built_before=1980, environment_minimum=2, facilities_minimum=2, wish_percent=67,
    )  # fmt: skip
    assert UrgencyScore.objects.get(compound=compound).rule != rule
    do_jobs()
    score = UrgencyScore.objects.get(compound=compound)
    assert (score.rule, score.is_eligible) == (rule, False)
    page = cast.client("bureau").get(compound.get_absolute_url()).content.decode()
    assert "荆州区 · 准入规则第 1 版" in page
    assert "系统内置 · 评分公式第 1 版" in page


def test_nothing_is_due_where_nobody_is_scored_or_another_county_published(cast: Cast) -> None:
    publish(cast)
    assert not Job.objects.exists()
    make_surveyed(cast, 1)
    publish_urgency_formula(
        division=Division.objects.get(pk=ZAOYANG), user=cast.stranger, effective_from=date(2025, 1, 1), basis="枣",
        weights=WEIGHTS,
    )  # fmt: skip
    assert not Job.objects.exists()


def test_what_was_judged_before_rules_were_kept_is_judged_again(cast: Cast) -> None:
    (compound,) = make_surveyed(cast, 1)
    assert not outdated_scores().exists()
    UrgencyScore.objects.filter(compound=compound).update(rule=None)
    assert rescore_outdated() == 1
    assert UrgencyScore.objects.get(compound=compound).rule is not None
    assert rescore_outdated() == 0


def test_a_rescoring_that_broke_off_goes_on_where_it_stopped(cast: Cast) -> None:
    compounds = make_surveyed(cast, 5)
    publish(cast)
    first, second = StopsAfter(2), StopsAfter(100)
    with mock.patch.object(scoring, "STEP", 1):
        with pytest.raises(Stopped):
            rescore_outdated(division_code=JINGZHOU, progress=first)
        assert outdated_scores(JINGZHOU).count() == 3
        # Somebody's survey was confirmed meanwhile: that score is up to date already.
        rescore(compound_ids=[compounds[-1].pk])
        assert rescore_outdated(division_code=JINGZHOU, progress=second) == 2
    assert first.told == [(0, 5), (1, 5), (2, 5)]
    assert second.told == [(3, 5), (4, 5), (5, 5)]


# --- Pages ------------------------------------------------------------------------------


def test_pages_say_that_scores_are_being_recomputed_until_they_are(cast: Cast) -> None:
    (compound,) = make_surveyed(cast, 1)
    publish(cast)
    pages = [
        reverse("compounds:rules"),
        reverse("compounds:pool"),
        reverse("compounds:pool_list"),
        compound.get_absolute_url(),
    ]
    job = Job.objects.get(kind=RESCORE)
    for page in pages:
        asked = cast.client("bureau").get(page).content.decode()
        assert "正在重新计算" in asked, page
        assert f'id="job-{job.pk}"' in asked, page
        others = cast.client("community").get(page).content.decode()
        assert "正在重新计算" in others, page
        assert f'id="job-{job.pk}"' not in others, page
        assert "正在重新计算" not in cast.client("stranger").get(reverse("compounds:pool")).content.decode()
    do_jobs()
    for page in pages:
        assert "正在重新计算" not in cast.client("bureau").get(page).content.decode()


def test_a_city_s_rescoring_shows_in_its_counties_and_the_other_way_round(cast: Cast) -> None:
    make_surveyed(cast, 1)
    publish(cast)
    for code in ("42", "4210", JINGZHOU, SHENGLI):
        assert rescoring_of([code]) is not None, code
    for code in (ZAOYANG, GUANGWU):
        assert rescoring_of([code]) is None, code
    assert rescoring_of([]) is None


# --- Workers ----------------------------------------------------------------------------


@pytest.fixture
def _own_queue() -> Iterator[None]:
    with own_queue():
        yield


@contextmanager
def held(compound: Compound) -> Iterator[None]:
    """Somebody else works on the compound's row: a rescoring that has begun cannot end."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM compounds_compound WHERE id = %s FOR UPDATE", [compound.pk])
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.usefixtures("_own_queue")
def test_a_killed_worker_s_rescoring_is_done_by_the_next(committed_cast: Cast) -> None:
    cast = committed_cast
    compounds = make_surveyed(cast, 3)
    publish(cast)
    job = Job.objects.get(kind=RESCORE)
    with held(compounds[1]), worker_process() as process:
        with_beat_until(lambda: Job.objects.get(pk=job.pk).state == JobState.RUNNING)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert outdated_scores(JINGZHOU).exists()
    fall_silent(job)
    with worker_process():
        assert nudge_again() == 1
        with_beat_until(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE)
    assert not outdated_scores(JINGZHOU).exists()
    assert Job.objects.get(pk=job.pk).attempts == 2
    assert {str(score) for score in UrgencyScore.objects.values_list("score", flat=True)} == {"100.00"}


def test_run_again_it_changes_nothing(committed_cast: Cast) -> None:
    make_surveyed(committed_cast, 2)
    publish(committed_cast)
    job = Job.objects.get(kind=RESCORE)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "已重新计算 2 个分数")
    stamps = set(UrgencyScore.objects.values_list("compound_id", "computed_at"))
    Job.objects.filter(pk=job.pk).update(state=JobState.DUE, finished_at=None)
    run(job.pk)
    assert set(UrgencyScore.objects.values_list("compound_id", "computed_at")) == stamps
