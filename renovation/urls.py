"""All addresses of the portal."""

import traceback
from importlib import import_module

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language


def _arrived(*parts: tuple[str, str]) -> list[URLResolver]:
    """Apps whose addresses are written; the others join as they arrive."""
    found = []
    for prefix, module in parts:
        try:
            import_module(module)
        except Exception:  # noqa: BLE001, S112 - while the apps arrive
            traceback.print_exc()
            continue
        found.append(path(prefix, include(module)))
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.urls")),
    path("language/", login_not_required(set_language), name="language"),
    path("accounts/", include("directory.account_urls")),
    *_arrived(
        ("jobs/", "jobs.urls"),
        ("inbox/", "outbox.urls"),
        ("system/", "directory.urls"),
        ("system/audit/", "audit.urls"),
        ("", "compounds.urls"),
        ("imports/", "imports.urls"),
        ("api/", "renovation.api"),
    ),
]

handler400 = "core.errorpages.bad_request"
handler403 = "core.errorpages.permission_denied"
handler404 = "core.errorpages.not_found"
handler500 = "core.errorpages.server_error"
