"""What workers and beat call."""

from celery import shared_task
from django.utils.translation import ngettext

from core.figures import thousands
from jobs import actions, exports
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler
from jobs.running import run


@shared_task
def run_job(job_id: int) -> None:
    run(job_id)


@shared_task
def pick_up_due_jobs() -> int:
    """Every few seconds: jobs that nobody began, and those whose worker died."""
    return actions.nudge_again()


@handler(exports.EXPORT)
def export_list(job: Job, progress: Progress) -> Outcome:
    file, rows = exports.make(job, progress)
    return Outcome(
        message=ngettext("{count} row", "{count} rows", rows).format(count=thousands(rows)), file=file
    )
