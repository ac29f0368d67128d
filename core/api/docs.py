"""The API explained: OpenAPI 3.1 document, browsable pages, list of problems. Open to everybody; it holds no data."""

from functools import cache
from typing import Any

import orjson
import yaml
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.api.problems import PROBLEMS, FieldError, InvalidParameters, rule_problems
from core.api.renderers import OrjsonRenderer, dumps
from core.api.views import ApiView, answer


@cache
def openapi(language: str) -> dict[str, Any]:
    """The document in a language, made once per process."""
    with override(language):
        # Through JSON, so that nothing in it waits for another reader's language.
        found: dict[str, Any] = orjson.loads(dumps(SchemaGenerator().get_schema(request=None, public=True)))
    return found


class YamlRenderer(BaseRenderer):
    """Only its media type is used, to negotiate."""

    media_type = "application/yaml"
    format = "yaml"


class FormatNegotiation(DefaultContentNegotiation):
    """`?format=json|yaml` before `Accept`; JSON for whoever does not care."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        wanted = request.query_params.get("format")
        for renderer in renderers:
            if wanted == renderer.format:
                return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)


class PublicView(ApiView):
    """No data, no token, no throttle; not part of the document."""

    schema = None  # type: ignore[assignment]
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()


class SchemaView(PublicView):
    parameters = frozenset({"format"})
    renderer_classes = (OrjsonRenderer, YamlRenderer)
    content_negotiation_class = FormatNegotiation

    def get(self, request: Request) -> HttpResponse:
        self.check_parameters(request.query_params)
        if request.query_params.get("format", "json") not in {"json", "yaml"}:
            raise InvalidParameters([FieldError("format", _("One of %(names)s.") % {"names": "json, yaml"})])
        document = openapi(get_language() or "")
        if request.accepted_renderer.format == "json":
            return answer(request, document)
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
        return HttpResponse(text, content_type="application/yaml; charset=utf-8")


class IndexView(PublicView):
    """Where everything is."""

    entries = (
        "divisions", "organisations", "compounds", "pool", "projects", "works", "indicators", "plans", "catalogue",
        "progress", "contracts", "menus", "schema",
    )  # fmt: skip

    def get(self, request: Request) -> HttpResponse:
        self.check_parameters(request.query_params)
        found = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in self.entries}
        return answer(request, found | {"docs": request.build_absolute_uri(reverse("api:docs"))})


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "core/api_docs.html")


@login_not_required
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """What `type` of a problem document points at."""
    return render(
        request, "core/api_problems.html", {"problems": PROBLEMS.values(), "rules": rule_problems()}
    )
