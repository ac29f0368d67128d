"""Progress of the works: entries are added and taken back, never changed.

The project's row is locked first, then the work item's figures (by the trigger): writers of one project queue,
writers of different projects do not meet.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, NotPermitted
from core.figures import moment, thousands
from core.integrity import violated_constraint
from core.text import clean_line
from delivery.errors import (
    AlreadyReversed,
    BeforePortalOnly,
    DayBeforeStart,
    DayInFuture,
    EntryOver,
    KeyUsedDifferently,
    MoreThanPlanned,
    NotInScheme,
    NotUnderConstruction,
    QuantityWrong,
    ReversalStays,
    TooManyPhotos,
)
from delivery.models import ProgressEntry, ProgressPhoto, ProgressSource
from delivery.models.progress import MOST_OF_PLAN
from delivery.permissions import can_caption, can_enter_backlog, can_report_progress, can_reverse
from directory.models import User
from files.captions import with_captions
from files.models import StoredFile
from projects.errors import ReasonNeeded
from projects.models import Project, Stage, Standing, WorkItemProgress

MOST_PHOTOS = 60
PHOTO_DAYS = 30
HUNDREDTH = Decimal("0.01")
LARGEST = Decimal(10) ** 10


class Reported(NamedTuple):
    """`is_new` is false where the key was known: the entry is then the first one."""

    entry: ProgressEntry
    is_new: bool


@transaction.atomic
def report_progress(
    *,
    project: Project,
    work_item: int,
    user: User,
    quantity: Decimal,
    done_on: date,
    key: UUID,
    note: str = "",
) -> Reported:
    """So much of a work item (its key) was done on a day.

    The same `key` with the same body, at whatever time, gives the first entry; with another body it is refused.
    """
    project = _lock(project)
    if not can_report_progress(user, project):
        raise NotPermitted
    quantity, note = _quantity(quantity), clean_line(note)
    digest = body_digest(work_item=work_item, quantity=quantity, done_on=done_on, note=note)
    known = _entry_of_key(project, key, digest)
    if known is not None:
        return Reported(known, is_new=False)
    _refuse_if_impossible(project, work_item=work_item, quantity=quantity, done_on=done_on)
    entry = ProgressEntry(
        project=project, work_item_id=work_item, done_on=done_on, quantity=quantity, note=note, by=user,
        organisation=user.organisation, key=key, body_digest=digest,
    )  # fmt: skip
    return Reported(_insert(entry), is_new=True)


@transaction.atomic
def reverse_entry(*, entry: ProgressEntry, user: User, reason: str) -> ProgressEntry:
    """Take an entry back, whole, with the reason; both stay to be seen."""
    project = _lock(entry.project)
    if not can_reverse(user, entry):
        raise NotPermitted
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    if entry.reverses_id is not None:
        raise ReversalStays
    if ProgressEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed
    if entry.source == ProgressSource.SITE:
        _refuse_unless_building(project)
    quantity, key = -entry.quantity, uuid4()
    digest = body_digest(work_item=entry.work_item_id, quantity=quantity, done_on=entry.done_on, note=reason)
    return _insert(
        ProgressEntry(
            project=project, work_item_id=entry.work_item_id, source=entry.source, done_on=entry.done_on,
            quantity=quantity, note=reason, by=user, organisation=user.organisation, reverses=entry, key=key,
            body_digest=digest,
        )
    )  # fmt: skip


@transaction.atomic
def enter_progress_before_portal(
    *, project: Project, work_item: int, user: User, quantity: Decimal, done_on: date, note: str = ""
) -> ProgressEntry:
    """What was done of a work item before the division worked in the portal: one marked entry for each."""
    project = _lock(project)
    if not can_enter_backlog(user, project):
        raise NotPermitted
    quantity, note = _quantity(quantity), clean_line(note)
    _refuse_if_more_than_planned(project, work_item, quantity)
    digest = body_digest(work_item=work_item, quantity=quantity, done_on=done_on, note=note)
    return _insert(
        ProgressEntry(
            project=project, work_item_id=work_item, source=ProgressSource.BEFORE_PORTAL, done_on=done_on,
            quantity=quantity, note=note, by=user, organisation=user.organisation, key=uuid4(), body_digest=digest,
        )
    )  # fmt: skip


@transaction.atomic
def add_photo(
    *, entry: ProgressEntry, user: User, file: StoredFile, key: UUID, caption: str = ""
) -> ProgressPhoto:
    """Attach a photo; the same `key` again (a phone that retries) returns the first one."""
    if not can_report_progress(user, entry.project):
        raise NotPermitted
    known = entry.photos.filter(key=key).first()
    if known is not None:
        return known
    if (timezone.now() - entry.recorded_at).days >= PHOTO_DAYS:
        raise EntryOver(days=PHOTO_DAYS)
    if entry.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    photo, _created = ProgressPhoto.objects.get_or_create(
        entry=entry, key=key, defaults={"file": file, "caption": clean_line(caption), "by": user}
    )
    return photo


@transaction.atomic
def caption_photos(*, entry: ProgressEntry, user: User, captions: Mapping[int, str]) -> int:
    """Say in a line what photos show: {photo: words}; returns how many changed. The history keeps the words before."""
    photos = entry.photos.select_for_update(no_key=True).filter(pk__in=captions)
    changed = with_captions(photos, captions)
    if not can_caption(user, entry, changed):
        raise NotPermitted
    for photo in changed:
        photo.save(update_fields=["caption"])
    return len(changed)


def body_digest(*, work_item: int, quantity: Decimal, done_on: date, note: str) -> str:
    """What an entry says, as one SHA-256."""
    body = json.dumps([work_item, f"{quantity:.2f}", done_on.isoformat(), note], ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _lock(project: Project) -> Project:
    return Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)


def _quantity(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 < value < LARGEST or value != value.quantize(HUNDREDTH):
        raise QuantityWrong
    return value.quantize(HUNDREDTH)


def _entry_of_key(project: Project, key: UUID, digest: str) -> ProgressEntry | None:
    known = project.progress_entries.select_related("work_item__catalogue_item").filter(key=key).first()
    if known is not None and known.body_digest != digest:
        raise KeyUsedDifferently(
            when=moment(known.recorded_at), quantity=thousands(known.quantity),
            unit=known.work_item.catalogue_item.get_unit_display(), day=known.done_on.isoformat(), entry=known.pk,
        )  # fmt: skip
    return known


def _refuse_if_impossible(project: Project, *, work_item: int, quantity: Decimal, done_on: date) -> None:
    """What the triggers refuse too, in the order in which a person would ask."""
    _refuse_unless_building(project)
    if done_on > timezone.localdate():
        raise DayInFuture(day=done_on.isoformat())
    if project.started_on is not None and done_on < project.started_on:
        raise DayBeforeStart(day=done_on.isoformat(), started=project.started_on.isoformat())
    _refuse_if_more_than_planned(project, work_item, quantity)


def _refuse_unless_building(project: Project) -> None:
    if project.stage != Stage.CONSTRUCTION or project.standing != Standing.ACTIVE:
        raise NotUnderConstruction(stage=project.get_stage_display(), standing=project.get_standing_display())


def _refuse_if_more_than_planned(project: Project, work_item: int, quantity: Decimal) -> None:
    kept = (
        WorkItemProgress.objects.select_related("work_item__catalogue_item")
        .filter(project=project, work_item=work_item, planned__gt=0)
        .first()
    )
    if kept is None:
        raise NotInScheme
    most = kept.planned * MOST_OF_PLAN / 100
    if kept.done + quantity > most:
        raise MoreThanPlanned(
            total=thousands(kept.done + quantity), planned=thousands(kept.planned), room=thousands(max(most - kept.done, Decimal(0))),
            unit=kept.work_item.catalogue_item.get_unit_display(),
        )  # fmt: skip


# What the database refuses although the checks above let it pass (a race, a shell), by the name it gives.
_REFUSALS: dict[str, type[DomainError]] = {
    "progress_entry_of_scheme": NotInScheme,
    "progress_entry_before_portal": BeforePortalOnly,
    "progress_before_portal_once": BeforePortalOnly,
    "progress_entry_reverses_whole": ReversalStays,
    "delivery_progressentry_reverses_id_key": AlreadyReversed,
    "progress_quantity_positive": QuantityWrong,
}


def _insert(entry: ProgressEntry) -> ProgressEntry:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        refusal = _refusal(entry, violated_constraint(error))
        if refusal is None:
            raise
        raise refusal from error
    entry.refresh_from_db()
    return entry


def _refusal(entry: ProgressEntry, constraint: str) -> DomainError | None:
    project, day = entry.project, entry.done_on.isoformat()
    if constraint == "progress_entry_under_construction":
        return NotUnderConstruction(
            stage=project.get_stage_display(), standing=project.get_standing_display()
        )
    if constraint == "progress_entry_not_in_future":
        return DayInFuture(day=day)
    if constraint == "progress_entry_after_start":
        return DayBeforeStart(day=day, started=str(project.started_on))
    found = _REFUSALS.get(constraint)
    return found() if found else None
