"""The tests' own Redis database."""

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def client() -> Redis:
    return Redis.from_url(settings.REDIS_URL)


def emptied_redis() -> None:
    """Queue, cache and counters are gone, as after a restart of a Redis that keeps nothing."""
    client().flushdb()
