"""A published plan table read into a plan that is being drawn up: 序号, 区划/街道, 小区名称, 楼栋数, 户数, 建筑面积.

A row means a compound of the plan's county, by its code, else by its name. What the plan has already is changed,
what waits in the pool is taken in; a row that goes before more urgent ones needs its reason. All rows are compared
in memory with a fixed number of statements.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from compounds.reading import amounts
from compounds.reading.cells import CellProblem, is_nothing, levelled, name_key, one_line, quoted
from core.figures import thousands
from core.sheets import bracket_of
from directory.models import Division
from directory.models.divisions import Level
from directory.powers import Power
from imports.errors import ChangedSincePreview
from imports.kinds import Field, ImportKind, Remark, Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from projects.actions.plans import add_to_plan, edit_entry
from projects.imports.totals import TOTALS
from projects.models import Plan, PlanEntry
from projects.models.plans import OPEN_STATES
from projects.queue import jumps, queue_of, with_project_of_its_own
from projects.sheets.plans import PLAN_COLUMNS, PLAN_NOTES

FIGURES = ("building_count", "household_count", "floor_area", "estimated_investment")
WRITTEN = (*FIGURES, "year", "jump_reason")
DECIMAL = {"floor_area", "estimated_investment"}
LONGEST_REASON = 300
LARGEST_MONEY = Decimal(10) ** 14
CENT = Decimal("0.01")
_MONEY = re.compile(r"(?:约|大约|近)?(-?[0-9][0-9,\s]*(?:\.[0-9]+)?)\s*(亿元?|万元?|元)?(?:左右|以上)?")


class Reason(models.TextChoices):
    NAME_MISSING = "name_missing", _("no name")
    NOT_A_COMPOUND = "not_a_compound", _("line of totals or remark")
    UNKNOWN = "unknown", _("not in the register of the county")
    AMBIGUOUS = "ambiguous", _("several registered compounds of this name")
    REPEATED = "repeated", _("repeats an earlier row")
    NOT_PLANNABLE = "not_plannable", _("not waiting in the reserve pool")
    JUMPS = "jumps", _("goes before more urgent ones without a reason")
    NUMBER = "number", _("number not understood")
    YEAR = "year", _("year outside the plan")
    TOO_LONG = "too_long", _("text too long")
    FORMER_NAME = "former_name", _("former name of a registered compound")
    ABOUT = "about", _("number given as approximate")
    SECOND = "second", _("stands out of turn, with its reason")


def plans_open_to(user: Any) -> list[Plan]:
    """Counties' plans that this person may draw up, the latest first."""
    scopes = user.scopes_for(Power.MAKE_PLANS) if user is not None else ()
    within = models.Q(pk__in=[])
    for scope in scopes:
        within |= models.Q(division__code__startswith=scope)
    found = Plan.objects.filter(within, state__in=OPEN_STATES).select_related("division").order_by("-pk")
    return [plan for plan in found if plan.lists_compounds]


class PlanOptions(forms.Form):
    plan = forms.ChoiceField(
        label=_("Into which plan"), help_text=_("Plans that are being drawn up and that you may change.")
    )

    def __init__(self, data: Any, *, plans: Sequence[Plan], **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["plan"]
        field.choices = [(str(plan.pk), plan.title) for plan in plans]
        if not plans:
            field.help_text = _("No plan of yours is being drawn up: begin or amend one first.")


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
        return {} if _plan_of(task) else {"plan": _now("Choose the plan into which the table is read.")}

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        plan = _plan_of(task)
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
        plan = _plan_of(task)
        for row in rows:
            _read(row, task, plan)
        if plan is not None:
            _compare(rows, plan)
        for row in rows:
            row.settle()
        progress.step(len(rows), len(rows), _now("compared with the register"))

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        """By the same actions as the page; what is no longer as previewed refuses everything."""
        rows = staged(run_id, (Verdict.NEW, Verdict.CHANGED))
        plan = _plan_of(task)
        if plan is None:
            raise ChangedSincePreview(count=len(rows))
        # Adders and submitters wait from here on; what the rows are compared with stays.
        Division.objects.select_for_update(no_key=True).get(pk=plan.division_id)
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        outdated = _outdated(rows, plan)
        if outdated or not plan.is_open:
            raise ChangedSincePreview(count=outdated or len(rows))
        new = [row for row in rows if row.verdict == Verdict.NEW]
        _take_in(new, plan, task.user)
        _write_facts(rows, plan, task.user)
        progress.step(len(rows), len(rows), _now("writing"))
        return {Verdict.NEW.value: len(new), Verdict.CHANGED.value: len(rows) - len(new)}


def _plan_of(task: Task) -> Plan | None:
    """The chosen plan while this person may still change it."""
    chosen = str(task.options.get("plan") or "")
    return next((plan for plan in plans_open_to(task.user) if str(plan.pk) == chosen), None)


# --- Reading ----------------------------------------------------------------------------


def _read(row: Row, task: Task, plan: Plan | None) -> None:
    name = one_line(row.cells.get("name", ""))
    code = one_line(row.cells.get("code", ""))
    if name_key(name) in TOTALS or (not name and not code and row.lead):
        words = _now("This is a line of totals or a remark, not a compound. Leave it out.")
        row.problems["name"] = Remark(Reason.NOT_A_COMPOUND, words)
        return
    if not name and not code:
        row.problems["name"] = Remark(Reason.NAME_MISSING, _now("The name is missing."))
        return
    row.values["name"] = name or code
    if code:
        row.values["code"] = code
    for key in ("building_count", "household_count"):
        _take(row, key, amounts.count(key))
    _take(row, "floor_area", amounts.area(bracket_of(task.mapping.get("floor_area", ""))))
    _read_money(row, bracket_of(task.mapping.get("estimated_investment", "")))
    _read_year(row, plan)
    reason = one_line(row.cells.get("jump_reason", ""))
    if len(reason) > LONGEST_REASON:
        words = _now("Longer than {limit} characters.").format(limit=LONGEST_REASON)
        row.problems["jump_reason"] = Remark(Reason.TOO_LONG, words)
    elif reason and not is_nothing(reason):
        row.values["jump_reason"] = reason


def _take(row: Row, key: str, reader: Any) -> None:
    text = row.cells.get(key)
    if not text:
        return
    try:
        reading = reader(text)
    except CellProblem as problem:
        row.problems[key] = Remark(Reason.NUMBER, str(problem))
        return
    except (InvalidOperation, ValueError, OverflowError):
        row.problems[key] = Remark(Reason.NUMBER, _now("“{text}” cannot be read.").format(text=quoted(text)))
        return
    row.values.update(reading.fields)
    if reading.warning is not None:
        row.warnings[key] = Remark(Reason.ABOUT, str(reading.warning))


def _read_money(row: Row, heading_unit: str) -> None:
    """万元 unless heading or cell say 元 or 亿; kept in yuan."""
    text = levelled(row.cells.get("estimated_investment", ""))
    if not text or is_nothing(text):
        return
    found = _MONEY.fullmatch(text)
    digits = re.sub(r"[,\s]", "", found[1]) if found else ""
    if found is None or len(digits) > 18:
        words = _now("“{text}” is not a sum of money. Write it in 10,000 yuan.").format(text=quoted(text))
        row.problems["estimated_investment"] = Remark(Reason.NUMBER, words)
        return
    unit = found[2] or heading_unit
    factor = 100_000_000 if unit.startswith("亿") else 1 if unit in ("元", "yuan", "¥") else amounts.WAN
    yuan = (Decimal(digits) * factor).quantize(CENT, ROUND_HALF_UP)
    if not 0 <= yuan < LARGEST_MONEY:
        words = _now("{number} is not a possible sum.").format(number=quoted(text))
        row.problems["estimated_investment"] = Remark(Reason.NUMBER, words)
        return
    row.values["estimated_investment"] = str(yuan)


def _read_year(row: Row, plan: Plan | None) -> None:
    text = levelled(row.cells.get("year", "")).removesuffix("度").removesuffix("年").removesuffix(".0")
    if not text or is_nothing(text):
        return
    year = int(text) if re.fullmatch("[0-9]{4}", text) else 0
    if plan is not None and year not in plan.years:
        words = _now("{year} lies outside this plan ({first} to {last}).")
        found = words.format(year=quoted(text), first=plan.first_year, last=plan.last_year)
        row.problems["year"] = Remark(Reason.YEAR, found)
    else:
        row.values["year"] = year


# --- Comparing --------------------------------------------------------------------------


def _compare(rows: Sequence[Row], plan: Plan) -> None:
    """Six statements: the county's compounds and streets, the plan's entries, the queue, its projects, names passed."""
    register = _Register(plan.division_id)
    entries = {entry.compound_id: entry for entry in plan.entries.all()}
    queue = queue_of(plan)
    plannable = set(queue) | with_project_of_its_own(plan)
    seen: dict[int, int] = {}
    new: list[tuple[Row, int]] = []
    for row in rows:
        compound = register.find(row) if row.values else None
        if compound is None:
            continue
        if compound.pk in seen:
            words = _now("The same compound stands in row {number}.").format(number=seen[compound.pk])
            row.problems["name"] = Remark(Reason.REPEATED, words)
            continue
        seen[compound.pk] = row.number
        row.values |= {"name": compound.name, "code": compound.code, "compound": compound.pk}
        entry = entries.get(compound.pk)
        if entry is not None:
            row.target_id = entry.pk
            _note_changes(row, entry)
        elif compound.pk not in plannable:
            words = _now("Not waiting in the reserve pool of the county, or its project is not finished.")
            row.problems["name"] = Remark(Reason.NOT_PLANNABLE, words)
        else:
            new.append((row, compound.pk))
    _demand_reasons(new, queue, entries, register)


def _note_changes(row: Row, entry: PlanEntry) -> None:
    for key in WRITTEN:
        if key not in row.values:
            continue
        before = getattr(entry, key)
        value = Decimal(row.values[key]) if key in DECIMAL else row.values[key]
        if value != before:
            row.changes[key] = [str(before) if isinstance(before, Decimal) else before, row.values[key]]


def _demand_reasons(
    new: list[tuple[Row, int]], queue: list[int], entries: Mapping[int, PlanEntry], register: "_Register"
) -> None:
    """Rows without other faults that go before more urgent ones. One left out passes nobody by that."""
    right = {compound: row for row, compound in new if not row.problems}
    for compound, jump in jumps(queue, right.keys() | entries.keys()).items():
        row = right.get(compound)
        if row is None:
            continue
        first = register.names.get(jump.first_passed_id, "")
        if row.values.get("jump_reason"):
            words = _now("Goes before {first} and {count} in all that are more urgent; the reason is given.")
            row.warnings["jump_reason"] = Remark(Reason.SECOND, words.format(first=first, count=jump.passed))
        else:
            words = _now(
                "Goes before {first} and {count} in all that are more urgent and not in the table. "
                "Take those too, or give the reason."
            )
            row.problems["name"] = Remark(Reason.JUMPS, words.format(first=first, count=jump.passed))


class _Register:
    """The living compounds of a county, by code, name and former name."""

    def __init__(self, county: str) -> None:
        self.by_code: dict[str, Compound] = {}
        self.names: dict[int, str] = {}
        self._named: dict[str, list[Compound]] = defaultdict(list)
        self._formerly: dict[str, list[Compound]] = defaultdict(list)
        found = Compound.objects.living().within([county])
        for compound in found.only("pk", "code", "name", "former_names", "community_id"):
            self.by_code[compound.code] = compound
            self.names[compound.pk] = compound.name
            self._named[name_key(compound.name)].append(compound)
            for former in compound.former_names:
                self._formerly[name_key(former)].append(compound)
        streets = Division.objects.filter(code__startswith=county, level=Level.STREET)
        self._streets = {code: name_key(name) for code, name in streets.values_list("code", "name")}

    def find(self, row: Row) -> Compound | None:
        """The one compound that is meant, else the row says why not."""
        code = row.values.get("code")
        if code:
            found = self.by_code.get(code)
            if found is None:
                words = _now("No compound of the county has the code {code}.").format(code=quoted(code))
                row.problems["code"] = Remark(Reason.UNKNOWN, words)
            return found
        name = row.values["name"]
        named = self._in_street(self._named.get(name_key(name), []), row)
        if not named:
            named = self._in_street(self._formerly.get(name_key(name), []), row)
            if len(named) == 1:
                words = _now("Registered as {name}.").format(name=named[0].name)
                row.warnings["name"] = Remark(Reason.FORMER_NAME, words)
        if len(named) == 1:
            return named[0]
        if named:
            words = _now(
                "{count} compounds of the county have this name: {codes}. Give the code or the street."
            )
            codes = "、".join(compound.code for compound in named[:5])
            row.problems["name"] = Remark(Reason.AMBIGUOUS, words.format(count=len(named), codes=codes))
        else:
            row.problems["name"] = Remark(Reason.UNKNOWN, _now("Not in the register of the county."))
        return None

    def _in_street(self, found: list[Compound], row: Row) -> list[Compound]:
        """Of several the one in the street that the row names."""
        street = name_key(row.cells.get("street", ""))
        if len(found) < 2 or not street:
            return found
        here = [
            one for one in found if self._streets.get(one.community_id[: Level.STREET], "").startswith(street)
        ]
        return here or found


# --- Writing ----------------------------------------------------------------------------


def _outdated(rows: Sequence[Row], plan: Plan) -> int:
    """How many staged rows would get another verdict today."""
    again = [
        Row(row.number, row.cells, {key: value for key, value in row.values.items() if key != "compound"})
        for row in rows
    ]
    _compare(again, plan)
    count = 0
    for before, now in zip(rows, again, strict=True):
        now.settle()
        count += (now.verdict, now.target_id, now.changes) != (
            before.verdict,
            before.target_id,
            before.changes,
        )
    return count


def _take_in(rows: Sequence[Row], plan: Plan, user: Any) -> None:
    if not rows:
        return
    compounds = Compound.objects.in_bulk([row.values["compound"] for row in rows])
    said = {row.values["compound"]: row.values.get("jump_reason", "") for row in rows}
    add_to_plan(plan=plan, compounds=list(compounds.values()), user=user, reasons=said)


def _write_facts(rows: Sequence[Row], plan: Plan, user: Any) -> None:
    entries = {entry.compound_id: entry for entry in plan.entries.select_related("plan")}
    for row in rows:
        given = (
            row.changes.keys() if row.verdict == Verdict.CHANGED else row.values.keys() & {*FIGURES, "year"}
        )
        facts: dict[str, Any] = {
            key: Decimal(row.values[key]) if key in DECIMAL else row.values[key] for key in given
        }
        if facts:
            edit_entry(entry=entries[row.values["compound"]], user=user, **facts)
