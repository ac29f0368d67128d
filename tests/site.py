"""The running site: the real gunicorn, and where a test asks for it a worker, on the test process' database."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from renovation.embedded import processes
from renovation.environment import BASE_DIR
from tests.database import Databases


def _environment(**more: str) -> dict[str, str]:
    """As in production: the role `app` only."""
    found = {**os.environ, **more}
    found.pop("DATABASE_OWNER_URL", None)
    return found


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=processes.end_with_parent(),
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def site_log(databases: Databases) -> Path:
    """What the site said, for a test that fails."""
    return databases.installation.home / "logs" / f"{databases.name}.site.log"


@pytest.fixture(scope="session")
def _gunicorn(django_db_setup: None, site_log: Path) -> Iterator[str]:
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(BIND=f"127.0.0.1:{port}", WEB_WORKERS="1", WEB_THREADS="8")
    command = [
        "gunicorn",
        "--config",
        "python:renovation.gunicorn",
        "--log-level",
        "warning",
        "renovation.wsgi",
    ]
    with _running(command, environment, site_log) as process:
        deadline = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The site did not start: {processes.last_lines(site_log, 8)}")
            time.sleep(0.05)
        yield url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def site(committed_db: Databases, _gunicorn: str) -> str:
    """The base address of the running site; the test's commits are seen by it and the other way round."""
    return _gunicorn


@pytest.fixture(scope="module")
def _celery_worker(django_db_setup: None, databases: Databases) -> Iterator[None]:
    """It ends with the file that asks for it: the next file's tests do their jobs and messages themselves."""
    log = databases.installation.home / "logs" / f"{databases.name}.worker.log"
    command = [
        "celery",
        "--app",
        "renovation",
        "--quiet",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    ]
    with _running([*command, "--without-gossip", "--without-mingle"], _environment(), log):
        yield


@pytest.fixture
def worker(committed_db: Databases, _celery_worker: None) -> None:
    """A worker that does what actions enqueue, as `make run` has one."""
