"""A web process that dies between the commit and the answer: whoever asks again hears of the first entry."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from django.utils import timezone

from delivery.models import ProgressEntry
from directory.models import TokenScope
from projects.models import Project
from renovation.embedded import processes
from tests.apiclient import make_token
from tests.cast import Cast
from tests.database import Databases
from tests.delivery.builders import items_of, on_site
from tests.site import _answers, _environment, _running


@pytest.fixture
def own_site(committed_db: Databases) -> Iterator[tuple[str, int]]:
    """A gunicorn of this test's own, address and process: the session's is not to be killed."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    log = committed_db.installation.home / "logs" / f"{committed_db.name}.killed.log"
    command = [
        "gunicorn",
        "--config",
        "python:renovation.gunicorn",
        "--log-level",
        "warning",
        "renovation.wsgi",
    ]
    with _running(
        command, _environment(BIND=f"127.0.0.1:{port}", WEB_WORKERS="1", WEB_THREADS="2"), log
    ) as process:
        until(lambda: _answers(url))
        yield url, process.pid


def until(happened: Any, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def send(url: str, token: str, project: Project, item: int, key: uuid.UUID) -> tuple[int, dict[str, Any]]:
    body = {"work_item": item, "done_on": timezone.localdate().isoformat(), "quantity": "7"}
    request = urllib.request.Request(
        f"{url}/api/v1/projects/{project.code}/progress/", json.dumps(body).encode(), method="POST",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(key), "Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.status, json.load(response)


def kill_between_commit_and_answer(databases: Databases, master: int, call: Any) -> Future[Any]:
    """The answer reads the photos' table, which the insert does not: a lock on it holds the process in between."""
    with (
        ThreadPoolExecutor(1) as people,
        databases.connect(databases.name) as owner,
        owner.cursor() as cursor,
    ):
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE delivery_progressphoto IN ACCESS EXCLUSIVE MODE")
        asked: Future[Any] = people.submit(call)
        until(lambda: ProgressEntry.objects.exists() or asked.done())
        for worker in psutil.Process(master).children():
            os.kill(worker.pid, signal.SIGKILL)
        cursor.execute("ROLLBACK")
    return asked


def test_a_retry_after_the_kill_hears_of_its_first_entry(
    committed_cast: Cast, own_site: tuple[str, int], databases: Databases
) -> None:
    url, master = own_site
    project = on_site(committed_cast)
    item, key = items_of(project)[0].pk, uuid.uuid4()
    token, _row = make_token(committed_cast.service, scopes=(TokenScope.READ, TokenScope.WRITE_PROGRESS))
    asked = kill_between_commit_and_answer(databases, master, lambda: send(url, token, project, item, key))
    with pytest.raises((urllib.error.URLError, ConnectionError, OSError)):
        asked.result()
    until(lambda: _answers(url))
    status, body = send(url, token, project, item, key)
    entry = ProgressEntry.objects.get()
    assert (status, body["id"]) == (200, entry.pk)
    # The control: without its key the second sending would be a second entry, so this test would see one.
    status, body = send(url, token, project, item, uuid.uuid4())
    assert status == 201
    assert ProgressEntry.objects.count() == 2
