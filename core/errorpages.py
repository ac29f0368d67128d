"""Error pages in the house style; they need neither the database nor a signed-in user."""

import errno
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.board import ErrorFrame, board
from core.errors import DomainError

EXPLANATIONS = {
    400: (_("This request cannot be read"), _("Something in the address or the form is damaged. Go back and try again.")),
    403: (_("Your role does not allow this"), _("You do not have permission for this page. Ask your security administrator if you need it.")),
    404: (_("Page not found"), _("The page does not exist, or it lies outside your division.")),
    405: (_("Not possible here"), _("This address cannot be used in this way.")),
    409: (_("This cannot be done now"), _("The record is in another state than you expected. Look at it again.")),
    413: (_("Too large"), _("The file or form is larger than the portal accepts.")),
    429: (_("Too many attempts"), _("Please wait a few minutes and try again.")),
    500: (_("Something went wrong on our side"), _("Nothing you saved before was lost. The error has been recorded; try again in a moment.")),
    503: (_("The portal is under maintenance"), _("It will be back in a few minutes. What you saved before is safe.")),
}  # fmt: skip

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Bytes of a refused upload that are read and thrown away, and how many at a time.
HEARD_OUT, CHUNK = 100 * 1024 * 1024, 64 * 1024
DISK_FULL_TITLE = _("The server's storage is full")
DISK_FULL_TEXT = _("Nothing was saved. Tell your system administrator and try again later.")


def problem_json(status: int, *, code: str, title: str, detail: str = "", **members: Any) -> JsonResponse:
    """An RFC 9457 problem: `type`, `title`, `status`, `detail`, our `code` and further members."""
    body = {
        "type": f"/api/problems/#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return JsonResponse(
        {**body, **members}, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )  # fmt: skip


def error_page(
    request: HttpRequest, status: int, *, title: str = "", text: str = "", code: str = "", back: str = "",
    **members: Any,
) -> HttpResponse:  # fmt: skip
    """The page (or, below /api/, the problem document) of an HTTP error."""
    frame = board.error_frame(request.path)
    if frame is not None:
        return _framed(request, frame, status, title=title, text=text, code=code)
    default_title, default_text = EXPLANATIONS.get(status, EXPLANATIONS[500])
    title, text = title or str(default_title), text or str(default_text)
    if request.path.startswith("/api/"):
        code = code or HTTPStatus(status).phrase.lower().replace(" ", "_")
        return problem_json(status, code=code, title=title, detail=text, **members)
    return render(
        request, "error.html", {"status": status, "title": title, "text": text, "back": back}, status=status
    )


def _framed(
    request: HttpRequest, frame: ErrorFrame, status: int, *, title: str, text: str, code: str
) -> HttpResponse:
    """In the frame's own words: those for the code, else what the caller says, else those for the status."""
    usual = frame.words.get(status) or frame.words[500]
    said = frame.words.get(code) or (title or usual[0], text or usual[1])
    context = {"status": status, "title": said[0], "text": said[1]}
    return render(request, frame.template, context, status=status)


def refusal_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return error_page(
        request, refusal.status, text=refusal.message, code=refusal.code, back=refusal.back, **refusal.details
    )


# Django answers these with 400; they are honest requests that are too large.
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 413 if isinstance(exception, TOO_LARGE) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also where the database was found to be away before any view began: the session lies there.

    And where an upload was too large for what is left of the disk: it is put there before any view begins.
    """
    fault = sys.exc_info()[1]
    if isinstance(fault, OSError) and fault.errno in DISK_FULL:
        _hear_out(request)
        return error_page(
            request, 503, title=str(DISK_FULL_TITLE), text=str(DISK_FULL_TEXT), code="storage_full"
        )
    return error_page(request, 503 if isinstance(fault, OperationalError) else 500)


def _hear_out(request: HttpRequest) -> None:
    """Reads what is still being sent: a client that is cut off while it sends never hears the answer."""
    sent, left = request.META.get("wsgi.input"), HEARD_OUT
    with suppress(OSError):
        while sent is not None and left > 0 and (chunk := sent.read(min(CHUNK, left))):
            left -= len(chunk)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        403,
        title=str(_("This form has expired")),
        text=str(_("For security the form must be reloaded. Go back, refresh the page and submit it again.")),
        code="csrf_failed",
    )
