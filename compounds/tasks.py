"""Due work of the register: what beat finds and does, and the jobs."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import ngettext

from compounds.actions.scoring import rescore_outdated
from compounds.judging.in_force import RESCORE
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler


@shared_task
def rescore_due() -> None:
    """Every hour: where rules and formulas came into force since the scores were computed."""
    rescore_outdated()


@handler(RESCORE)
def rescore_division(job: Job, progress: Progress) -> Outcome:
    """After a version was published. Whatever the job was asked for by, it brings all to the versions of today."""
    done = rescore_outdated(division_code=job.division_code, progress=progress)
    sentence = ngettext("{count} score recomputed", "{count} scores recomputed", done).format(count=done)
    return Outcome(message=sentence, url=f"{reverse('compounds:rules')}?division={job.division_code}")
