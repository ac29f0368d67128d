"""居民代表 of a compound: who they are, chosen, replaced, their terms ended, their own letters."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Compound
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions import representatives as acts
from residents.actions.letters import revoke_code
from residents.actions.prints import representatives_pdf
from residents.errors.households import ReasonNeeded
from residents.errors.letters import NoLiveCode, TermOver
from residents.forms.representatives import ChooseForm, EndForm, ReplaceForm, add_refusal
from residents.models import FEWEST_REPRESENTATIVES, MOST_REPRESENTATIVES, AccessCode, Representative
from residents.permissions import can_keep_households, can_see_households
from residents.views.letters import letters_address
from residents.views.papers import pdf_response
from residents.views.shared import LARGEST_KEY, demand, find_compound, residents_page

PART = "representatives"


@never_cache
@require_safe
def page(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    codes = Prefetch("codes", AccessCode.objects.filter(revoked_at__isnull=True), to_attr="live_codes")
    people = Representative.objects.filter(compound=compound).select_related(
        "household__building", "replaces"
    )
    current = list(people.current().order_by("from_on", "id").prefetch_related(codes))
    may_keep = _may_keep(request, compound)
    context = {
        "current": current,
        "past": list(
            people.exclude(until_on=None).select_related("replaced_by").order_by("-until_on", "-id")
        ),
        "fewest": FEWEST_REPRESENTATIVES,
        "most": MOST_REPRESENTATIVES,
        "lacking": max(FEWEST_REPRESENTATIVES - len(current), 0),
        "may_keep": may_keep,
        "may_choose": may_keep and len(current) < MOST_REPRESENTATIVES,
    }
    return residents_page(request, "residents/representatives_page.html", compound, PART, context)


def _may_keep(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_keep_households(request.user, compound.community_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_keep(request, compound))
    form = ChooseForm(posted(request), compound=compound)
    if form.is_valid():
        try:
            made = acts.choose_representative(user=request.user, **form.facts())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("{name} is recorded. Print the personal letter and hand it over.").format(name=made.name),
            )
            return redirect("residents:representatives", code)
    return _form_page(request, compound, form, {"title": _("Record a representative")})


def _form_page(
    request: SignedInRequest, compound: Compound, form: Any, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.errors else 200
    template = "residents/representatives_form.html"
    return residents_page(request, template, compound, PART, {"form": form, **context}, status=status)


# --- One of them ------------------------------------------------------------------------


def _find(request: SignedInRequest, pk: int) -> tuple[Representative, Compound]:
    """With the compound as its pages need it; only for whoever keeps it."""
    demand(can_see_households(request.user))
    rows = Representative.objects.visible_to(request.user).select_related(
        "household__building", "compound__community"
    )
    person = get_object_or_404(rows, pk=min(pk, LARGEST_KEY))
    demand(can_keep_households(request.user, person.division_code))
    return person, person.compound


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: SignedInRequest, pk: int) -> HttpResponse:
    person, compound = _find(request, pk)
    if person.until_on is not None:
        raise TermOver(name=person.name)
    form = ReplaceForm(posted(request), compound=compound)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            made = acts.replace_representative(
                representative=person, user=request.user, reason=reason, **form.facts()
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            said = {"name": made.name, "other": person.name}
            messages.success(request, _("{name} follows {other}.").format(**said))
            return redirect("residents:representatives", compound.code)
    compound = find_compound(request, compound.code)
    title = _("Somebody else for {name}").format(name=person.name)
    return _form_page(request, compound, form, {"title": title, "person": person})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    person, compound = _find(request, pk)
    form = EndForm(posted(request))
    if form.is_valid():
        try:
            acts.end_term(representative=person, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The term of {name} is over.").format(name=person.name))
            return redirect("residents:representatives", compound.code)
    compound = find_compound(request, compound.code)
    title = _("End the term of {name}").format(name=person.name)
    return _form_page(request, compound, form, {"title": title, "person": person, "is_ending": True})


@require_POST
def letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """The personal code on paper, for nobody but the representative."""
    person, compound = _find(request, pk)
    content = representatives_pdf(representative=person, user=request.user, address=letters_address(request))
    return pdf_response(content, f"{compound.name}居民代表{person.name}.pdf")


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    person, compound = _find(request, pk)
    code = AccessCode.objects.live().filter(representative=person).first()
    if code is None:
        raise NoLiveCode(door=person.name)
    try:
        revoke_code(code=code, user=request.user, reason=request.POST.get("reason", "")[:200])
    except ReasonNeeded as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The code is revoked. Print a new letter and hand it over."))
    return redirect("residents:representatives", compound.code)
