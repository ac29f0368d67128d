"""Who may do what with a job. Being able to see it comes first, by `visible_to`."""

from typing import Any

from jobs.models import Job


def can_cancel(user: Any, job: Job) -> bool:
    return job.requested_by_id == user.pk
