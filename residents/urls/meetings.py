"""Addresses of this part: see `residents.urls`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
