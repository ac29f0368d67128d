from django.urls import URLPattern, path

from projects.views import project, project_list

list_pages: list[URLPattern] = [
    path("", project_list.project_list, name="list"),
]
pages: list[URLPattern] = [
    path("", project.overview, name="detail"),
]
