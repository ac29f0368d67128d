"""Every change of a job's row: asked for, claimed, finished, failed, cancelled."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.broker import broker
from core.errors import NotPermitted
from files.models import StoredFile
from jobs.errors import JobFinished
from jobs.models import MAX_ATTEMPTS, Job, JobState
from jobs.permissions import can_cancel
from outbox.actions import tell

RUN_JOB = "jobs.tasks.run_job"
# What is done sooner was watched to its end.
WORTH_TELLING = timedelta(seconds=15)


@transaction.atomic
def enqueue(
    *, kind: str, title: str, params: dict[str, Any] | None = None, user: Any, division_code: str = ""
) -> Job:
    """Write down what is due; a worker is nudged after the commit, and beat finds the row in any case."""
    job = Job.objects.create(
        kind=kind,
        title=title[:200],
        params=params or {},
        requested_by=user,
        division_code=division_code,
        language=get_language() or "zh-hans",
        nudged_at=timezone.now(),
    )
    transaction.on_commit(lambda: nudge(job.pk))
    return job


def request_cancel(*, job: Job, user: Any) -> Job:
    """A waiting job ends at once, a running one at its next step.

    Work that committed before it heard of the wish stays done, and the job says so.
    """
    if not can_cancel(user, job):
        raise NotPermitted
    waiting = Job.objects.filter(pk=job.pk, state=JobState.DUE)
    now = timezone.now()
    if not waiting.update(state=JobState.CANCELLED, cancel_requested=True, finished_at=now):
        running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
        if not running.update(cancel_requested=True):
            raise JobFinished
    job.refresh_from_db()
    return job


# --- Nudging ----------------------------------------------------------------------------


def nudge(job_id: int) -> bool:
    """Tell a worker. Redis being away is no reason to fail: the row is what is due."""
    sent = broker.send(RUN_JOB, job_id)
    if not sent:
        Job.objects.filter(pk=job_id, state=JobState.DUE).update(nudged_at=None)
    return sent


def nudge_again() -> int:
    """Nudge every job that is due or whose worker fell silent; returns how many. Two beats nudge once."""
    now, nudged = timezone.now(), 0
    for job_id in Job.objects.to_be_nudged(now).values_list("pk", flat=True).order_by("created_at")[:500]:
        if Job.objects.filter(pk=job_id).to_be_nudged(now).update(nudged_at=now):
            nudged += nudge(job_id)
    return nudged


# --- Working ----------------------------------------------------------------------------


def claim(*, job_id: int) -> Job | None:
    """Take the job for this worker; None when another has it, or it is over.

    One conditional update decides between two workers. A job that went silent three
    times is given up rather than tried for ever.
    """
    now = timezone.now()
    mine = Job.objects.filter(pk=job_id).claimable(now)
    if mine.filter(attempts__lt=MAX_ATTEMPTS, cancel_requested=False).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, started_at=now, heard_at=now, done=0, message=""
    ):
        return Job.objects.get(pk=job_id)
    mine.filter(cancel_requested=True).update(state=JobState.CANCELLED, finished_at=now)
    sentence = _("The work broke off {times} times and was given up. Ask your system administrator to look.")
    mine.update(state=JobState.FAILED, error=sentence.format(times=MAX_ATTEMPTS), finished_at=now)
    return None


@transaction.atomic
def finish(*, job: Job, message: str = "", file: StoredFile | None = None, url: str = "") -> bool:
    """Mark as done; False (and nothing written) if another worker took the job over meanwhile."""
    now = timezone.now()
    done = Job.objects.held(job).update(
        state=JobState.DONE,
        finished_at=now,
        done=F("total"),
        message=message[:300],
        result_file=file,
        result_url=url,
    )
    if done and now - job.created_at > WORTH_TELLING:
        _tell(job, _("Done: {title}").format(title=job.title), message)
    return bool(done)


@transaction.atomic
def fail(*, job: Job, error: str) -> bool:
    """Mark as failed with a sentence for whoever asked."""
    failed = Job.objects.held(job).update(
        state=JobState.FAILED, finished_at=timezone.now(), error=error or job.kind
    )
    if failed:
        _tell(job, _("Not done: {title}").format(title=job.title), error)
    return bool(failed)


def _tell(job: Job, subject: str, text: str) -> None:
    """Whoever asked may have left the page long ago."""
    tell(
        recipient=job.requested_by, subject=subject, text=text,
        url=reverse("jobs:detail", args=[job.pk]), key=f"job-{job.pk}-{job.attempts}",
    )  # fmt: skip


def stop(*, job: Job) -> bool:
    return bool(Job.objects.held(job).update(state=JobState.CANCELLED, finished_at=timezone.now()))


def give_back(*, job: Job) -> bool:
    """The work could not be done now (the database or the worker went away): due again."""
    return bool(Job.objects.held(job).update(state=JobState.DUE, nudged_at=None))
