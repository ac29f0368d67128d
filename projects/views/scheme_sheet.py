"""Lines of a scheme out to a workbook, and in from one with a preview."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import filetypes
from core.board import board
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from projects.actions.schemes import save_lines
from projects.forms.scheme import SheetForm
from projects.models import Scheme, SchemeLine
from projects.permissions import can_export
from projects.sheets.scheme import Reading, pasted, read_lines, write_lines
from projects.views.scheme_edit import address, open_scheme
from projects.views.scheme_shared import find_scheme
from projects.views.shared import demand, project_page


def _lines(scheme: Scheme) -> list[SchemeLine]:
    return list(scheme.lines.select_related("work_item__catalogue_item"))


@require_safe
def export(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """The lines of a version; every export is told to whoever watches exports."""
    scheme = find_scheme(request, code, version)
    demand(can_export(request.user))
    out = BytesIO()
    count = write_lines(scheme=scheme, lines=_lines(scheme), to=out)
    for watcher in board.export_watchers():
        watcher.exported(request, "scheme", "xlsx", count)
    response = HttpResponse(out.getvalue(), content_type=filetypes.XLSX)
    name = f"{scheme.project.code}-v{scheme.version}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def read_sheet(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """Read a table, show what it would do, and do it when somebody has looked at it."""
    scheme = open_scheme(request, code, version)
    form = SheetForm(posted(request), request.FILES or None)
    reading: Reading | None = None
    if form.is_valid():
        reading = _read(form, scheme)
        if reading is not None and reading.is_good and "confirm" in request.POST and _write(request, form, scheme, reading):  # fmt: skip
            return redirect(address("edit", scheme))
    context = {"scheme": scheme, "form": form, "reading": reading}
    status = 422 if form.errors or (reading is not None and reading.of("wrong")) else 200
    return project_page(
        request, "projects/scheme_sheet.html", scheme.project, "scheme", context, status=status
    )


def _read(form: SheetForm, scheme: Scheme) -> Reading | None:
    upload = form.cleaned_data["file"]
    content = upload.read() if upload else pasted(form.cleaned_data["text"])
    try:
        return read_lines(scheme=scheme, content=content, lines=_lines(scheme))
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None


def _write(request: SignedInRequest, form: SheetForm, scheme: Scheme, reading: Reading) -> bool:
    try:
        saved = save_lines(scheme=scheme, user=request.user, edits=reading.edits, additions=reading.additions)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    added = ngettext("{count} work taken in", "{count} works taken in", len(saved.added)).format(count=len(saved.added))  # fmt: skip
    changed = ngettext("{count} changed", "{count} changed", len(saved.changed)).format(
        count=len(saved.changed)
    )
    messages.success(request, _("{added}, {changed}.").format(added=added, changed=changed))
    return True
