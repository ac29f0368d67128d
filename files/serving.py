"""The one way in which stored bytes leave: through the view of the row that owns them, after its permission."""

import logging
from typing import Any

from django.http import FileResponse, Http404

from core import filetypes
from files import storage
from files.models import StoredFile

logger = logging.getLogger(__name__)

# Even if a browser took the bytes for a page, nothing in it could run or load.
SANDBOX = "default-src 'none'; sandbox"


def file_response(file: StoredFile, *, inline: bool = False, thumbnail: bool = False) -> FileResponse:
    """The file as a download; `inline` shows it in the page, which only our own JPEGs may.

    Who may see it is the caller's question. Bytes that are gone from storage answer 404 and are logged.
    """
    is_picture = file.media_type == filetypes.JPEG
    content = _bytes(file, file.thumbnail_key if thumbnail and is_picture else file.key)
    response = FileResponse(
        content, as_attachment=not (inline and is_picture), filename=file.name, content_type=file.media_type
    )
    return _harmless(response)


def preview_response(file: StoredFile, *, small: bool = False) -> FileResponse:
    """The picture of a file, for an `<img>`: a photo or a PDF's first page, `small` at 480 pixels.

    Always a JPEG that the portal wrote; 404 where a file has none (office files). Who may see it
    is the caller's question.
    """
    if not file.is_shown:
        raise Http404
    content = _bytes(file, file.thumbnail_key if small else file.preview_key)
    return _harmless(FileResponse(content, filename=f"{file.name}.jpg", content_type=filetypes.JPEG))


def _bytes(file: StoredFile, key: str) -> Any:
    try:
        return storage.fetch(key)
    except FileNotFoundError as error:
        logger.exception("Bytes of stored file %s are gone", file.pk)
        raise Http404 from error


def _harmless(response: FileResponse) -> FileResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
