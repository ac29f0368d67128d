"""Redis as a cache that may be away: a miss is answered, nothing breaks.

Ballots, money, sign-ins and locks never depend on it (they are rows).
"""

import logging
import re
from collections.abc import Callable
from functools import wraps
from itertools import islice
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from core.away import Away

logger = logging.getLogger(__name__)

AT_ONCE = 1000
redis_away = Away()


class _OwnKeysCache(RedisCache):
    """Clears what it wrote itself. Django's way is FLUSHDB, which takes the queue of jobs along."""

    def clear(self) -> None:
        # `key_prefix` is the settings' own text; what means something in a pattern is taken literally.
        prefix = re.sub(r"([*?\[\]\\])", r"\\\1", self.key_prefix)
        client = self._cache.get_client(None, write=True)
        keys = client.scan_iter(match=f"{prefix}:*", count=AT_ONCE)
        while some := list(islice(keys, AT_ONCE)):
            client.unlink(*some)


def _forgiving(name: str, missing: Callable[..., Any]) -> Callable[..., Any]:
    method = getattr(_OwnKeysCache, name)

    @wraps(method)
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        if redis_away:
            return missing(*args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError):
            redis_away.noticed()
            logger.warning("Redis is away: cache %s answered without it", name)
            return missing(*args, **kwargs)

    return call


class ForgivingRedisCache(_OwnKeysCache):
    """Every operation of the cache answers as an empty cache would while Redis is away."""

    add = _forgiving("add", lambda *args, **kwargs: True)
    get = _forgiving("get", lambda key, default=None, version=None: default)
    set = _forgiving("set", lambda *args, **kwargs: None)
    touch = _forgiving("touch", lambda *args, **kwargs: False)
    delete = _forgiving("delete", lambda *args, **kwargs: False)
    get_many = _forgiving("get_many", lambda *args, **kwargs: {})
    set_many = _forgiving("set_many", lambda *args, **kwargs: [])
    delete_many = _forgiving("delete_many", lambda *args, **kwargs: None)
    has_key = _forgiving("has_key", lambda *args, **kwargs: False)
    incr = _forgiving("incr", lambda key, delta=1, version=None: delta)
    clear = _forgiving("clear", lambda *args, **kwargs: None)
