from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("building site")

    def ready(self) -> None:
        from delivery.actions.backlog import take_done  # noqa: PLC0415 (models are not ready above)
        from delivery.registrations import register_on_board  # noqa: PLC0415
        from projects.actions.backlog import take_done_works  # noqa: PLC0415

        take_done_works(take_done)
        register_on_board()
