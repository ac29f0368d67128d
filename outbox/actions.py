"""Messages: written in the transaction of what they tell of, delivered after it, each once."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.broker import broker
from outbox.models import Channel, Message, MessageState

DELIVER = "outbox.tasks.deliver_due_messages"
# Minutes until the next try; after the last one the message has failed.
TRY_AGAIN_AFTER = (1, 5, 15, 60, 240)
MAX_ATTEMPTS = len(TRY_AGAIN_AFTER) + 1
# A worker that has not finished sending by then has died.
CLAIM_HOLDS_FOR = timedelta(minutes=5)
# Where a person's address for a channel stands.
ADDRESS_FIELDS = {Channel.EMAIL: "email", Channel.CHAT: "chat_id", Channel.SMS: "phone"}


@transaction.atomic
def tell(
    *,
    recipient: Any,
    subject: str,
    text: str = "",
    url: str = "",
    key: str = "",
    channels: Collection[str] = (Channel.INBOX,),
) -> list[Message]:
    """Write a message to a person: in the inbox at once, elsewhere as soon as a worker is free.

    A channel without a route in the settings, or for which the person has no address, is left
    out. The same `key` to the same person on the same channel is one message. Returns what was
    written by this call.
    """
    messages = [
        message
        for channel in dict.fromkeys(channels)
        if (
            message := _message(
                recipient, channel, subject=subject[:200], text=text, url=url[:300], key=key[:120]
            )
        )
    ]
    made = [message for message in messages if _write_once(message)]
    if any(message.state == MessageState.DUE for message in made):
        transaction.on_commit(lambda: broker.send(DELIVER))
    return made


def _message(recipient: Any, channel: str, **content: str) -> Message | None:
    now = timezone.now()
    if channel == Channel.INBOX:
        return Message(
            channel=channel, recipient=recipient, due=now, sent_at=now, state=MessageState.SENT, **content
        )
    address = str(getattr(recipient, ADDRESS_FIELDS[Channel(channel)], "") or "").strip()
    if not address or not settings.OUTBOX_ROUTES.get(channel):
        return None
    return Message(channel=channel, recipient=recipient, address=address[:200], due=now, **content)


def _write_once(message: Message) -> bool:
    if not message.key:
        message.save(force_insert=True)
        return True
    same = Message.objects.filter(channel=message.channel, recipient=message.recipient, key=message.key)
    if same.exists():
        return False
    # Two at the same instant: the constraint keeps one of them.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = same.get()
    ours = stored.created_at == message.created_at
    message.pk = stored.pk
    return ours


def mark_read(*, user: Any, message_ids: Sequence[int] | None = None) -> int:
    """Mark messages of this person's inbox as read, without ids all of them; returns how many were unread."""
    unread = Message.objects.in_inbox_of(user).unread()
    if message_ids is not None:
        unread = unread.filter(pk__in=message_ids)
    return unread.update(read_at=timezone.now())


# --- Delivery ---------------------------------------------------------------------------


def claim(*, message_id: int) -> Message | None:
    """Take a due message for sending; None when another worker has it."""
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_HOLDS_FOR)
    taken = Message.objects.filter(free, pk=message_id).due_at(now)
    if not taken.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    return Message.objects.get(pk=message_id)


def sent(*, message: Message) -> bool:
    """A worker that dies between sending and this line sends once more: late is better than never."""
    return bool(
        _held(message).update(state=MessageState.SENT, sent_at=timezone.now(), claimed_at=None, error="")
    )


def not_sent(*, message: Message, error: str) -> bool:
    """Due again after a while, each time longer; failed after the last try."""
    if message.attempts >= MAX_ATTEMPTS:
        return bool(_held(message).update(state=MessageState.FAILED, error=error[:300], claimed_at=None))
    wait = timedelta(minutes=TRY_AGAIN_AFTER[message.attempts - 1])
    return bool(_held(message).update(due=timezone.now() + wait, error=error[:300], claimed_at=None))


def _held(message: Message) -> Any:
    """The message's row while this claim of it holds."""
    return Message.objects.filter(pk=message.pk, state=MessageState.DUE, attempts=message.attempts)
