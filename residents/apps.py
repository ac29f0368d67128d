from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from residents.checks import check_letter_key


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("residents")

    def ready(self) -> None:
        checks.register(check_letter_key, deploy=True)
