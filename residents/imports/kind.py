"""Household lists as a kind of import: columns, choices, preview and writing put together."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.imports.known import KnownCompounds, Meant
from compounds.models import Compound
from compounds.reading.cells import CellProblem
from compounds.reading.reasons import Reason as CellReason
from core.fields import DayField, DayInput
from core.figures import thousands
from core.sheets import SheetColumn
from imports.kinds import Field, ImportKind, Row, Task
from imports.masking import masked
from imports.models import ImportRun
from jobs.progress import Progress
from residents.imports.comparing import compare
from residents.imports.known import Doors, compounds_of, scopes_of
from residents.imports.reading import DOOR_CELLS, PERSONAL, RowReader
from residents.imports.reasons import Why
from residents.imports.writing import write_rows
from residents.models import HouseholdUse, Tenancy
from residents.reading.reasons import Reason
from residents.sheets.households import HOUSEHOLD_COLUMNS, HOUSEHOLD_NOTES

STEP = 500
# A list of more would be slower than typing a name.
MOST_SUGGESTED = 3_000
_LABELS: dict[str, dict[Any, Any]] = {"use": dict(HouseholdUse.choices), "tenancy": dict(Tenancy.choices)}


class HouseholdOptions(forms.Form):
    """What a household list does not say itself."""

    compound = forms.CharField(
        label=_("Compound of the whole file"), required=False, max_length=120,
        help_text=_("For files that name no compound. Type its name or code."),
    )  # fmt: skip
    effective_on = DayField(
        label=_("Owners as of"), widget=DayInput(),
        help_text=_("Where the file names other owners than recorded, the household changed hands on this day."),
    )  # fmt: skip

    def __init__(self, data: Any, *, compounds: KnownCompounds, **options: Any) -> None:
        super().__init__(data, **options)
        self._compounds = compounds
        living = [(one.code, one.name) for one in compounds.all if one.ended_on is None]
        self.datalists = {"compounds": living if len(living) <= MOST_SUGGESTED else []}
        self.fields["compound"].widget.attrs["list"] = "compounds"

    def clean_compound(self) -> str:
        return compound_named(self._compounds, self.cleaned_data["compound"])

    def clean_effective_on(self) -> str:
        day: date = self.cleaned_data["effective_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day.isoformat()


def compound_named(compounds: KnownCompounds, text: str) -> str:
    """The code of what a person typed, "" for nothing."""
    if not text.strip():
        return ""
    try:
        return compounds.find(text.strip())[0].code
    except CellProblem as problem:
        raise forms.ValidationError(str(problem)) from problem


class HouseholdImport(ImportKind):
    key = "households"
    title = _("Import households")
    list_title = _("Residents")
    noun = pgettext_lazy("count", "doors")
    reason_label = _("Reason, for the history of each door")
    columns = HOUSEHOLD_COLUMNS
    notes = HOUSEHOLD_NOTES
    reasons = {**dict(CellReason.choices), **dict(Meant.choices), **dict(Reason.choices), **dict(Why.choices)}

    def may_import(self, user: Any) -> bool:
        return bool(scopes_of(user))

    def list_url(self) -> str:
        return reverse("residents:overview")

    def begun_with(self, asked: Mapping[str, str], *, user: Any) -> dict[str, Any]:
        found = compounds_of(user).by_code.get(asked.get("compound", ""))
        return {"compound": found.code} if found is not None and found.ended_on is None else {}

    def template_columns(self, user: Any) -> Sequence[SheetColumn]:
        living = compounds_of(user).living
        named = tuple(f"{one.code} {one.name}" for one in living[:MOST_SUGGESTED])
        return [
            SheetColumn(
                key=column.key, heading=column.heading, kind=column.kind, width=column.width, note=column.note,
                number_format=column.number_format, example=column.example, required=column.key in {"building", "door"},
                choices=named if column.key == "compound" else column.choices,
            )
            for column in super().template_columns(user)
        ]  # fmt: skip

    # --- Choices

    def options_form(
        self,
        data: Mapping[str, Any] | None,
        *,
        headings: Sequence[str],
        initial: Mapping[str, Any],
        user: Any,
    ) -> forms.Form:
        start = {"effective_on": timezone.localdate(), **initial}
        return HouseholdOptions(data, compounds=compounds_of(user), initial=start)

    def missing_columns(self, task: Task) -> list[str]:
        missing = super().missing_columns(task)
        if "compound" not in task.mapping and not task.options.get("compound"):
            missing.append(str(self.column("compound").heading))
        return missing

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        found = []
        code = str(task.options.get("compound") or "")
        if code:
            name = Compound.objects.filter(code=code).values_list("name", flat=True).first() or ""
            found.append((_now("Compound of the whole file"), f"{name} {code}".strip()))
        if "owners" in task.mapping:
            found.append((_now("Owners as of"), effective_on(task).isoformat()))
        return found

    # --- The preview

    def fields(self, task: Task) -> Sequence[Field]:
        label = {"door": _("Door"), "owners": self.column("owners").heading}
        feeds = {"door": DOOR_CELLS, "owners": PERSONAL}
        used = {"door", *task.mapping}
        order = ("compound", "door", "floor", "exclusive_area", "use", "tenancy", "owners")
        return [
            Field(key=key, label=label.get(key) or self.column(key).heading, columns=feeds.get(key, (key,)))
            for key in order
            if key in used or (key == "floor" and "door" in used)
        ]

    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        keys = {row.values["compound"] for row in rows if "compound" in row.values}
        names = {one.pk: f"{one.name} {one.code}" for one in Compound.objects.filter(pk__in=keys)}

        def word(field: str, value: Any) -> str:
            if value is None or value == "" or value == []:
                return ""
            if field == "compound":
                return names.get(value, str(value))
            if field in _LABELS:
                return str(_LABELS[field].get(value, value))
            if field == "owners":
                return "、".join(map(_owner_in_words, value))
            return thousands(Decimal(value)) if field == "exclusive_area" else str(value)

        return word

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        reader = RowReader(task, compounds_of(task.user, task.division))
        for done, row in enumerate(rows):
            reader.read(row)
            if done % STEP == 0:
                progress.step(done, len(rows), _now("checking"))
        compare(rows, Doors({row.values["compound"] for row in rows if "compound" in row.values}))
        progress.step(len(rows), len(rows), _now("compared with the register"))

    # --- Writing

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        return write_rows(
            run_id=run_id, task=task, basis=self._basis(run_id, task), effective_on=effective_on(task), progress=progress
        )  # fmt: skip

    @staticmethod
    def _basis(run_id: int, task: Task) -> str:
        """What the change of owners rests on: the file, and what was given as the reason."""
        run = ImportRun.objects.select_related("file").get(pk=run_id)
        basis = _now("Import of {file}").format(file=run.file.name)
        reason = str(task.options.get("reason") or "")
        return _now("{basis}; {reason}").format(basis=basis, reason=reason) if reason else basis


def effective_on(task: Task) -> date:
    """The day as of which the file names owners; today where nobody chose one (the server's shell)."""
    chosen = str(task.options.get("effective_on") or "")
    return date.fromisoformat(chosen) if chosen else timezone.localdate()


def _owner_in_words(owner: Sequence[Any]) -> str:
    """张* 1/2 138****5678: what a preview shows, whoever looks."""
    name, numerator, denominator, phone = owner
    share = f" {numerator}/{denominator}" if numerator else ""
    return f"{masked(name)}{share}{' ' + (masked(phone) if len(phone) >= 10 else '****') if phone else ''}"
