from celery import shared_task

from residents.actions import letters


@shared_task
def forget_old_attempts() -> int:
    """Daily: wrong codes that count no more."""
    return letters.forget_old_attempts()
