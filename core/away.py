"""A server that is away is left alone for a few seconds: a request must not wait for its time-out."""

import time

PAUSE_SECONDS = 5.0


class Away:
    """Remembers, for this process, that a server did not answer."""

    def __init__(self) -> None:
        self._ask_again_at = 0.0

    def __bool__(self) -> bool:
        """Whether the server failed so lately that it is not worth asking."""
        return time.monotonic() < self._ask_again_at

    def noticed(self) -> None:
        self._ask_again_at = time.monotonic() + PAUSE_SECONDS

    def forgotten(self) -> None:
        self._ask_again_at = 0.0
