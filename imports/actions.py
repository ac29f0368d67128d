"""The steps of an import: upload, columns, preview, writing. Nothing reaches the register before the last."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, BinaryIO

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from core.errors import NotPermitted
from core.integrity import violated_constraint
from core.sheets import Workbook, open_bytes
from core.text import listed
from files import storage
from files.actions import SPREADSHEETS, forget_bytes, store_document
from files.models import StoredFile
from imports.errors import (
    ChangedSincePreview,
    ChoicesMissing,
    ColumnsMissing,
    FileForgotten,
    NothingToWrite,
    RefusedByDatabase,
    StillWorking,
    WrongRowsLeft,
    WrongStep,
)
from imports.kinds import ImportKind, Row, Task, all_kinds, kind_of
from imports.models import ImportRow, ImportRun, ImportState, Verdict
from imports.permissions import can_import
from imports.reading import Table, match, open_table, rows_of, table_of
from imports.staging import counted_reasons, stage
from jobs.actions import enqueue
from jobs.models import Job
from jobs.progress import Progress

PREVIEW, WRITE, WRONG_ROWS = "imports.preview", "imports.write", "imports.wrong_rows"
LEAVE_OUT, HEADINGS = "leave_out_wrong", "headings"
WRITTEN_VERDICTS = (Verdict.NEW, Verdict.CHANGED)


# --- Upload and columns -----------------------------------------------------------------


def upload(
    *,
    kind: ImportKind,
    file: BinaryIO,
    name: str,
    user: Any,
    sheet: str = "",
    division: str = "",
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Keep the file if it can be read as a table, and match its columns by their headings.

    Raises the refusals of `core.sheets` and `files`.
    """
    if user is not None and not can_import(user, kind):
        raise NotPermitted
    table = open_table(file, kind, sheet)
    stored = store_document(file=file, name=name, user=user, accepted=SPREADSHEETS)
    return ImportRun.objects.create(
        kind=kind.key,
        file=stored,
        sheet=table.sheet.name,
        mapping=match(kind, table),
        options={**(options or {}), HEADINGS: list(table.labels)},
        division_code=division,
        uploaded_by=user,
    )


def workbook_of_run(run: ImportRun, sheet: str | None = None) -> tuple[Workbook, Table]:
    """The stored file, and the named sheet of it (without a name the one that was chosen)."""
    if run.forgotten_at is not None:
        raise FileForgotten
    with storage.fetch(run.file.key) as source:
        book = open_bytes(source.read())
    return book, table_of(book, kind_of(run.kind), run.sheet if sheet is None else sheet)


def table_of_run(run: ImportRun) -> Table:
    return workbook_of_run(run)[1]


def task_of(run: ImportRun, table: Table | None = None) -> Task:
    """What the run is to do; without its table the headings are those that were chosen from."""
    labels = run.options.get(HEADINGS, ()) if table is None else table.labels
    return Task(
        user=run.uploaded_by,
        mapping={key: label for key, label in run.mapping.items() if label in labels},
        headings=labels,
        options=run.options,
        division=run.division_code,
    )


@transaction.atomic
def choose_columns(
    *, run: ImportRun, table: Table, mapping: Mapping[str, str], options: Mapping[str, Any]
) -> ImportRun:
    """Say which column is which; an earlier preview is thereby void. Choices not named stay."""
    run = _locked(run, ImportState.UPLOADED, ImportState.PREVIEWED)
    run.sheet, run.mapping = table.sheet.name, dict(mapping)
    run.options = {**run.options, **options, HEADINGS: list(table.labels)}
    missing = kind_of(run.kind).missing_columns(task_of(run))
    if missing:
        raise ColumnsMissing(columns=listed(missing))
    if questions := kind_of(run.kind).undecided(task_of(run)):
        raise ChoicesMissing(questions=questions)
    run.state, run.counts, run.warnings, run.reasons = ImportState.UPLOADED, {}, 0, {}
    run.rows.all().delete()
    run.save()
    return run


@transaction.atomic
def answer(*, run: ImportRun, option: str, answers: Mapping[str, str]) -> ImportRun:
    """Keep what was chosen for the values of a column."""
    run = _locked(run, ImportState.UPLOADED, ImportState.PREVIEWED)
    run.options = {**run.options, option: dict(answers)}
    run.save(update_fields=["options"])
    return run


@transaction.atomic
def discard(*, run: ImportRun) -> ImportRun:
    run = _locked(run, ImportState.UPLOADED, ImportState.PREVIEWED)
    run.state = ImportState.DISCARDED
    run.rows.all().delete()
    run.save(update_fields=["state"])
    _forget_when_done(run)
    return run


def _fresh(run: ImportRun) -> ImportRun:
    """The run's row, locked and read anew."""
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("file", "uploaded_by")
    return locked.get(pk=run.pk)


def _locked(run: ImportRun, *states: str) -> ImportRun:
    """As `_fresh`; refused while a job works on it or at another step."""
    run = _fresh(run)
    if run.state not in states:
        raise WrongStep
    if run.job_id and not Job.objects.get(pk=run.job_id).is_finished:
        raise StillWorking
    return run


# --- Residents' personal data -------------------------------------------------------------


def personal_kinds() -> list[str]:
    return [kind.key for kind in all_kinds() if kind.personal_columns]


def forget_personal() -> int:
    """Delete files and staged rows with residents' personal data that are due. Returns of how many imports."""
    due = ImportRun.objects.to_forget_at(timezone.now(), personal_kinds())
    return sum(forget(run=run) for run in due.select_related("file", "job").order_by("pk"))


def forget(*, run: ImportRun) -> bool:
    """Delete the file's bytes, the workbooks made of it and the staged rows; what became of the import stays.

    Bytes first: whoever dies in between leaves the run due. False while a job works on it.
    """
    if run.job is not None and not run.job.is_finished:
        return False
    makers = Job.objects.filter(kind=WRONG_ROWS, params__run=run.pk, result_file__isnull=False)
    products = [job.result_file for job in makers.select_related("result_file") if job.result_file]
    twins = StoredFile.objects.filter(
        sha256=run.file.sha256,
        pk__in=ImportRun.objects.filter(forgotten_at__isnull=False, file__sha256=run.file.sha256).values(
            "file"
        ),
    )
    forget_bytes(files=[run.file, *products, *twins])
    with transaction.atomic():
        fresh = _fresh(run)
        fresh.rows.all().delete()
        fresh.forgotten_at = timezone.now()
        if fresh.state in {ImportState.UPLOADED, ImportState.PREVIEWED}:
            fresh.state = ImportState.DISCARDED
        fresh.save(update_fields=["forgotten_at", "state"])
    return True


def _forget_when_done(run: ImportRun) -> None:
    """After the commit: nothing is deleted of an import that was not written after all."""
    due = ImportRun.objects.to_forget_at(timezone.now(), personal_kinds()).filter(pk=run.pk)

    def now() -> None:
        for one in due.select_related("file"):
            # Its own job is about to finish: nothing works on the file any more.
            one.job = None
            forget(run=one)

    transaction.on_commit(now)


# --- Rows that nobody needs ---------------------------------------------------------------


def forget_rows() -> int:
    """Take away staged rows that nobody needs any more; the file and what became of it stay. Returns how many.

    An import that was never confirmed is discarded: by then its preview compares with another register.
    """
    ImportRun.objects.stale_at(timezone.now()).filter(
        state__in=(ImportState.UPLOADED, ImportState.PREVIEWED)
    ).update(state=ImportState.DISCARDED)
    return ImportRow.objects.filter(run__in=ImportRun.objects.stale_at(timezone.now())).delete()[0]


# --- Preview ----------------------------------------------------------------------------


@transaction.atomic
def ask_for_preview(*, run: ImportRun, user: Any) -> Job:
    run = _locked(run, ImportState.UPLOADED, ImportState.PREVIEWED)
    return _enqueue(run, PREVIEW, _("Preview of {file}").format(file=run.file.name), user)


def _enqueue(run: ImportRun, kind: str, title: str, user: Any) -> Job:
    job = enqueue(kind=kind, title=title, params={"run": run.pk}, user=user, division_code=run.division_code)
    run.job = job
    run.save(update_fields=["job"])
    return job


def examined(
    *, kind: ImportKind, table: Table, task: Task, progress: Progress, book: Workbook | None = None
) -> list[Row]:
    """All rows with their verdicts; nothing is written anywhere. `book` is the file, where it has other sheets."""
    with _collector_resting():
        rows = rows_of(table, kind, task)
        if book is not None:
            rows += kind.read_along(rows, book, sheet=table.sheet.name, task=task)
        progress.step(0, len(rows), _("checking"))
        kind.examine(rows, task, progress)
    return rows


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Tens of thousands of rows are made and none is garbage: looking for some costs a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def preview(*, run: ImportRun, progress: Progress) -> ImportRun:
    """Examine the file and stage its rows for the preview. Running it again replaces them."""
    kind, (book, table) = kind_of(run.kind), workbook_of_run(run)
    rows = examined(kind=kind, table=table, task=task_of(run, table), progress=progress, book=book)
    return stage_examined(run=run, rows=rows, mapping=run.mapping, options={})


@transaction.atomic
def stage_examined(
    *, run: ImportRun, rows: Sequence[Row], mapping: Mapping[str, str], options: Mapping[str, Any]
) -> ImportRun:
    """Keep examined rows as the run's preview."""
    run = _fresh(run)
    if run.state not in {ImportState.UPLOADED, ImportState.PREVIEWED}:
        raise WrongStep
    run.counts = stage(run.pk, rows)
    run.warnings = sum(1 for row in rows if row.warnings and not row.problems)
    run.reasons = counted_reasons(rows)
    run.mapping, run.options = dict(mapping), {**run.options, **options}
    run.state = ImportState.PREVIEWED
    run.save()
    return run


def ask_for_wrong_rows(*, run: ImportRun, user: Any) -> Job:
    """Many wrong rows take a while: a job makes their workbook."""
    title = _("Rows with errors of {file}").format(file=run.file.name)
    return enqueue(
        kind=WRONG_ROWS, title=title, params={"run": run.pk}, user=user, division_code=run.division_code
    )


def wrong_rows_name(run: ImportRun) -> str:
    return _("{name} rows with errors").format(name=PurePath(run.file.name).stem)


# --- Writing ----------------------------------------------------------------------------


@transaction.atomic
def confirm(*, run: ImportRun, user: Any, reason: str, leave_out_wrong: bool) -> Job:
    """Have the previewed rows written by a job. Wrong rows must be left out by an express choice."""
    run = _locked(run, ImportState.PREVIEWED)
    check_writable(run, leave_out_wrong=leave_out_wrong)
    run.options = {**run.options, LEAVE_OUT: leave_out_wrong, "reason": reason.strip()[:300]}
    run.save(update_fields=["options"])
    return _enqueue(run, WRITE, _("Import of {file}").format(file=run.file.name), user)


def check_writable(run: ImportRun, *, leave_out_wrong: bool) -> None:
    if run.counts.get(Verdict.WRONG) and not leave_out_wrong:
        raise WrongRowsLeft(count=run.counts[Verdict.WRONG])
    if not any(run.counts.get(verdict) for verdict in WRITTEN_VERDICTS):
        raise NothingToWrite


def write(*, run: ImportRun, progress: Progress) -> ImportRun:
    """Write the previewed rows, all or nothing, if the register is still what the preview compared with.

    Otherwise the preview is made anew and the refusal says so. Running it again after it
    succeeded changes nothing.
    """
    try:
        written = _write(run, progress)
    except ChangedSincePreview:
        preview(run=run, progress=progress)
        raise
    except IntegrityError as error:
        # Somebody else wrote between our look and our lock, or a rule we did not foresee.
        name = violated_constraint(error)
        preview(run=run, progress=progress)
        if kind_of(run.kind).personal_columns:
            # What the database says of a row holds the row: names would stand in the job and in logs.
            raise RefusedByDatabase(explanation=name) from None
        raise RefusedByDatabase(explanation=_explanation(error, name)) from error
    _forget_when_done(written)
    return written


def _explanation(error: IntegrityError, constraint: str) -> str:
    detail = getattr(getattr(error.__cause__, "diag", None), "message_detail", "") or ""
    return f"{constraint} {detail}".strip() or str(error)


@transaction.atomic
def _write(run: ImportRun, progress: Progress) -> ImportRun:
    run = _fresh(run)
    if run.state == ImportState.WRITTEN:
        return run
    if run.state != ImportState.PREVIEWED:
        raise WrongStep
    check_writable(run, leave_out_wrong=bool(run.options.get(LEAVE_OUT)))
    kind = kind_of(run.kind)
    reason = run.options.get("reason") or _("Import of {file}").format(file=run.file.name)
    context: dict[str, Any] = {"reason": reason, "import": run.pk}
    with pghistory.context(**context):
        written = kind.write(run.pk, task_of(run), progress)
    run.state, run.written_at = ImportState.WRITTEN, timezone.now()
    run.save(update_fields=["state", "written_at"])
    record(
        action="imports.written",
        actor=run.uploaded_by,
        subject=run,
        division_code=run.division_code,
        detail={"kind": run.kind, "file": run.file.name, "sha256": run.file.sha256, **written,
                "left_out": run.counts.get(Verdict.WRONG, 0)},
        reason=reason,
    )  # fmt: skip
    return run
