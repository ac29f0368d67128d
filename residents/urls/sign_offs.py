"""Addresses of the representatives' signature under a scheme, for the office."""

from django.urls import URLPattern, path

from residents.views import sign_offs

urlpatterns: list[URLPattern] = [
    path("<project:code>/<int:version>/record/", sign_offs.record, name="sign_off_record"),
]
