"""What holds where residents are, below /r/ and at their addresses of the API: nobody of the staff is signed in there,
and nothing is kept.
"""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

BELOW = ("/r/", "/api/v1/resident/")


class ResidentsMiddleware:
    """A worker who opens a resident's page in the own browser sees what the letter opens, and no more.

    It stands before whatever asks who is signed in: the office's session is neither read nor kept alive nor
    ended by a resident's page, and its refusals are no attempts of the worker's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # In capitals too: so people type what they read in capitals.
        if not request.path[: len(BELOW[-1])].lower().startswith(BELOW):
            return self.get_response(request)
        request.user = AnonymousUser()
        response = self.get_response(request)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # The code itself stands in no page's address but that of the redirect, which says no-referrer. With
        # no-referrer on a page its forms would be sent with `Origin: null`, which no check of origin can pass.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response
