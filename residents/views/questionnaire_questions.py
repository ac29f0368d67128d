"""The questions of a draft, one form each, and how residents will see them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.conflicts import Conflict, reconciled
from core.errors import DomainError
from core.history import state_at, version_of
from core.posted import posted
from core.refusals import add_refusal
from directory.requests import SignedInRequest
from residents.actions import questionnaires as acts
from residents.actions.questionnaires import facts_of_question
from residents.errors.opinions import QuestionChanged
from residents.forms.questionnaires import QuestionForm
from residents.home.questionnaires import PreviewSheet
from residents.models import Question, QuestionKind, Questionnaire
from residents.views.home_questionnaire import question_page, start_page
from residents.views.questionnaire_shared import find_questionnaire, find_to_run, questionnaire_page
from residents.views.shared import LARGEST_KEY

FIELDS = {
    "question_options_fit": "options",
    "question_most_of_several": "most",
    "question_asks_something": "text",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question_add(request: SignedInRequest, pk: int) -> HttpResponse:
    questionnaire = find_to_run(request, pk)
    form = QuestionForm(posted(request), initial={"kind": QuestionKind.SINGLE})
    if form.is_valid() and _tried(
        form, lambda: acts.add_question(questionnaire=questionnaire, user=request.user, **form.facts())
    ):
        messages.success(request, _("The question is added."))
        return redirect("residents:question_add" if "more" in request.POST else "residents:questionnaire", pk)
    return _form_page(request, questionnaire, {"form": form, "question": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: SignedInRequest, pk: int, question_id: int) -> HttpResponse:
    """Whoever saves second sees what the first has changed."""
    questionnaire = find_to_run(request, pk)
    question = _find(questionnaire, question_id)
    version = version_of(question)
    question = _find(questionnaire, question_id)
    form = QuestionForm(posted(request), initial={**facts_of_question(question), "version": version})
    conflict = None
    if form.is_valid():
        try:
            acts.change_question(
                question=question, user=request.user, expected_version=form.cleaned_data["version"] or 0, **form.facts()
            )  # fmt: skip
        except QuestionChanged as refusal:
            form, conflict = _reconciled(question, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal, fields=FIELDS)
        else:
            messages.success(request, _("Saved."))
            return redirect(questionnaire)
    return _form_page(request, questionnaire, {"form": form, "question": question, "conflict": conflict})


def _reconciled(
    question: Question, form: QuestionForm, refusal: QuestionChanged
) -> tuple[QuestionForm, Conflict]:
    version = version_of(question)
    current = Question.objects.get(pk=question.pk)
    before = state_at(question, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of_question(current),
        base=facts_of_question(before) if before is not None else None,
    )  # fmt: skip
    merged = QuestionForm(data)
    merged.add_error(None, refusal.message)
    return merged, conflict


def _form_page(
    request: SignedInRequest, questionnaire: Questionnaire, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if context["form"].errors else 200
    return questionnaire_page(
        request, "residents/questionnaire_question.html", questionnaire, context, status=status
    )


def _tried(form: QuestionForm, does: Callable[[], Any]) -> bool:
    try:
        does()
    except DomainError as refusal:
        add_refusal(form, refusal, fields=FIELDS)
        return False
    return True


def _find(questionnaire: Questionnaire, question_id: int) -> Question:
    rows = questionnaire.questions.select_related("questionnaire")
    return get_object_or_404(rows, pk=min(question_id, LARGEST_KEY))


@require_POST
def question_move(request: SignedInRequest, pk: int, question_id: int) -> HttpResponse:
    """One place up or down."""
    questionnaire = find_to_run(request, pk)
    by = -1 if request.POST.get("to") == "up" else 1
    acts.move_question(question=_find(questionnaire, question_id), user=request.user, by=by)
    return redirect(f"{questionnaire.get_absolute_url()}#questions")


@require_POST
def question_drop(request: SignedInRequest, pk: int, question_id: int) -> HttpResponse:
    questionnaire = find_to_run(request, pk)
    acts.drop_question(question=_find(questionnaire, question_id), user=request.user)
    messages.success(request, _("The question is taken out."))
    return redirect(f"{questionnaire.get_absolute_url()}#questions")


# --- As residents will see it -----------------------------------------------------------


@never_cache
@require_safe
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    return start_page(request, PreviewSheet(find_questionnaire(request, pk), timezone.now()))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview_question(request: SignedInRequest, pk: int, place: int) -> HttpResponse:
    """What is ticked is checked as a resident's answer would be, and not kept."""
    return question_page(request, PreviewSheet(find_questionnaire(request, pk), timezone.now()), place)
