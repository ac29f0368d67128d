"""What the addresses of a household share: its session, no keeping, and their description."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from core.api.problems import PROBLEM_TYPE
from core.api.renderers import dumps
from core.api.schema import MEANINGS, ProblemDocument
from core.api.views import ApiView
from core.api.writes import WRITE_MEANINGS, WriteSchema, WriteView
from core.filters import MOST
from residents import session
from residents.api.guard import BehindALetter, HouseholdSession, Letter, demand_own_page

RESIDENTS_TAG = _("A household's own pages")
OF_MENU = (
    OpenApiParameter(
        "id", {"type": "integer", "minimum": 1, "maximum": MOST}, "path", description=_("The menu's id.")
    ),
)
KEY = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "format": "uuid"}, OpenApiParameter.HEADER, required=True,
    description=_("A UUID chosen by the client, the same when it tries again."),
)  # fmt: skip


EMPTY_OBJECT = {"application/json": {"type": "object", "additionalProperties": False}}


class ResidentSchema(WriteSchema):
    """Answers of `view.statuses`, and the problems that a household can meet."""

    def get_override_parameters(self) -> list[Any]:
        return [*self.view.path_parameters, *getattr(self.view, "header_parameters", ())]

    def get_request_serializer(self) -> Any:
        form = getattr(self.view, "body_form", None)
        # A form without fields would be no body at all.
        return EMPTY_OBJECT if form is not None and not form().fields else form

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)
        return body and {**body, "required": True}

    def get_response_serializers(self) -> Any:
        view = self.view
        writes = isinstance(view, WriteView)
        meanings = {
            **(WRITE_MEANINGS if writes else MEANINGS),
            401: _("No session of a household, or one that is over; `code` says which."),
            403: _("Sent from the page of another site."),
            404: _("No such menu in this compound."),
        }
        left_out = {429} | (set() if writes else {403}) | (set() if view.path_parameters else {404})
        left_out |= set() if view.authentication_classes else {401}
        return {
            **{
                (status, "application/json"): OpenApiResponse(view.answer_form, description=meaning)
                for status, meaning in view.statuses.items()
            },
            **{
                (status, PROBLEM_TYPE): OpenApiResponse(ProblemDocument, description=meaning)
                for status, meaning in meanings.items()
                if status not in left_out
            },
        }


class ResidentView(ApiView):
    """Answers whoever opened a letter in this browser; nothing is counted or kept on the way."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (HouseholdSession,)
    permission_classes: Sequence[Any] = (BehindALetter,)
    throttle_classes = ()
    schema = ResidentSchema()
    tag = RESIDENTS_TAG
    statuses: ClassVar[dict[int, Any]] = {200: _("As it is now.")}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        letter = getattr(request, "_auth", None)
        if isinstance(letter, Letter):
            session.prolong(response, letter.ticket)
        elif response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Letter realm="resident"'
            if session.has_cookie(request._request):
                session.end(response)
        return response


class ResidentWriteView(ResidentView, WriteView):
    http_method_names = ["post", "options"]
    schema = ResidentSchema()
    statuses: ClassVar[dict[int, Any]] = {200: _("Done.")}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        demand_own_page(request)
        super().initial(request, *args, **kwargs)


class AtTheDoorView(ResidentWriteView):
    """For whoever has not come in yet, or leaves."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


def told(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """JSON that nobody keeps: without an ETag."""
    return HttpResponse(dumps(body), status=status, content_type="application/json")


def resident_of(request: Request) -> session.Resident:
    """Whoever passed `BehindALetter`."""
    return cast(Letter, request.auth).resident


def key_of(request: Request) -> UUID:
    """The canonical form only: 8-4-4-4-12 hexadecimal digits."""
    text = request.headers.get("Idempotency-Key", "")
    try:
        key = UUID(text)
    except ValueError:
        key = None
    if key is None or str(key) != text.lower():
        message = _("Send a UUID in the header `Idempotency-Key`, a new one for each choice.")
        raise ValidationError({"Idempotency-Key": [message]})
    return key
