"""Answering a questionnaire: one question on a page, check, one finish button, receipt.

The same pages for a household behind its letter (`survey…`), for anybody from the notice board (`ask…`), and as the
office's preview; they are handed a `Sheet` that knows whose it is.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.posted import posted
from residents import visiting
from residents.actions.responses import keep_draft, respond, respond_openly
from residents.forms.answers import AnswerForm, SubmitForm
from residents.home.questionnaires import SHOWN, Entry, HouseholdSheet, Sheet, VisitorSheet
from residents.models import Household, Questionnaire
from residents.opening import address_hash
from residents.results import Results
from residents.views.resident import ResidentRequest, resident_page
from residents.views.shared import LARGEST_KEY

View = Callable[..., HttpResponse]
WAYS = ["GET", "HEAD", "POST"]


# --- The pages --------------------------------------------------------------------------


def start_page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """What it is about, how many questions, until when; or that it was sent."""
    context = {"sheet": sheet, "keeps_no_cookies": "again" in request.GET}
    return render(request, "residents/home/ask_start.html", context)


def question_page(request: HttpRequest, sheet: Sheet, place: int) -> HttpResponse:
    """One question. The answer is kept at once, and is not yet sent."""
    if not 1 <= place <= len(sheet.entries):
        raise Http404
    entry = sheet.entries[place - 1]
    to_check = "back" in request.GET
    form = AnswerForm(posted(request), question=entry.question, kept=entry.answer)
    if form.is_valid():
        _keep(request, sheet, entry, form.cleaned_data["answer"])
        is_last = to_check or place == len(sheet.entries)
        return redirect(sheet.check_url if is_last else sheet.question_url(place + 1))
    context = {
        "sheet": sheet,
        "entry": entry,
        "form": form,
        "count": len(sheet.entries),
        "to_check": to_check,
        "before": sheet.question_url(place - 1) if place > 1 else "",
    }
    return render(request, "residents/home/ask_question.html", context, status=422 if form.is_bound else 200)


def _keep(request: HttpRequest, sheet: Sheet, entry: Entry, answer: Any) -> None:
    answers = {key: value for key, value in sheet.answers.items() if key != str(entry.question.pk)}
    if answer is not None:
        answers[str(entry.question.pk)] = answer
    if isinstance(sheet, HouseholdSheet):
        holder = Household(pk=sheet.resident.household_id)
        keep_draft(questionnaire=sheet.questionnaire, household=holder, answers=answers)
    elif isinstance(sheet, VisitorSheet):
        keep_draft(
            questionnaire=sheet.questionnaire, visitor=sheet.visitor, answers=answers, address=address_hash(request)
        )  # fmt: skip


def check_page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """All answers on one page, and the one button that counts."""
    form, refused = SubmitForm(posted(request), answers=sheet.answers), ""
    if form.is_valid():
        try:
            _send(request, sheet, form.cleaned_data)
        except DomainError as refusal:
            refused = refusal.message
            # What is kept is drawn anew, under a new key.
            form = SubmitForm(answers=sheet.answers)
        else:
            return redirect(sheet.receipt_url)
    elif not sheet.is_open:
        return redirect(sheet.start_url)
    context = {"sheet": sheet, "form": form, "refused": refused}
    status = 409 if refused else 422 if form.is_bound else 200
    return render(request, "residents/home/ask_check.html", context, status=status)


def _send(request: HttpRequest, sheet: Sheet, data: dict[str, Any]) -> None:
    if isinstance(sheet, HouseholdSheet):
        household = Household.objects.get(pk=sheet.resident.household_id)
        respond(
            questionnaire=sheet.questionnaire, household=household, answers=data["answers"], key=data["key"]
        )
    elif isinstance(sheet, VisitorSheet) and sheet.visitor is not None:
        respond_openly(
            questionnaire=sheet.questionnaire, answers=data["answers"], visitor=sheet.visitor,
            address=address_hash(request),
        )  # fmt: skip


def receipt_page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """That it was received, when, under which number; and how to change it."""
    if sheet.sent is None:
        return redirect(sheet.start_url)
    return render(request, "residents/home/ask_receipt.html", {"sheet": sheet})


def result_page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """After the close, where it is shown: figures of at least five, no words."""
    if not sheet.shows_results:
        raise Http404
    results = Results(sheet.questionnaire, is_whole=False)
    return render(request, "residents/home/ask_result.html", {"sheet": sheet, "results": results})


# --- Behind a letter --------------------------------------------------------------------


def _of_household(view: View, *, only_open: bool = False) -> View:
    """The questionnaire of this resident's compound; another's, and one for anybody, is not there."""

    @wraps(view)
    def page(request: ResidentRequest, pk: int, **more: Any) -> HttpResponse:
        rows = Questionnaire.objects.filter(
            compound=request.resident.compound_id, state__in=SHOWN, published_at__isnull=False
        )
        questionnaire = get_object_or_404(
            rows.select_related("round", "compound"), pk=min(pk, LARGEST_KEY), is_per_household=True
        )
        if request.resident.is_representative and view is not result_page:
            raise Http404
        sheet = HouseholdSheet(questionnaire, request.resident, timezone.now())
        if only_open and not sheet.is_open:
            return redirect("residents:home")
        return view(request, sheet, **more)

    return resident_page(page)


survey = _of_household(require_safe(start_page), only_open=True)
survey_question = _of_household(require_http_methods(WAYS)(question_page), only_open=True)
# Not only while it is open: a phone that did not hear the answer asks again after the close.
survey_check = _of_household(require_http_methods(WAYS)(check_page))
survey_receipt = _of_household(require_safe(receipt_page))
survey_result = _of_household(result_page)


# --- From the notice board --------------------------------------------------------------


def _of_anybody(view: View, *, needs_visitor: bool = True) -> View:
    """The published questionnaire with this address. Pages beyond the first need the browser's cookie."""

    @login_not_required
    @wraps(view)
    def page(request: HttpRequest, code: str, **more: Any) -> HttpResponse:
        questionnaire = find_public(code)
        sheet = VisitorSheet(questionnaire, visiting.visitor_of(request), timezone.now())
        if needs_visitor and sheet.visitor is None:
            return redirect(f"{sheet.start_url}?again=1")
        if needs_visitor and sheet.sent is not None and view is not receipt_page:
            return redirect(sheet.receipt_url)
        if needs_visitor and not sheet.is_open and view is not receipt_page:
            return redirect(sheet.start_url)
        response = view(request, sheet, **more)
        if sheet.visitor is None:
            visiting.begin(response)
        return response

    return page


def find_public(code: str) -> Questionnaire:
    """By the short word on the notice board, as anybody types it."""
    rows = Questionnaire.objects.filter(state__in=SHOWN, is_per_household=False).exclude(public_code="")
    return get_object_or_404(rows.select_related("round", "compound"), public_code=code.upper()[:8])


ask = _of_anybody(require_safe(start_page), needs_visitor=False)
ask_question = _of_anybody(require_http_methods(WAYS)(question_page))
ask_check = _of_anybody(require_http_methods(WAYS)(check_page))
ask_receipt = _of_anybody(receipt_page)
ask_result = _of_anybody(require_safe(result_page), needs_visitor=False)


@login_not_required
@require_POST
def ask_again(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody else answers on the same phone."""
    response = redirect(reverse("residents:ask", args=[find_public(code).public_code]))
    visiting.begin(response)
    return response
