"""Drawing a scheme up: its table, works taken from the catalogue, struck and taken back, needs waived, handed in."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from compounds.models import Topic
from core.errors import ChangedMeanwhile, DomainError
from core.posted import posted
from core.text import search_text
from directory.requests import SignedInRequest
from projects.actions.schemes import (
    begin_scheme,
    describe_scheme,
    handed_in,
    new_version,
    save_lines,
    strike,
    submit_scheme,
    take_back,
    unwaive_gap,
    waive_gap,
    withdraw_scheme,
)
from projects.errors import SchemeNotOpen
from projects.forms.scheme import LineForm, ReasonForm, SummaryForm, WorkForm, all_valid
from projects.models import Aspect, CatalogueItem, Category, Scheme
from projects.permissions import can_draw_scheme
from projects.views.scheme_shared import Content, act, find_scheme, page_of, reason_of, try_form
from projects.views.shared import demand, find_project, project_page


def open_scheme(request: SignedInRequest, code: str, version: int) -> Scheme:
    """A version that this person draws up; once it is handed in the lines are fixed (409)."""
    scheme = find_scheme(request, code, version)
    demand(can_draw_scheme(request.user, scheme.project))
    if not scheme.is_open:
        raise SchemeNotOpen(state=scheme.get_state_display())
    return scheme


def address(name: str, scheme: Scheme, *more: Any) -> str:
    return reverse(f"projects:scheme_{name}", args=[scheme.project.code, scheme.version, *more])


# --- Versions ---------------------------------------------------------------------------


@require_POST
def begin(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    demand(can_draw_scheme(request.user, project))
    scheme = begin_scheme(project=project, user=request.user, reason=reason_of(request))
    messages.success(request, _("Version {version} is begun. Take works from the catalogue.").format(version=scheme.version))  # fmt: skip
    return redirect("projects:scheme_add", project.code, scheme.version)


@require_POST
def change(request: SignedInRequest, code: str) -> HttpResponse:
    """A change of the approved scheme: its next version, with the reason."""
    project = find_project(request, code)
    demand(can_draw_scheme(request.user, project))
    return act(
        request,
        lambda: new_version(project=project, user=request.user, reason=reason_of(request)),
        done=_(
            "The new version begins as a copy of the approved one, which holds until the new one is approved."
        ),
        to=reverse("projects:scheme", args=[project.code]),
    )


@require_POST
def submit(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    scheme = find_scheme(request, code, version)
    demand(can_draw_scheme(request.user, scheme.project))
    return act(
        request,
        lambda: submit_scheme(scheme=scheme, user=request.user),
        done=_("Handed in. The street office and the community sign next."),
        to=page_of(scheme),
    )


@require_POST
def withdraw(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    scheme = find_scheme(request, code, version)
    demand(can_draw_scheme(request.user, scheme.project))
    return act(
        request,
        lambda: withdraw_scheme(scheme=scheme, user=request.user, reason=reason_of(request)),
        done=_("This version is withdrawn. It can still be read."),
        to=page_of(scheme),
    )


# --- The table --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """All lines in one table, the words of the notice, and the needs: saved together or not at all."""
    scheme = open_scheme(request, code, version)
    content = Content(scheme)
    fixed = handed_in(content.works)
    sent = posted(request)
    rows = [LineForm(sent, line=line, is_fixed=line.work_item_id in fixed) for line in content.lines]
    summary = SummaryForm(sent, initial={"summary": scheme.summary})
    stale: list[int] = []
    if sent is not None and all_valid([*rows, summary]):
        stale = _save(request, scheme, rows, summary)
        if not summary.errors:
            messages.success(request, _("Saved."))
            return redirect(address("edit", scheme))
    return _table(request, scheme, content, rows, summary, stale)


def _save(request: SignedInRequest, scheme: Scheme, rows: list[LineForm], summary: SummaryForm) -> list[int]:
    """Write what differs; the lines that somebody else changed meanwhile, [] where it is saved or refused whole."""
    edits = [form.edit for form in rows if form.edit is not None]
    words = summary.cleaned_data["summary"].strip()
    try:
        with transaction.atomic():
            save_lines(scheme=scheme, user=request.user, edits=edits)
            if words != scheme.summary:
                describe_scheme(scheme=scheme, user=request.user, summary=words)
    except ChangedMeanwhile as refusal:
        sentence = _("{who} changed the marked rows at {when}. Compare, then save again.")
        summary.add_error(None, sentence.format(**refusal.details))
        return list(refusal.details["lines"])
    except DomainError as refusal:
        summary.add_error(None, refusal.message)
    return []


def _table(
    request: SignedInRequest, scheme: Scheme, content: Content, rows: list[LineForm], summary: SummaryForm,
    stale: list[int],
) -> HttpResponse:  # fmt: skip
    wrong = [form for form in (summary, *rows) if form.errors]
    by_line = {form.line.pk: form for form in rows}
    context: dict[str, Any] = {
        "scheme": scheme,
        "content": content,
        "groups": [(group, [_row(by_line[line.pk], content, stale) for line in group.rows]) for group in content.groups],
        "summary": summary,
        "wrong": wrong,
        "offers": _offers(scheme, content),
    }  # fmt: skip
    status = 422 if wrong else 200
    return project_page(
        request, "projects/scheme_edit.html", scheme.project, "scheme", context, status=status
    )


def _row(form: LineForm, content: Content, stale: list[int]) -> dict[str, Any]:
    """A row as drawn. Where somebody else saved meanwhile, the mark is renewed: saving again is done knowingly."""
    is_stale = form.line.pk in stale
    if is_stale:
        form.data = {**form.data.dict(), form.add_prefix("seen"): form.initial["seen"]}  # type: ignore[attr-defined]
    work = content.works[form.line.work_item_id]
    return {"form": form, "line": form.line, "work": work, "is_stale": is_stale}


def _offers(scheme: Scheme, content: Content) -> dict[str, list[CatalogueItem]]:
    """{topic of an unanswered need: the basic items that would answer it}."""
    unanswered = {gap.topic for gap in content.gaps if gap.is_open}
    if not unanswered:
        return {}
    items = CatalogueItem.objects.of(scheme.division_code).offered().filter(category=Category.BASIC)
    found: dict[str, list[CatalogueItem]] = {topic: [] for topic in unanswered}
    for item in items:
        for topic in unanswered & set(item.topics):
            found[topic].append(item)
    return found


# --- Works from the catalogue -----------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """The whole catalogue with a box for the quantity beside each item: thirty works in one go."""
    scheme = open_scheme(request, code, version)
    items = list(CatalogueItem.objects.of(scheme.division_code).offered().order_by("code"))
    sent = posted(request)
    rows = [WorkForm(sent, item=item) for item in items]
    whole = ReasonForm()
    if sent is not None and all_valid(rows):
        whole = ReasonForm({"reason": "-"})
        whole.full_clean()
        additions = [form.addition for form in rows if form.addition is not None]
        if not additions:
            whole.add_error(None, _("Write a quantity beside the works that you want to take in."))
        elif try_form(whole, lambda: save_lines(scheme=scheme, user=request.user, additions=additions)):
            sentence = ngettext("{count} work taken in.", "{count} works taken in.", len(additions))
            messages.success(request, sentence.format(count=len(additions)))
            return redirect(address("edit", scheme))
    return _catalogue(request, scheme, rows, whole)


def _catalogue(
    request: SignedInRequest, scheme: Scheme, rows: list[WorkForm], whole: ReasonForm
) -> HttpResponse:
    content = Content(scheme)
    listed: dict[int, int] = {}
    for line in content.lines:
        key = line.work_item.catalogue_item_id
        listed[key] = listed.get(key, 0) + 1
    needed = {str(gap.topic) for gap in content.gaps if gap.is_open}
    wanted = request.GET.get("topic", "")
    wrong = [form for form in (whole, *rows) if form.is_bound and form.errors]
    context = {
        "scheme": scheme,
        "groups": _by_kind(rows, listed, needed),
        "wrong": wrong,
        "topic": Topic(wanted) if wanted in Topic.values else None,
        "needs": [gap for gap in content.gaps if gap.is_open],
    }
    status = 422 if wrong else 200
    return project_page(request, "projects/scheme_add.html", scheme.project, "scheme", context, status=status)


def _by_kind(
    rows: Iterable[WorkForm], listed: dict[int, int], needed: set[str]
) -> list[tuple[Category, list[dict[str, Any]]]]:
    """[(category, rows)] in the order of the law."""
    found: dict[str, list[dict[str, Any]]] = {category: [] for category in Category.values}
    for form in rows:
        item = form.item
        found[item.category].append({
            "form": form, "item": item, "listed": listed.get(item.pk, 0),
            "answers": [Topic(topic).label for topic in item.topics if topic in needed] if item.category == Category.BASIC else [],
            "topics": " ".join(item.topics),
            "aspect": Aspect(item.aspect).label,
            "search": search_text(item.name_zh, item.name_en, item.code, str(Aspect(item.aspect).label), spoken=(item.name_zh,)),
        })  # fmt: skip
    return [(category, found[category]) for category in Category if found[category]]


# --- Struck and taken back --------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def strike_line(request: SignedInRequest, code: str, version: int, line: int) -> HttpResponse:
    """Ask why, then leave the work out."""
    scheme = open_scheme(request, code, version)
    found = get_object_or_404(scheme.lines.select_related("work_item__catalogue_item", "scheme"), pk=line)
    form = ReasonForm(posted(request))
    if form.is_valid() and try_form(
        form, lambda: strike(line=found, user=request.user, reason=form.cleaned_data["reason"])
    ):
        messages.success(
            request, _("{name} is struck. It can be taken back in.").format(name=found.work_item)
        )
        return redirect(address("edit", scheme))
    context = {
        "scheme": scheme,
        "found": found,
        "form": form,
        "progress": getattr(found.work_item, "progress", None),
    }
    status = 422 if form.errors else 200
    return project_page(
        request, "projects/scheme_strike.html", scheme.project, "scheme", context, status=status
    )


@require_POST
def take_back_line(request: SignedInRequest, code: str, version: int, pk: int) -> HttpResponse:
    scheme = open_scheme(request, code, version)
    struck = get_object_or_404(scheme.strikes.select_related("scheme", "work_item__catalogue_item"), pk=pk)
    return act(
        request,
        lambda: take_back(struck=struck, user=request.user),
        done=_("{name} is back in the scheme.").format(name=struck.work_item),
        to=address("edit", scheme),
    )


# --- Needs ------------------------------------------------------------------------------


@require_POST
def waive(request: SignedInRequest, code: str, version: int, topic: str) -> HttpResponse:
    """Leave a need open with its reason, or (`undo`) take that back."""
    scheme = open_scheme(request, code, version)
    if "undo" in request.POST:
        return act(
            request,
            lambda: unwaive_gap(scheme=scheme, user=request.user, topic=topic),
            done=_("The need is open again."),
            to=f"{address('edit', scheme)}#needs",
        )
    reason = reason_of(request)
    return act(
        request,
        lambda: waive_gap(scheme=scheme, user=request.user, topic=topic, reason=reason),
        done=_("Recorded: this need is left open, with its reason."),
        to=f"{address('edit', scheme)}#needs",
    )
