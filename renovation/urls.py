"""All addresses of the portal."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    # First what programs call: addresses are tried one after the other, and no page begins like these.
    path("api/", include("renovation.api")),
    path("", include("portal.urls")),
    path("", include("compounds.urls")),
    path("", include("projects.urls")),
    path("", include("residents.urls")),
    path("", include("delivery.urls")),
    path("imports/", include("imports.urls")),
    path("jobs/", include("jobs.urls")),
    path("inbox/", include("outbox.urls")),
    path("system/", include("directory.urls")),
    path("system/audit/", include("audit.urls")),
    path("accounts/", include("directory.account_urls")),
    path("language/", login_not_required(set_language), name="language"),
]

handler400 = "core.errorpages.bad_request"
handler403 = "core.errorpages.permission_denied"
handler404 = "core.errorpages.not_found"
handler500 = "core.errorpages.server_error"
