"""The front doors."""

from django.urls import path

from portal.views import front, overview, preferences, saved_views, search

app_name = "portal"

urlpatterns = [
    path("", front.front, name="front"),
    path("favicon.ico", front.favicon, name="favicon"),
    path("overview/", overview.overview, name="overview"),
    path("search/", search.search, name="search"),
    path("division/", preferences.division, name="division"),
    path("large-print/", preferences.large_print, name="large_print"),
    path("views/", saved_views.save, name="save_view"),
    path("views/<int:pk>/rename/", saved_views.rename, name="rename_view"),
    path("views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
]
