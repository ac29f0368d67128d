from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal.registrations import register_on_board  # noqa: PLC0415 - the board is filled once all apps are loaded

        register_on_board()
