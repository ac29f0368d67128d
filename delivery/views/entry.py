"""Reporting progress, on a phone first: choose the work, say how much, add photos, see the receipt.

Each step is a page of its own and works without scripts. The page's key makes one entry of a report that is sent
twice; photos have keys of their own (`files.photos`).
"""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from delivery.actions.progress import (
    MOST_PHOTOS,
    add_photo,
    caption_photos,
    report_progress,
    reverse_entry,
)
from delivery.errors import KeyUsedDifferently, NotUnderConstruction
from delivery.forms import EntryForm, ReasonForm
from delivery.models import ProgressEntry, ProgressPhoto
from delivery.models.progress import MOST_OF_PLAN
from delivery.permissions import can_report_progress, can_reverse
from delivery.views.progress import work_lines
from delivery.views.shared import demand, find_entry, find_item, find_photo, find_project, site_page
from directory.requests import SignedInRequest
from files.captions import captions_of_form
from files.models import StoredFile
from files.photos import photos_of_form, receive_photo
from files.serving import file_response
from projects.errors import ReasonNeeded
from projects.models import Project, Stage, WorkItem


@never_cache
@require_safe
def report(request: SignedInRequest, code: str) -> HttpResponse:
    """First step: which work."""
    project = _reportable(request, code)
    lines = [line for line in work_lines(project) if not line.is_struck]
    return site_page(request, "delivery/report.html", project, {"lines": lines})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_item(request: SignedInRequest, code: str, item: int) -> HttpResponse:
    """Second step: how much, on which day."""
    project = _reportable(request, code)
    work = find_item(project, item)
    form = EntryForm(request.POST if request.method == "POST" else None, project=project)
    saved: int | None = None
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            found = report_progress(project=project, work_item=work.pk, user=request.user, **facts)
        except DomainError as refusal:
            saved = refusal.details.get("entry") if isinstance(refusal, KeyUsedDifferently) else None
            form.add_error(None, refusal.message)
        else:
            return redirect("delivery:entry_photos", project.code, found.entry.pk)
    status = 422 if form.errors else 200
    return site_page(request, "delivery/report_item.html", project, _item(work, form, saved), status=status)


def _item(work: WorkItem, form: EntryForm, saved: int | None) -> dict[str, Any]:
    kept = work.progress
    return {
        "item": work,
        "unit": work.catalogue_item.get_unit_display(),
        "kept": kept,
        "left": max(kept.planned - kept.done, 0),
        "most": max(kept.planned * MOST_OF_PLAN / 100 - kept.done, 0),
        "form": form,
        "saved": saved,
    }


def _reportable(request: SignedInRequest, code: str) -> Project:
    project = find_project(request, code)
    demand(can_report_progress(request.user, project))
    if project.stage != Stage.CONSTRUCTION or not project.is_active:
        raise NotUnderConstruction(stage=project.get_stage_display(), standing=project.get_standing_display())
    return project


# --- Photos ------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry_photos(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Third step: photos, many at once. The queue sends them one by one; without scripts the form does."""
    project, entry = find_entry(request, code, pk)
    demand(can_report_progress(request.user, project))
    refusals: list[str] = []
    if request.method == "POST":
        refusals = _keep_photos_of_form(request, entry) + _keep_captions(request, entry)
        if not refusals:
            return redirect("delivery:entry", project.code, entry.pk)
    context = {
        "entry": entry,
        "photos": _with_rights(request, entry, entry.photos.select_related("file")),
        "refusals": refusals,
        "most": MOST_PHOTOS,
    }
    return site_page(request, "delivery/photos.html", project, context, status=422 if refusals else 200)


def _keep_photos_of_form(request: SignedInRequest, entry: ProgressEntry) -> list[str]:
    return photos_of_form(
        request.FILES.getlist("photos_"),
        place=f"progress:{entry.pk}",
        user=request.user,
        known=partial(_known_photo, entry),
        attach=partial(_attach, request, entry),
    )


def _known_photo(entry: ProgressEntry, key: UUID) -> ProgressPhoto | None:
    return entry.photos.filter(key=key).first()


def _attach(
    request: SignedInRequest, entry: ProgressEntry, file: StoredFile, sent: dict[str, Any]
) -> ProgressPhoto:
    return add_photo(entry=entry, user=request.user, file=file, key=sent["key"], caption=sent["caption"])


def _keep_captions(request: SignedInRequest, entry: ProgressEntry) -> list[str]:
    captions = captions_of_form(request.POST, entry.photos.all())
    try:
        caption_photos(entry=entry, user=request.user, captions=captions)
    except DomainError as refusal:
        return [str(refusal.message)]
    return []


def _with_rights(
    request: SignedInRequest, entry: ProgressEntry, photos: Iterable[ProgressPhoto]
) -> list[ProgressPhoto]:
    """Each with `may_caption`: whether this person, who may report here, writes the words beneath it."""
    found, answers_for_all = list(photos), can_reverse(request.user, entry)
    for photo in found:
        photo.may_caption = answers_for_all or photo.by_id == request.user.pk  # type: ignore[attr-defined]
    return found


@require_POST
def photo_add(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """One photo of the queue."""
    project, entry = find_entry(request, code, pk)
    demand(can_report_progress(request.user, project))

    def tile(photo: ProgressPhoto) -> HttpResponse:
        context = {"project": project, "entry": entry, "photo": _with_rights(request, entry, [photo])[0]}
        return render(request, "delivery/_photo.html", context)

    return receive_photo(
        request, known=partial(_known_photo, entry), attach=partial(_attach, request, entry), tile=tile
    )


@require_safe
def photo_file(request: SignedInRequest, code: str, pk: int, photo: int) -> HttpResponseBase:
    return file_response(find_photo(request, code, pk, photo).file, inline=True)


@require_safe
def photo_thumbnail(request: SignedInRequest, code: str, pk: int, photo: int) -> HttpResponseBase:
    return file_response(find_photo(request, code, pk, photo).file, inline=True, thumbnail=True)


# --- The entry itself --------------------------------------------------------------------


@never_cache
@require_safe
def entry(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """The receipt: what was saved, by whom, when; its photos; what took it back."""
    project, found = find_entry(request, code, pk)
    return site_page(request, "delivery/entry.html", project, _receipt(request, project, found, ReasonForm()))


@require_http_methods(["POST"])
def reverse_one(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, found = find_entry(request, code, pk)
    demand(can_reverse(request.user, found))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise ReasonNeeded
    reverse_entry(entry=found, user=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Taken back. Both entries stay to be seen."))
    return redirect(f"{reverse('delivery:progress', args=[project.code])}#entries")


def _receipt(
    request: SignedInRequest, project: Project, found: ProgressEntry, form: ReasonForm
) -> dict[str, Any]:
    is_open = project.stage == Stage.CONSTRUCTION and project.is_active
    return {
        "entry": found,
        "unit": found.work_item.catalogue_item.get_unit_display(),
        "photos": found.photos.select_related("file"),
        "is_open": is_open,
        "is_just_saved": (timezone.now() - found.recorded_at).total_seconds() < 600 and found.by_id == request.user.pk,
        "may_reverse": is_open and not found.reverses_id and not found.is_reversed and can_reverse(request.user, found),
        "form": form,
    }  # fmt: skip
