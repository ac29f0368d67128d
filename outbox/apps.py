from django.apps import AppConfig
from django.core import checks

from outbox.routes import check_routes


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        checks.register(check_routes)
