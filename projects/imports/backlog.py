"""Projects from before the portal as a kind of import: what a row says, whether it may be, and writing it.

Works stand beside the project in columns of the catalogue, or one by one on a second sheet; one document proves
the whole file. Rows are checked in memory against what `backlog_known` reads once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from compounds.reading import texts
from compounds.reading.cells import CellProblem, Reader, is_nothing, levelled, name_key
from compounds.reading.reasons import Reason
from core.figures import thousands
from core.sheets import SheetColumn, TemplateSheet, Workbook, bracket_of, find_headings, heading_key
from directory.models import Organisation, OrganisationKind
from files.actions import store_upload
from files.models import StoredFile
from files.rules import OFFICE, SCANS, FileRule
from imports.errors import ChangedSincePreview
from imports.kinds import Field, ImportColumn, ImportKind, Remark, Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from projects.actions.backlog import ProjectBefore, WorkBefore, enter_projects_from_before
from projects.errors import BacklogWorksUnplaced
from projects.imports import backlog_cells as cells
from projects.imports.backlog_cells import Why
from projects.imports.backlog_known import (
    COUNTY,
    Known,
    KnownCompound,
    KnownProject,
    counties,
    scopes_of,
    within,
)
from projects.models import LINE, CatalogueItem, PartyRole, Project, Stage, nearest_go_live
from projects.models.project import UNDER_CONSTRUCTION_OR_LATER, WORKS_DONE_OR_LATER
from projects.sheets.backlog import (
    BACKLOG_COLUMNS,
    BACKLOG_NOTES,
    DONE,
    PLANNED,
    WORK_COLUMNS,
    WORK_SHEET,
    work_columns,
)

PROOF = FileRule(accepted=SCANS | OFFICE)
STEP = 200
LONGEST_NAME = 120
TOTALS = {"合计", "总计", "小计", "共计", "汇总", "total", "sum", "subtotal"}
# Columns of organisations; the client is a fact of the project, the others take part in it.
FIRMS: dict[str, str] = {
    "client": OrganisationKind.OTHER,
    "contractor": OrganisationKind.CONTRACTOR,
    "designer": OrganisationKind.DESIGNER,
    "supervisor": OrganisationKind.SUPERVISOR,
}
DAYS = ("stage_on", "started_on", "completed_on")
_FIELDS = ("compound", "year", "stage", *DAYS, *FIRMS, "investment", "works", "notes")


class BacklogOptions(forms.Form):
    """What the file does not say itself: what proves it, and of which county it is."""

    proof = forms.FileField(
        label=_("Document that proves these projects"), required=False,
        help_text=_("For example the signed list, the plan document or an inspection report. Each project points at it."),
        widget=forms.ClearableFileInput(attrs={"accept": PROOF.accept}),
    )  # fmt: skip
    county = forms.ChoiceField(label=_("County or district of the whole file"), required=False)

    def __init__(self, data: Any, *, user: Any, kept: int | None, **options: Any) -> None:
        super().__init__(data, **options)
        self._kept = kept
        self.datalists: dict[str, Any] = {}
        known = counties(user)
        county: Any = self.fields["county"]
        county.choices = known if len(known) == 1 else [("", _("— all of mine —")), *known]
        if kept is not None:
            name = StoredFile.objects.filter(pk=kept).values_list("name", flat=True).first() or ""
            self.fields["proof"].help_text = _now("Kept: {name}. Choose another file to replace it.").format(
                name=name
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("proof") and self._kept is None and "proof" not in self.errors:
            self.add_error("proof", _now("Add the document that proves these projects."))
        return cleaned


class BacklogImport(ImportKind):
    key = "backlog"
    title = _("Import projects from before the portal")
    list_title = _("Projects")
    noun = pgettext_lazy("count", "projects")
    notes = BACKLOG_NOTES
    reasons = {**dict(Reason.choices), **dict(Why.choices)}

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

    def read_along(self, rows: Sequence[Row], book: Workbook, *, sheet: str, task: Task) -> None:
        """Works of the other sheets, put beside their projects as if they stood in columns."""
        for info in book.sheets:
            if info.name != sheet and not info.hidden:
                _read_works(rows, book, info.name)

    # --- The preview

    def fields(self, task: Task) -> Sequence[Field]:
        works = tuple(key for key in task.mapping if key.startswith((PLANNED, DONE)))
        feeds = {"compound": ("name", "code", "community"), "works": works}
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
                return "；".join(_work_in_words(items[pk], planned, done) for pk, planned, done in value)
            return thousands(Decimal(value)) if field == "investment" else str(value)

        return word

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        known = Known(task)
        reader = _Reader(task, known)
        found: dict[int, KnownCompound] = {}
        for done, row in enumerate(rows):
            compound = reader.read(row)
            if compound is not None:
                found[row.number] = compound
            if done % STEP == 0:
                progress.step(done, len(rows), _now("checking"))
        _compare(rows, found, known)
        for row in rows:
            row.settle()
        progress.step(len(rows), len(rows), _now("compared with the register"))

    # --- Writing

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        rows = staged(run_id, (Verdict.NEW,))
        compounds = _still_right(rows, task)
        firms = _firms(rows, compounds)
        items = CatalogueItem.objects.in_bulk(
            {work[0] for row in rows for work in row.values.get("works", ())}
        )
        document = StoredFile.objects.get(pk=task.options["document"])
        enter_projects_from_before(
            projects=[_before(row, compounds, firms, items) for row in rows], user=task.user, document=document,
            progress=progress,
        )  # fmt: skip
        return {Verdict.NEW.value: len(rows)}


# --- Works of a second sheet ------------------------------------------------------------


def _read_works(rows: Sequence[Row], book: Workbook, name: str) -> None:
    known = {
        heading_key(name): column.key
        for column in WORK_COLUMNS
        for name in (*column.names, str(column.heading))
    }
    sheet = book.read(name)
    headings = find_headings(sheet, known)
    places: dict[str, int] = {}
    for at, label in enumerate(headings.labels):
        key = known.get(heading_key(label))
        if key:
            places.setdefault(key, at)
    if not {"compound", "item", "planned"} <= places.keys():
        # Explanations, lists: a sheet that is no list of works.
        return
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for text in {row.cells.get("code", ""), row.cells.get("name", "")} - {""}:
            by_key[name_key(levelled(text))].append(row)
    for index, line in enumerate(sheet.rows[headings.first_row :], headings.first_row + 1):
        cells_of = {key: line[at].strip() for key, at in places.items() if at < len(line)}
        if any(cells_of.values()):
            _place_work(by_key, cells_of, sheet=name, number=index)


def _place_work(
    by_key: Mapping[str, Sequence[Row]], given: Mapping[str, str], *, sheet: str, number: int
) -> None:
    found = by_key.get(name_key(levelled(given["compound"])), [])
    year = given.get("work_year", "").removesuffix("年")
    if year and len(found) > 1:
        found = [row for row in found if row.cells.get("year", "").removesuffix("年") == year]
    if len(found) != 1:
        raise BacklogWorksUnplaced(sheet=sheet, row=number, text=given["compound"][:40])
    (row,) = found
    # "B08 小区道路修复刷黑", as the template's list writes it, means B08.
    item = given["item"]
    label = f"{sheet}·{number} {item}"[:60]
    for prefix, quantity in ((PLANNED, given.get("planned", "")), (DONE, given.get("done", ""))):
        if quantity:
            key = f"{prefix}{item}"
            if key in row.cells:
                row.problems["works"] = Remark(
                    Why.WORK_TWICE, _now("{label} is given twice.").format(label=label)
                )
            row.cells[key] = quantity


# --- Reading a row ----------------------------------------------------------------------


@dataclass
class _Quantities:
    planned: Decimal | None = None
    done: Decimal | None = None


class _Reader:
    def __init__(self, task: Task, known: Known) -> None:
        self._task, self._known = task, known
        self._today = timezone.localdate()
        self._readers: dict[str, Reader] = {
            "year": cells.year,
            "stage": cells.stage(),
            "stage_on": cells.day("stage_on", last=True),
            "started_on": cells.day("started_on", last=False),
            "completed_on": cells.day("completed_on", last=True),
            "investment": cells.money(bracket_of(task.mapping.get("investment", ""))),
            "notes": texts.notes,
        }

    def read(self, row: Row) -> KnownCompound | None:
        """Fill values, problems and warnings; returns the compound where it was found."""
        if self._is_total(row):
            row.problems = {"name": Remark(Why.NOT_A_PROJECT, _now("This is no project. Leave it out."))}
            return None
        self._read_cells(row)
        compound = self._compound(row)
        self._check_days(row, compound)
        if compound is not None:
            self._firms(row, compound)
            self._works(row, compound)
        return compound

    def _read_cells(self, row: Row) -> None:
        for key, reader in self._readers.items():
            text = row.cells.get(key)
            if text is None:
                continue
            try:
                reading = reader(text)
            except CellProblem as problem:
                row.problems[key] = problem.remark
                continue
            row.values.update(reading.fields)
            if reading.warning is not None:
                row.warnings[key] = reading.warning
        for key in ("year", "stage"):
            if key not in row.values and key not in row.problems:
                row.problems[key] = Remark(Why.DAY_MISSING, _now("This cell is needed."))

    @staticmethod
    def _is_total(row: Row) -> bool:
        told = {levelled(text).replace(" ", "").casefold() for text in (row.lead, row.cells.get("name", ""))}
        return bool(told & TOTALS) or (
            bool(row.lead) and levelled(row.lead).startswith(("注:", "备注:", "填表", "制表", "说明:"))
        )

    def _compound(self, row: Row) -> KnownCompound | None:
        at = "code" if row.cells.get("code") and not is_nothing(row.cells["code"]) else "name"
        text = row.cells.get(at, "")
        if not text:
            row.problems[at if at in self._task.mapping else "code"] = Remark(
                Why.COMPOUND_MISSING, _now("Neither code nor name of the compound is given.")
            )
            return None
        try:
            found, is_former = self._known.compound(text, community=row.cells.get("community", ""))
        except CellProblem as problem:
            row.problems[at] = problem.remark
            return None
        row.values["compound"] = {"id": found.pk, "code": found.code, "name": found.name}
        if is_former:
            doubt = _now("{name} ({code}) was formerly called so.").format(name=found.name, code=found.code)
            row.warnings[at] = Remark(Why.FORMER_NAME_USED, doubt)
        return found

    # --- Days

    def _check_days(self, row: Row, compound: KnownCompound | None) -> None:
        values = row.values
        days = {key: date.fromisoformat(values[key]) for key in DAYS if key in values}
        stage = values.get("stage")
        if stage is not None:
            self._demand_days(row, str(stage), days)
        self._check_order(row, days)
        if compound is None:
            return
        live = self._known.live_from(compound.community)
        at = "code" if row.cells.get("code") else "name"
        if live is None:
            row.problems.setdefault(at, Remark(Why.NO_GO_LIVE, _now(
                "The day from which this division works in the portal is not set. Two administrators set it first.")))  # fmt: skip
            return
        for key, day in days.items():
            if day >= live:
                sentence = _now(
                    "{day} does not lie before the go-live on {live}: such a project is begun in the portal."
                )
                row.problems.setdefault(key, Remark(Why.AFTER_GO_LIVE, sentence.format(day=day, live=live)))

    @staticmethod
    def _demand_days(row: Row, stage: str, days: Mapping[str, date]) -> None:
        label = str(Stage(stage).label)
        needed = {
            "stage_on": True,
            "started_on": stage in UNDER_CONSTRUCTION_OR_LATER,
            "completed_on": stage in WORKS_DONE_OR_LATER,
        }
        for key, is_needed in needed.items():
            if is_needed and key not in days:
                sentence = _now("A project in the stage “{stage}” needs this day.").format(stage=label)
                row.problems.setdefault(key, Remark(Why.DAY_MISSING, sentence))
            elif not is_needed and key in days:
                sentence = _now("A project in the stage “{stage}” has no such day yet.").format(stage=label)
                row.problems.setdefault(key, Remark(Why.DAYS_CONTRADICT, sentence))

    def _check_order(self, row: Row, days: Mapping[str, date]) -> None:
        stood, started, completed = (days.get(key) for key in DAYS)
        if started and completed and completed < started:
            text = _now("The works cannot be completed before they began.")
            row.problems.setdefault("completed_on", Remark(Why.DAYS_CONTRADICT, text))
        for day in (started, completed):
            if stood and day and stood < day:
                text = _now("The project cannot have stood there before {day}.").format(day=day)
                row.problems.setdefault("stage_on", Remark(Why.DAYS_CONTRADICT, text))
        for key, day in days.items():
            if day > self._today:
                text = _now("{day} lies in the future.").format(day=day)
                row.problems.setdefault(key, Remark(Why.DAYS_CONTRADICT, text))

    # --- Organisations and works

    def _firms(self, row: Row, compound: KnownCompound) -> None:
        for key in FIRMS:
            text = row.cells.get(key, "")
            if not text or is_nothing(text):
                continue
            try:
                pk = self._known.organisation(text, county=compound.community[:COUNTY])
                texts.check_text(text, LONGEST_NAME)
            except CellProblem as problem:
                row.problems[key] = problem.remark
                continue
            name = " ".join(text.split())
            row.values[key] = {"id": pk} if pk else {"name": name, "county": compound.community[:COUNTY]}
            if pk is None:
                row.warnings[key] = Remark(
                    Why.NEW_FIRM, _now("{name} is not registered yet and will be added.").format(name=name)
                )

    def _works(self, row: Row, compound: KnownCompound) -> None:
        found: dict[int, _Quantities] = defaultdict(_Quantities)
        known = self._known.items(compound.community)
        for key, text in row.cells.items():
            if not key.startswith((PLANNED, DONE)):
                continue
            prefix, _sign, name = key.partition(":")
            item = known.get(name_key(name)) or known.get(name_key(name.split(" ")[0]))
            if item is None:
                self._wrong_work(row, key, Remark(Why.WORK_UNKNOWN, _now(
                    "“{name}” is not in the works catalogue of this division.").format(name=name[:40])))  # fmt: skip
                continue
            try:
                quantity = cells.quantity(text, bracket=bracket_of(self._task.mapping.get(key, "")))
            except CellProblem as problem:
                self._wrong_work(row, key, problem.remark)
                continue
            if prefix == PLANNED.rstrip(":"):
                found[item.pk].planned = quantity
            else:
                found[item.pk].done = quantity
        self._settle_works(row, found, {item.pk: item for item in known.values()})

    @staticmethod
    def _wrong_work(row: Row, key: str, remark: Remark) -> None:
        """Beneath the column where the file has one; what stood on another sheet hangs on the row."""
        earlier = row.problems.get("works")
        row.problems["works"] = remark if earlier is None else earlier.and_also(remark)

    def _settle_works(
        self, row: Row, found: Mapping[int, _Quantities], items: Mapping[int, CatalogueItem]
    ) -> None:
        works = []
        for pk, quantities in found.items():
            planned, done = quantities.planned, quantities.done or Decimal(0)
            name = items[pk].name
            if not planned and not done:
                continue
            if planned is None:
                # What was done and nothing else told was what had been planned.
                planned = done
            if done > planned:
                sentence = _now("{name}: {done} done, {planned} planned. More done than planned is a change of the plan: enter what was planned in the end.")  # fmt: skip
                text = sentence.format(name=name, done=thousands(done), planned=thousands(planned))
                self._wrong_work(row, "", Remark(Why.MORE_DONE, text))
                continue
            if done and "started_on" not in row.values:
                text = _now("{name}: works are done, but the project has no day of start.").format(name=name)
                self._wrong_work(row, "", Remark(Why.NOT_STARTED, text))
                continue
            works.append([pk, str(planned), str(done)])
        if works:
            row.values["works"] = works


def _work_in_words(item: CatalogueItem, planned: str, done: str) -> str:
    return f"{item.code} {item.name} {thousands(Decimal(done))}/{thousands(Decimal(planned))} {item.get_unit_display()}"


# --- Comparing --------------------------------------------------------------------------


def _compare(rows: Sequence[Row], found: Mapping[int, KnownCompound], known: Known) -> None:
    """What is there already, what the compound does not allow, what the file says twice."""
    existing = known.projects_of([one.pk for one in found.values()])
    seen: dict[tuple[int, int], Row] = {}
    unfinished: dict[int, Row] = {}
    for row in rows:
        compound = found.get(row.number)
        if compound is None or not {"year", "stage"} <= row.values.keys():
            continue
        at = "code" if row.cells.get("code") else "name"
        goes_on = row.values["stage"] != Stage.AFTERCARE
        first = seen.setdefault((compound.pk, row.values["year"]), row)
        other = unfinished.setdefault(compound.pk, row) if goes_on else row
        if first is not row or other is not row:
            number = (first if first is not row else other).number
            text = _now("Row {number} is a project of this compound as well; a compound has one at a time.")
            row.problems[at] = Remark(Why.REPEATED_PROJECT, text.format(number=number))
        projects = existing.get(compound.pk, [])
        same = [one for one in projects if one.is_from_before and one.year == row.values["year"]]
        if same:
            _already_there(row, at, same[0])
        elif any(one.is_unfinished for one in projects):
            text = _now("This compound has a project that is not finished.")
            row.problems.setdefault(at, Remark(Why.UNFINISHED, text))


def _already_there(row: Row, at: str, project: KnownProject) -> None:
    """Nothing of it is written again; where the file says something else, that is told."""
    row.target_id = project.compound
    told = tuple(row.values.get(key) for key in ("stage", "started_on", "completed_on"))
    kept = (
        project.stage,
        project.started_on and project.started_on.isoformat(),
        project.completed_on and project.completed_on.isoformat(),
    )
    if told != kept:
        text = _now(
            "Entered already, as it stood then; what differs is not changed. Change it on the project's page."
        )
        row.warnings.setdefault(at, Remark(Why.ALREADY_THERE, text))


# --- Writing ----------------------------------------------------------------------------


def _still_right(rows: Sequence[Row], task: Task) -> dict[int, Compound]:
    """The compounds, locked; refused where the register is no longer what the preview saw."""
    keys = {row.values["compound"]["id"] for row in rows}
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    years = {(row.values["compound"]["id"], row.values["year"]) for row in rows}
    there = set(
        Project.objects.filter(compound__in=keys, origin="before_portal").values_list("compound_id", "year")
    )
    going_on = set(
        Project.objects.unfinished().filter(compound__in=keys).values_list("compound_id", flat=True)
    )
    outdated = 0
    for row in rows:
        key = row.values["compound"]["id"]
        compound = compounds.get(key)
        if (
            compound is None
            or compound.ended_on is not None
            or not within(compound.community_id, task)
            or key in going_on
        ):
            outdated += 1
    outdated += len(years & there)
    if outdated:
        raise ChangedSincePreview(count=outdated)
    return compounds


def _firms(rows: Sequence[Row], compounds: Mapping[int, Compound]) -> dict[tuple[str, str], Organisation]:
    """{(county, name): organisation} of those that were not registered: found meanwhile, or added."""
    wanted: dict[tuple[str, str], str] = {}
    for row in rows:
        for key, kind in FIRMS.items():
            firm = row.values.get(key, {})
            if "name" in firm:
                wanted.setdefault((firm["county"], firm["name"]), kind)
    named = Q(pk__in=[])
    for county, name in wanted:
        named |= Q(division__code__startswith=county, name=name)
    found = {(one.division_id[:COUNTY], one.name): one for one in Organisation.objects.active().filter(named)}
    missing = [
        Organisation(division_id=county, name=name, kind=kind)
        for (county, name), kind in sorted(wanted.items())
        if (county, name) not in found
    ]
    for one in Organisation.objects.bulk_create(missing):
        found[one.division_id, one.name] = one
    registered = {row.values[key]["id"] for row in rows for key in FIRMS if row.values.get(key, {}).get("id")}
    found |= {("", str(pk)): one for pk, one in Organisation.objects.in_bulk(registered).items()}
    return found


def _firm(
    value: Mapping[str, Any] | None, firms: Mapping[tuple[str, str], Organisation]
) -> Organisation | None:
    if not value:
        return None
    return firms["", str(value["id"])] if "id" in value else firms[value["county"], value["name"]]


def _before(
    row: Row,
    compounds: Mapping[int, Compound],
    firms: Mapping[tuple[str, str], Organisation],
    items: Mapping[int, CatalogueItem],
) -> ProjectBefore:
    values = row.values
    days = {key: date.fromisoformat(values[key]) if key in values else None for key in DAYS}
    roles = (PartyRole.DESIGNER, PartyRole.CONTRACTOR, PartyRole.SUPERVISOR)
    parties = {
        role.value: firm for role in roles if (firm := _firm(values.get(role.value), firms)) is not None
    }
    stood = days["stage_on"]
    if stood is None or values["stage"] not in LINE:
        raise ChangedSincePreview(count=1)
    return ProjectBefore(
        compound=compounds[values["compound"]["id"]], year=values["year"], stage=values["stage"], effective_on=stood,
        started_on=days["started_on"], completed_on=days["completed_on"], client=_firm(values.get("client"), firms),
        parties=parties, investment=Decimal(values["investment"]) if "investment" in values else None,
        notes=values.get("notes", ""),
        works=[
            WorkBefore(item=items[pk], planned=Decimal(planned), done=Decimal(done))
            for pk, planned, done in values.get("works", ())
        ],
    )  # fmt: skip
