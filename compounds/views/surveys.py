"""Surveys to read: worklist, one survey with the bureau's decision, its photos, the tab of a compound."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compounds.actions.surveys import confirm_survey, return_survey
from compounds.forms.surveys import ReturnForm
from compounds.judging.previews import effect_of_survey
from compounds.judging.survey_comparison import GENERAL, fact_rows, photos_by_topic, topic_groups
from compounds.models import ConditionSurvey, SurveyPhoto, SurveyState
from compounds.permissions import can_confirm_survey, can_export, can_fill_survey, can_see_register
from compounds.views.shared import compound_page, demand, seen_compound
from compounds.worklists import SURVEY_TONES, SURVEYS, SurveyListFilter
from core.lists import called
from directory.models import Division, User
from directory.powers import Power
from directory.requests import SignedInRequest
from files.serving import file_response


def seen_survey(request: SignedInRequest, pk: int) -> ConditionSurvey:
    """The survey with what its pages show; 403 and 404 as for a compound."""
    demand(can_see_register(request.user))
    rows = ConditionSurvey.objects.visible_to(request.user).select_related(
        "compound__community", "filled_by", "submitted_by", "decided_by"
    )
    return get_object_or_404(rows.prefetch_related("findings", "photos__file"), pk=pk)


def survey_before(survey: ConditionSurvey) -> ConditionSurvey | None:
    """The confirmed survey before this one, to compare with."""
    earlier = ConditionSurvey.objects.confirmed().filter(compound=survey.compound_id).exclude(pk=survey.pk)
    if survey.state == SurveyState.CONFIRMED:
        earlier = earlier.filter(surveyed_on__lte=survey.surveyed_on)
    return earlier.latest_first().prefetch_related("findings").first()


@require_safe
def survey_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_register(request.user))
    return SURVEYS.respond(
        request,
        ConditionSurvey.objects.visible_to(request.user),
        filterset=SurveyListFilter,
        may_export=can_export(request.user),
        describe={
            "division": called(Division),
            "submitted_by": called(User),
        },
        template="compounds/survey_list.html",
    )


# --- One survey -------------------------------------------------------------------------


@require_safe
def survey_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _survey_page(request, seen_survey(request, pk), ReturnForm())


def _survey_page(request: SignedInRequest, survey: ConditionSurvey, form: ReturnForm) -> HttpResponse:
    before = survey_before(survey)
    photos = photos_by_topic(survey.photos.all())
    waits = survey.state == SurveyState.SUBMITTED
    context: dict[str, Any] = {
        "survey": survey,
        "compound": survey.compound,
        "state_tone": SURVEY_TONES[SurveyState(survey.state)],
        "before": before,
        "groups": topic_groups(survey, before),
        "facts": fact_rows(survey, before),
        "general_photos": photos.get(GENERAL, []),
        "effect": effect_of_survey(survey) if waits else None,
        "may_fill": survey.is_open and can_fill_survey(request.user, survey.compound),
        "may_decide": waits and can_confirm_survey(request.user, survey),
        "is_own": waits and _confirms_but_submitted(request.user, survey),
        "form": form,
    }
    return render(request, "compounds/survey.html", context, status=422 if form.errors else 200)


def _confirms_but_submitted(user: User, survey: ConditionSurvey) -> bool:
    """The bureau's person who submitted it: somebody else must look at it."""
    return survey.submitted_by_id == user.pk and user.has_power(Power.CONFIRM_SURVEY, at=survey.division_code)


@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    survey = seen_survey(request, pk)
    confirm_survey(survey=survey, user=request.user)
    messages.success(request, _("Confirmed. It now counts for eligibility and urgency."))
    return redirect("compounds:survey", pk)


@require_POST
def send_back(request: SignedInRequest, pk: int) -> HttpResponse:
    survey = seen_survey(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        demand(can_confirm_survey(request.user, survey))
        return _survey_page(request, survey, form)
    return_survey(survey=survey, user=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Returned to the community."))
    return redirect("compounds:survey", pk)


# --- Photos -----------------------------------------------------------------------------


def _seen_photo(request: SignedInRequest, survey: int, photo: int) -> SurveyPhoto:
    """A photo is seen by whoever sees its survey, and by nobody else."""
    demand(can_see_register(request.user))
    seen = SurveyPhoto.objects.filter(survey__in=ConditionSurvey.objects.visible_to(request.user))
    return get_object_or_404(seen.select_related("file"), survey=survey, pk=photo)


@require_safe
def photo_page(request: SignedInRequest, pk: int, photo: int) -> HttpResponse:
    """One photo as large as the window, with the way to its neighbours."""
    survey = seen_survey(request, pk)
    photos = [one for group in _in_order(survey) for one in group]
    place = next((at for at, one in enumerate(photos) if one.pk == photo), None)
    if place is None:
        raise Http404
    context = {
        "survey": survey,
        "compound": survey.compound,
        "photo": photos[place],
        "place": place + 1,
        "count": len(photos),
        "earlier": photos[place - 1] if place else None,
        "later": photos[place + 1] if place + 1 < len(photos) else None,
    }
    return render(request, "compounds/survey_photo.html", context)


def _in_order(survey: ConditionSurvey) -> list[list[SurveyPhoto]]:
    """As the survey's page shows them: topic by topic, the compound as a whole last."""
    photos = photos_by_topic(survey.photos.all())
    return [row.photos for group in topic_groups(survey, None) for row in group.rows] + [
        photos.get(GENERAL, [])
    ]


@require_safe
def photo_file(request: SignedInRequest, pk: int, photo: int) -> HttpResponseBase:
    return _photo_bytes(request, _seen_photo(request, pk, photo), thumbnail=False)


@require_safe
def photo_thumbnail(request: SignedInRequest, pk: int, photo: int) -> HttpResponseBase:
    return _photo_bytes(request, _seen_photo(request, pk, photo), thumbnail=True)


def _photo_bytes(request: SignedInRequest, photo: SurveyPhoto, *, thumbnail: bool) -> HttpResponseBase:
    """The browser may keep a photo but asks each time: whoever lost the right to it loses it at once.

    On a slow phone the same photos are looked at again and again; bytes never change, so
    that "still the same" (304) is all that has to be sent.
    """
    etag = f'"{photo.file.sha256}{"-small" if thumbnail else ""}"'
    known: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    answer = known or file_response(photo.file, inline=True, thumbnail=thumbnail)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ["Cookie"])
    return answer


# --- The tab of a compound --------------------------------------------------------------


@require_safe
def survey_tab(request: SignedInRequest, code: str) -> HttpResponse:
    """All surveys of a compound, the latest confirmed one in full, any two beside each other."""
    compound = seen_compound(request, code)
    surveys = list(
        compound.surveys.latest_first()
        .select_related("filled_by", "submitted_by", "decided_by")
        .prefetch_related("findings", Prefetch("photos", SurveyPhoto.objects.select_related("file")))
    )
    for survey in surveys:
        survey.compound = compound
    confirmed = [survey for survey in surveys if survey.state == SurveyState.CONFIRMED]
    latest = confirmed[0] if confirmed else None
    newer, older = _chosen_pair(request, surveys)
    context: dict[str, Any] = {
        "surveys": [(survey, SURVEY_TONES[SurveyState(survey.state)]) for survey in surveys],
        "under_way": next((one for one in surveys if one.state != SurveyState.CONFIRMED), None),
        "latest": latest,
        "groups": topic_groups(latest, None) if latest else [],
        "facts": fact_rows(latest, None) if latest else [],
        "general_photos": photos_by_topic(latest.photos.all()).get(GENERAL, []) if latest else [],
        "has_photos": latest is not None and bool(latest.photos.all()),
        "newer": newer,
        "older": older,
        "compared": topic_groups(newer, older) if newer and older else [],
        "compared_facts": fact_rows(newer, older) if newer and older else [],
    }
    return compound_page(request, "compounds/survey_tab.html", compound, "survey", context)


def _chosen_pair(
    request: SignedInRequest, surveys: list[ConditionSurvey]
) -> tuple[ConditionSurvey | None, ConditionSurvey | None]:
    """`?newer=…&older=…`, or the two latest that are filled in."""
    by_key = {str(survey.pk): survey for survey in surveys}
    filled = [survey for survey in surveys if survey.state != SurveyState.DRAFT]
    newer = by_key.get(request.GET.get("newer", "")) or (filled[0] if filled else None)
    older = by_key.get(request.GET.get("older", "")) or (filled[1] if len(filled) > 1 else None)
    return newer, older
