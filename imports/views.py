"""The pages of an import: upload, columns, values, preview, result."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from core.errors import DomainError, NotPermitted
from core.filetypes import XLSX
from core.posted import posted
from core.sheets import write_template
from files.serving import file_response
from imports import actions
from imports.errors import ChoicesMissing
from imports.forms import ColumnsForm, ConfirmForm, UploadForm, ValuesForm, uploaded
from imports.kinds import ImportKind, Task, ValueQuestion, kind_of, kinds_for
from imports.models import PERSONAL_KEPT_FOR, ImportRun, ImportState, Verdict
from imports.permissions import can_import, can_import_anything
from imports.preview import TONES, default_verdict, page_of, reasons_of
from imports.reading import Table, match, rows_of
from imports.staging import WARNED
from imports.wrong_rows import write_workbook_of_wrong_rows, wrong_rows_of
from jobs.models import Job

LISTED = 100
# Up to this many a workbook is made while one waits.
WRONG_ROWS_AT_ONCE = 3_000


def _permitted_kind(request: HttpRequest, key: str) -> ImportKind:
    kind = kind_of(key)
    if not can_import(request.user, kind):
        raise NotPermitted
    _stand_below(request, kind)
    return kind


def _stand_below(request: HttpRequest, kind: ImportKind) -> None:
    """The rail marks the section whose records these are."""
    request.rail_path = kind.list_url()  # type: ignore[attr-defined]


def _seen(request: HttpRequest, pk: int) -> ImportRun:
    """404 for another person's import; 403 where the right to import was taken away meanwhile."""
    runs = ImportRun.objects.visible_to(request.user).select_related("file", "uploaded_by", "job")
    run = get_object_or_404(runs, pk=pk)
    _permitted_kind(request, run.kind)
    return run


# --- Before the file --------------------------------------------------------------------


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    if not can_import_anything(request.user):
        raise NotPermitted
    runs = ImportRun.objects.visible_to(request.user).select_related("file").order_by("-pk")[:LISTED]
    tones = {ImportState.WRITTEN: "ok", ImportState.PREVIEWED: "act", ImportState.UPLOADED: "waiting"}
    lines = [(run, tones.get(ImportState(run.state), ""), kind_of(run.kind)) for run in runs]
    kinds = kinds_for(request.user)
    # All imports stand here: the rail stays at the section that one last imported into.
    _stand_below(request, next((kind for _run, _tone, kind in lines), kinds[0]))
    return render(request, "imports/list.html", {"lines": lines, "kinds": kinds})


def upload(request: HttpRequest, kind_key: str) -> HttpResponse:
    kind = _permitted_kind(request, kind_key)
    form = UploadForm(posted(request), request.FILES or None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if request.method == "POST" and form.is_valid():
        file = uploaded(form)
        try:
            begun = kind.begun_with(request.GET.dict(), user=request.user)
            run = actions.upload(kind=kind, file=file, name=file.name or "", user=request.user, options=begun)  # type: ignore[arg-type]
        except DomainError as refusal:
            form.add_error("file", refusal.message)
            if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # A full disk is not the file's fault: whoever watches the server must see it.
                status = HTTPStatus(refusal.status)
        else:
            return redirect("imports:columns", pk=run.pk)
    context = {"form": form, "kind": kind, "columns": kind.template_columns(request.user)}
    return render(request, "imports/upload.html", context, status=status if form.errors else HTTPStatus.OK)


@require_safe
def template(request: HttpRequest, kind_key: str) -> HttpResponseBase:
    kind = _permitted_kind(request, kind_key)
    to = BytesIO()
    write_template(
        title=str(kind.list_title), columns=kind.template_columns(request.user), notes=kind.notes, to=to,
        more=kind.more_sheets(request.user),
    )  # fmt: skip
    return _workbook(to, _("Template {noun}").format(noun=kind.list_title))


def _workbook(content: Any, name: str) -> FileResponse:
    content.seek(0)
    response = FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- Columns and values -----------------------------------------------------------------


def columns(request: HttpRequest, pk: int) -> HttpResponse:
    run = _seen(request, pk)
    kind = kind_of(run.kind)
    chosen = request.POST.get("sheet") if request.method == "POST" else request.GET.get("sheet")
    book, table = actions.workbook_of_run(run, chosen)
    mapping = run.mapping if table.sheet.name == run.sheet else match(kind, table)
    form = ColumnsForm(posted(request), kind=kind, table=table, mapping=mapping)
    options = kind.options_form(
        posted(request), headings=table.labels, initial=run.options, user=request.user
    )
    if options.is_bound:
        options.files = request.FILES
    if request.method == "POST" and form.is_valid() and options.is_valid():
        try:
            chosen_options = kind.keep(options.cleaned_data, user=request.user)
            run = actions.choose_columns(run=run, table=table, mapping=form.mapping, options=chosen_options)
            return _after_columns(request, run, table)
        except ChoicesMissing as refusal:
            for option, question in refusal.details["questions"].items():
                options.add_error(option, question)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    context = {
        "run": run,
        "kind": kind,
        "form": form,
        "options": options,
        "table": table,
        "sheets": book.sheets,
    }
    status = 422 if form.errors or options.errors else 200
    return render(request, "imports/columns.html", context, status=status)


def _after_columns(request: HttpRequest, run: ImportRun, table: Table) -> HttpResponse:
    if _question(run, table)[1] is not None:
        return redirect("imports:values", pk=run.pk)
    actions.ask_for_preview(run=run, user=request.user)
    return redirect("imports:detail", pk=run.pk)


def _question(run: ImportRun, table: Table) -> tuple[Task, ValueQuestion | None]:
    kind, task = kind_of(run.kind), actions.task_of(run, table)
    if not kind.extra_headings(task):
        return task, None
    return task, kind.question(task, rows_of(table, kind, task))


def values(request: HttpRequest, pk: int) -> HttpResponse:
    run = _seen(request, pk)
    kind, table = kind_of(run.kind), actions.table_of_run(run)
    task, question = _question(run, table)
    if question is None:
        return redirect("imports:columns", pk=pk)
    form = ValuesForm(posted(request), kind=kind, task=task, question=question)
    if request.method == "POST" and form.is_valid():
        run = actions.answer(run=run, option=question.option, answers=form.answers)
        actions.ask_for_preview(run=run, user=request.user)
        return redirect("imports:detail", pk=pk)
    context = {"run": run, "kind": kind, "form": form, "question": question}
    return render(request, "imports/values.html", context, status=422 if form.errors else 200)


# --- Preview and result -----------------------------------------------------------------


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the import stands: its job while one runs, then the preview or the result."""
    run = _seen(request, pk)
    if run.job is not None and not run.job.is_finished:
        return render(
            request, _working_template(request), {"run": run, "kind": kind_of(run.kind), "job": run.job}
        )
    if getattr(request, "htmx", False) and request.headers.get("X-Background"):
        return HttpResponseClientRedirect(request.path)
    if run.state == ImportState.UPLOADED:
        _tell_failure(request, run.job)
        return redirect("imports:columns", pk=pk)
    if run.state == ImportState.PREVIEWED:
        return _preview(request, run, ConfirmForm(kind=kind_of(run.kind)), status=200)
    context = {
        "run": run,
        "kind": kind_of(run.kind),
        "wrong": run.counts.get(Verdict.WRONG, 0),
        # They are kept for a month.
        "wrong_kept": run.rows.filter(verdict=Verdict.WRONG).exists(),
        "is_personal": bool(kind_of(run.kind).personal_columns),
        "kept_until": run.uploaded_at + PERSONAL_KEPT_FOR,
    }
    return render(request, "imports/result.html", context)


def _working_template(request: HttpRequest) -> str:
    return "imports/_working.html" if request.headers.get("X-Background") else "imports/working.html"


def _tell_failure(request: HttpRequest, job: Job | None) -> None:
    if job is not None and job.error:
        messages.error(request, job.error)


def _preview(request: HttpRequest, run: ImportRun, form: ConfirmForm, *, status: int) -> HttpResponse:
    kind = kind_of(run.kind)
    task = actions.task_of(run)
    verdict, reason = _chosen_rows(request, run)
    page = page_of(run, kind=kind, task=task, verdict=verdict, reason=reason, number=_page_number(request))
    counts = run.counts
    context = {
        "run": run,
        "kind": kind,
        "form": form,
        "page": page,
        "verdict": verdict,
        "reason": reason,
        "tabs": _tabs(run),
        "reasons": reasons_of(run, kind),
        "decisions": kind.decisions(task),
        "new": counts.get(Verdict.NEW, 0),
        "changed": counts.get(Verdict.CHANGED, 0),
        "wrong": counts.get(Verdict.WRONG, 0),
        "ignored": [label for label in task.headings if label not in run.mapping.values()],
        "failure": run.job.error if run.job is not None else "",
    }
    return render(request, "imports/preview.html", context, status=status)


def _chosen_rows(request: HttpRequest, run: ImportRun) -> tuple[str, str]:
    """(verdict, kind of reason or "") of the rows to show; what does not exist is left out."""
    verdict, reason = request.GET.get("verdict", ""), request.GET.get("reason", "")
    if verdict not in {*Verdict.values, "all", WARNED}:
        return default_verdict(run), ""
    return verdict, reason if reason in run.reasons.get(verdict, {}) else ""


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _tabs(run: ImportRun) -> list[tuple[str, str, int, str]]:
    """(verdict, label, rows, tone); tabs without rows are left out, but for the first two."""
    tabs = [
        (verdict.value, str(verdict.label), run.counts.get(verdict, 0), TONES[verdict])
        for verdict in (Verdict.WRONG, Verdict.CHANGED, Verdict.NEW, Verdict.UNCHANGED)
    ]
    tabs.append((WARNED, _("with warnings"), run.warnings, "late"))
    tabs.append(("all", _("all rows"), sum(run.counts.values()), ""))
    return [tab for tab in tabs if tab[2] or tab[0] in {Verdict.WRONG, "all"}]


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    run = _seen(request, pk)
    form = ConfirmForm(request.POST, kind=kind_of(run.kind))
    if form.is_valid():
        try:
            actions.confirm(run=run, user=request.user, **form.cleaned_data)
        except (actions.WrongRowsLeft, actions.NothingToWrite) as refusal:
            form.add_error(None, refusal.message)
            return _preview(request, run, form, status=422)
    return redirect("imports:detail", pk=pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    run = _seen(request, pk)
    actions.discard(run=run)
    messages.info(
        request, _("The import of %(file)s was discarded; nothing was saved.") % {"file": run.file.name}
    )
    return redirect("imports:list")


@require_safe
def wrong_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    run = _seen(request, pk)
    if run.counts.get(Verdict.WRONG, 0) > WRONG_ROWS_AT_ONCE:
        job = actions.ask_for_wrong_rows(run=run, user=request.user)
        return redirect("jobs:detail", pk=job.pk)
    to = BytesIO()
    table = actions.table_of_run(run)
    write_workbook_of_wrong_rows(
        rows=wrong_rows_of(run), table=table, task=actions.task_of(run, table), to=to
    )
    return _workbook(to, actions.wrong_rows_name(run))


@require_safe
def original(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was uploaded."""
    return file_response(_seen(request, pk).file)
