from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("residents")

    def ready(self) -> None:
        from residents.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
