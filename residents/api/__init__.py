"""The residents' floor for programs: a household's own pages behind its letter."""

from django.urls import URLPattern

from residents.api.resident import urlpatterns as resident

urlpatterns: list[URLPattern] = [*resident]
