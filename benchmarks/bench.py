"""The bench: database, the portal and the limit behind gunicorn, and the client that drives them in turns."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.database import BenchDatabase
from renovation.environment import BASE_DIR

CONNECTIONS = 4
ROUNDS = 5
SECONDS = 1.5
WARM_UP = 0.3


@dataclass
class Measured:
    """Rounds of one server: requests a second, latencies in ms."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ratio_of(portal: Measured, limit: Measured) -> float:
    """The median of the rounds' ratios: a disturbance hits a round's two neighbours alike, or one round only."""
    return statistics.median(ours / theirs for ours, theirs in zip(portal.rates, limit.rates, strict=True))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Bench:
    """What the cases use. Servers start when first asked for and end with the bench."""

    def __init__(self, database: BenchDatabase, *, rounds: int = ROUNDS, seconds: float = SECONDS) -> None:
        self.database = database
        self.rounds = rounds
        self.seconds = seconds
        self._stack = ExitStack()
        self._ports: dict[str, int] = {}

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    # --- Servers ------------------------------------------------------------------------

    @property
    def portal(self) -> int:
        """The portal's port."""
        return self._port("renovation.wsgi")

    @property
    def limit(self) -> int:
        """The port of the bare application with the same settings of gunicorn."""
        return self._port("benchmarks.limits")

    def _port(self, application: str) -> int:
        if application not in self._ports:
            self._ports[application] = self._stack.enter_context(self._gunicorn(application))
        return self._ports[application]

    @contextmanager
    def _gunicorn(self, application: str) -> Iterator[int]:
        port = free_port()
        environment = {**self.database.environment(), "BIND": f"127.0.0.1:{port}"}
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:renovation.gunicorn",
            "--log-level",
            "warning",
        ]
        process = subprocess.Popen([*command, application], cwd=BASE_DIR, env=environment)
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=60)

    # --- Driving ------------------------------------------------------------------------

    def compare(
        self,
        portal_paths: Sequence[str],
        limit_paths: Sequence[str],
        *,
        headers: dict[str, str],
        connections: int = CONNECTIONS,
    ) -> tuple[Measured, Measured]:
        """Both in turns, the one that goes first changing from round to round."""
        portal, limit = Measured(), Measured()
        turns = [(portal, self.portal, portal_paths), (limit, self.limit, limit_paths)]
        for _round in range(self.rounds):
            for measured, port, paths in turns:
                self._drive(measured, port, paths, headers, connections)
            turns.reverse()
        return portal, limit

    def compare_requests(
        self, portal_requests: Sequence[dict[str, Any]], limit_requests: Sequence[dict[str, Any]]
    ) -> tuple[Measured, Measured]:
        """The same for requests with method, path, headers and body (see `benchmarks.load`)."""
        portal, limit = Measured(), Measured()
        turns = [(portal, self.portal, portal_requests), (limit, self.limit, limit_requests)]
        for _round in range(self.rounds):
            for measured, port, requests in turns:
                self._ordered(measured, port, {"requests": list(requests)}, CONNECTIONS)
            turns.reverse()
        return portal, limit

    def drive_portal(
        self, measured: Measured, requests: Sequence[dict[str, Any]], *, connections: int = CONNECTIONS
    ) -> None:
        """One round of the portal alone."""
        self._ordered(measured, self.portal, {"requests": list(requests)}, connections)

    def _drive(
        self, measured: Measured, port: int, paths: Sequence[str], headers: dict[str, str], connections: int
    ) -> None:
        self._ordered(measured, port, {"paths": list(paths), "headers": headers}, connections)

    def _ordered(self, measured: Measured, port: int, asks: dict[str, Any], connections: int) -> None:
        order = {
            "port": port, **asks, "connections": connections, "seconds": self.seconds, "warm_up": WARM_UP,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            input=json.dumps(order), capture_output=True, text=True, cwd=BASE_DIR, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        found = json.loads(done.stdout)
        measured.rates.append(found["rate"])
        measured.latencies += found["latencies"]

    def get(self, port: int, path: str, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            body: bytes = response.read()
        return body


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            raise RuntimeError("A server did not start; its message stands above.")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("A server did not start within 30 seconds.")


def use_database(database: BenchDatabase) -> None:
    """Make this process work on the benchmark database (before Django is set up)."""
    os.environ.update(database.environment())


__all__ = ["Bench", "Measured", "ratio_of", "use_database"]


def same_json(ours: bytes, theirs: bytes) -> bool:
    """The same results, whatever the order of keys; the envelope may differ."""
    mine: Any = json.loads(ours)
    other: Any = json.loads(theirs)
    return bool(mine["results"] == other["results"])
