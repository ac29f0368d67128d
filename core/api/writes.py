"""What an endpoint that writes shares: the body as it was declared and nothing beside it, and its description."""

from functools import cache
from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from core.api.problems import PROBLEM_TYPE
from core.api.schema import HEADERS, MEANINGS, EndpointSchema, ProblemDocument
from core.api.views import ApiView
from core.errors import TooLarge

MOST_BYTES = 1024 * 1024

WRITE_MEANINGS = {
    **MEANINGS,
    400: _("A body or header that cannot be used; `errors` names the field."),
    409: _("Understood, and refused by a rule in the present state; `code` says which."),
    413: _("The body is too large."),
    415: _("The body is not JSON."),
}


class BodyParser(JSONParser):
    """JSON of a sensible size and depth; NaN and infinities are no JSON."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


class StrictBody(serializers.Serializer[Any]):
    """A misspelt field must not be lost in silence: what is not declared is refused."""

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: [_("There is no such field here.")] for name in unknown})
        return found


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction; no text, no boolean."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON text; a number or a boolean is none."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WriteSchema(EndpointSchema):
    """Describes `body_form`, the parameters of path and headers, and what a write answers."""

    def get_override_parameters(self) -> list[Any]:
        limits = {name: its for name, its in HEADERS.items() if name != "ETag"}
        return [
            *self.view.path_parameters,
            *self.view.header_parameters,
            *(
                OpenApiParameter(
                    name, kind, OpenApiParameter.HEADER, description=str(text),
                    response=[201 if status == 304 else status for status in statuses],
                )
                for name, (kind, statuses, text) in limits.items()
            ),
        ]  # fmt: skip

    def get_request_serializer(self) -> Any:
        return self.view.body_form

    def get_response_serializers(self) -> Any:
        view = self.view
        problems = {
            (status, PROBLEM_TYPE): OpenApiResponse(ProblemDocument, description=meaning)
            for status, meaning in WRITE_MEANINGS.items()
        }
        return {
            (201, "application/json"): OpenApiResponse(view.answer_form, description=_("Saved.")),
            (200, "application/json"): OpenApiResponse(
                view.answer_form, description=_("Known: the same key came before with the same body.")
            ),
            **problems,
        }


class WriteView(ApiView):
    """One kind of thing is made by POST. `body_form` declares the body, `header_parameters` what else is read."""

    http_method_names = ["post", "options"]
    parser_classes = (BodyParser,)
    schema = WriteSchema()
    body_form: ClassVar[type[StrictBody]]
    header_parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()

    def body(self, request: Request) -> dict[str, Any]:
        """The body's fields. Raises ValidationError, ParseError, UnsupportedMediaType, TooLarge."""
        self.check_parameters(request.query_params)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge(limit=MOST_BYTES // 1024 // 1024)
        # A form whose fields something has read before would otherwise arrive as an empty body.
        if not (request.content_type or "").startswith("application/json"):
            raise UnsupportedMediaType(request.content_type or "")
        return dict(_form(self.body_form, get_language()).run_validation(request.data))


@cache
def _form(kind: type[StrictBody], language: str | None) -> StrictBody:
    """One for all requests: it keeps nothing of what it reads, and making its fields costs more than reading does.

    One for each language: some of its sentences stay as they were first said.
    """
    return kind()
