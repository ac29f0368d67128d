"""A paper as an answer: never kept by a browser or a proxy."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_response(content: bytes, name: str, *, media_type: str = "application/pdf") -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": disposition,
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
