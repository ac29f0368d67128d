"""The residents' floor for programs: figures of many households, and a household's own pages behind its letter."""

from django.urls import URLPattern

from residents.api.menus import urlpatterns as menus
from residents.api.resident import urlpatterns as resident

urlpatterns: list[URLPattern] = [*resident, *menus]
