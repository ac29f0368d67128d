from django.urls import URLPattern, path

from projects.views import document

# Below a project's address. Files go by the key of their version.
urlpatterns: list[URLPattern] = [
    path("", document.documents, name="documents"),
    path("add/", document.document_add, name="document_add"),
    path("<int:pk>/version/", document.document_version, name="document_version"),
    path("<int:pk>/withdraw/", document.document_withdraw, name="document_withdraw"),
    path("files/<int:pk>/", document.document_file, name="document_file"),
    path("files/<int:pk>/preview/", document.document_preview, name="document_preview"),
]
