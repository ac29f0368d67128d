"""Steps of the set-up: done once, done again when what they depend on changed, said in one line.

Standard library only: this runs before anything is installed.
"""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# How pip and npm say that nobody answered.
NO_ANSWER = (
    *(
        "connection broken by",
        "Max retries exceeded",
        "Read timed out",
        "Temporary failure in name resolution",
    ),
    *(
        "(from versions: none)",
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "ERR_SOCKET_TIMEOUT",
    ),
    *("Temporary failure resolving", "Could not connect to", "Failed to fetch"),  # apt
)
DISK_FULL = ("No space left on device", "ENOSPC")


class Stop(Exception):
    """Ends a command with one line that says what is wrong and what to do."""


def data_dir() -> Path:
    """As in renovation/environment.py, which needs nothing installed either."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()


def fingerprint(paths: Iterable[Path], *, words: Iterable[str] = ()) -> str:
    """Changes when a file's name or bytes change; `words` are further things that matter."""
    found = hashlib.sha256("\n".join(words).encode())
    for path in sorted(path for path in paths if path.is_file()):
        found.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


class Stamp:
    """Remembers the state in which a step was done; written last, so that a broken step leaves none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fits(self, state: str) -> bool:
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == state

    def write(self, state: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        temporary.write_text(state, encoding="utf-8")
        temporary.replace(self.path)


@contextmanager
def step(title: str) -> Iterator[None]:
    """A line that says what is going on, and at its end how long it took."""
    began = time.monotonic()
    print(f"{title} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    failure: str,
    log: str,
    environment: Mapping[str, str] | None = None,
    registry: str = "",
) -> None:
    """Run a program quietly; its words go to `<data>/<log>`, and only one line of them to the reader."""
    place = data_dir() / log
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=BASE_DIR,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode < 0:
        raise Stop(
            f"{failure}: it was killed ({signal.Signals(-done.returncode).name}). Run the command again."
        )
    if done.returncode:
        raise Stop(explain(place.read_text(encoding="utf-8", errors="replace"), failure, place, registry))


def explain(said: str, failure: str, log: Path, registry: str) -> str:
    """One line out of a failed program's many."""
    if any(sign in said for sign in DISK_FULL):
        return f"{failure}: the disk is full."
    if registry and any(sign in said for sign in NO_ANSWER):
        return f"{failure}: {registry} does not answer. Check the network and run the command again."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
    return f"{failure}: {telling[-1][:300]} (all of it: {log})"


def need_space(folder: Path, megabytes: int) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise Stop(f"The disk is nearly full: {folder} has {free} MB, the installation needs {megabytes} MB.")


def read_json(path: Path) -> dict[str, str]:
    """A flat JSON file, empty when it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What may go wrong on a stranger's machine ends the command with one line, not a traceback."""
    try:
        yield
    except Stop as stop:
        sys.exit(f"{stop}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; run the command again to go on.")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit("The disk is full.")
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sys.exit(f"{error.filename} cannot be written: {error.strerror}.")
        raise
