"""Starting a server as a process of its own, and waiting for it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from renovation.embedded.errors import EmbeddedError

LOG_LIMIT = 10_000_000
PR_SET_PDEATHSIG = 1
# Servers that outlive us: nobody waits for them, and Python would warn of a forgotten child.
outliving: list[subprocess.Popen[bytes]] = []


def free_port(preferred: int = 0) -> int:
    """A port of this machine that nobody listens on; the preferred one when it is free."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError("No port of 127.0.0.1 is free.")


def end_with_parent(sent: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel ends the child when its parent dies, however that dies.

    Without it a killed `make demo` would leave servers behind. Linux only; elsewhere the
    next start finds and takes over what is left.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def plain_environment() -> dict[str, str]:
    """What a server needs of our environment: no secrets, and messages in one language."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def start_server(
    command: Sequence[str | Path], *, log: Path, tied_by: signal.Signals | None, text: str = "", **how: Any
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: Ctrl-C in our terminal does not reach it.

    `tied_by`: the signal that ends it when we die, or None for one that outlives us.
    `text`: its standard input; a password there is in no process list.
    """
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".1.log"))
    # A slow statement is logged with its values: personal data, perhaps.
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE if text else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(tied_by) if tied_by else None,
            env=plain_environment(),
            **how,
        )
    if tied_by is None:
        outliving.append(process)
    if text and process.stdin:
        process.stdin.write(text.encode())
        process.stdin.close()
    return process


def wait_until(
    ready: Callable[[], bool], *, seconds: float, process: subprocess.Popen[bytes] | None = None
) -> bool:
    """True when `ready` came true in time; False when time is up or the process ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process is not None and process.poll() is not None:
            return ready()
        time.sleep(0.03)
    return False


def command_of(pid: int) -> str:
    """The command line of a process, empty when there is none: a number alone may be somebody else's by now."""
    if Path("/proc/self").exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
            )
        except OSError:
            return ""
    done = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a server's log, in one line."""
    if not log.exists():
        return "it left no message"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in lines[-count:])
