"""The list of plans, a plan's page, drawing one up, its targets, its spreadsheet, two versions compared."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.board import board
from core.errors import DomainError
from core.figures import area, money, thousands
from core.filetypes import XLSX
from core.lists import called
from core.posted import posted
from core.scope import chosen_division
from core.sheets import write_workbook
from directory.models import Division, User
from directory.models.divisions import Level
from directory.powers import Power
from directory.requests import SignedInRequest
from files.serving import file_response
from projects.actions.plans import draw_up_plan, edit_plan
from projects.filters.plans import PlanFilter
from projects.forms.plans import DrawForm, NewPlanForm, TargetsForm
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project
from projects.permissions import can_edit_plan, can_export, can_keep_programme_documents, can_see_programme
from projects.plan_figures.higher import RollUpLine, roll_up
from projects.plan_figures.listed import with_listed
from projects.plan_figures.sums import MEASURES, sums_of, total
from projects.plan_figures.targets import target_lines
from projects.plan_figures.versions import COMPARED, COMPARED_TARGETS, difference
from projects.plan_figures.years import by_year
from projects.queue import Jump, jumps, queue_of
from projects.sheets.plans import out_columns, out_rows
from projects.tables.plans import PLANS
from projects.views.plans_papers import shown_documents
from projects.views.plans_shared import find_plan, plan_page
from projects.views.shared import demand

DIVISIONS_OFFERED = 400


@require_safe
def plan_list(request: SignedInRequest) -> HttpResponseBase:
    user = request.user
    demand(can_see_programme(user))
    return PLANS.respond(
        request,
        lambda: with_listed(Plan.objects.visible_to(user)),
        filterset=PlanFilter,
        depends_on=user.scopes_for(Power.SEE_PROGRAMME),
        may_export=can_export(user),
        describe={"division": called(Division)},
        template="projects/plan_list.html",
        context={"may_make": user.has_power(Power.MAKE_PLANS)},
    )


# --- A plan -----------------------------------------------------------------------------


@require_safe
def plan_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    if not plan.lists_compounds:
        return _higher(request, plan)
    may_edit = can_edit_plan(request.user, plan)
    listed = sums_of(plan.entries.all())
    context = {
        "targets": target_lines(plan, listed),
        "rows": entry_rows(plan, user=request.user, counted=may_edit),
        "draw": DrawForm(plan=plan),
        "may_export": can_export(request.user),
        "years": by_year(plan) if plan.kind == PlanKind.FIVE_YEAR else [],
        "around": _around(request, plan),
    }
    return plan_page(request, "projects/plan.html", plan, context | _common(request, plan))


def entry_rows(plan: Plan, *, user: User, counted: bool) -> list[dict[str, Any]]:
    """The list as shown. While it is being drawn up (`counted`) with the place in the queue and who is passed.

    An issued plan is read below its county as well: its lines lead to what the reader may open.
    """
    scopes = user.scopes_for(Power.SEE_REGISTER)
    entries = list(plan.entries.select_related("compound__community"))
    order, going_first, passed = _queue(plan, entries) if counted else ({}, {}, {})
    projects = dict(
        Project.objects.visible_to(user).filter(plan_entry__plan=plan).values_list("compound_id", "code")
    )
    rows = []
    for number, entry in enumerate(entries, 1):
        jump = going_first.get(entry.compound_id)
        rows.append(
            {
                "number": number,
                "entry": entry,
                "compound": entry.compound,
                "may_open": entry.compound.community_id.startswith(scopes),
                "place": order.get(entry.compound_id),
                "jump": jump,
                "first_passed": passed.get(jump.first_passed_id, "") if jump else "",
                "lacks_reason": jump is not None and not entry.jump_reason,
                "project": projects.get(entry.compound_id, ""),
            }
        )
    return rows


def _queue(plan: Plan, entries: list[PlanEntry]) -> tuple[dict[int, int], dict[int, Jump], dict[int, str]]:
    """({compound: place}, {compound: its jump}, {passed compound: name}); three statements."""
    queue = queue_of(plan)
    order = {compound_id: place for place, compound_id in enumerate(queue, 1)}
    found = jumps(queue, {entry.compound_id for entry in entries})
    names = names_of({jump.first_passed_id for jump in found.values()})
    return order, found, names


def names_of(compounds: set[int]) -> dict[int, str]:
    return dict(Compound.objects.filter(pk__in=compounds).values_list("pk", "name"))


def _around(request: SignedInRequest, plan: Plan) -> list[Plan]:
    """The five-year plan around an annual one."""
    if plan.kind != PlanKind.ANNUAL:
        return []
    found = Plan.objects.visible_to(request.user).filter(
        division=plan.division_id, kind=PlanKind.FIVE_YEAR, first_year__lte=plan.first_year,
        last_year__gte=plan.first_year,
    )  # fmt: skip
    return list(found.exclude(state=PlanState.SUPERSEDED).order_by("version"))


def _common(request: SignedInRequest, plan: Plan) -> dict[str, Any]:
    versions = Plan.objects.visible_to(request.user).filter(
        division=plan.division_id, kind=plan.kind, first_year=plan.first_year
    )
    return {
        "versions": list(versions.order_by("-version")),
        "documents": shown_documents(plan),
        "may_document": can_keep_programme_documents(request.user, plan),
        "measures": MEASURES,
    }


def _higher(request: SignedInRequest, plan: Plan) -> HttpResponse:
    """A city's or province's plan: the counties below, each line and the sums.

    Whoever sees only a part of it sees the lines of that part, and no sum of the whole.
    """
    user = request.user
    whole = any(plan.division_id.startswith(scope) for scope in user.scopes_for(Power.SEE_PROGRAMME))
    found = roll_up(plan, Plan.objects.visible_to(user))
    lines: list[RollUpLine] = (
        found.lines if whole else [line for line in found.lines if line.plan is not None]
    )
    context = {
        "targets": target_lines(plan, found.as_it_stands if whole else total([])),
        "sees_whole": whole,
        "roll_up": found,
        "lines": lines,
        "by_city": len(plan.division_id) < Level.CITY,
    }
    return plan_page(request, "projects/plan_higher.html", plan, context | _common(request, plan))


@require_safe
def plan_document(request: SignedInRequest, pk: int) -> FileResponse:
    """The scan of the document by which it was issued."""
    plan = find_plan(request, pk)
    return file_response(get_object_or_404(Plan.objects.exclude(document=None), pk=plan.pk).document)  # type: ignore[arg-type]


@require_safe
def plan_sheet(request: SignedInRequest, pk: int) -> FileResponse:
    """The list as a workbook, row for row what the page shows."""
    plan = find_plan(request, pk)
    demand(can_export(request.user))
    entries = list(plan.entries.select_related("compound"))
    for watcher in board.export_watchers():
        watcher.exported(request, "plan", "xlsx", len(entries))
    codes = {entry.division_code[: Level.STREET] for entry in entries}
    streets = dict(Division.objects.filter(pk__in=codes).values_list("code", "name"))
    to = BytesIO()
    write_workbook(title=plan.title, columns=out_columns(plan), rows=out_rows(plan, entries, streets), to=to)
    to.seek(0)
    name = f"{plan.title} {timezone.localdate():%Y-%m-%d}.xlsx"
    response = FileResponse(to, as_attachment=True, filename=name, content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- Drawing it up ----------------------------------------------------------------------


def makeable(request: SignedInRequest) -> list[Division]:
    """Counties, cities and provinces for which this person may draw up plans, the chosen one first."""
    scopes = request.user.scopes_for(Power.MAKE_PLANS)
    rows = Division.objects.living().below(scopes).filter(level__lte=Level.COUNTY).order_by("code")
    chosen = chosen_division(request)
    return sorted(rows[:DIVISIONS_OFFERED], key=lambda division: (division.code != chosen, division.code))


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: SignedInRequest) -> HttpResponse:
    divisions = makeable(request)
    demand(bool(divisions))
    initial = {"division": divisions[0].pk, "kind": PlanKind.ANNUAL, "first_year": _next_year()}
    form = NewPlanForm(posted(request), divisions=divisions, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            plan = draw_up_plan(
                division=data["division"], user=request.user, kind=data["kind"], first_year=data["first_year"],
                **form.facts,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(plan)
    return render(request, "projects/plan_new.html", {"form": form}, status=422 if form.errors else 200)


def _next_year() -> int:
    """From autumn on the plan of the coming year is drawn up."""
    today = timezone.localdate()
    return today.year + (today.month >= 9)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    demand(can_edit_plan(request.user, plan))
    form = TargetsForm(posted(request), initial=TargetsForm.of(plan))
    if form.is_valid():
        try:
            edit_plan(plan=plan, user=request.user, **form.facts)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(plan)
    return plan_page(
        request, "projects/plan_edit.html", plan, {"form": form}, status=422 if form.errors else 200
    )


# --- Two versions -----------------------------------------------------------------------


def field_words() -> dict[str, Any]:
    """{field of a plan or an entry: its name}"""
    return {
        **{name: PlanEntry._meta.get_field(name).verbose_name for name in COMPARED},  # type: ignore[union-attr]
        **{name: Plan._meta.get_field(name).verbose_name for name in COMPARED_TARGETS},  # type: ignore[union-attr]
    }


def written(name: str, value: Any) -> Any:
    """A field's value as the page writes it."""
    if "investment" in name:
        return money(value)
    if "area" in name:
        return area(value)
    return thousands(value) if isinstance(value, int) and name != "year" else value


@require_safe
def plan_changes(request: SignedInRequest, pk: int) -> HttpResponse:
    """This version beside another one: `?from=` names it, else the one before."""
    plan = find_plan(request, pk)
    others = Plan.objects.visible_to(request.user).filter(
        division=plan.division_id, kind=plan.kind, first_year=plan.first_year
    )
    versions = list(others.exclude(pk=plan.pk).order_by("-version"))
    asked = request.GET.get("from", "")
    earlier = [one for one in versions if one.version < plan.version]
    nearest = next(iter(earlier or versions), None)
    old = next((one for one in versions if str(one.pk) == asked), nearest)
    words = field_words()
    found = difference(old, plan) if old is not None else None
    context = {
        "old": old,
        "versions_beside": versions,
        "difference": found,
        "changed": [
            (change.entry, [(words[name], written(name, before), written(name, after)) for name, before, after in change.lines])
            for change in (found.changed if found else ())
        ],
        "changed_targets": [
            (words[name], written(name, before), written(name, after))
            for name, before, after in (found.targets if found else ())
        ],
        "sums": [
            (measure, getattr(found.before, measure), getattr(found.after, measure)) for measure in MEASURES
        ] if found else [],
    }  # fmt: skip
    return plan_page(request, "projects/plan_changes.html", plan, context)
