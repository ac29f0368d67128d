"""Housekeeping of the directory, by beat."""

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from directory.actions.sign_in import forget_old_failures


@shared_task
def forget_expired() -> None:
    """Sessions that ended by themselves and failed sign-ins that stopped counting long ago."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    forget_old_failures(now)
