"""Answers entered for a household (or typed from an unnamed sheet): found by its door, asked on one page, given a receipt.

What a household answered shows nowhere afterwards but in figures: that it has answered, when and how, is all.
"""

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, demand
from core.posted import posted
from core.refusals import add_refusal
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from files.serving import file_response, preview_response
from residents.actions.responses import respond
from residents.errors.opinions import AnswerUnfit, QuestionnaireNotOpen, QuestionnaireNotOpenYet
from residents.finding import doors_like
from residents.forms.questionnaires import SHEET, EntryForm
from residents.letters.content import DoorstepRow, DoorstepSheet
from residents.letters.papers import doorstep_pdf
from residents.models import Channel, Household, Questionnaire, QuestionnaireState, Response, Round
from residents.views.papers import pdf_response
from residents.views.questionnaire_shared import find_to_enter, questionnaire_page
from residents.views.rounds_way import way_of
from residents.views.shared import LARGEST_KEY
from residents.worklist import laid_out

# So many doors are offered; whoever means another one types more of it.
FOUND, LISTED = 40, 300
FIELDS = {"sheet_needed": "sheet", "key_used": "__all__"}


# --- The door ---------------------------------------------------------------------------


@never_cache
@require_safe
def find_door(request: SignedInRequest, pk: int) -> HttpResponse:
    """The door as people write it; with one that fits, on to its page at once. Anybody's sheet names no door."""
    questionnaire = find_to_enter(request, pk)
    if not questionnaire.is_per_household:
        return redirect("residents:questionnaire_sheet", questionnaire.pk)
    typed = request.GET.get("door", "").strip()[:60]
    doors = _doors(questionnaire, typed)
    if len(doors) == 1:
        return redirect("residents:questionnaire_entry", questionnaire.pk, doors[0].pk)
    entered = Response.objects.filter(questionnaire=questionnaire).exclude(channel=Channel.WEB)
    context = {
        "typed": typed, "doors": doors, "refused": not_to_enter(questionnaire), "pane": "desk",
        "rows": list(entered.select_related("household__building", "entered_by").order_by("-id")[:LISTED]),
    }  # fmt: skip
    return questionnaire_page(request, "residents/questionnaire_desk.html", questionnaire, context)


def _doors(questionnaire: Questionnaire, typed: str) -> list[Household]:
    if not typed:
        return []
    counting = Response.objects.filter(questionnaire=questionnaire, household=OuterRef("pk")).counting()
    doors = Household.objects.living().filter(doors_like(typed), compound=questionnaire.compound_id)
    found = doors.select_related("building").annotate(has_answered=Exists(counting))
    return list(found.by_door()[:FOUND])


def not_to_enter(questionnaire: Questionnaire) -> str:
    """Why nothing can be entered now; "" while it is open, and for paper some days longer."""
    now = timezone.now()
    if questionnaire.state == QuestionnaireState.PUBLISHED and questionnaire.opens_at <= now:
        return QuestionnaireNotOpen().message if questionnaire.is_final_at(now) else ""
    is_early = questionnaire.state != QuestionnaireState.VOIDED
    return (QuestionnaireNotOpenYet() if is_early else QuestionnaireNotOpen()).message


# --- What they answer -------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: SignedInRequest, pk: int, household_id: int) -> HttpResponse:
    questionnaire = find_to_enter(request, pk)
    doors = Household.objects.living().filter(compound=questionnaire.compound_id).select_related("building")
    household = get_object_or_404(doors, pk=min(household_id, LARGEST_KEY))
    if not questionnaire.is_per_household:
        raise Http404
    return _entry(request, questionnaire, household)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unnamed_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """A sheet from the box at the gate, of a questionnaire that anybody may answer."""
    questionnaire = find_to_enter(request, pk)
    if questionnaire.is_per_household:
        raise Http404
    return _entry(request, questionnaire, None)


def _entry(
    request: SignedInRequest, questionnaire: Questionnaire, household: Household | None
) -> HttpResponse:
    """All questions on one page; what is refused comes back with all that was typed."""
    way = way_of(request, household) if household else None
    form = EntryForm(
        posted(request), request.FILES or None, questions=list(questionnaire.questions.all()),
        only_paper=household is None or questionnaire.is_over_at(timezone.now()),
    )  # fmt: skip
    if form.is_valid():
        made = _entered(request, questionnaire, household, form)
        if made is not None:
            receipt = reverse("residents:questionnaire_entered", args=[questionnaire.pk, made.pk])
            return redirect(f"{receipt}{way.query if way else ''}")
    held = Response.objects.filter(questionnaire=questionnaire, household=household).counting().first()
    context = {
        "form": form, "household": household, "refused": not_to_enter(questionnaire), "pane": "desk",
        "held": held if household is not None else None, "way": way,
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return questionnaire_page(
        request, "residents/questionnaire_entry.html", questionnaire, context, status=status
    )


def _entered(
    request: SignedInRequest, questionnaire: Questionnaire, household: Household | None, form: EntryForm
) -> Response | None:
    """The sheet; None, with the reason at the field it is about, where it is refused."""
    try:
        sheet = _stored(request, form)
        if form.errors:
            return None
        return respond(
            questionnaire=questionnaire, household=household, user=request.user, sheet=sheet, **form.said()
        )
    except AnswerUnfit as refusal:
        question = form.questions[refusal.details["question"] - 1]
        form.add_error(f"q-{question.pk}", refusal.details["reason"])
    except DomainError as refusal:
        add_refusal(form, refusal, fields=FIELDS)
    return None


def _stored(request: SignedInRequest, form: EntryForm) -> StoredFile | None:
    """The bytes first, the row after; None where nothing was sent, or with the reason at the field."""
    upload = form.cleaned_data.get("sheet")
    if not upload:
        return None
    try:
        return store_upload(file=upload, name=upload.name, user=request.user, rule=SHEET)
    except DomainError as refusal:
        form.add_error("sheet", refusal.message)
        return None


# --- What was entered -------------------------------------------------------------------


def _find(questionnaire: Questionnaire, response_id: int) -> Response:
    rows = Response.objects.filter(questionnaire=questionnaire).exclude(channel=Channel.WEB)
    found = rows.select_related("household__building", "entered_by", "sheet")
    return get_object_or_404(found, pk=min(response_id, LARGEST_KEY))


@never_cache
@require_safe
def entered(request: SignedInRequest, pk: int, response_id: int) -> HttpResponse:
    """The receipt that the household is told."""
    questionnaire = find_to_enter(request, pk)
    response = _find(questionnaire, response_id)
    way = way_of(request, response.household) if response.household else None
    context = {
        "response": response,
        "way": way,
        "onward": way.onward if way else None,
        "pane": "desk",
        "refused": not_to_enter(questionnaire),
    }
    return questionnaire_page(request, "residents/questionnaire_entered.html", questionnaire, context)


@never_cache
@require_safe
def scan(request: SignedInRequest, pk: int, response_id: int) -> HttpResponseBase:
    """The photo of the sheet, as long as paper can be typed anew; `?whole` the file itself. Nobody looks at it later."""
    questionnaire = find_to_enter(request, pk)
    found = _find(questionnaire, response_id)
    demand(not not_to_enter(questionnaire))
    if found.sheet is None:
        raise Http404
    return (
        file_response(found.sheet, inline=True) if "whole" in request.GET else preview_response(found.sheet)
    )


# --- Who is still missing ---------------------------------------------------------------


@never_cache
@require_safe
def missing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Door by door of a building: who has answered (never what), and where somebody should go."""
    questionnaire = find_to_enter(request, pk)
    if not questionnaire.is_per_household:
        raise Http404
    by_building = _by_building(questionnaire)
    asked = request.GET.get("building", "")
    chosen = next((doors for key, doors in by_building.items() if str(key) == asked), None)
    doors = chosen or next(iter(by_building.values()), [])
    context = {
        "pane": "missing",
        "buildings": [(key, rows[0].building.number, sum(not row.has_answered for row in rows)) for key, rows in by_building.items()],
        "building": doors[0].building if doors else None,
        "entry": reverse("residents:questionnaire_desk", args=[questionnaire.pk]),
        "visits": Round.objects.running().filter(compound=questionnaire.compound_id).first(),
        "refused": not_to_enter(questionnaire),
        **laid_out(doors),
    }  # fmt: skip
    return questionnaire_page(request, "residents/questionnaire_missing.html", questionnaire, context)


def _by_building(questionnaire: Questionnaire) -> dict[int, list[Any]]:
    counting = Response.objects.filter(questionnaire=questionnaire, household=OuterRef("pk")).counting()
    rows = Household.objects.living().filter(compound=questionnaire.compound_id).select_related("building")
    found: dict[int, list[Any]] = defaultdict(list)
    for door in rows.annotate(has_answered=Exists(counting)).by_door():
        found[door.building_id].append(door)
    return found


@require_safe
def doorstep(request: SignedInRequest, pk: int, building: int) -> HttpResponse:
    """One building's doors to take along, those that have answered ticked. No code, no name."""
    questionnaire = find_to_enter(request, pk)
    doors = _by_building(questionnaire).get(building)
    if not doors or not questionnaire.is_per_household:
        raise Http404
    rows = tuple(
        DoorstepRow(staircase=one.staircase, floor=one.floor, unit=one.unit, is_answered=one.has_answered)
        for one in doors
    )
    number, name = doors[0].building.number, questionnaire.compound.name
    sheet = DoorstepSheet(
        compound=name, building=number, title=questionnaire.title, dated=timezone.localdate(), rows=rows
    )
    return pdf_response(doorstep_pdf(sheet), f"{name}{number}问卷走访表.pdf")
