from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs.exports import take_long_exports  # noqa: PLC0415 (models are not ready above)

        take_long_exports()
