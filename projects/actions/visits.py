"""现场踏勘: site visits by several parties, with photos and a conclusion."""

from collections.abc import Mapping
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from files.captions import with_captions
from files.models import StoredFile
from files.photos import attach_once
from projects.errors import DateInFuture, VisitPhotosFull
from projects.models import Project, SiteVisit, SiteVisitPhoto
from projects.permissions import can_record_visits

# Enough for every corner of a large compound; a limit, so that nothing fills the disk.
MOST_PHOTOS = 200


class VisitFacts(TypedDict, total=False):
    visited_on: date
    participants: str
    purpose: str
    conclusion: str


@transaction.atomic
def record_visit(*, project: Project, user: User, **facts: Unpack[VisitFacts]) -> SiteVisit:
    if not can_record_visits(user, project):
        raise NotPermitted
    visit = SiteVisit(project=project, recorded_by=user, **facts)
    return _save(visit)


@transaction.atomic
def edit_visit(*, visit: SiteVisit, user: User, **facts: Unpack[VisitFacts]) -> SiteVisit:
    """Complete what was written on the spot; the history keeps what stood there."""
    visit = _lock(visit, user)
    for name, value in facts.items():
        setattr(visit, name, value)
    return _save(visit)


@transaction.atomic
def add_visit_photo(
    *, visit: SiteVisit, user: User, file: StoredFile, key: UUID, caption: str = ""
) -> SiteVisitPhoto:
    """Attach a photo; the same `key` again (a phone that retries) returns the first one."""
    visit = _lock(visit, user)
    words = clean_line(caption)
    return attach_once(
        visit.photos, key=key, most=MOST_PHOTOS, full=VisitPhotosFull, file=file, caption=words
    )


@transaction.atomic
def caption_visit_photos(*, visit: SiteVisit, user: User, captions: Mapping[int, str]) -> int:
    """Say in a line what photos show: {photo: words}; returns how many changed."""
    visit = _lock(visit, user)
    changed = with_captions(visit.photos.filter(pk__in=captions), captions)
    return SiteVisitPhoto.objects.bulk_update(changed, ["caption"])


@transaction.atomic
def remove_visit_photo(*, photo: SiteVisitPhoto, user: User) -> None:
    _lock(photo.visit, user)
    photo.delete()


def _lock(visit: SiteVisit, user: User) -> SiteVisit:
    visit = (
        SiteVisit.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project")
        .get(pk=visit.pk)
    )
    if not can_record_visits(user, visit.project):
        raise NotPermitted
    return visit


def _save(visit: SiteVisit) -> SiteVisit:
    if visit.visited_on > timezone.localdate():
        raise DateInFuture(day=visit.visited_on.isoformat())
    visit.participants, visit.purpose = clean_line(visit.participants), clean_line(visit.purpose)
    visit.conclusion = visit.conclusion.strip()
    with constraints_as_refusals(SiteVisit):
        visit.save()
    return visit
