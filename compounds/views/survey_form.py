"""Filling in a survey, mostly on a phone: everything works without JavaScript, which only makes it quicker.

What is valid is saved even where something else is wrong, and photos are kept before
anything else is looked at: a bad network must not cost a community worker the round twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from compounds.actions.surveys import (
    WISH,
    add_photo,
    begin_survey,
    caption_photos,
    missing_parts,
    remove_photo,
    save_survey,
    submit_survey,
    survey_version,
)
from compounds.errors import SurveyChanged, SurveyIncomplete, SurveyNotOpen
from compounds.forms.surveys import SurveyForm, SurveyPhotoForm, stored_findings
from compounds.judging.survey_comparison import GENERAL, photos_by_topic
from compounds.models import ConditionSurvey, EligibilityRule, SurveyPhoto, Topic
from compounds.permissions import can_fill_survey
from compounds.views.shared import demand, seen_compound
from compounds.views.surveys import seen_survey, survey_before
from core.errors import DomainError
from core.htmx import page_or_fragment
from directory.requests import SignedInRequest
from files.captions import captions_of_form
from files.models import StoredFile
from files.photos import photos_of_form, receive_photo, removed_of_form

PAGE, FRAGMENT = "compounds/survey_form.html", "compounds/_survey_status.html"


@dataclass
class Outcome:
    """What became of a form that was sent: all of it may be good, part of it refused."""

    form: SurveyForm
    refusals: list[str] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    who: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.form.errors or self.refusals)


@require_POST
def begin(request: SignedInRequest, code: str) -> HttpResponse:
    """Open a survey, or go on with the one under way."""
    survey = begin_survey(compound=seen_compound(request, code), user=request.user)
    return redirect("compounds:survey_fill", survey.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: SignedInRequest, pk: int) -> HttpResponse:
    survey = seen_survey(request, pk)
    demand(can_fill_survey(request.user, survey.compound))
    if request.method == "POST":
        return _receive(request, survey)
    if not survey.is_open:
        return redirect("compounds:survey", pk)
    return _page(request, survey, Outcome(SurveyForm(survey=survey)))


def _receive(request: SignedInRequest, survey: ConditionSurvey) -> HttpResponse:
    if not survey.is_open:
        raise SurveyNotOpen(state=survey.get_state_display())
    outcome = _save(request, survey)
    survey = seen_survey(request, survey.pk)
    _renew_version(request, outcome.form, survey)
    if page_or_fragment(request, PAGE, FRAGMENT) == FRAGMENT or not outcome.is_good:
        return _page(request, survey, outcome)
    if "submit" not in request.POST:
        messages.success(request, _("Saved."))
        return redirect("compounds:survey_fill", survey.pk)
    return _submit(request, survey, outcome)


def _save(request: SignedInRequest, survey: ConditionSurvey) -> Outcome:
    outcome = Outcome(SurveyForm(request.POST, survey=survey))
    form = outcome.form
    outcome.refusals += _keep_photos_of_form(request, survey)
    form.full_clean()
    try:
        save_survey(
            survey=survey,
            user=request.user,
            findings=form.findings,
            expected_version=form.cleaned_data.get("version") or None,
            **form.facts,
        )
        _keep_captions(request, survey)
        _remove_chosen_photo(request, survey)
    except SurveyChanged as refusal:
        outcome.differences, outcome.who = form.differences(), refusal.details["who"]
        form.add_error(None, refusal.message)
    except DomainError as refusal:
        outcome.refusals.append(refusal.message)
    return outcome


def _submit(request: SignedInRequest, survey: ConditionSurvey, outcome: Outcome) -> HttpResponse:
    try:
        submit_survey(survey=survey, user=request.user)
    except SurveyIncomplete:
        return _page(request, survey, outcome, asked_to_submit=True)
    messages.success(request, _("Submitted. The bureau will review it and confirm or return it."))
    return redirect("compounds:survey", survey.pk)


def _renew_version(request: SignedInRequest, form: SurveyForm, survey: ConditionSurvey) -> None:
    """The page goes on from what is stored now: saving again is a decision made with open eyes."""
    data = request.POST.copy()
    data["version"] = survey_version(survey)
    form.data = data


def _page(
    request: SignedInRequest, survey: ConditionSurvey, outcome: Outcome, *, asked_to_submit: bool = False
) -> HttpResponse:
    missing = list(_missing(survey))
    photos = photos_by_topic(survey.photos.all())
    before = survey_before(survey)
    findings = stored_findings(before) if before else {}
    context: dict[str, Any] = {
        "survey": survey,
        "compound": survey.compound,
        "form": outcome.form,
        "groups": outcome.form.groups(photos=photos, before=findings),
        "general_photos": photos.get(GENERAL, []),
        "before": before,
        "needed": EligibilityRule.objects.in_force(survey.division_code[:6], timezone.localdate())
        .nearest()
        .wish_percent,
        "wish_share": _share(survey),
        "wish_is_done": all(label != "wish" for _label, label in missing),
        "missing": missing,
        "done": len(Topic) + 1 - len(missing),
        "total": len(Topic) + 1,
        "asked_to_submit": asked_to_submit,
        "outcome": outcome,
        "saved_at": timezone.localtime() if request.method == "POST" else None,
        "version": survey_version(survey),
    }
    status = 200 if outcome.is_good and not asked_to_submit else 422
    return render(request, page_or_fragment(request, PAGE, FRAGMENT), context, status=status)


def _share(survey: ConditionSurvey) -> int | None:
    """Percent of the households asked that want it, cut off."""
    asked, wishing = survey.asked_households, survey.wishing_households
    return None if not asked or wishing is None else wishing * 100 // asked


def _missing(survey: ConditionSurvey) -> Iterator[tuple[str, str]]:
    """(what is missing, the id of the field where it is mended)."""
    for part in missing_parts(survey):
        if part == WISH:
            yield _("Residents' wish"), "wish"
        else:
            yield str(Topic(part).label), f"topic-{part}"


# --- Photos -----------------------------------------------------------------------------


def _keep_photos_of_form(request: SignedInRequest, survey: ConditionSurvey) -> list[str]:
    """The files of the plain form, `photos_<topic>`; returns a sentence for each that was refused."""
    refusals = []
    for topic in (GENERAL, *Topic.values):
        refusals += photos_of_form(
            request.FILES.getlist(f"photos_{topic}"),
            place=topic,
            user=request.user,
            known=lambda key: _known_photo(survey, key),
            attach=lambda file, cleaned, topic=topic: _attach(  # type: ignore[misc]
                request, survey, file, {**cleaned, "topic": topic}
            ),
        )
    return refusals


def _known_photo(survey: ConditionSurvey, key: UUID) -> SurveyPhoto | None:
    """The photo of this key; a new one is refused before it is stored when the survey is closed."""
    known = survey.photos.filter(key=key).select_related("file").first()
    if known is None and not survey.is_open:
        raise SurveyNotOpen(state=survey.get_state_display())
    return known


def _attach(
    request: SignedInRequest, survey: ConditionSurvey, file: StoredFile, sent: dict[str, Any]
) -> SurveyPhoto:
    return add_photo(
        survey=survey,
        user=request.user,
        file=file,
        key=sent["key"],
        topic=sent["topic"],
        caption=sent["caption"],
    )


@require_POST
def photo_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """One photo from the phone's queue. Answers its tile, or the sentence of the refusal as plain text."""
    survey = seen_survey(request, pk)
    demand(can_fill_survey(request.user, survey.compound))

    def tile(photo: SurveyPhoto) -> HttpResponse:
        place = SurveyPhoto.objects.filter(survey=survey, topic=photo.topic, pk__lte=photo.pk).count()
        context = {"survey": survey, "photo": photo, "place": place, "may_remove": True}
        return render(request, "compounds/_survey_photo.html", context)

    return receive_photo(
        request,
        known=lambda key: _known_photo(survey, key),
        attach=lambda file, sent: _attach(request, survey, file, sent),
        tile=tile,
        form=SurveyPhotoForm,
    )


def _keep_captions(request: SignedInRequest, survey: ConditionSurvey) -> None:
    captions = captions_of_form(request.POST, survey.photos.all())
    if captions:
        caption_photos(survey=survey, user=request.user, captions=captions)


def _remove_chosen_photo(request: SignedInRequest, survey: ConditionSurvey) -> None:
    photo = survey.photos.filter(pk=removed_of_form(request.POST) or 0).first()
    if photo is not None:
        remove_photo(photo=photo, user=request.user)


@require_POST
def photo_remove(request: SignedInRequest, pk: int, photo: int) -> HttpResponse:
    survey = seen_survey(request, pk)
    demand(can_fill_survey(request.user, survey.compound))
    remove_photo(photo=get_object_or_404(survey.photos, pk=photo), user=request.user)
    if page_or_fragment(request, PAGE, FRAGMENT) == FRAGMENT:
        return HttpResponse("")
    return redirect(f"{reverse('compounds:survey_fill', args=[pk])}#photos")
