"""Doing a claimed job, and what becomes of whatever it raises."""

import logging

import pghistory
from django.db import InterfaceError, OperationalError
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import DomainError
from jobs import actions
from jobs.errors import ClaimLost, Stopped
from jobs.models import Job
from jobs.progress import Progress, Reporter
from jobs.registry import Outcome, handler_of

logger = logging.getLogger(__name__)


def run(job_id: int) -> None:
    """Claim the job and do it; nothing happens when another worker has it."""
    job = actions.claim(job_id=job_id)
    if job is None:
        return
    with translation.override(job.language):
        with Reporter(job) as progress:
            outcome = _attempt(job, progress)
        if outcome is not None:
            actions.finish(job=job, message=outcome.message, file=outcome.file, url=outcome.url)


def _attempt(job: Job, progress: Progress) -> Outcome | None:
    """The handler's outcome, or None when the job's row already says how it ended."""
    try:
        return perform(job, progress)
    except Stopped:
        actions.stop(job=job)
    except ClaimLost:
        logger.warning("Job %s was taken over by another worker", job.pk)
    except DomainError as refusal:
        actions.fail(job=job, error=refusal.message)
    except (OperationalError, InterfaceError):
        logger.exception("Job %s: the database went away", job.pk)
        actions.give_back(job=job)
    except Exception:
        logger.exception("Job %s (%s) failed", job.pk, job.kind)
        actions.fail(
            job=job,
            error=_("Something went wrong on our side. Nothing was changed; the error has been recorded."),
        )
    return None


def perform(job: Job, progress: Progress) -> Outcome:
    """Do the work itself. Who asked for it goes into the history of every row it changes."""
    with pghistory.context(user=job.requested_by_id, job=job.pk):
        return handler_of(job.kind)(job, progress)
