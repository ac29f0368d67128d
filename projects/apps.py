from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("programme")

    def ready(self) -> None:
        from projects.registrations import register_on_board  # noqa: PLC0415 (models are not ready above)

        register_on_board()
