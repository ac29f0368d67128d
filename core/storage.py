"""Static files under names that carry their content's hash, so that browsers keep them for ever."""

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]


class HashedFiles(CompressedManifestStaticFilesStorage):
    """What one of our script modules imports from another (`import … from "./menus.js"`) gets its hashed name.

    Only in our own apps: packages bring modules that import what is not served.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((f"{app}/*.js", IMPORTS) for app in settings.HOUSE),
    )
