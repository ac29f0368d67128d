"""`make run` as a whole: it starts everything, and whatever ends it, nothing of it is left."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from renovation.embedded import Installation
from renovation.embedded.processes import free_port, wait_until
from renovation.environment import BASE_DIR, read_environment
from tests.renovation.embedded_homes import ask, remove
from tools.serve import ACCIDENTS

ADMINISTRATORS = {
    "FIRST_ADMIN_DIVISION": "421003",
    "FIRST_ADMIN_DIVISION_NAMES": "湖北省/荆州市/荆州区",
    **{
        f"FIRST_ADMIN_{power}{suffix}": value
        for power in ("SYSTEM", "SECURITY", "AUDIT")
        for suffix, value in (
            ("", power.lower()),
            ("_NAME", f"{power} 示例"),
            ("_PASSWORD", f"Quiet-River-{power}-42"),
        )
    },
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a real installation that these tests share; its static files are the tests' own."""
    home = tmp_path_factory.mktemp("serve") / "var"
    home.mkdir()
    for name in ("static", "vendor"):
        (home / name).symlink_to(settings.DATA_DIR / name)
    yield home
    remove(home)


class Run:
    """A `make run` of the test: its process, its address, what it said so far."""

    def __init__(self, data: Path, port: int, log: Path, *words: str) -> None:
        self.port = port
        self.log = log
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.serve", "--port", str(port), *words],
                cwd=BASE_DIR,
                env={**kept, **ADMINISTRATORS, "DATA_DIR": str(data)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def ready(self) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz") as response:
            return bytes(response.read())

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        return next(one for one in self.family() if word in one.cmdline() and one.ppid() == self.process.pid)


@contextmanager
def running(data: Path, log: Path) -> Iterator[Run]:
    run = Run(data, free_port(), log)
    try:
        assert wait_until(lambda: "Ctrl-C stops it." in run.said, seconds=240, process=run.process), run.said
        yield run
    finally:
        run.process.kill()
        run.process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def stops_in_order(run: Run, sent: signal.Signals) -> None:
    """The signal ends everything that was started, and the last line says so."""
    family = run.family()
    assert {"postgres", "redis-server"} <= {Path(one.cmdline()[0].split()[0]).name for one in family}
    run.process.send_signal(sent)
    assert run.process.wait(60) == 0
    assert gone(family)
    assert run.said.endswith("\nStopped.\n")


def test_it_is_ready_and_a_closed_terminal_stops_everything_in_order(data: Path, tmp_path: Path) -> None:
    with running(data, tmp_path / "log") as run:
        assert b'"ready": true' in run.ready()
        stops_in_order(run, signal.SIGHUP)


def test_a_kill_leaves_nothing_either(data: Path, tmp_path: Path) -> None:
    with running(data, tmp_path / "log") as run:
        family = run.family()
        run.process.kill()
        run.process.wait()
        # gunicorn alone gives a request under way 30 seconds, and PostgreSQL writes what it holds to the disk.
        assert wait_until(lambda: gone(family), seconds=90), [
            one.cmdline() for one in family if one.is_running()
        ]


def test_what_ends_by_itself_is_started_again_and_sigterm_stops_it_in_order(
    data: Path, tmp_path: Path
) -> None:
    with running(data, tmp_path / "log") as run:
        run.child("worker").kill()
        next(one for one in run.family() if one.name() == "redis-server").kill()
        assert wait_until(lambda: "worker ended by itself; it was started again." in run.said, seconds=20)
        assert wait_until(lambda: b'"redis": true' in run.ready(), seconds=30), run.said
        assert run.child("worker").is_running()
        assert run.process.poll() is None
        stops_in_order(run, signal.SIGTERM)


def test_what_ends_again_and_again_stops_the_others_and_is_named(data: Path, tmp_path: Path) -> None:
    with running(data, tmp_path / "log") as run:
        family = run.family()
        for time in range(1, ACCIDENTS + 1):
            run.child("beat").kill()
            said = "beat ended by itself; it was started again."
            assert time == ACCIDENTS or wait_until(lambda: run.said.count(said) == time, seconds=20)  # noqa: B023
        assert run.process.wait(60) == 1
        assert gone(family)
        assert "beat ends by itself again and again; the portal was stopped." in run.said


def test_the_web_process_never_learns_the_owners_password_the_folder_runs_once_and_ctrl_c_stops_it_in_order(
    data: Path, tmp_path: Path
) -> None:
    with running(data, tmp_path / "log") as run:
        password = Installation(data).place.known.owner_password
        for word in ("gunicorn", "worker", "beat"):
            environment = run.child(word).environ()
            assert environment["DATABASE_URL"].startswith("postgres://app:")
            assert password not in str(environment)
        roles = ask(
            Installation(data).postgres.url("postgres"), "SELECT DISTINCT usename FROM pg_stat_activity"
        )
        assert ("owner",) not in roles
        # A second start of the same folder is refused.
        second = Run(data, free_port(), tmp_path / "second")
        assert second.process.wait(30) == 1
        assert second.said == f"The portal of this folder runs already: http://localhost:{run.port}/\n"
        stops_in_order(run, signal.SIGINT)


def test_the_demo_is_refused_where_real_data_are(data: Path, tmp_path: Path) -> None:
    if not (data / "environment").exists():
        with running(data, tmp_path / "log"):
            pass
    assert read_environment(data / "environment")["DEMO"] == "0"
    demo = Run(data, free_port(), tmp_path / "demo", "--demo")
    assert demo.process.wait(60) == 1
    assert "holds a real installation" in demo.said
    assert "Traceback" not in demo.said
