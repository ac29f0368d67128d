from celery import shared_task

from residents.actions import letters, opinion_alarms


@shared_task
def forget_old_attempts() -> int:
    """Daily: wrong codes that count no more."""
    return letters.forget_old_attempts()


@shared_task
def sound_opinion_alarms() -> int:
    """From the morning on, every hour: a worker that was away at eight makes up for it."""
    return opinion_alarms.sound_alarms()
