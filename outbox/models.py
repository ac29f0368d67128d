"""Messages to people: the in-app inbox, and what is due to leave by e-mail, chat or SMS."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    INBOX = "inbox", _("inbox")
    EMAIL = "email", _("e-mail")
    CHAT = "chat", _("WeCom or DingTalk")
    SMS = "sms", _("SMS")


class MessageState(models.TextChoices):
    DUE = "due", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class MessageQuerySet(models.QuerySet["Message"]):
    def in_inbox_of(self, user: Any) -> "MessageQuerySet":
        return self.filter(recipient=user.pk, channel=Channel.INBOX)

    def unread(self) -> "MessageQuerySet":
        return self.filter(read_at__isnull=True)

    def due_at(self, now: datetime) -> "MessageQuerySet":
        """What is to leave the house now; the inbox is delivered by being written."""
        return self.filter(state=MessageState.DUE, due__lte=now).exclude(channel=Channel.INBOX)


class Message(models.Model):
    """One message on one channel to one person.

    `address` is the e-mail address, phone number or chat id at the time. `key`, where
    given, makes sending idempotent: the same key on the same channel is one message.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages"
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120, blank=True)
    due = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "recipient", "key"], condition=~Q(key=""), name="message_key_once"
            ),
            models.CheckConstraint(
                condition=~Q(channel="inbox") | Q(recipient__isnull=False), name="message_inbox_has_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="message_of_person"),
            models.Index(fields=["due"], name="message_due", condition=Q(state="due")),
        ]

    def __str__(self) -> str:
        return self.subject
