"""Due work of the residents' floor: what beat finds and does, and the jobs."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import ngettext

from core.figures import thousands
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler
from residents.actions import letters, opinion_alarms, prints, responses


@shared_task
def forget_old_attempts() -> int:
    """Daily: wrong codes and counted addresses that matter no more, drafts that nobody went on with."""
    return letters.forget_old_attempts() + responses.forget_old_traces()


@shared_task
def sound_opinion_alarms() -> int:
    """From the morning on, every hour: a worker that was away at eight makes up for it."""
    return opinion_alarms.sound_alarms()


@shared_task
def forget_printed_letters() -> int:
    """Every hour: sealed files of letters printed more than a day ago."""
    return prints.forget_prints()


@handler(prints.LETTERS)
def print_letters(job: Job, progress: Progress) -> Outcome:
    """The file is not the job's result: it is unsealed on the page of the letters, for whoever keeps these households."""
    printed = prints.print_letters(job=job, progress=progress)
    sentence = ngettext("{count} letter", "{count} letters", printed.letters)
    return Outcome(
        message=sentence.format(count=thousands(printed.letters)),
        url=reverse("residents:letters", args=[printed.compound.code]),
    )
