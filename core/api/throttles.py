"""So many requests a minute for each token or person, counted by one INCR in Redis.

A fixed window: it keeps one client's loop from slowing the others down, refused
requests included. It is no security control, and while Redis is away everybody goes
on uncounted.
"""

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.away import Away

logger = logging.getLogger(__name__)

WINDOW = 60


@cache
def _redis() -> "Redis":
    return Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )


class Counter:
    """Counts in Redis and knows when Redis is away."""

    def __init__(self) -> None:
        self.redis_away = Away()

    def count(self, key: str) -> int | None:
        """How often this key was counted, this time included; None while Redis is away."""
        if self.redis_away:
            return None
        try:
            used = int(_redis().incr(key))
            if used == 1:
                _redis().expire(key, 2 * WINDOW)
        except (RedisError, OSError):
            self.redis_away.noticed()
            logger.warning("Redis is away: requests are not counted")
            return None
        return used


counter = Counter()


class ClientThrottle(BaseThrottle):
    """Leaves what it found in `request.rate_limit`: (limit, remaining, seconds until it starts anew)."""

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = settings.API_REQUESTS_PER_MINUTE
        window, elapsed = divmod(int(time.time()), WINDOW)
        self._seconds_left = WINDOW - elapsed
        used = counter.count(f"throttle:{self._client(request)}:{window}")
        if used is None:
            return True
        request.rate_limit = (limit, max(0, limit - used), self._seconds_left)  # type: ignore[attr-defined]
        return used <= limit

    def _client(self, request: Request) -> str:
        if request.auth is not None:
            return f"token-{request.auth.pk}"
        return f"user-{request.user.pk}"

    def wait(self) -> float:
        return float(self._seconds_left)
