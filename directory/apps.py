from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "directory"
    verbose_name = _("directory")

    def ready(self) -> None:
        from directory.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
