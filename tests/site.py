"""The running site: the real gunicorn, and where a test asks for it a worker, on the test process' database."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from renovation.embedded import processes
from renovation.environment import BASE_DIR
from tests.database import Databases

GUNICORN = ["gunicorn", "--config", "python:renovation.gunicorn", "--log-level", "warning", "renovation.wsgi"]


def app_environment(**more: str) -> dict[str, str]:
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
    environment = app_environment(BIND=f"127.0.0.1:{port}", WEB_WORKERS="1", WEB_THREADS="8")
    with _running(GUNICORN, environment, site_log) as process:
        deadline = time.monotonic() + 60
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The site did not start: {processes.last_lines(site_log, 8)}")
            time.sleep(0.05)
        yield url


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def site(committed_db: Databases, _gunicorn: str) -> str:
    """The base address of the running site; the test's commits are seen by it and the other way round."""
    return _gunicorn


@contextmanager
def own_gunicorn(log: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """A portal of one test's own, address and process: for what the session's may not suffer."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = app_environment(BIND=f"127.0.0.1:{port}", WEB_WORKERS="1", WEB_THREADS="4", **settings)
    with _running(GUNICORN, environment, log) as process:
        until(lambda: answers(url))
        yield url, process.pid


@pytest.fixture
def own_site(committed_db: Databases, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A gunicorn that may be killed, address and process."""
    with own_gunicorn(tmp_path / "site.log") as found:
        yield found


def kill_workers(master: int) -> None:
    """SIGKILL for the processes that answer requests; gunicorn's own stays and starts new ones."""
    for worker in psutil.Process(master).children():
        os.kill(worker.pid, signal.SIGKILL)


def until(happened: Callable[[], object], patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


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
    with _running([*command, "--without-gossip", "--without-mingle"], app_environment(), log):
        yield


@pytest.fixture
def worker(committed_db: Databases, _celery_worker: None) -> None:
    """A worker that does what actions enqueue, as `make run` has one."""
