"""Every refusal of the API as an RFC 9457 problem document, and the list of what there can be.

    {"type": "/api/problems/#invalid_parameters", "title": …, "status": 400, "detail": …,
     "code": "invalid_parameters", "errors": [{"field": "batch", "message": …}]}

`code` is stable and for programs; `title`, `detail` and `message` are for people, in the
language of `Accept-Language`. `errors` is there when single fields are to blame.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.views import set_rollback

from core.errorpages import problem_json
from core.errors import DomainError

PROBLEM_TYPE = "application/problem+json"
TypeText = str | Promise


@dataclass(frozen=True)
class Problem:
    """A kind of refusal: what it is called and what to do about it."""

    code: str
    status: int
    title: TypeText
    advice: TypeText

    @property
    def advice_markup(self) -> SafeString:
        return marked_up(self.advice)


PROBLEMS = {
    problem.code: problem
    for problem in (
        Problem(
            "bad_request", 400, gettext_lazy("This request cannot be read"),
            gettext_lazy("The address or its encoding is damaged. Percent-encode it as UTF-8, without NUL."),
        ),
        Problem(
            "invalid_parameters", 400, gettext_lazy("Parameters that cannot be used"),
            gettext_lazy("See `errors`: an unknown name, a value that cannot be read, or one given twice."),
        ),
        Problem(
            "parse_error", 400, gettext_lazy("The body cannot be read"), gettext_lazy("Send valid JSON in UTF-8.")
        ),
        Problem(
            "invalid_input", 400, gettext_lazy("Input that cannot be used"),
            gettext_lazy("See `errors` for each field and what is wrong with it."),
        ),
        Problem(
            "not_authenticated", 401, gettext_lazy("Not authenticated"),
            gettext_lazy("Send the header `Authorization: Bearer <token>`, or sign in."),
        ),
        Problem(
            "invalid_token", 401, gettext_lazy("This token is not valid"),
            gettext_lazy("It is unknown, expired or revoked. Ask the security administrator for a new one."),
        ),
        Problem(
            "not_permitted", 403, gettext_lazy("Not for this role"),
            gettext_lazy("The user of this token lacks the role for it. Ask the security administrator."),
        ),
        Problem(
            "insufficient_scope", 403, gettext_lazy("Not with this token"),
            gettext_lazy("The token lacks the scope for it. Ask the security administrator for another one."),
        ),
        Problem(
            "password_change_needed", 403, gettext_lazy("Set your own password first."),
            gettext_lazy("Only for signed-in people: open the portal in the browser once."),
        ),
        Problem(
            "second_factor_needed", 403, gettext_lazy("Set up your second factor first."),
            gettext_lazy("Only for signed-in people: open the portal in the browser once."),
        ),
        Problem(
            "not_found", 404, gettext_lazy("Not found"),
            gettext_lazy("The address does not exist, or the record lies outside your divisions."),
        ),
        Problem(
            "method_not_allowed", 405, gettext_lazy("Not possible here"),
            gettext_lazy("The header `Allow` names the methods of this address."),
        ),
        Problem(
            "not_acceptable", 406, gettext_lazy("No such format"),
            gettext_lazy("The answer is `application/json`: allow it in `Accept`, or leave the header out."),
        ),
        Problem(
            "unsupported_media_type", 415, gettext_lazy("A body that is not JSON"),
            gettext_lazy("Send the body as `application/json`."),
        ),
        Problem(
            "too_many_requests", 429, gettext_lazy("Too many requests"),
            gettext_lazy("Wait as many seconds as the header `Retry-After` says."),
        ),
        Problem(
            "internal_server_error", 500, gettext_lazy("Something went wrong on our side"),
            gettext_lazy("It has been recorded. Try again later."),
        ),
        Problem(
            "service_unavailable", 503, gettext_lazy("The portal is under maintenance"),
            gettext_lazy("The database is unavailable. Try again in a minute."),
        ),
    )
}  # fmt: skip


class FieldError(dict[str, str]):
    """{"field": …, "message": …}"""

    def __init__(self, field: str, message: TypeText) -> None:
        super().__init__(field=field, message=str(message))


class InvalidParameters(DomainError):
    """What stands behind the question mark cannot be used; `errors` says why, parameter by parameter."""

    code = "invalid_parameters"
    status = HTTPStatus.BAD_REQUEST
    sentence = gettext_lazy("Parameters that cannot be used")

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__(errors=list(errors))


def problem(
    code: str, *, detail: str = "", headers: dict[str, str] | None = None, **members: Any
) -> HttpResponse:
    kind = PROBLEMS[code]
    response = problem_json(
        kind.status, code=code, title=str(kind.title), detail=detail or str(kind.advice), **members
    )
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def problem_response(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None: nobody expected this; the 500 page answers, in the same shape."""
    answer = _refusal(exc) if isinstance(exc, DomainError) else _http_problem(exc)
    if answer is not None:
        set_rollback()
    return answer


# What a problem has by itself; a refusal's figures of the same name stay in its sentence.
OWN_MEMBERS = {"type", "title", "status", "detail", "code", "headers"}


def _refusal(refusal: DomainError) -> HttpResponse:
    figures = {name: value for name, value in refusal.details.items() if name not in OWN_MEMBERS}
    if refusal.code in PROBLEMS:
        return problem(refusal.code, **figures)
    return problem_json(
        refusal.status, code=refusal.code, title=refusal.message, detail=refusal.message, **figures
    )


CODES = {
    exceptions.ParseError: "parse_error",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "not_permitted",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    Http404: "not_found",
    PermissionDenied: "not_permitted",
}


def _http_problem(exc: Exception) -> HttpResponse | None:
    if isinstance(exc, exceptions.ValidationError):
        return problem("invalid_input", errors=list(field_errors(exc.detail)))
    if isinstance(exc, exceptions.Throttled):
        return _throttled(exc)
    code = next((CODES[kind] for kind in type(exc).__mro__ if kind in CODES), None)
    if code is None:
        return None
    header = getattr(exc, "auth_header", None)
    return problem(code, headers={"WWW-Authenticate": header} if header else None)


def _throttled(exc: exceptions.Throttled) -> HttpResponse:
    seconds = max(1, ceil(getattr(exc, "wait", None) or 1))
    detail = _("Wait {seconds} seconds.").format(seconds=seconds)
    return problem("too_many_requests", detail=detail, headers={"Retry-After": str(seconds)})


def field_errors(detail: Any, field: str = "") -> Iterator[FieldError]:
    """DRF's nested errors, flattened: `lines.0.score` names a field within."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from field_errors(inner, f"{field}.{name}".strip("."))
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for place, inner in enumerate(detail):
            yield from field_errors(inner, f"{field}.{place}".strip("."))
    elif isinstance(detail, list):
        yield from (FieldError(field, message) for message in detail)
    else:
        yield FieldError(field, detail)


# --- The page that explains them --------------------------------------------------------


def rule_problems() -> list[Problem]:
    """The refusals that some rule of the portal makes; an address that only reads meets none of them."""
    known: dict[str, Problem] = {}
    for refusal in _refusals(DomainError):
        if refusal.code not in PROBLEMS:
            known.setdefault(refusal.code, Problem(refusal.code, refusal.status, _sentence(refusal), ""))
    return sorted(known.values(), key=lambda kind: kind.code)


def _refusals(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for refusal in base.__subclasses__():
        yield refusal
        yield from _refusals(refusal)


def _sentence(refusal: type[DomainError]) -> str:
    return re.sub(r"\{[^}]*\}", "…", str(refusal.sentence))


def marked_up(text: TypeText) -> SafeString:
    """Words in backticks as code."""
    pieces = enumerate(str(text).split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in pieces)
    )
