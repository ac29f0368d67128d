"""Addresses of representatives, below /residents/representatives/."""

from django.urls import URLPattern, path

from residents.views import representatives

urlpatterns: list[URLPattern] = [
    path("<project:code>/", representatives.page, name="representatives"),
    path("<project:code>/choose/", representatives.choose, name="representative_choose"),
    path("people/<int:pk>/replace/", representatives.replace, name="representative_replace"),
    path("people/<int:pk>/end/", representatives.end, name="representative_end"),
    path("people/<int:pk>/letter/", representatives.letter, name="representative_letter"),
    path("people/<int:pk>/revoke/", representatives.revoke, name="representative_revoke"),
]
