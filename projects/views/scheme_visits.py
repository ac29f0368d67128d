"""Site visits: recorded on a phone, photos after that one by one through the house's queue."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.captions import captions_of_form
from files.models import StoredFile
from files.photos import photos_of_form, receive_photo, removed_of_form
from files.serving import file_response
from projects.actions.visits import (
    add_visit_photo,
    caption_visit_photos,
    edit_visit,
    record_visit,
    remove_visit_photo,
)
from projects.forms.scheme import VisitForm
from projects.models import SiteVisit, SiteVisitPhoto
from projects.permissions import can_record_visits
from projects.views.scheme_shared import try_form
from projects.views.shared import demand, find_project, project_page


def find_visit(request: SignedInRequest, code: str, pk: int) -> SiteVisit:
    project = find_project(request, code)
    visit = get_object_or_404(project.site_visits.select_related("recorded_by"), pk=pk)
    visit.project = project
    return visit


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, code: str) -> HttpResponse:
    """Who was there and what was found; the photos come on the next page, where a bad network does no harm."""
    project = find_project(request, code)
    demand(can_record_visits(request.user, project))
    form = VisitForm(posted(request))
    made: list[SiteVisit] = []
    if form.is_valid() and try_form(
        form, lambda: made.append(record_visit(project=project, user=request.user, **form.cleaned_data))
    ):
        messages.success(request, _("The visit is recorded. Add its photos here."))
        return redirect("projects:scheme_visit", project.code, made[0].pk)
    context = {"form": form, "visit": None}
    status = 422 if form.errors else 200
    return project_page(request, "projects/scheme_visit_form.html", project, "scheme", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """A visit with its photos. Without scripts the same form sends them, or removes one."""
    found = find_visit(request, code, pk)
    may_keep = can_record_visits(request.user, found.project)
    if request.method == "POST":
        demand(may_keep)
        return _keep_sent(request, found)
    photos = list(found.photos.select_related("file"))
    context = {"visit": found, "photos": photos, "may_keep": may_keep}
    return project_page(request, "projects/scheme_visit.html", found.project, "scheme", context)


def _keep_sent(request: SignedInRequest, found: SiteVisit) -> HttpResponse:
    """The files of the plain form; the button of a photo removes it."""
    chosen = removed_of_form(request.POST)
    if chosen is not None:
        photo = get_object_or_404(found.photos.select_related("visit"), pk=chosen)
        remove_visit_photo(photo=photo, user=request.user)
    refusals = photos_of_form(
        request.FILES.getlist("photos_"), place=f"visit:{found.pk}", user=request.user,
        known=partial(_known_photo, found), attach=partial(_attach, request, found),
    )  # fmt: skip
    for sentence in refusals:
        messages.error(request, sentence)
    _keep_captions(request, found)
    return redirect("projects:scheme_visit", found.project.code, found.pk)


def _keep_captions(request: SignedInRequest, found: SiteVisit) -> None:
    captions = captions_of_form(request.POST, found.photos.all())
    try:
        if caption_visit_photos(visit=found, user=request.user, captions=captions):
            messages.success(request, _("Saved."))
    except DomainError as refusal:
        messages.error(request, refusal.message)


def _known_photo(found: SiteVisit, key: UUID) -> SiteVisitPhoto | None:
    return found.photos.filter(key=key).first()


def _attach(
    request: SignedInRequest, found: SiteVisit, file: StoredFile, sent: dict[str, Any]
) -> SiteVisitPhoto:
    return add_visit_photo(
        visit=found, user=request.user, file=file, key=sent["key"], caption=sent["caption"]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    found = find_visit(request, code, pk)
    demand(can_record_visits(request.user, found.project))
    facts = ("visited_on", "participants", "purpose", "conclusion")
    form = VisitForm(posted(request), initial={name: getattr(found, name) for name in facts})
    if form.is_valid() and try_form(
        form, lambda: edit_visit(visit=found, user=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Saved."))
        return redirect("projects:scheme_visit", found.project.code, found.pk)
    context = {"form": form, "visit": found}
    status = 422 if form.errors else 200
    return project_page(
        request, "projects/scheme_visit_form.html", found.project, "scheme", context, status=status
    )


# --- Photos -----------------------------------------------------------------------------


@require_POST
def photo_add(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """One photo from the phone's queue."""
    found = find_visit(request, code, pk)
    demand(can_record_visits(request.user, found.project))

    def tile(photo: SiteVisitPhoto) -> HttpResponse:
        context = {"visit": found, "project": found.project, "photo": photo, "may_keep": True}
        return render(request, "projects/scheme_visit_tile.html", context)

    return receive_photo(
        request, known=partial(_known_photo, found), attach=partial(_attach, request, found), tile=tile
    )


@require_POST
def photo_remove(request: SignedInRequest, code: str, pk: int, photo: int) -> HttpResponse:
    found = find_visit(request, code, pk)
    demand(can_record_visits(request.user, found.project))
    row = get_object_or_404(found.photos.select_related("visit"), pk=photo)
    remove_visit_photo(photo=row, user=request.user)
    return redirect("projects:scheme_visit", found.project.code, found.pk)


@require_safe
def photo_file(request: SignedInRequest, code: str, pk: int, photo: int) -> FileResponse:
    return _served(request, code, pk, photo)


@require_safe
def photo_thumbnail(request: SignedInRequest, code: str, pk: int, photo: int) -> FileResponse:
    return _served(request, code, pk, photo, thumbnail=True)


def _served(request: SignedInRequest, code: str, pk: int, photo: int, *, thumbnail: bool = False) -> FileResponse:  # fmt: skip
    found = find_visit(request, code, pk)
    row = get_object_or_404(found.photos.select_related("file"), pk=photo)
    return file_response(row.file, inline=True, thumbnail=thumbnail)
