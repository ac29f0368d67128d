"""Long work: claimed once, told while it runs, ended by a sentence, picked up again when its worker dies."""

import time
from datetime import timedelta
from threading import Thread
from typing import Any
from unittest import mock

import pytest
from celery import Celery, current_app
from django.db import connections, transaction
from django.utils import timezone, translation

from core.broker import Broker
from core.errors import NotPermitted
from directory.models import Organisation
from jobs import actions
from jobs.actions import claim, enqueue, nudge_again, request_cancel
from jobs.errors import ClaimLost, JobFinished
from jobs.models import MAX_ATTEMPTS, Job, JobQuerySet, JobState
from jobs.progress import Progress, Reporter, Silent
from jobs.registry import UnknownKind, handler_of
from jobs.running import perform, run
from outbox.models import Message
from tests.cast import JINGZHOU, Cast
from tests.jobs import handlers
from tests.races import at_once
from tests.redis_database import emptied_redis
from tests.site import until

# Importing them registers them.
KINDS_OF_TESTS = handlers.__name__


def ask(cast: Cast, kind: str = "test.answer", **params: object) -> Job:
    return enqueue(kind=kind, title="一件事", params={"question": "多少", **params}, user=cast.bureau)


def step_for_ever(progress: Progress) -> None:
    while True:
        time.sleep(0.05)
        progress.step(1, 2)


def fall_silent(job: Job) -> None:
    """As if its worker had died three minutes ago."""
    long_ago = timezone.now() - timedelta(minutes=3)
    Job.objects.filter(pk=job.pk).update(heard_at=long_ago, nudged_at=long_ago)


# --- A job's life -----------------------------------------------------------------------


def test_a_job_is_done_and_says_what_came_of_it(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    assert (job.state, job.percent) == (JobState.DUE, 0)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, job.result_url, job.percent) == (
        JobState.DONE,
        "多少: 42",
        "/answers/42/",
        100,
    )
    assert job.finished_at is not None


def test_a_refusal_becomes_the_jobs_sentence(committed_cast: Cast) -> None:
    job = ask(committed_cast, "test.refuse")
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "There is no street 长安街.")


def test_a_bug_is_recorded_for_us_and_tells_nothing_of_its_inside(
    committed_cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask(committed_cast, "test.break")
    run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "secret" not in job.error
    assert len(job.error) > 10
    assert "a secret that nobody may read" in caplog.text


def test_long_work_and_failures_are_told_in_the_inbox_once(committed_cast: Cast) -> None:
    quick, long, failing = ask(committed_cast), ask(committed_cast), ask(committed_cast, "test.refuse")
    Job.objects.filter(pk=long.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    for job in (quick, long, failing):
        run(job.pk)
    inbox = Message.objects.in_inbox_of(committed_cast.bureau).order_by("pk")
    assert [(message.url, message.text) for message in inbox] == [
        (f"/jobs/{long.pk}/", "多少: 42"),
        (f"/jobs/{failing.pk}/", "There is no street 长安街."),
    ]


def test_an_unknown_kind_fails_and_does_not_stay_due(committed_cast: Cast) -> None:
    job = ask(committed_cast, "test.unheard")
    run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    with pytest.raises(UnknownKind):
        handler_of("test.unheard")


def test_the_sentence_is_in_the_language_of_whoever_asked(committed_cast: Cast) -> None:
    with translation.override("en"):
        english = ask(committed_cast, "test.break")
    with translation.override("zh-hans"):
        chinese = ask(committed_cast, "test.break")
    for job in (english, chinese):
        run(job.pk)
        job.refresh_from_db()
    assert "Something went wrong" in english.error
    assert "记录" in chinese.error


def test_a_finished_job_is_not_done_again(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    run(job.pk)
    assert claim(job_id=job.pk) is None
    assert claim(job_id=10**9) is None


def test_work_can_be_done_without_anybody_watching(cast: Cast) -> None:
    assert perform(ask(cast), Silent()).message == "多少: 42"


# --- Cancelling -------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(cast: Cast) -> None:
    job = request_cancel(job=ask(cast), user=cast.bureau)
    assert job.state == JobState.CANCELLED
    assert claim(job_id=job.pk) is None
    with pytest.raises(JobFinished):
        request_cancel(job=job, user=cast.bureau)


def test_another_persons_job_is_not_cancelled(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        request_cancel(job=ask(cast), user=cast.bureau2)


def test_a_running_job_stops_at_its_next_step_and_its_progress_was_seen(committed_cast: Cast) -> None:
    job = ask(committed_cast, "test.wait")

    def work() -> None:
        try:
            run(job.pk)
        finally:
            connections.close_all()

    worker = Thread(target=work)
    worker.start()
    until(lambda: Job.objects.get(pk=job.pk).done > 3)
    request_cancel(job=job, user=committed_cast.bureau)
    worker.join(20)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert 3 < job.done < 600


def test_progress_is_seen_while_the_transaction_is_open_and_nothing_of_it_is(committed_cast: Cast) -> None:
    job = ask(committed_cast, "test.build", division=JINGZHOU, seconds_each=0.2)

    def work() -> None:
        try:
            run(job.pk)
        finally:
            connections.close_all()

    worker = Thread(target=work)
    worker.start()
    until(lambda: Job.objects.get(pk=job.pk).done >= 3)
    assert Organisation.objects.count() == 0
    worker.join(20)
    assert Organisation.objects.count() == 10


# --- Claims -----------------------------------------------------------------------------


def test_of_many_workers_one_gets_the_job(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    claims = at_once(*[lambda: claim(job_id=job.pk)] * 8)
    assert len([taken for taken in claims if taken is not None]) == 1


def test_without_the_condition_several_workers_get_it(committed_cast: Cast) -> None:
    """The negative control: the harness sees two workers at one job."""
    job = ask(committed_cast)
    with mock.patch.object(JobQuerySet, "claimable", lambda self, now: self):
        claims = at_once(*[lambda: claim(job_id=job.pk)] * 3)
    assert len([taken for taken in claims if taken is not None]) > 1


def test_a_silent_workers_job_is_taken_over_and_the_first_hears_of_it(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    first = claim(job_id=job.pk)
    assert first is not None
    assert claim(job_id=job.pk) is None
    fall_silent(job)
    second = claim(job_id=job.pk)
    assert second is not None
    assert second.attempts == 2
    assert not actions.finish(job=first, message="late")
    with Reporter(first) as progress, pytest.raises(ClaimLost):
        step_for_ever(progress)
    assert actions.finish(job=second, message="in time")
    assert Job.objects.get(pk=job.pk).message == "in time"


def test_a_job_that_dies_three_times_is_given_up_with_a_sentence(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    for _ in range(MAX_ATTEMPTS):
        assert claim(job_id=job.pk) is not None
        fall_silent(job)
    assert claim(job_id=job.pk) is None
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "3" in job.error


def test_cancelling_a_job_whose_worker_died_ends_it(committed_cast: Cast) -> None:
    job = ask(committed_cast)
    claim(job_id=job.pk)
    fall_silent(job)
    request_cancel(job=job, user=committed_cast.bureau)
    assert claim(job_id=job.pk) is None
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


# --- Nudges -----------------------------------------------------------------------------


def test_due_and_silent_jobs_are_nudged_once_by_two_beats(committed_cast: Cast) -> None:
    fresh, lost, silent = (ask(committed_cast) for _ in range(3))
    Job.objects.filter(pk=lost.pk).update(nudged_at=None)
    claim(job_id=silent.pk)
    fall_silent(silent)
    sent: list[int] = []

    def note(job_id: int) -> bool:
        sent.append(job_id)
        return True

    with mock.patch.object(actions, "nudge", note):
        assert sum(at_once(nudge_again, nudge_again)) == 2
    assert sorted(sent) == sorted([lost.pk, silent.pk])
    assert fresh.pk not in sent


def test_an_emptied_redis_takes_nudges_again(committed_cast: Cast) -> None:
    ask(committed_cast)
    emptied_redis()
    later = ask(committed_cast)
    later.refresh_from_db()
    assert later.nudged_at is not None
    with current_app.connection_for_read() as connection:
        queue: Any = current_app.amqp.queues["celery"].bind(connection.default_channel)
        assert queue.queue_declare(passive=True).message_count == 1


def test_with_redis_away_the_request_goes_on_and_beat_finds_the_row(committed_cast: Cast) -> None:
    """The real client with the portal's own settings, pointed at a port where nobody listens."""
    away = Celery("away", set_as_current=False)
    away.config_from_object("django.conf:settings", namespace="CELERY")
    away.conf["broker_url"] = "redis://127.0.0.1:1/0"
    with mock.patch.object(actions, "broker", Broker(away)):
        began = time.monotonic()
        with transaction.atomic():
            job = ask(committed_cast)
        assert time.monotonic() - began < 3
        began = time.monotonic()
        ask(committed_cast)
        assert time.monotonic() - began < 0.2
    job.refresh_from_db()
    assert (job.state, job.nudged_at) == (JobState.DUE, None)
    assert job in Job.objects.to_be_nudged(timezone.now())
