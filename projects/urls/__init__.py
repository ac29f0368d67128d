"""Addresses of the programme, one module for each of its parts."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from projects.urls.code import ProjectCode

register_converter(ProjectCode, "project")

# The converter must be known before the modules below name it.
from projects.urls import catalogue, documents, plans, project, schemes, tasks, timetable  # noqa: E402

app_name = "projects"

urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue/", include(catalogue.urlpatterns)),
    path("plans/", include(plans.urlpatterns)),
    path("tasks/", include(tasks.urlpatterns)),
    path("projects/", include(project.list_pages)),
    path("projects/<project:code>/", include(project.pages)),
    path("projects/<project:code>/scheme/", include(schemes.urlpatterns)),
    path("projects/<project:code>/documents/", include(documents.urlpatterns)),
    path("projects/<project:code>/timetable/", include(timetable.pages)),
    path("schemes/", include(schemes.work_pages)),
    path("timeline/", include(timetable.year_pages)),
    path("compounds/<project:code>/projects/", include(project.compound_pages)),
    path("system/go-live/", include(project.system_pages)),
]
