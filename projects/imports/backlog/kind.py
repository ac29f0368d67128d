"""Projects from before the portal as a kind of import: columns, choices, preview and writing put together."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.imports.known import KnownCompound, Meant
from compounds.reading.reasons import Reason
from core.figures import thousands
from core.sheets import SheetColumn, TemplateSheet, Workbook
from directory.models import Organisation
from files.actions import store_upload
from files.models import StoredFile
from imports.kinds import Field, ImportColumn, ImportKind, Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from projects.imports.backlog.comparing import compare
from projects.imports.backlog.days import DAYS
from projects.imports.backlog.known import Known, counties, scopes_of
from projects.imports.backlog.options import PROOF, BacklogOptions
from projects.imports.backlog.reading import FIRMS, RowReader
from projects.imports.backlog.reasons import Why
from projects.imports.backlog.work_sheet import read_work_sheet
from projects.imports.backlog.works import work_in_words
from projects.imports.backlog.writing import write_projects
from projects.models import CatalogueItem, Stage, nearest_go_live
from projects.sheets.backlog import (
    BACKLOG_COLUMNS,
    BACKLOG_NOTES,
    DONE,
    PLANNED,
    WORK_COLUMNS,
    WORK_SHEET,
    work_columns,
)

STEP = 200
_FIELDS = ("compound", "year", "stage", *DAYS, *FIRMS, "investment", "works", "notes")


class BacklogImport(ImportKind):
    key = "backlog"
    title = _("Import projects from before the portal")
    list_title = _("Projects")
    noun = pgettext_lazy("count", "projects")
    reason_label = _("Reason, for the history of each project")
    notes = BACKLOG_NOTES
    reasons = {**dict(Reason.choices), **dict(Meant.choices), **dict(Why.choices)}

    @property
    def columns(self) -> Sequence[ImportColumn]:  # type: ignore[override]
        return (*BACKLOG_COLUMNS, *work_columns())

    def may_import(self, user: Any) -> bool:
        return bool(scopes_of(user))

    def list_url(self) -> str:
        return reverse("projects:list")

    def more_sheets(self, user: Any) -> Sequence[TemplateSheet]:
        items = CatalogueItem.objects.filter(division=None, version=1).order_by("code")
        choices = tuple(f"{code} {name}" for code, name in items.values_list("code", "name_zh"))
        columns = [
            SheetColumn(
                key=column.key, heading=column.heading, kind=column.kind, width=column.width, note=column.note,
                number_format=column.number_format, required=column.required, choices=choices if column.key == "item" else (),
            )
            for column in WORK_COLUMNS
        ]  # fmt: skip
        return [TemplateSheet(title=WORK_SHEET, columns=columns)]

    # --- Choices

    def options_form(
        self,
        data: Mapping[str, Any] | None,
        *,
        headings: Sequence[str],
        initial: Mapping[str, Any],
        user: Any,
    ) -> forms.Form:
        kept = initial.get("document")
        return BacklogOptions(data, user=user, kept=kept, initial={"county": initial.get("county", "")})

    def keep(self, options: Mapping[str, Any], *, user: Any) -> dict[str, Any]:
        kept = {"county": options.get("county") or ""}
        proof = options.get("proof")
        if proof:
            kept["document"] = store_upload(file=proof, name=proof.name or "", user=user, rule=PROOF).pk
        return kept

    def missing_columns(self, task: Task) -> list[str]:
        missing = super().missing_columns(task)
        if not {"code", "name"} & task.mapping.keys():
            missing.insert(0, str(self.column("name").heading))
        return missing

    def undecided(self, task: Task) -> dict[str, str]:
        if task.options.get("document"):
            return {}
        return {"proof": _now("Add the document that proves these projects.")}

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        found = []
        proof = StoredFile.objects.filter(pk=task.options.get("document") or 0).first()
        if proof is not None:
            found.append(
                (_now("Document that proves these projects"), f"{proof.name} · SHA-256 {proof.sha256[:12]}…")
            )
        county = str(task.options.get("county") or "")
        if county:
            found.append(
                (_now("County or district of the whole file"), dict(counties(task.user)).get(county, county))
            )
            go_live = nearest_go_live(county)
            day = go_live.live_from.isoformat() if go_live else _now("not set")
            found.append((_now("Works in the portal from"), day))
        return found

    # --- The second sheet

    def read_along(
        self, rows: Sequence[Row], book: Workbook, *, sheet: str, task: Task
    ) -> list[Row]:  # fmt: skip
        """Works of the other sheets, put beside their projects as if they stood in columns."""
        others = [info.name for info in book.sheets if info.name != sheet and not info.hidden]
        return [line for name in others for line in read_work_sheet(rows, book, name)]

    # --- The preview

    def fields(self, task: Task) -> Sequence[Field]:
        works = tuple(key for key in task.mapping if key.startswith((PLANNED, DONE)))
        feeds = {"compound": ("name", "code", "community"), "works": ("works", *works)}
        label = {"compound": pgettext_lazy("heading", "Name of the compound"), "works": WORK_SHEET}
        used = {"compound", "works", *task.mapping}
        return [
            Field(
                key=key, label=label.get(key) or self.column(key).heading, columns=feeds.get(key, (key,)),
                missing=_("not found") if key == "compound" else "",
            )
            for key in _FIELDS
            if key in used
        ]  # fmt: skip

    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        firms = {row.values[key]["id"] for row in rows for key in FIRMS if row.values.get(key, {}).get("id")}
        names = dict(Organisation.objects.filter(pk__in=firms).values_list("pk", "name"))
        keys = {work[0] for row in rows for work in row.values.get("works", ())}
        items = CatalogueItem.objects.in_bulk(keys)

        def word(field: str, value: Any) -> str:
            if value is None or value in ("", []):
                return ""
            if field in FIRMS:
                return names.get(value.get("id"), value.get("name", ""))
            if field == "compound":
                return f"{value['name']} ({value['code']})"
            if field == "stage":
                return str(Stage(value).label)
            if field == "works":
                return "；".join(work_in_words(items[pk], planned, done) for pk, planned, done in value)
            return thousands(Decimal(value)) if field == "investment" else str(value)

        return word

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        known = Known(task)
        reader = RowReader(task, known)
        found: dict[int, KnownCompound] = {}
        for done, row in enumerate(rows):
            # A line of the second sheet is here because it fits no project.
            compound = None if row.sheet else reader.read(row)
            if compound is not None:
                found[row.number] = compound
            if done % STEP == 0:
                progress.step(done, len(rows), _now("checking"))
        compare(rows, found, known)
        for row in rows:
            row.settle()
        progress.step(len(rows), len(rows), _now("compared with the register"))

    # --- Writing

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        rows = staged(run_id, (Verdict.NEW,))
        write_projects(rows, task=task, progress=progress)
        return {Verdict.NEW.value: len(rows)}
