from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompoundsConfig(AppConfig):
    name = "compounds"
    verbose_name = _("register and pool")

    def ready(self) -> None:
        from compounds.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
