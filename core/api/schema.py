"""How an endpoint is described in OpenAPI 3.1: from the same declarations that it works by.

Parameters come from the view's FilterSet and orders, answers from the serializer it
names in `answer_form` (or, for a list, `item_form`); every operation lists its problems.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from core.api.problems import PROBLEM_TYPE
from core.fields import MomentField

Schema = dict[str, Any]


class FieldProblem(serializers.Serializer[Any]):
    explanation = _("One field or parameter and what is wrong with it.")

    field = serializers.CharField(
        help_text=_("Name of the parameter, or path of the field (`lines.0.score`).")
    )
    message = serializers.CharField(help_text=_("What is wrong, in the reader's language."))


class ProblemDocument(serializers.Serializer[Any]):
    explanation = _("A refusal as RFC 9457 describes it.")

    type = serializers.CharField(help_text=_("Address of an explanation; a stable name of the problem."))
    title = serializers.CharField()
    status = serializers.IntegerField(help_text=_("The HTTP status once more."))
    detail = serializers.CharField(allow_blank=True)
    code = serializers.CharField(help_text=_("For programs: does not change with the language."))
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]

    class Meta:
        ref_name = "Problem"


def page_of(
    item: type[serializers.Serializer[Any]], *, with_until: bool
) -> type[serializers.Serializer[Any]]:
    """The envelope of a list of `item`."""
    name = item.__name__.removesuffix("Form")
    fields: dict[str, Any] = {
        "explanation": _("A page of a list."),
        "next": serializers.CharField(
            allow_null=True, help_text=_("Address of the next page; null on the last one.")
        ),
    }
    if with_until:
        fields["updated_until"] = serializers.DateTimeField(
            allow_null=True,
            help_text=_(
                "With `updated_since`: use this value for it next time; nothing in between is missed."
            ),
        )
    fields["results"] = item(many=True)
    return type(f"{name}Page", (serializers.Serializer,), fields)


# --- Parameters -------------------------------------------------------------------------


def _number(field: forms.Field, kind: str) -> Schema:
    limits = {"minimum": getattr(field, "min_value", None), "maximum": getattr(field, "max_value", None)}
    return {"type": kind} | {name: value for name, value in limits.items() if value is not None}


def _choices(field: Any) -> Schema:
    return {"type": "string", "enum": [value for value, _label in field.choices if value != ""]}


def parameter_schema(field: forms.Field) -> Schema:
    """The JSON schema of what a form field reads."""
    if isinstance(field, MomentField):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.DecimalField):
        return _number(field, "number") | {"multipleOf": 0.01}
    if isinstance(field, forms.IntegerField):
        return _number(field, "integer")
    if isinstance(field, forms.ChoiceField):
        return _choices(field)
    text: Schema = {"type": "string", "minLength": 1}
    if getattr(field, "max_length", None):
        text["maxLength"] = field.max_length  # type: ignore[attr-defined]
    if pattern := getattr(field, "pattern", None):
        text["pattern"] = pattern
    return text


def filter_parameter(name: str, filter_: Any) -> OpenApiParameter:
    form_field = filter_.field
    schema = parameter_schema(form_field)
    repeated = isinstance(filter_, MultipleChoiceFilter)
    if repeated:
        schema = {"type": "array", "items": schema, "minItems": 1}
    return OpenApiParameter(
        name,
        schema,
        description=str(form_field.help_text),
        style="form" if repeated else None,
        explode=True if repeated else None,
    )


def list_parameters(view: Any) -> list[OpenApiParameter]:
    found = [filter_parameter(name, filter_) for name, filter_ in view.filterset.base_filters.items()]
    if len(view.orders) > 1:
        names = sorted(sign + name for name in view.orders for sign in ("", "-"))
        found.append(
            OpenApiParameter(
                "sort",
                {"type": "string", "enum": names, "default": view.default_order},
                description=_("Order; with a minus sign, backwards. Rows without a value come last."),
            )
        )
    size = {"type": "integer", "minimum": 1, "maximum": view.largest_page, "default": view.page_size}
    found.append(OpenApiParameter("page_size", size, description=_("Rows on a page.")))
    found.append(
        OpenApiParameter(
            "cursor", {"type": "string", "minLength": 1}, description=_("From `next` of the page before.")
        )
    )
    return found


# --- Operations -------------------------------------------------------------------------

NOT_CHANGED = OpenApiResponse(description=_("What the client has (`If-None-Match`) is still right; no body."))
MEANINGS = {
    400: _("A parameter that cannot be used; `errors` names it."),
    401: _("No token, or one that is unknown, expired or revoked."),
    403: _("The role or the token's scope does not include this."),
    404: _("No such record, or it lies outside the caller's divisions."),
    406: _("`Accept` does not allow JSON."),
    429: _("Too many requests; `Retry-After` says how many seconds to wait."),
}
HEADERS = {
    "ETag": (str, [200, 304], _("Strong validator of exactly this answer; send it back in `If-None-Match`.")),
    "X-RateLimit-Limit": (int, [200, 304], _("Requests a minute.")),
    "X-RateLimit-Remaining": (int, [200, 304], _("Requests left in this minute.")),
    "X-RateLimit-Reset": (int, [200, 304], _("Seconds until the count starts anew.")),
    "Retry-After": (int, [429], _("Seconds to wait.")),
    "WWW-Authenticate": (str, [401], _("How to authenticate.")),
}


class EndpointSchema(AutoSchema):
    """Reads `summary`, `explanation`, `tag`, `answer_form` or `item_form`, and `path_parameters` of the view."""

    view: Any

    def get_operation_id(self) -> str:
        return self.view.operation_id

    def get_summary(self) -> str:
        return str(self.view.summary)

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """The classes end in Form, because beside them stands the model; a client's types need not."""
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Form")

    def get_description(self) -> str:  # type: ignore[override]
        return str(self.view.explanation)

    def get_tags(self) -> list[str]:
        return [str(self.view.tag)]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        if explanation := getattr(serializer, "explanation", None):
            schema["description"] = str(explanation)
        return schema

    def get_override_parameters(self) -> list[Any]:
        if hasattr(self.view, "filterset"):
            found = list_parameters(self.view)
        else:
            found = list(getattr(self.view, "path_parameters", ()))
        found.append(
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description=_("The `ETag` of an earlier answer."),
            )
        )
        return found + [
            OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=str(text), response=statuses)
            for name, (kind, statuses, text) in HEADERS.items()
        ]

    def get_response_serializers(self) -> Any:
        view = self.view
        form = view.answer_form
        problems = {
            (status, PROBLEM_TYPE): OpenApiResponse(ProblemDocument, description=meaning)
            for status, meaning in MEANINGS.items()
            if status != 404 or not hasattr(view, "filterset")
        }
        return {
            (200, "application/json"): OpenApiResponse(form, description=view.summary),
            (304, "application/json"): NOT_CHANGED,
            **problems,
        }


class BearerScheme(OpenApiAuthenticationExtension):
    """A service user's token."""

    target_class = "directory.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "rp_…",
            "description": gettext("A service user's token, issued by the security administrator."),
        }
