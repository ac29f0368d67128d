"""Addresses of the building site: below a project's page, and of the lists."""

from django.urls import URLPattern, URLResolver, include, path

import projects.urls  # noqa: F401 (registers the converter `project`)
from delivery.views import contracts, entry, progress, site, works

app_name = "delivery"

project_pages: list[URLPattern] = [
    path("start/", works.start, name="start"),
    path("complete/", works.complete, name="complete"),
    path("progress/", progress.progress, name="progress"),
    path("progress/report/", entry.report, name="report"),
    path("progress/report/<int:item>/", entry.report_item, name="report_item"),
    path("progress/<int:pk>/", entry.entry, name="entry"),
    path("progress/<int:pk>/reverse/", entry.reverse_one, name="entry_reverse"),
    path("progress/<int:pk>/photos/", entry.entry_photos, name="entry_photos"),
    path("progress/<int:pk>/photos/add/", entry.photo_add, name="photo_add"),
    path("progress/<int:pk>/photos/<int:photo>/full.jpg", entry.photo_file, name="photo_file"),
    path("progress/<int:pk>/photos/<int:photo>/thumbnail.jpg", entry.photo_thumbnail, name="photo_thumbnail"),
]
lists: list[URLPattern] = [
    path("", site.site, name="site"),
    path("entries/", site.entries, name="entries"),
    path("contracts/", contracts.contract_list, name="contracts"),
    path("contracts/add/", contracts.contract_add, name="contract_add"),
    path("contracts/<int:pk>/", contracts.contract_page, name="contract"),
    path("contracts/<int:pk>/edit/", contracts.contract_edit, name="contract_edit"),
    path("contracts/<int:pk>/document/", contracts.contract_document, name="contract_document"),
    path("contracts/<int:pk>/preview.jpg", contracts.contract_preview, name="contract_preview"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<project:code>/", include(project_pages)),
    path("site/", include(lists)),
]
