"""A published plan table as a kind of import: columns, choices, preview and writing put together."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.reading import amounts
from core.figures import thousands
from directory.powers import Power
from imports.errors import ChangedSincePreview
from imports.kinds import Field, ImportKind, Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from projects.imports.plans.comparing import compare
from projects.imports.plans.options import PlanOptions, plan_of, plans_open_to
from projects.imports.plans.reading import FIGURES, WRITTEN, read_row
from projects.imports.plans.reasons import Reason
from projects.imports.plans.writing import write_rows
from projects.sheets.plans import PLAN_COLUMNS, PLAN_NOTES


class PlanImport(ImportKind):
    key = "plan"
    title = _("Import a plan table")
    list_title = _("Plans")
    noun = pgettext_lazy("count", "compounds")
    reason_label = _("Reason, for the history of the plan")
    columns = PLAN_COLUMNS
    notes = PLAN_NOTES
    reasons = dict(Reason.choices)

    def may_import(self, user: Any) -> bool:
        return user is not None and bool(user.scopes_for(Power.MAKE_PLANS))

    def list_url(self) -> str:
        return reverse("projects:plans")

    def options_form(
        self, data: Mapping[str, Any] | None, *, headings: Sequence[str], initial: Mapping[str, Any], user: Any
    ) -> forms.Form:  # fmt: skip
        return PlanOptions(data, plans=plans_open_to(user), initial=dict(initial))

    def missing_columns(self, task: Task) -> list[str]:
        if {"name", "code"} & task.mapping.keys():
            return []
        return [str(self.column("name").heading)]

    def undecided(self, task: Task) -> dict[str, str]:
        return {} if plan_of(task) else {"plan": _now("Choose the plan into which the table is read.")}

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        plan = plan_of(task)
        return [(_now("Into which plan"), plan.title)] if plan else []

    def fields(self, task: Task) -> Sequence[Field]:
        used = {"name", *task.mapping}
        shown = ("name", "street", "code", *WRITTEN)
        return [
            Field(
                key=key, label=self.column(key).heading, columns=("name", "code") if key == "name" else (key,)
            )
            for key in shown
            if key in used and key != "street"
        ]

    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        def word(field: str, value: Any) -> str:
            if value is None or value == "":
                return ""
            if field == "estimated_investment":
                return thousands(Decimal(value) / amounts.WAN)
            if field in FIGURES:
                return thousands(Decimal(value))
            return str(value)

        return word

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        plan = plan_of(task)
        for row in rows:
            read_row(row, task, plan)
        if plan is not None:
            compare(rows, plan)
        for row in rows:
            row.settle()
        progress.step(len(rows), len(rows), _now("compared with the register"))

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        rows = staged(run_id, (Verdict.NEW, Verdict.CHANGED))
        plan = plan_of(task)
        if plan is None:
            raise ChangedSincePreview(count=len(rows))
        counts = write_rows(rows, plan=plan, user=task.user)
        progress.step(len(rows), len(rows), _now("writing"))
        return counts
