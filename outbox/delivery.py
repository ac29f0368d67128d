"""Sending by apprise: e-mail, WeCom, DingTalk and an SMS hook are addresses in the settings."""

import logging

import apprise
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import actions
from outbox.models import Message
from outbox.routes import address_of

logger = logging.getLogger(__name__)

BATCH = 200


class InsideTransaction(RuntimeError):
    """A message was about to leave before what it tells of was committed."""


def deliver_due() -> int:
    """Send what is due; returns how many left the house. Several workers may do this at once."""
    if transaction.get_connection().in_atomic_block:
        raise InsideTransaction
    due = Message.objects.due_at(timezone.now()).order_by("due").values_list("pk", flat=True)[:BATCH]
    return sum(_deliver(message_id) for message_id in list(due))


def _deliver(message_id: int) -> bool:
    message = actions.claim(message_id=message_id)
    if message is None:
        return False
    error = send(message)
    if error:
        logger.warning("Message %s did not leave by %s: %s", message.pk, message.channel, error)
        actions.not_sent(message=message, error=error)
        return False
    return actions.sent(message=message)


def send(message: Message) -> str:
    """Hand the message to its channel's server; "" or what went wrong."""
    route = settings.OUTBOX_ROUTES.get(message.channel, "")
    if not route:
        return _("No server is configured for this channel.")
    service = apprise.Apprise()
    if not service.add(address_of(route, message.address)):
        return _("The address of this channel's server is not valid.")
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        done = service.notify(
            title=message.subject, body=body_of(message), body_format=apprise.NotifyFormat.TEXT
        )
        explanation = said.getvalue().strip()
    return "" if done else explanation[:300] or _("The server did not accept the message.")


def body_of(message: Message) -> str:
    link = (
        f"{settings.PORTAL_ADDRESS.rstrip('/')}{message.url}"
        if settings.PORTAL_ADDRESS and message.url
        else ""
    )
    # Apprise sends nothing without a body.
    return "\n\n".join(part for part in (message.text, link) if part) or message.subject
