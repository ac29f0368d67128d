"""Addresses below /api/: version 1 of the API, its description and the list of its problems."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from compounds.api import urlpatterns as compounds
from core.api.docs import IndexView, SchemaView, docs, problems
from delivery.api import urlpatterns as delivery
from directory.api import urlpatterns as directory
from projects.api import urlpatterns as projects
from residents.api import urlpatterns as residents

app_name = "api"

version_1: list[URLPattern] = [
    # First what two hundred households ask at one moment: addresses are tried in their order.
    *residents,
    path("", IndexView.as_view(), name="index"),
    path("schema/", SchemaView.as_view(), name="schema"),
    *directory,
    *compounds,
    *projects,
    *delivery,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", login_not_required(RedirectView.as_view(pattern_name="api:docs")), name="root"),
    path("v1/", include(version_1)),
    path("docs/", docs, name="docs"),
    path("problems/", problems, name="problems"),
]
