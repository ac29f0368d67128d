"""What workers and beat call."""

from celery import shared_task

from jobs import actions
from jobs.running import run


@shared_task
def run_job(job_id: int) -> None:
    run(job_id)


@shared_task
def pick_up_due_jobs() -> int:
    """Every few seconds: jobs that nobody began, and those whose worker died."""
    return actions.nudge_again()
