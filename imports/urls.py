"""Spreadsheets on their way in."""

from django.urls import path

from imports import views

app_name = "imports"

urlpatterns = [
    path("", views.run_list, name="list"),
    path("new/<slug:kind_key>/", views.upload, name="upload"),
    path("new/<slug:kind_key>/template/", views.template, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/values/", views.values, name="values"),
    path("<int:pk>/write/", views.write, name="write"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/wrong-rows/", views.wrong_rows, name="wrong_rows"),
    path("<int:pk>/file/", views.original, name="original"),
]
