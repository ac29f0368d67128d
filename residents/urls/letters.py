"""Addresses of letters, below /residents/letters/."""

from django.urls import URLPattern, path

from residents.views import letters

urlpatterns: list[URLPattern] = [
    path("<project:code>/", letters.page, name="letters"),
    path("prints/<int:pk>/", letters.download, name="letters_print"),
    path("doors/<int:pk>/", letters.one, name="letter_one"),
    path("doors/<int:pk>/lost/", letters.lost, name="letter_lost"),
    path("doors/<int:pk>/revoke/", letters.revoke, name="letter_revoke"),
]
