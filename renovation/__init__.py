"""The top floor: settings, addresses, the processes' entrances."""

from renovation.celery import app as celery_app

__all__ = ["celery_app"]
