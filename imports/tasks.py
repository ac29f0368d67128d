"""The two long steps of an import, as jobs."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _

from core.filetypes import XLSX
from files.actions import store_product
from imports import actions
from imports.kinds import Row
from imports.models import ImportRun, Verdict
from imports.wrong_rows import write_workbook_of_wrong_rows, wrong_rows_of
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler


def _run_of(job: Job) -> ImportRun:
    return ImportRun.objects.select_related("file", "uploaded_by").get(pk=job.params["run"])


@handler(actions.PREVIEW)
def preview(job: Job, progress: Progress) -> Outcome:
    run = actions.preview(run=_run_of(job), progress=progress)
    sentence = _("{new} new, {changed} changed, {unchanged} unchanged, {wrong} with errors")
    return Outcome(message=sentence.format(**run.counts), url=reverse("imports:detail", args=[run.pk]))


@handler(actions.WRITE)
def write(job: Job, progress: Progress) -> Outcome:
    run = actions.write(run=_run_of(job), progress=progress)
    sentence = _("{new} added, {changed} changed").format(
        new=run.counts.get(Verdict.NEW, 0), changed=run.counts.get(Verdict.CHANGED, 0)
    )
    return Outcome(message=sentence, url=reverse("imports:detail", args=[run.pk]))


@handler(actions.WRONG_ROWS)
def wrong_rows(job: Job, progress: Progress) -> Outcome:
    run = _run_of(job)
    table = actions.table_of_run(run)
    total = run.counts.get(Verdict.WRONG, 0)

    def counted() -> Iterator[Row]:
        for done, row in enumerate(wrong_rows_of(run)):
            progress.step(done, total)
            yield row

    with TemporaryFile() as to:
        task = actions.task_of(run, table)
        write_workbook_of_wrong_rows(rows=counted(), table=table, task=task, to=to)
        name = f"{actions.wrong_rows_name(run)}.xlsx"
        file = store_product(content=to, name=name, media_type=XLSX, user=run.uploaded_by)
    return Outcome(file=file)


@shared_task
def forget_old_rows() -> int:
    """Every night."""
    return actions.forget_rows()


@shared_task
def forget_personal_data() -> int:
    """Every hour."""
    return actions.forget_personal()
