"""Telling a worker, when the broker answers. It is only a nudge: what is due stands in a row."""

import logging
import time
from typing import Any

from celery import Celery, current_app
from kombu.exceptions import InconsistencyError, KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# After the broker did not answer, requests do not wait for it again for this long (seconds).
REST = 10.0
# An older nudge is worth nothing: beat sends a new one while the row is due (seconds).
EXPIRES = 30.0


class Broker:
    """Sends tasks by name; while the broker is away a call costs one short wait every ten seconds."""

    def __init__(self, app: Celery | None = None) -> None:
        self._app = app
        self._rests_until = 0.0

    def send(self, task: str, *arguments: Any) -> bool:
        """True if the broker took it."""
        if time.monotonic() < self._rests_until:
            return False
        try:
            self._publish(self._app or current_app, task, arguments)
        except (KombuError, RedisError, OSError):
            logger.warning("The broker does not answer: %s%s waits for beat", task, arguments)
            self._rests_until = time.monotonic() + REST
            return False
        return True

    def _publish(self, app: Celery, task: str, arguments: tuple[Any, ...]) -> None:
        options: dict[str, Any] = {"retry": False, "expires": EXPIRES, "ignore_result": True}
        try:
            app.send_task(task, args=arguments, **options)
        except InconsistencyError:
            # Redis was emptied: this process still believes that its queues are declared there.
            with app.connection_for_write() as connection:
                for queue in app.amqp.queues.values():
                    queue.bind(connection.default_channel).declare()
            app.send_task(task, args=arguments, **options)


broker = Broker()
