from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("building site")

    def ready(self) -> None:
        from delivery.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
