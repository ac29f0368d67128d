"""Worker processes that tests may kill, on a queue of their own: the session's worker must not take their work."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from celery import Celery

from core.broker import Broker
from jobs import actions
from jobs.actions import nudge_again
from renovation.embedded import processes
from renovation.environment import BASE_DIR
from tests.site import until

QUEUE = "to-be-killed"


@contextmanager
def own_queue() -> Iterator[None]:
    """Inside, jobs are announced to `worker_process` alone."""
    app = Celery("to-be-killed", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf["task_default_queue"] = QUEUE
    with mock.patch.object(actions, "broker", Broker(app)):
        yield


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "celery", "--app", "renovation", "--quiet", "worker", "--pool", "solo"]
    more = ["--queues", QUEUE, "--include", "tests.jobs.handlers", "--without-gossip", "--without-mingle"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    process = subprocess.Popen(
        [*command, *more, "--loglevel", "WARNING"], cwd=BASE_DIR, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=processes.end_with_parent(),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def with_beat_until(happened: Callable[[], object]) -> None:
    """On a busy machine a worker takes longer to start than a nudge is valid: beat nudges again."""
    until(lambda: happened() or (nudge_again() and False), 120)
