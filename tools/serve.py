"""`make demo` and `make run`: the whole portal on this machine, until Ctrl-C.

Starts PostgreSQL and Redis below `var/`, migrates as the role `owner`, and runs
web, worker and beat as the role `app`. The demo and a real installation never
share a folder: the first of the two commands decides what `var/` is.
"""

import argparse
import fcntl
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from renovation.embedded import EmbeddedError, Installation
from renovation.embedded.processes import end_with_parent
from renovation.environment import read_environment
from tools.processes import Child, Interrupted, Processes, ignore_signals, listen_to_signals, python
from tools.setup import check_port
from tools.steps import BASE_DIR, Stamp, Stop, data_dir, fingerprint, one_line_errors, step

# A part that ends by itself is an accident, so many within so many seconds are none.
ACCIDENTS, WITHIN = 5, 120
LOOK_EVERY = 2.0
MIGRATIONS = ("*/migrations/**/*.py", "core/roles.py", "core/management/**/*.py", "requirements.txt")


# --- One portal a folder ----------------------------------------------------------------


def running_address() -> str | None:
    """The address of the portal that runs on this folder, or None."""
    try:
        with (data_dir() / "serve.lock").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return (data_dir() / "serve.lock").read_text(encoding="utf-8").strip() or "starting"
    return None


@contextmanager
def _only_one(address: str) -> Iterator[None]:
    if running := running_address():
        raise Stop(f"The portal of this folder runs already: {running}")
    with (data_dir() / "serve.lock").open("w", encoding="utf-8") as file:
        _take(file)
        file.write(address)
        file.flush()
        yield


def _take(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stop("The portal of this folder is being started already.") from None


# --- The portal -------------------------------------------------------------------------


class Portal:
    """The processes of one folder, and the commands that prepare its database."""

    def __init__(self, *, demo: bool, port: int, output: IO[str] = sys.stdout) -> None:
        self.demo = demo
        self.port = port
        self.host = os.environ.get("LISTEN") or "127.0.0.1"
        self.installation = Installation.main()
        self.processes = Processes(output=output)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}/"

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """The settings of a child; only a migration ever learns the owner's password."""
        found = {**os.environ, **read_environment(self.installation.environment_file)}
        found["DATA_DIR"] = str(data_dir())
        found["PYTHONUNBUFFERED"] = "1"
        if os.geteuid() == 0:
            # Whoever runs the demo as root knows it; six lines of warning hide the address.
            found["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
        if not owner:
            found.pop("DATABASE_OWNER_URL", None)
        return found

    def manage(self, *words: str, owner: bool = False) -> None:
        """Run one of Django's commands on our terminal; its own message is the line the reader gets."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env=self.environment(owner=owner),
            check=False,
            # A command that outlived us would go on beside the next start's.
            preexec_fn=end_with_parent(),
        )
        if done.returncode:
            raise Stop(f"`manage.py {words[0]}` did not end well; the portal was not started.")

    # --- Steps --------------------------------------------------------------------------

    def decide_kind(self) -> None:
        """What the folder is, demo or real, is decided once: made-up compounds never join real ones."""
        path = self.installation.environment_file
        known = read_environment(path).get("DEMO")
        wanted = "1" if self.demo else "0"
        if known is None:
            # Whoever tries the demo's administrators has no second factor at hand.
            lines = f"DEMO={wanted}\n" + ("SECOND_FACTOR_FOR_ADMINISTRATORS=0\n" if self.demo else "")
            with path.open("a", encoding="utf-8") as file:
                file.write(lines)
        elif known != wanted:
            other, command = ("a real installation", "run") if self.demo else ("the demo", "demo")
            raise Stop(
                f"{data_dir()} holds {other} (`make {command}`). Keep the two apart, for example: "
                f"make {'demo' if self.demo else 'run'} DATA_DIR={BASE_DIR / ('var-demo' if self.demo else 'var-real')}"
            )

    def prepare_database(self) -> None:
        """Migrate, and fill what is empty; each only when it was not done for this state of the code."""
        identity = self.installation.place.known.identity
        sources = [path for pattern in MIGRATIONS for path in BASE_DIR.glob(pattern)]
        self._once("migrated", fingerprint(sources, words=[identity]), "Migrating the database", owner=True)
        if self.demo:
            self._once("demo-loaded", identity, "", command=("load_demo",))
        else:
            self._once("administrators", identity, "", command=("create_administrators",))

    def _once(
        self,
        name: str,
        state: str,
        title: str,
        *,
        command: tuple[str, ...] = ("migrate", "-v0", "--skip-checks"),
        owner: bool = False,
    ) -> None:
        stamp = Stamp(data_dir() / "stamps" / name)
        if stamp.fits(state):
            return
        if title:
            with step(title):
                self.manage(*command, owner=owner)
        else:
            self.manage(*command, owner=owner)
        stamp.write(state)

    def start_processes(self) -> None:
        environment = self.environment()
        web = {**environment, "BIND": f"{self.host}:{self.port}"}
        gunicorn = ("--config", "python:renovation.gunicorn", "--log-level", "warning", "renovation.wsgi")
        celery = ("celery", "--app", "renovation", "--quiet")
        worker = ("--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle")
        self.processes.start("web", python("gunicorn", *gunicorn), web)
        self.processes.start("worker", python(*celery, "worker", *worker), environment)
        self.processes.start(
            "beat", python(*celery, "beat", "--pidfile=", "--loglevel", "WARNING"), environment
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if child := self.processes.ended():
                child.reader.join(1)
                raise Stop(f"{child.name} ended: {' / '.join(list(child.last)[-3:])}")
            if self._answers():
                return
            time.sleep(0.1)
        raise Stop("The portal did not answer within 90 seconds.")

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}/readyz", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def keep_running(self) -> Child:
        """Start again what ends by itself, the servers first; returns the part that ends again and again.

        A worker may die of a Redis that was away for a second; the pages must not.
        """
        endings: deque[float] = deque(maxlen=ACCIDENTS)
        while True:
            child = self.processes.wait(LOOK_EVERY)
            self._revive_servers()
            if child is None:
                continue
            endings.append(time.monotonic())
            if len(endings) == ACCIDENTS and endings[-1] - endings[0] < WITHIN:
                return child
            self.processes.start_again(child)
            print(f"{child.name} ended by itself; it was started again.", flush=True)

    def _revive_servers(self) -> None:
        """One of our own that is dead; one that is only busy is left alone."""
        own = (self.installation.postgres.process, self.installation.redis.process)
        if any(process is not None and process.poll() is not None for process in own):
            print("PostgreSQL or Redis ended by itself; it is started again.", flush=True)
            self.installation.start(tied=True)

    # --- The whole ----------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[None]:
        """The portal runs inside the block; afterwards nothing of it is left."""
        data_dir().mkdir(parents=True, exist_ok=True)
        with _only_one(self.address):
            try:
                with step("Starting PostgreSQL and Redis"):
                    self.installation.start(tied=True)
                self.decide_kind()
                self.prepare_database()
                self.start_processes()
                self.wait_until_ready()
                yield
            finally:
                ignore_signals()
                self.processes.stop()
                # Servers started by themselves (`python -m renovation.embedded start`) are not ours to stop.
                if not self.installation.kept.exists():
                    self.installation.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.serve")
    parser.add_argument("--demo", action="store_true", help="with demo data, and never among real data")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    check_port(options.port)
    listen_to_signals()
    portal = Portal(demo=options.demo, port=options.port)
    try:
        with portal.running():
            print(f"\nThe portal is ready: {portal.address}\n", flush=True)
            if options.demo:
                portal.manage("demo_logins")
            print("Ctrl-C stops it.", flush=True)
            child = portal.keep_running()
            lines = "\n".join(f"{child.name:>6} | {line}" for line in child.last)
            raise Stop(f"\n{lines}\n{child.name} ends by itself again and again; the portal was stopped.")
    except Interrupted:
        print("\nStopped.", flush=True)
    except EmbeddedError as error:
        raise Stop(str(error)) from None


if __name__ == "__main__":
    with one_line_errors():
        main()
