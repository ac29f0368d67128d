"""A real worker process, killed without mercy. The row says what is due; another worker does it, once."""

import os
import signal
from collections.abc import Iterator
from unittest import mock

import pytest

from directory.models import Organisation
from jobs import models
from jobs.actions import nudge_again
from jobs.models import Job, JobState
from tests.cast import JINGZHOU, Cast
from tests.jobs.test_jobs import ask, fall_silent
from tests.jobs.workers import own_queue, with_beat_until, worker_process
from tests.site import until


@pytest.fixture(autouse=True)
def _own_queue() -> Iterator[None]:
    with own_queue():
        yield


def killed_in_the_middle(cast: Cast) -> Job:
    """A job whose worker was killed (SIGKILL) while its transaction was open."""
    job = ask(cast, "test.build", division=JINGZHOU, seconds_each=0.3)
    with worker_process() as process:
        with_beat_until(lambda: Job.objects.get(pk=job.pk).done >= 3)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert Organisation.objects.count() == 0
    return job


def test_a_killed_workers_job_is_done_by_the_next_with_the_same_result(committed_cast: Cast) -> None:
    job = killed_in_the_middle(committed_cast)
    assert nudge_again() == 0
    fall_silent(job)
    with worker_process():
        assert nudge_again() == 1
        with_beat_until(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE)
    assert Job.objects.get(pk=job.pk).attempts == 2
    assert sorted(Organisation.objects.values_list("name", flat=True)) == [
        f"单位{number}" for number in range(10)
    ]


def test_without_the_look_for_silent_workers_the_job_is_lost(committed_cast: Cast) -> None:
    """The negative control: what beat does is what saves the job, not the message on the broker."""
    job = killed_in_the_middle(committed_cast)
    fall_silent(job)
    with mock.patch.object(models, "SILENCE_MEANS_DEAD", models.SILENCE_MEANS_DEAD * 1000), worker_process():
        assert nudge_again() == 0
        with pytest.raises(AssertionError, match="did not happen"):
            until(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE, 8)
