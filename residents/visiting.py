"""Who answers from the notice board: a browser, told apart by a signed cookie that names nobody."""

import uuid
from contextlib import suppress

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from residents.session import cookie_name, set_cookie

VISITOR = "visitor"
KEPT_FOR = 60 * 24 * 3600
_signer = signing.Signer(salt="residents.visitor")


def visitor_of(request: HttpRequest) -> uuid.UUID | None:
    with suppress(signing.BadSignature, ValueError):
        return uuid.UUID(_signer.unsign(request.COOKIES.get(cookie_name(VISITOR), "")))
    return None


def begin(response: HttpResponseBase) -> None:
    """A new one; what another person began in this browser is no longer in reach."""
    set_cookie(response, VISITOR, _signer.sign(str(uuid.uuid4())), max_age=KEPT_FOR)
