"""From where the present request comes, for rows written by actions that know no request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str | None] = ContextVar("audit_address", default=None)


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    """Audit rows written inside carry this address, unless they are given another."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def present_address() -> str | None:
    """None outside a request: a worker, a command."""
    return _address.get()
