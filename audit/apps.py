from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("audit")

    def ready(self) -> None:
        from audit.exports import watch_exports  # noqa: PLC0415 (models are not ready above)

        watch_exports()
