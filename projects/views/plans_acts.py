"""Acts on a plan: taking compounds in and out, figures, and its way through the offices."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from compounds.models import Batch, Compound
from core.errors import DomainError, InvalidInput
from core.filters import MOST
from core.posted import posted
from core.text import listed
from directory.requests import SignedInRequest
from files.actions import store_upload
from projects.actions.plans import (
    add_to_plan,
    amend_plan,
    approve_plan,
    discard_draft,
    draw_from_pool,
    edit_entries,
    issue_plan,
    remove_from_plan,
    return_plan,
    submit_plan,
)
from projects.errors import PlanJumps
from projects.forms.plans import PLAN_DOCUMENT, ChooseForm, DrawForm, EntryForm, IssueForm, ReasonForm
from projects.models import Plan, Project
from projects.permissions import can_amend_plan, can_decide_plan, can_edit_plan
from projects.plan_figures.effect import effect_of_issuing
from projects.queue import candidates, held_elsewhere, jumps, queue_of
from projects.views.plans_shared import find_plan, plan_page
from projects.views.shared import demand

NAMED = 12
# Lines of a list that are edited at once: a form has its limit of fields.
EDITED_AT_ONCE = 100


def _act(request: SignedInRequest, plan: Plan, act: Callable[[], Any], said: str) -> HttpResponse:
    """Do it, or say on the plan's page why not."""
    try:
        act()
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect(plan)


def _picked(request: SignedInRequest) -> list[int]:
    texts = (text for text in request.POST.getlist("pick") if text.isascii() and text.isdigit())
    return [number for number in (int(text) for text in texts if len(text) < 20) if number <= MOST]


# --- In and out -------------------------------------------------------------------------


@require_POST
def plan_draw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the N most urgent."""
    plan = find_plan(request, pk)
    demand(can_edit_plan(request.user, plan))
    form = DrawForm(request.POST, plan=plan)
    if not form.is_valid():
        raise InvalidInput(reason=" ".join(str(text) for texts in form.errors.values() for text in texts))
    taken = draw_from_pool(plan=plan, user=request.user, **form.cleaned_data)
    if taken:
        words = ngettext(
            "{count} compound of the pool is taken into the plan.",
            "{count} compounds of the pool are taken into the plan.",
            len(taken),
        )
        messages.success(request, words.format(count=len(taken)))
    else:
        messages.info(request, _("No compound of the pool is waiting for a plan."))
    return redirect(plan)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_choose(request: SignedInRequest, pk: int) -> HttpResponse:
    """The pool in its order. A choice that goes before more urgent ones is asked for its reason on this page."""
    plan = find_plan(request, pk)
    demand(can_edit_plan(request.user, plan) and plan.lists_compounds)
    form = ChooseForm(posted(request), plan=plan)
    picked = set(_picked(request)) if request.method == "POST" else set()
    jumped = False
    if form.is_valid():
        if not picked:
            form.add_error(None, _("Tick at least one compound."))
        else:
            try:
                chosen = Compound.objects.filter(pk__in=picked)
                taken = add_to_plan(plan=plan, compounds=list(chosen), user=request.user, **form.cleaned_data)
            except PlanJumps as refusal:
                jumped = True
                form.add_error("reason", refusal.message)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
            else:
                words = ngettext(
                    "{count} compound is in the plan.", "{count} compounds are in the plan.", len(taken)
                )
                messages.success(request, words.format(count=len(taken)))
                return redirect(plan)
    rows = _waiting_rows(plan, picked)
    context = {"form": form, "rows": rows, "jumped": jumped, "passed": _passed(rows) if jumped else []}
    return plan_page(request, "projects/plan_choose.html", plan, context, status=422 if form.errors else 200)


def _waiting_rows(plan: Plan, picked: set[int]) -> list[dict[str, Any]]:
    """Everything that waits, in its order, without what the plan has; two statements."""
    begun = Project.objects.unfinished().filter(compound=OuterRef("compound"))
    entries: Any = (
        candidates(plan.division_id)
        .exclude(compound__in=held_elsewhere(plan).values("compound_id"))
        .exclude(compound__in=plan.entries.values("compound_id"))
        .annotate(is_begun=Exists(begun))
        .select_related("compound__community", "compound__urgency_score")
    )
    return [
        {
            "place": place,
            "compound": entry.compound,
            "entry": entry,
            "batch": Batch(entry.batch).label,
            "score": getattr(entry.compound, "urgency_score", None),
            "is_begun": entry.is_begun,
            "is_picked": entry.compound_id in picked,
        }
        for place, entry in enumerate(entries, 1)
    ]


def _passed(rows: list[dict[str, Any]]) -> list[str]:
    """Names of the first more urgent ones that the choice leaves out."""
    last = max((row["place"] for row in rows if row["is_picked"]), default=0)
    return [row["compound"].name for row in rows if not row["is_picked"] and row["place"] < last][:NAMED]


@require_POST
def plan_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    demand(can_edit_plan(request.user, plan))
    chosen = list(Compound.objects.filter(pk__in=_picked(request)))
    if not chosen:
        messages.error(request, _("Tick at least one compound."))
        return redirect(plan)
    gone = remove_from_plan(plan=plan, compounds=chosen, user=request.user)
    words = ngettext("{count} compound is off the plan.", "{count} compounds are off the plan.", gone)
    messages.success(request, words.format(count=gone))
    return redirect(plan)


# --- Figures ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def plan_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """All lines of the list as one table of inputs; `?part=2` is the second hundred."""
    plan = find_plan(request, pk)
    demand(can_edit_plan(request.user, plan) and plan.lists_compounds)
    entries = list(plan.entries.select_related("compound"))
    parts = max(1, -(-len(entries) // EDITED_AT_ONCE))
    asked = request.GET.get("part", "")
    part = min(parts, max(1, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    first = (part - 1) * EDITED_AT_ONCE
    shown = entries[first : first + EDITED_AT_ONCE]
    forms = [EntryForm(posted(request), entry=entry, plan=plan) for entry in shown]
    refused: list[str] = []
    if request.method == "POST" and all(form.is_valid() for form in forms):
        refused = _write_figures(request, plan, forms)
        if not refused:
            messages.success(request, _("Saved."))
            return redirect(plan)
    order = queue_of(plan)
    going_first = jumps(order, {entry.compound_id for entry in entries})
    context = {
        "lines": [
            {
                "number": number,
                "form": form,
                "entry": form.entry,
                "jumps": form.entry.compound_id in going_first,
            }
            for number, form in enumerate(forms, first + 1)
        ],
        "refused": refused,
        "part": part,
        "parts": range(1, parts + 1),
        "has_years": len(plan.years) > 1,
    }
    wrong = refused or any(form.errors for form in forms)
    return plan_page(request, "projects/plan_figures.html", plan, context, status=422 if wrong else 200)


def _write_figures(request: SignedInRequest, plan: Plan, forms: list[EntryForm]) -> list[str]:
    """What was changed on the page, all or nothing; returns the sentences of why not."""
    words = _("{compound}: somebody else changed {fields} meanwhile. Compare and save again.")
    overtaken = [(form.entry, fields) for form in forms if (fields := form.overtaken())]
    if overtaken:
        return [words.format(compound=one.compound.name, fields=listed(fields)) for one, fields in overtaken]
    try:
        changes: Any = {form.entry.pk: form.mine for form in forms if form.mine}
        edit_entries(plan=plan, user=request.user, changes=changes)
    except DomainError as refusal:
        return [refusal.message]
    return []


# --- Its way ----------------------------------------------------------------------------


@require_POST
def plan_submit(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    return _act(request, plan, lambda: submit_plan(plan=plan, user=request.user), _("The plan is submitted."))


@require_POST
def plan_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    return _act(request, plan, lambda: approve_plan(plan=plan, user=request.user), _("The plan is approved."))


@require_POST
def plan_return(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    reason = request.POST.get("reason", "")
    return _act(
        request,
        plan,
        lambda: return_plan(plan=plan, user=request.user, reason=reason),
        _("The plan is returned."),
    )


@require_POST
def plan_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    try:
        discard_draft(plan=plan, user=request.user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.message)
        return redirect(plan)
    messages.success(request, _("The draft is gone."))
    return redirect("projects:plans")


@require_http_methods(["GET", "HEAD", "POST"])
def plan_amend(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    demand(can_amend_plan(request.user, plan))
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            amended = amend_plan(plan=plan, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(amended)
    return plan_page(
        request, "projects/plan_amend.html", plan, {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan_issue(request: SignedInRequest, pk: int) -> HttpResponse:
    """下达: with number, day and document; what follows stands above the button."""
    plan = find_plan(request, pk)
    demand(can_decide_plan(request.user, plan))
    form = IssueForm(posted(request), request.FILES or None, initial={"issued_on": timezone.localdate()})
    if form.is_valid():
        data = form.cleaned_data
        try:
            issue_plan(
                plan=plan, user=request.user, document_number=data["document_number"], issued_on=data["issued_on"],
                document=_kept(request, data["file"]),
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The plan is issued."))
            return redirect(plan)
    context = {"form": form, "consequences": consequences(plan)}
    return plan_page(request, "projects/plan_issue.html", plan, context, status=422 if form.errors else 200)


def _kept(request: SignedInRequest, upload: Any) -> Any:
    """The bytes first, outside the action's transaction."""
    if upload is None:
        return None
    return store_upload(file=upload, name=upload.name, user=request.user, rule=PLAN_DOCUMENT)


def consequences(plan: Plan) -> list[str]:
    """What issuing does, in sentences."""
    effect = effect_of_issuing(plan)
    found = []
    if effect.begin:
        words = ngettext("{count} project begins.", "{count} projects begin.", effect.begin)
        found.append(words.format(count=effect.begin))
    if effect.join:
        words = ngettext(
            "{count} project that was begun before joins the plan.",
            "{count} projects that were begun before join the plan.",
            effect.join,
        )
        found.append(words.format(count=effect.join))
    if effect.kept:
        words = ngettext(
            "{count} compound is carried over and keeps its project.",
            "{count} compounds are carried over and keep their projects.",
            effect.kept,
        )
        found.append(words.format(count=effect.kept))
    if effect.moving:
        words = ngettext(
            "{count} compound moves to the pool's batch “{batch}”.",
            "{count} compounds move to the pool's batch “{batch}”.",
            effect.moving,
        )
        found.append(words.format(count=effect.moving, batch=Batch.IMPLEMENTING.label))
    if effect.replaces:
        found.append(_("Version {number} is replaced and kept.").format(number=effect.replaces.version))
    found.append(_("From then on the plan changes only by an amendment."))
    return found
