from django.urls import URLPattern, path

from projects.views import catalogue

urlpatterns: list[URLPattern] = [
    path("", catalogue.catalogue, name="catalogue"),
    path("table.xlsx", catalogue.catalogue_sheet, name="catalogue_sheet"),
    path("add/", catalogue.catalogue_add, name="catalogue_add"),
    path("timetable/", catalogue.timetable_template, name="timetable_template"),
    path("timetable/new/", catalogue.timetable_publish, name="timetable_publish"),
    path("items/<slug:code>/", catalogue.catalogue_item, name="catalogue_item"),
    path("items/<slug:code>/publish/", catalogue.catalogue_publish, name="catalogue_publish"),
    path("items/<slug:code>/withdraw/", catalogue.catalogue_withdraw, name="catalogue_withdraw"),
]
