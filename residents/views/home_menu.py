"""Choosing from the menu: one item on a page, check, one finish button, receipt."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.posted import posted
from files.serving import preview_response
from residents.actions.choices import DECLINE, EITHER, WANT, Keyed, choose, keep_draft
from residents.actions.outcomes import beyond_budget
from residents.forms.numbers import Numbers
from residents.home.menus import SHOWN, Offer, OpenMenu
from residents.models import Household, Menu, MenuState, OptionVersion, OutcomeAdoption
from residents.outcome_reading import Reading
from residents.session import Resident
from residents.views.resident import ResidentRequest, resident_page
from residents.views.shared import LARGEST_KEY

ANSWERS = [
    (WANT, _("I want it")),
    (DECLINE, _("I do not want it")),
    (EITHER, _("It is all the same to me")),
]


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers."), "invalid_choice": _("Choose one of the three answers.")},
    )  # fmt: skip


class SubmitForm(forms.Form):
    """What the check page showed, as it was shown: whoever sends it sends what stood there."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = Numbers(widget=forms.HiddenInput, required=False)
    wanted = Numbers(widget=forms.HiddenInput, required=False)
    declined = Numbers(widget=forms.HiddenInput, required=False)


View = Callable[..., HttpResponseBase]


def _of_menu(view: View) -> View:
    """The view gets the menu of this resident's compound as `shown`; another's is not there."""

    @wraps(view)
    def page(request: ResidentRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, _menu_shown(request, pk), *args, **kwargs)

    return resident_page(page)


def _menu_shown(request: ResidentRequest, pk: int) -> OpenMenu:
    resident = request.resident
    menus = Menu.objects.filter(project__compound=resident.compound_id, state__in=SHOWN)
    menu = menus.select_related("round").filter(pk=pk).first()
    if menu is None or resident.is_representative:
        raise Http404
    return OpenMenu(menu, resident, timezone.now())


@_of_menu
@require_safe
def start(request: ResidentRequest, shown: OpenMenu) -> HttpResponse:
    """What is included, what is on offer, until when; or the choice that was sent."""
    if not shown.is_open:
        return redirect("residents:home")
    return render(request, "residents/home/menu_start.html", {"shown": shown})


@_of_menu
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: ResidentRequest, shown: OpenMenu, place: int) -> HttpResponse:
    """One question. The answer is kept at once, and is not yet sent."""
    if not shown.is_open:
        return redirect("residents:home")
    if not 1 <= place <= len(shown.offers):
        raise Http404
    offer = shown.offers[place - 1]
    form = AnswerForm(posted(request), initial={"answer": offer.answer})
    if form.is_valid():
        _keep(shown, offer, form.cleaned_data["answer"])
        back = "back" in request.GET or place == len(shown.offers)
        return (
            redirect("residents:check", shown.menu.pk)
            if back
            else redirect("residents:item", shown.menu.pk, place + 1)
        )
    context = {
        "shown": shown,
        "offer": offer,
        "form": form,
        "count": len(shown.offers),
        "to_check": "back" in request.GET,
    }
    return render(request, "residents/home/menu_item.html", context, status=422 if form.is_bound else 200)


def _keep(shown: OpenMenu, offer: Offer, answer: str) -> None:
    answers = {one.version.option_id: one.answer for one in shown.offers if one.answer}
    answers[offer.version.option_id] = answer
    household = Household(pk=shown.resident.household_id)
    keep_draft(menu=shown.menu, household=household, answers=answers)


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: ResidentRequest, pk: int) -> HttpResponse:
    """All answers on one page, and the one button that counts.

    What was sent says itself what was on show: nothing of the menu is read unless it is refused.
    """
    form, refused = SubmitForm(posted(request)), ""
    if form.is_valid() and not request.resident.is_representative and pk <= LARGEST_KEY:
        try:
            _send(request.resident, pk, form.cleaned_data)
        except DomainError as refusal:
            refused = refusal.message
        else:
            return redirect("residents:receipt", pk)
    shown = _menu_shown(request, pk)
    if not refused and not shown.is_open:
        return redirect("residents:home")
    if refused or not form.is_bound:
        # As it is on show now, under a key of its own.
        form = SubmitForm(initial=_as_shown(shown))
    context = {"shown": shown, "form": form, "refused": refused}
    return render(
        request,
        "residents/home/menu_check.html",
        context,
        status=409 if refused else 422 if form.is_bound else 200,
    )


def _as_shown(shown: OpenMenu) -> dict[str, Any]:
    def of(answer: str) -> str:
        return " ".join(str(offer.version.pk) for offer in shown.offers if offer.answer == answer)

    seen = " ".join(str(offer.version.pk) for offer in shown.offers)
    return {"key": uuid.uuid4(), "seen": seen, "wanted": of(WANT), "declined": of(DECLINE)}


def _send(resident: Resident, pk: int, data: dict[str, Any]) -> None:
    choose(
        menu=Keyed(pk), household=Keyed(resident.household_id), code=Keyed(resident.code_id),
        seen=data["seen"], wanted=data["wanted"], declined=data["declined"], key=data["key"],
    )  # fmt: skip


@_of_menu
@require_safe
def receipt(request: ResidentRequest, shown: OpenMenu) -> HttpResponse:
    """That it was received, when, under which number; how to change it, and when the result comes, or what it is."""
    if shown.sent is None:
        return redirect("residents:choose", shown.menu.pk)
    is_over = shown.menu.state in (MenuState.COUNTED, MenuState.VOIDED)
    page = "menu_receipt_after" if is_over else "menu_receipt"
    return render(request, f"residents/home/{page}.html", {"shown": shown})


@_of_menu
@require_safe
def picture(request: ResidentRequest, shown: OpenMenu, version: int) -> HttpResponseBase:
    """The picture of an item, as it was on show at any time."""
    found = OptionVersion.objects.filter(pk=version, menu=shown.menu).select_related("picture").first()
    if found is None or found.picture is None:
        raise Http404
    return preview_response(found.picture, small=True)


@_of_menu
@require_safe
def result(request: ResidentRequest, shown: OpenMenu) -> HttpResponse:
    """What is done and what is not, why in one sentence each, and where the scheme departs from it.

    Of a menu that was voided after the count only that it does not count.
    """
    official = shown.menu.outcomes.filter(is_official=True).first()
    if official is None:
        raise Http404
    if shown.menu.state == MenuState.VOIDED:
        return render(request, "residents/home/menu_voided.html", {"shown": shown})
    adoption = (
        OutcomeAdoption.objects.filter(menu=shown.menu)
        .select_related("outcome", "menu")
        .prefetch_related("departures__option__versions")
        .first()
    )
    context = {
        "shown": shown, "reading": Reading(official), "adoption": adoption,
        "departures": [(one, one.option.versions.all()[0].name) for one in adoption.departures.all()] if adoption else [],
        "beyond": beyond_budget(adoption) if adoption else 0,
        "wanted": {offer.version.option_id for offer in shown.received},
    }  # fmt: skip
    return render(request, "residents/home/menu_result.html", context)
