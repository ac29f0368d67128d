"""The portal's processes under one roof: started together, ended together.

Each runs in a process group of its own, so that Ctrl-C reaches only us and we end
them in order; the kernel ends them when we are killed.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import IO

from renovation.embedded.processes import end_with_parent
from tools.steps import BASE_DIR

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Ctrl-C, a closed terminal, or a kind kill."""


class Child:
    """One process, its output passed on with its name before each line."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], output: IO[str]
    ) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.output = output
        self.last: deque[str] = deque(maxlen=12)
        self.process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.last.append(line.rstrip())
            print(f"{self.name:>6} | {line}", end="", flush=True, file=self.output)

    def signal(self, sent: signal.Signals) -> None:
        """To the whole group: a killed parent must not leave its workers."""
        try:
            os.killpg(self.process.pid, sent)
        except ProcessLookupError:
            return


class Processes:
    """The children of one run."""

    def __init__(self, *, output: IO[str] = sys.stdout) -> None:
        self.output = output
        self.children: list[Child] = []

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.children.append(Child(name, command, environment, self.output))

    def ended(self) -> Child | None:
        """A child that ended by itself, if there is one."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def wait(self, seconds: float) -> Child | None:
        """The one that ends by itself within so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if child := self.ended():
                child.reader.join(1)
                return child
            time.sleep(0.2)
        return None

    def start_again(self, child: Child) -> None:
        """In place of one that ended, as that one was started."""
        self.children.remove(child)
        # What it started itself must not go on beside the new one.
        child.signal(signal.SIGKILL)
        self.start(child.name, child.command, child.environment)

    def stop(self) -> None:
        """Ask all to end; whoever does not in 20 seconds is ended."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + 20
        for child in self.children:
            try:
                child.process.wait(max(deadline - time.monotonic(), 0.1))
            except (subprocess.TimeoutExpired, Interrupted):
                deadline = time.monotonic()
            child.signal(signal.SIGKILL)
            child.process.wait()
        self.children = []


def listen_to_signals() -> None:
    """The first signal ends us in order; a second one only hurries it."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    for sent in SIGNALS:
        signal.signal(sent, interrupt)


def ignore_signals() -> None:
    """While the servers shut down nothing may come between."""
    for sent in SIGNALS:
        signal.signal(sent, signal.SIG_IGN)


def python(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]
