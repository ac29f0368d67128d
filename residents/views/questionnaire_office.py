"""The office's pages of a questionnaire: drawn up, copied, published, prolonged, voided, its history."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Compound
from core.changelog import log_page
from core.conflicts import Conflict, reconciled
from core.errors import DomainError, demand
from core.history import state_at, version_of
from core.posted import posted
from core.refusals import add_refusal
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.permissions import can_export
from residents.actions import questionnaires as acts
from residents.errors.opinions import OnlyLater, QuestionnaireChanged
from residents.filters.questionnaires import QuestionnaireFilter
from residents.forms.menus import LaterForm, ReasonForm
from residents.forms.questionnaires import CopyForm, QuestionnaireForm, facts_of
from residents.models import Household, Questionnaire, QuestionnaireState, Response, Round
from residents.permissions import can_run_menus, can_see_households
from residents.questionnairelog import KINDS, changes_of
from residents.results import percent
from residents.tables.questionnaires import QUESTIONNAIRES, with_participation
from residents.views.questionnaire_shared import PART, find_questionnaire, find_to_run, questionnaire_page
from residents.views.shared import find_compound, residents_context, residents_page

FIELDS = {
    "questionnaire_closes_after_opening": "closes_at",
    "questionnaire_has_title": "title",
    "questionnaire_voided_says_why": "reason",
}


@require_safe
def questionnaire_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return QUESTIONNAIRES.respond(
        request,
        lambda: with_participation(Questionnaire.objects.visible_to(request.user)),
        filterset=QuestionnaireFilter,
        depends_on=request.user.scopes_for(Power.SEE_HOUSEHOLDS),
        may_export=can_export(request.user),
        describe={"division": lambda code: str(Division.objects.filter(code=code).first() or "–")},
        template="residents/questionnaire_list.html",
    )


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponseBase:
    """The same list, of one compound: a tab beside its doors."""
    compound = find_compound(request, code)
    return QUESTIONNAIRES.respond(
        request,
        lambda: with_participation(Questionnaire.objects.visible_to(request.user)).filter(compound=compound),
        filterset=QuestionnaireFilter,
        may_export=can_export(request.user),
        template="residents/questionnaire_of_compound.html",
        context={
            **residents_context(request, compound, PART),
            "may_draw_up": _may_draw_up(request, compound),
        },
    )


def _may_draw_up(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_run_menus(request.user, compound.community_id)


# --- Drawn up and changed ---------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draw_up(request: SignedInRequest, code: str) -> HttpResponse:
    """Anew, or with the words and questions of an earlier one of any compound that one sees (`?like=`)."""
    compound = find_compound(request, code)
    demand(_may_draw_up(request, compound))
    like = _like(request)
    first = QuestionnaireForm.beginning()
    if like is not None:
        kept = ("title", "introduction", "is_per_household", "shows_results")
        first |= {name: getattr(like, name) for name in kept}
    form = QuestionnaireForm(posted(request), initial=first)
    if form.is_valid():
        try:
            made = acts.draw_up_questionnaire(
                compound=compound, user=request.user, like=like,
                round=Round.objects.running().filter(compound=compound).first(), **form.facts(),
            )  # fmt: skip
        except DomainError as refusal:
            add_refusal(form, refusal, fields=FIELDS)
        else:
            messages.success(request, _("The questionnaire is begun. Now its questions."))
            return redirect(made)
    earlier = Questionnaire.objects.visible_to(request.user).select_related("compound").order_by("-id")[:50]
    context = {"form": form, "questionnaire": None, "like": like, "earlier": earlier}
    return residents_page(
        request, "residents/questionnaire_form.html", compound, PART, context, status=422 if form.errors else 200
    )  # fmt: skip


def _like(request: SignedInRequest) -> Questionnaire | None:
    form = CopyForm(request.GET)
    if not form.is_valid() or not form.cleaned_data["like"]:
        return None
    return Questionnaire.objects.visible_to(request.user).filter(pk=form.cleaned_data["like"]).first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whoever saves second sees what the first has changed."""
    questionnaire = find_to_run(request, pk)
    # The version first: facts that are newer than their version only ask once too often.
    version = version_of(questionnaire)
    current = Questionnaire.objects.get(pk=questionnaire.pk)
    form = QuestionnaireForm(posted(request), initial=facts_of(current) | {"version": version})
    conflict = None
    if form.is_valid():
        try:
            acts.change_questionnaire(
                questionnaire=questionnaire, user=request.user,
                expected_version=form.cleaned_data["version"] or 0, **form.facts(),
            )  # fmt: skip
        except QuestionnaireChanged as refusal:
            form, conflict = _reconciled(questionnaire, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal, fields=FIELDS)
        else:
            messages.success(request, _("Saved."))
            return redirect(questionnaire)
    context = {"form": form, "conflict": conflict}
    return questionnaire_page(
        request, "residents/questionnaire_form.html", questionnaire, context, status=422 if form.errors else 200
    )  # fmt: skip


def _reconciled(
    questionnaire: Questionnaire, form: QuestionnaireForm, refusal: QuestionnaireChanged
) -> tuple[QuestionnaireForm, Conflict]:
    version = version_of(questionnaire)
    current = Questionnaire.objects.get(pk=questionnaire.pk)
    before = state_at(questionnaire, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of(current),
        base=facts_of(before) if before is not None else None,
    )  # fmt: skip
    merged = QuestionnaireForm(data)
    merged.add_error(None, refusal.message)
    return merged, conflict


# --- One questionnaire ------------------------------------------------------------------


@never_cache
@require_safe
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    questionnaire = find_questionnaire(request, pk)
    now = timezone.now()
    is_draft = questionnaire.state == QuestionnaireState.DRAFT
    answered = Response.objects.filter(questionnaire=questionnaire).counting().count()
    doors = Household.objects.living().filter(compound=questionnaire.compound_id).count()
    context = {
        "pane": "questions",
        "questions": list(questionnaire.questions.all()),
        "missing": acts.missing_before_publication(questionnaire, now) if is_draft else [],
        "is_draft": is_draft,
        "is_open": questionnaire.is_open_at(now),
        "is_over": questionnaire.is_over_at(now),
        "is_final": questionnaire.is_final_at(now),
        "answered": answered,
        "percent": percent(answered, doors),
        "doors": doors if questionnaire.is_per_household else None,
        "close_form": LaterForm(initial={"closes_at": timezone.localtime(questionnaire.closes_at)}),
        "reason_form": ReasonForm(),
        "public_address": _public_address(request, questionnaire),
    }
    return questionnaire_page(request, "residents/questionnaire.html", questionnaire, context)


def _public_address(request: SignedInRequest, questionnaire: Questionnaire) -> str:
    if not questionnaire.public_code:
        return ""
    return request.build_absolute_uri(questionnaire.public_path)


@never_cache
@require_safe
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    questionnaire = find_questionnaire(request, pk)
    log = log_page(request, KINDS, lambda **asked: changes_of(questionnaire, **asked))
    context = {"pane": "history", "log": log}
    return questionnaire_page(request, "residents/questionnaire_history.html", questionnaire, context)


Act = Callable[[SignedInRequest, Questionnaire], str]


def _act(does: Act) -> Callable[..., HttpResponse]:
    """A button of the questionnaire's page: what it says afterwards, or why not."""

    @require_POST
    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        questionnaire = find_to_run(request, pk)
        try:
            messages.success(request, does(request, questionnaire))
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect(questionnaire)

    return view


def _publish(request: SignedInRequest, questionnaire: Questionnaire) -> str:
    acts.publish_questionnaire(questionnaire=questionnaire, user=request.user)
    if questionnaire.opens_at <= timezone.now():
        return _("The questionnaire is published and open.")
    return _("The questionnaire is published. It opens at its time.")


def _prolong(request: SignedInRequest, questionnaire: Questionnaire) -> str:
    form = LaterForm(request.POST)
    if not form.is_valid():
        raise OnlyLater
    acts.prolong_questionnaire(
        questionnaire=questionnaire, user=request.user, closes_at=form.cleaned_data["closes_at"]
    )
    return _("The close is later now.")


def _finish(request: SignedInRequest, questionnaire: Questionnaire) -> str:
    acts.finish_questionnaire(questionnaire=questionnaire, user=request.user)
    return _("Finished: the figures stay as they are now.")


def _void(request: SignedInRequest, questionnaire: Questionnaire) -> str:
    acts.void_questionnaire(
        questionnaire=questionnaire, user=request.user, reason=request.POST.get("reason", "")[:300]
    )
    return _("The questionnaire counts no longer. Residents read why.")


publish, prolong, finish, void = (_act(does) for does in (_publish, _prolong, _finish, _void))
