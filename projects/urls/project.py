"""Addresses of projects: the list and what is done from it, one project's pages, the day of going live."""

from django.urls import URLPattern, path, re_path

from projects.views import (
    project,
    project_begin,
    project_bulk,
    project_edit,
    project_go_live,
    project_list,
    project_moves,
)

list_pages: list[URLPattern] = [
    path("", project_list.project_list, name="list"),
    path("dates.xlsx", project_list.dates_sheet, name="dates_sheet"),
    path("bulk/manager/", project_bulk.manager, name="bulk_manager"),
    path("bulk/dates/", project_bulk.dates, name="bulk_dates"),
    path("bulk/programmes/", project_bulk.programmes, name="bulk_programmes"),
    path("bulk/export/", project_bulk.export, name="bulk_export"),
    path("bulk/print/", project_bulk.print_rows, name="bulk_print"),
]
# On the page of a compound.
compound_pages: list[URLPattern] = [
    path("", project_begin.of_compound, name="of_compound"),
    path("begin/", project_begin.begin, name="begin"),
]
pages: list[URLPattern] = [
    path("", project.overview, name="detail"),
    path("edit/", project_edit.edit, name="edit"),
    path("history/", project.history, name="history"),
    path("move/", project_moves.stage_move, name="stage_move"),
    path("manager/", project_list.cell_manager, name="cell_manager"),
    path("before-portal/", project.before_portal, name="before_portal"),
    path("parties/add/", project_edit.party_add, name="party_add"),
    path("parties/<int:pk>/end/", project_edit.party_end, name="party_end"),
    path("related/add/", project_edit.related_add, name="related_add"),
    path("related/<int:pk>/", project_edit.related_edit, name="related_edit"),
    path("related/<int:pk>/remove/", project_edit.related_remove, name="related_remove"),
]
# Under "System": only its administrators come here.
system_pages: list[URLPattern] = [
    path("", project_go_live.go_live, name="go_live"),
    re_path(r"^(?P<division>[0-9]{2,6})/confirm/$", project_go_live.go_live_confirm, name="go_live_confirm"),
]
