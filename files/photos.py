"""Photos from a phone's queue (`static/core/js/photo-queue.js`), one in each request.

What the queue relies on, and `receive_photo` keeps:

- **201** with the markup of the photo's tile: it is kept. The same `key` again (the phone did not
  hear the answer) is 201 with the first one's tile; nothing is stored twice. Two requests with
  one key at one moment meet in the owner's unique constraint: `attach` answers with the row there.
- **4xx** with a sentence as `text/plain`: this photo is refused for good and the sentence is shown
  on it. 408 and 429 are tried again.
- **5xx**, or no answer: tried again, slower each time.
- A redirect to the sign-in page reaches the queue as `HX-Redirect`, because it says `HX-Request`.

The bytes are written anew before anything is attached (`store_image`): no position, no camera.

Without scripts the same photos come as files of the plain form: `photos_of_form`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, TypeVar, cast
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.errors import DomainError
from files.actions import store_image
from files.forms import PhotoForm
from files.models import StoredFile

Row = TypeVar("Row")
# Names the keys of photos that were sent without one.
PHOTO_KEYS = UUID("6f9f4c53-0c2f-4b53-9f7a-3c1b6d7f0a11")


def receive_photo(
    request: HttpRequest,
    *,
    known: Callable[[UUID], Row | None],
    attach: Callable[[StoredFile, dict[str, Any]], Row],
    tile: Callable[[Row], HttpResponse],
    form: type[PhotoForm] = PhotoForm,
) -> HttpResponse:
    """Keep the photo of this request; who may is the caller's question, asked before.

    `known` finds the owner's row of a key, and may refuse a new one before it is stored;
    `attach(file, cleaned)` is its action; `tile` draws the row.
    """
    filled = form(request.POST, request.FILES)
    if not filled.is_valid():
        return _plain(_("This photo did not arrive completely."), status=400)
    cleaned = filled.cleaned_data
    try:
        row = _kept(cleaned["photo"], cleaned=cleaned, user=request.user, known=known, attach=attach)
    except DomainError as refusal:
        return _plain(refusal.message, status=refusal.status)
    response = tile(row)
    response.status_code = 201
    return response


def photos_of_form(
    uploads: Iterable[UploadedFile],
    *,
    place: str,
    user: Any,
    known: Callable[[UUID], Row | None],
    attach: Callable[[StoredFile, dict[str, Any]], Row],
) -> list[str]:
    """Keep the photos of a form that names no keys; a sentence for each that was refused.

    The same bytes for the same `place` (what the photos belong to, and where in it) are one photo.
    """
    refusals = []
    for upload in uploads:
        cleaned = {"key": _key_of(upload, place), "caption": ""}
        try:
            _kept(upload, cleaned=cleaned, user=user, known=known, attach=attach)
        except DomainError as refusal:
            refusals.append(f"{upload.name}: {refusal.message}")
    return refusals


def attach_once(rows: Any, *, key: UUID, most: int, full: type[DomainError], **facts: Any) -> Any:
    """The owner's row of a new photo, or the first one of this `key` (a phone that tries again).

    `rows` are the owner's photos, under its lock; more than `most` raise `full`.
    """
    if rows.exclude(key=key).count() >= most:
        raise full(most=most)
    return rows.get_or_create(key=key, defaults=facts)[0]


def removed_of_form(sent: Mapping[str, str]) -> int | None:
    """The photo whose button `remove_photo` sent a form without scripts."""
    chosen = sent.get("remove_photo", "")
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None


def _key_of(upload: UploadedFile, place: str) -> UUID:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return uuid5(PHOTO_KEYS, f"{place}:{digest.hexdigest()}")


def _kept(
    upload: UploadedFile,
    *,
    cleaned: dict[str, Any],
    user: Any,
    known: Callable[[UUID], Row | None],
    attach: Callable[[StoredFile, dict[str, Any]], Row],
) -> Row:
    """The photo's row: the one that is there already (a phone that tries again), or a new one."""
    row = known(cleaned["key"])
    if row is not None:
        return row
    file = store_image(file=cast(BinaryIO, upload.file), name=upload.name or "", user=user)
    return attach(file, cleaned)


def _plain(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
