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
"""

from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.errors import DomainError
from files.actions import store_image
from files.forms import PhotoForm
from files.models import StoredFile

Row = TypeVar("Row")


def receive_photo(
    request: HttpRequest,
    *,
    known: Callable[[UUID], Row | None],
    attach: Callable[[StoredFile, dict[str, Any]], Row],
    tile: Callable[[Row], HttpResponse],
    form: type[PhotoForm] = PhotoForm,
) -> HttpResponse:
    """Keep the photo of this request; who may is the caller's question, asked before.

    `known` finds the owner's row of a key; `attach(file, cleaned)` is its action; `tile` draws the row.
    """
    filled = form(request.POST, request.FILES)
    if not filled.is_valid():
        return _plain(_("This photo did not arrive completely."), status=400)
    cleaned = filled.cleaned_data
    try:
        row = known(cleaned["key"])
        if row is None:
            upload = cleaned["photo"]
            file = store_image(file=cast(BinaryIO, upload.file), name=upload.name or "", user=request.user)
            row = attach(file, cleaned)
    except DomainError as refusal:
        return _plain(refusal.message, status=refusal.status)
    response = tile(row)
    response.status_code = 201
    return response


def _plain(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
