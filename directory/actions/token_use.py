"""When a token was last used, to the minute."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from directory.models import ApiToken

TO_THE = timedelta(minutes=1)


def is_due(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or now - last_used_at >= TO_THE


def note_token_use(*, token_id: int, now: datetime) -> None:
    """Written at most once a minute, and never waited for: whoever holds the row is writing it, or revoking it."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - TO_THE)
    with transaction.atomic():
        free = ApiToken.objects.select_for_update(skip_locked=True, no_key=True).filter(stale, pk=token_id)
        if free.values_list("pk", flat=True):
            ApiToken.objects.filter(pk=token_id).update(last_used_at=now)
