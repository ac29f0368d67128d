"""What workers and beat call."""

from celery import shared_task

from outbox.delivery import deliver_due


@shared_task
def deliver_due_messages() -> int:
    return deliver_due()
