from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from residents.checks import check_letter_key, check_letter_key_stayed


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("residents")

    def ready(self) -> None:
        from residents.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
        checks.register(check_letter_key, deploy=True)
        checks.register(check_letter_key_stayed)
