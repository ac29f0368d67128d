"""The cache while Redis is away: an answer at once, and Redis asked again after a while."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import caches

from core import away
from core.cache import ForgivingRedisCache, redis_away
from tests.redis_database import client

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache() -> Iterator[ForgivingRedisCache]:
    yield ForgivingRedisCache(NOBODY_LISTENS, {})
    redis_away.forgotten()


def test_every_operation_answers_as_an_empty_cache(cache: ForgivingRedisCache) -> None:
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a"]) == {}
    assert cache.add("a", 1) is True
    assert cache.set("a", 1) is None
    assert cache.delete("a") is False
    assert cache.has_key("a") is False
    assert cache.incr("a", 3) == 3


def test_only_the_first_of_many_requests_waits(cache: ForgivingRedisCache) -> None:
    cache.get("a")
    started = time.monotonic()
    for _ in range(1000):
        cache.get("a")
    assert time.monotonic() - started < 0.5


def test_redis_is_asked_again_after_the_pause(
    cache: ForgivingRedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.get("a")
    assert redis_away
    now = time.monotonic()
    monkeypatch.setattr(away.time, "monotonic", lambda: now + away.PAUSE_SECONDS + 1)
    assert not redis_away


# --- One Redis for cache and queue ------------------------------------------------------


def test_an_emptied_cache_leaves_the_queue_alone() -> None:
    own = caches["default"]
    many = {f"figure-{number}": number for number in range(2500)}
    own.set_many(many)
    redis = client()
    redis.lpush("celery", "a job's nudge")
    redis.set("renovationX:1:a", "another portal's")
    own.clear()
    assert own.get_many(many) == {}
    assert redis.lrange("celery", 0, -1) == [b"a job's nudge"]
    assert redis.get("renovationX:1:a") == b"another portal's"


def test_a_prefix_is_taken_literally() -> None:
    odd = ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": "a*[b]?"})
    odd.set("key", 1)
    redis = client()
    redis.set("aXb:1:key", "somebody else's")
    odd.clear()
    assert odd.get("key") is None
    assert redis.get("aXb:1:key") == b"somebody else's"
