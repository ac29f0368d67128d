"""What lacks before the works start or end: the strip's lines, and the refusals of the acts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from core.board import MissingLine
from core.figures import day, thousands
from delivery.models import ContractKind
from delivery.permissions import can_file_contract, can_report_progress, can_start_or_complete
from projects.models import DocumentKind, Project, Stage, Standing, WorkItemProgress
from projects.permissions import can_add_documents

# So many unfinished works are named one by one.
NAMED = 8


def missing_lines(user: Any, project: Project) -> Iterator[MissingLine]:
    """For the strip: what lacks, and when nothing does, the act itself."""
    if project.standing != Standing.ACTIVE or project.stage not in (Stage.START, Stage.CONSTRUCTION):
        return
    is_start = project.stage == Stage.START
    lines = missing_for_start(project) if is_start else missing_for_completion(project)
    yield from _open_to(user, project, lines)
    if not lines and can_start_or_complete(user, project):
        text = _("to enter the start of the works") if is_start else _("to enter the completion of the works")
        yield MissingLine(
            text=text, url=reverse(f"delivery:{'start' if is_start else 'complete'}", args=[project.code])
        )


def _open_to(user: Any, project: Project, lines: list[MissingLine]) -> Iterator[MissingLine]:
    """A line leads to where it is mended for those who may mend it there."""
    may_open = {
        reverse("delivery:contract_add"): can_file_contract(user, project.division_code),
        reverse("projects:document_add", args=[project.code]): can_add_documents(user, project),
    }
    may_report = can_report_progress(user, project)
    of_reports = reverse("delivery:report", args=[project.code])
    for line in lines:
        address = line.url.partition("?")[0]
        is_open = may_report if address.startswith(of_reports) else may_open.get(address, True)
        yield line if is_open else replace(line, url="")


def missing_for_start(project: Project, *, on: date | None = None) -> list[MissingLine]:
    """Resident representatives and letters of responsibility join in an app of their own."""
    return [*_contract(project, on), *_evidence(project, DocumentKind.START_EVIDENCE)]


def missing_for_completion(project: Project) -> list[MissingLine]:
    return [*_evidence(project, DocumentKind.COMPLETION_EVIDENCE), *_unfinished(project)]


def _contract(project: Project, on: date | None) -> Iterator[MissingLine]:
    contracts = project.contracts.filter(kind=ContractKind.WORKS).order_by("signed_on")
    first = contracts.first()
    if first is None:
        address = reverse("delivery:contract_add")
        yield MissingLine(
            text=_("the signed works contract"), url=f"{address}?project={project.code}&kind=works"
        )
    elif on is not None and first.signed_on > on:
        text = _("a works contract signed on {on} or before; the one on file was signed on {signed}")
        yield MissingLine(
            text=text.format(on=day(on), signed=day(first.signed_on)), url=first.get_absolute_url()
        )


def _evidence(project: Project, kind: DocumentKind) -> Iterator[MissingLine]:
    if not project.documents.valid().filter(kind=kind).exists():
        address = reverse("projects:document_add", args=[project.code])
        yield MissingLine(text=str(kind.label), url=f"{address}?kind={kind}")


def _unfinished(project: Project) -> Iterator[MissingLine]:
    rows = WorkItemProgress.objects.filter(project=project, done__lt=F("planned"))
    rows = rows.select_related("work_item__catalogue_item").order_by("work_item__catalogue_item__code", "pk")
    found = list(rows)
    for row in found[:NAMED]:
        item = row.work_item
        text = _("{item}: {done} of {planned} {unit} done").format(
            item=item, done=thousands(row.done), planned=thousands(row.planned),
            unit=item.catalogue_item.get_unit_display(),
        )  # fmt: skip
        yield MissingLine(text=text, url=reverse("delivery:report_item", args=[project.code, item.pk]))
    if len(found) > NAMED:
        more = _("{count} further works that are not done").format(count=len(found) - NAMED)
        yield MissingLine(text=more, url=reverse("delivery:progress", args=[project.code]))
