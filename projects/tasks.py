"""What workers and beat call."""

from celery import shared_task

from projects.actions import alarms


@shared_task
def sound_alarms() -> int:
    """From the morning on, every hour: a worker that was away at eight makes up for it."""
    return alarms.sound_alarms()
