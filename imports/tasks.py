"""The two long steps of an import, as jobs."""

from django.urls import reverse
from django.utils.translation import gettext as _

from imports import actions
from imports.models import ImportRun, Verdict
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler


def _run_of(job: Job) -> ImportRun:
    return ImportRun.objects.select_related("file", "uploaded_by").get(pk=job.params["run"])


@handler(actions.PREVIEW)
def preview(job: Job, progress: Progress) -> Outcome:
    run = actions.preview(run=_run_of(job), progress=progress)
    sentence = _("{new} new, {changed} changed, {unchanged} unchanged, {wrong} wrong")
    return Outcome(message=sentence.format(**run.counts), url=reverse("imports:detail", args=[run.pk]))


@handler(actions.WRITE)
def write(job: Job, progress: Progress) -> Outcome:
    run = actions.write(run=_run_of(job), progress=progress)
    sentence = _("{new} added, {changed} changed").format(
        new=run.counts.get(Verdict.NEW, 0), changed=run.counts.get(Verdict.CHANGED, 0)
    )
    return Outcome(message=sentence, url=reverse("imports:detail", args=[run.pk]))
