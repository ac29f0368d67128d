"""One opinion: its words and voices, who answers, the reply, and what becomes of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.changelog import log_page
from core.errors import DomainError
from core.history import version_of
from directory.requests import SignedInRequest
from files.serving import preview_response
from residents.actions import opinions as acts
from residents.errors.opinions import OpinionChanged
from residents.forms.opinions import NO_DOOR, AssignForm, JoinForm, ReopenForm, ReplyForm, add_refusal
from residents.models import Opinion, OpinionPhoto, OpinionState
from residents.opinionlog import KINDS, changes_of
from residents.permissions import can_keep_opinions, can_see_households
from residents.tables.opinions import TONES
from residents.views.shared import LARGEST_KEY, demand
from residents.voices import category_name

JOINABLE = (OpinionState.OPEN, OpinionState.ANSWERED)


def find_opinion(request: SignedInRequest, pk: int) -> Opinion:
    """With all that its page names; 404 where this person does not see it."""
    demand(can_see_households(request.user))
    rows = Opinion.objects.visible_to(request.user).select_related(
        "compound__community", "household__building", "category", "owner", "replied_by", "entered_by",
        "work_item__catalogue_item", "work_item__project", "merged_into", "meeting",
    )  # fmt: skip
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


@never_cache
@require_safe
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, find_opinion(request, pk))


def _page(
    request: SignedInRequest, opinion: Opinion, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    """`bound` replaces one of the forms by the one that was refused."""
    may_keep = can_keep_opinions(request.user, opinion.division_code)
    voices = list(opinion.voices.select_related("household__building").order_by("received_at"))
    context: dict[str, Any] = {
        "opinion": opinion,
        "compound": opinion.compound,
        "tone": TONES[OpinionState(opinion.state)],
        "category": category_name(opinion.category),
        "is_overdue": opinion.state == OpinionState.OPEN and opinion.due_on < timezone.localdate(),
        "voices": voices,
        "voice_count": len(voices) + 1,
        "photos": list(OpinionPhoto.objects.filter(opinion__in=[opinion, *voices])),
        "may_keep": may_keep,
        "no_door": "" if opinion.household_id else NO_DOOR,
        "is_headed": opinion.state == OpinionState.MERGED,
        "refused": next(iter(bound), ""),
        "log": log_page(request, KINDS, lambda **asked: changes_of(opinion, **asked)),
    }
    if may_keep:
        context |= _forms(opinion, may_join=opinion.state in JOINABLE) | bound
    request.rail_path = "/residents/"  # type: ignore[attr-defined]
    return render(request, "residents/opinions_page.html", context, status=status)


def _forms(opinion: Opinion, *, may_join: bool) -> dict[str, forms.Form]:
    if opinion.state not in JOINABLE:
        return {"reopen": ReopenForm(auto_id="reopen_%s")}
    version = {"version": version_of(opinion)}
    found: dict[str, forms.Form] = {
        "assign": AssignForm(opinion=opinion, initial=version),
        "answer": ReplyForm(opinion=opinion, initial=version),
        "reopen": ReopenForm(auto_id="reopen_%s"),
    }
    return found | ({"join": JoinForm(opinion=opinion)} if may_join else {})


Act = Callable[[SignedInRequest, Opinion, Any], str]


def _act(name: str, form_of: Callable[[Any, Opinion], forms.Form], does: Act) -> Callable[..., HttpResponse]:
    """A form of the page, sent: done, or shown again with what is wrong at its field."""

    @never_cache
    @require_POST
    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        opinion = find_opinion(request, pk)
        demand(can_keep_opinions(request.user, opinion.division_code))
        form = form_of(request.POST, opinion)
        if form.is_valid():
            try:
                messages.success(request, does(request, opinion, form))
            except OpinionChanged as refusal:
                opinion = find_opinion(request, pk)
                form = _shown_again(form_of, request, opinion)
                add_refusal(form, refusal)
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(opinion)
        return _page(request, opinion, status=422, **{name: form})

    return view


def _shown_again(
    form_of: Callable[[Any, Opinion], forms.Form], request: SignedInRequest, opinion: Opinion
) -> forms.Form:
    """What was typed, now beside what a colleague saved meanwhile: saved again, it replaces that knowingly."""
    data = request.POST.copy()
    data["version"] = str(version_of(opinion))
    return form_of(data, opinion)


def _assign(request: SignedInRequest, opinion: Opinion, form: AssignForm) -> str:
    acts.assign_opinion(
        opinion=opinion, user=request.user, expected_version=form.cleaned_data["version"] or 0, **form.facts()
    )
    return _("Saved.")


def _reply(request: SignedInRequest, opinion: Opinion, form: ReplyForm) -> str:
    acts.reply_to_opinion(
        opinion=opinion, user=request.user, expected_version=form.cleaned_data["version"] or 0, **form.facts()
    )
    if opinion.household_id is None:
        return _("Answered. {no_door}").format(no_door=NO_DOOR)
    return _("Answered. Whoever said it reads the reply on the own page.")


def _join(request: SignedInRequest, opinion: Opinion, form: JoinForm) -> str:
    acts.join_opinions(into=opinion, opinions=form.chosen(), user=request.user)
    return _("Joined. Every voice keeps its own words and number.")


def _reopen(request: SignedInRequest, opinion: Opinion, form: ReopenForm) -> str:
    acts.reopen_opinion(opinion=opinion, user=request.user, due_on=form.cleaned_data["due_on"])
    return _("It waits for an answer again.")


def _close(request: SignedInRequest, opinion: Opinion, _form: forms.Form) -> str:
    acts.close_opinion(opinion=opinion, user=request.user)
    return _("Closed.")


class EraseForm(forms.Form):
    reason = forms.CharField(max_length=300)


def _erase(request: SignedInRequest, opinion: Opinion, form: EraseForm) -> str:
    acts.erase_contact(opinion=opinion, user=request.user, reason=form.cleaned_data["reason"])
    return _("Name and telephone are erased.")


assign = _act("assign", lambda data, opinion: AssignForm(data, opinion=opinion), _assign)
reply = _act("answer", lambda data, opinion: ReplyForm(data, opinion=opinion), _reply)
join = _act("join", lambda data, opinion: JoinForm(data, opinion=opinion), _join)
reopen = _act("reopen", lambda data, _opinion: ReopenForm(data, auto_id="reopen_%s"), _reopen)
close = _act("closing", lambda data, _opinion: forms.Form(data), _close)
erase = _act("erasing", lambda data, _opinion: EraseForm(data), _erase)


@require_safe
def photo(request: SignedInRequest, pk: int, photo_id: int) -> HttpResponseBase:
    """A photo may show somebody: only whoever answers opinions sees it."""
    opinion = find_opinion(request, pk)
    demand(can_keep_opinions(request.user, opinion.division_code))
    found = get_object_or_404(opinion.photos.select_related("file"), pk=min(photo_id, LARGEST_KEY))
    return preview_response(found.file)
