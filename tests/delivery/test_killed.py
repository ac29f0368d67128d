"""A web process that dies between the commit and the answer: whoever asks again hears of the first entry."""

import json
import urllib.error
import urllib.request
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.utils import timezone

from delivery.models import ProgressEntry
from directory.models import TokenScope
from projects.models import Project
from tests.apiclient import make_token
from tests.cast import Cast
from tests.database import Databases
from tests.delivery.builders import items_of, on_site
from tests.site import answers, kill_workers, until


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
        kill_workers(master)
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
    until(lambda: answers(url))
    status, body = send(url, token, project, item, key)
    entry = ProgressEntry.objects.get()
    assert (status, body["id"]) == (200, entry.pk)
    # The control: without its key the second sending would be a second entry, so this test would see one.
    status, body = send(url, token, project, item, uuid.uuid4())
    assert status == 201
    assert ProgressEntry.objects.count() == 2
