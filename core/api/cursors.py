"""Cursors: where the next page begins, opaque and signed.

A cursor names the last row's place in the order, not a page number, so rows that come
or go in between neither repeat nor skip others. It is bound to the filters and the
order it was made for, and one that was altered is refused.
"""

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.api.problems import FieldError, InvalidParameters
from core.api.renderers import dumps

SIGNATURE = 12
LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Place:
    """`values` of the last row for each term of the order; `seen` rows so far.

    `until` is the moment up to which the first page was complete (see `core.changes`).
    """

    values: tuple[Any, ...]
    seen: int
    until: str | None = None


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.blake2b(b"core.api.cursors", key=secret.encode()[:64], digest_size=32).digest()


def _signature(payload: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), payload, "sha256")[:SIGNATURE]


def fingerprint(*parts: str) -> str:
    """What a cursor is bound to: the list, its filters, its order."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()


def cursor_after(place: Place, *, of: str) -> str:
    payload = dumps([of, place.seen, place.until, *place.values])
    return urlsafe_b64encode(_signature(payload) + payload).rstrip(b"=").decode()


def place_of(cursor: str, *, of: str, terms: int) -> Place:
    """The place a cursor stands for. Raises InvalidParameters for anything we did not write ourselves."""
    payload = _verified(cursor)
    if payload is None:
        raise InvalidParameters(
            [FieldError("cursor", _("Not a cursor of this portal: take it from `next`."))]
        )
    its, seen, until, *values = orjson.loads(payload)
    if its != of or len(values) != terms:
        message = _("This cursor belongs to other filters or another order: begin without one.")
        raise InvalidParameters([FieldError("cursor", message)])
    return Place(values=tuple(values), seen=seen, until=until)


def _verified(cursor: str) -> bytes | None:
    if len(cursor) > LONGEST or not cursor.isascii():
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
        # The decoder skips foreign characters and idle bits: one cursor would have many spellings.
        return None
    signature, payload = raw[:SIGNATURE], raw[SIGNATURE:]
    return payload if hmac.compare_digest(signature, _signature(payload)) else None
