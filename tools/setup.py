"""`python3 -m tools.setup [--development] [--port N]`: from a bare Python to an installed portal.

Makes `.venv`, installs the pinned packages, fetches the front-end files, compiles
translations, collects static files. Each step is done once; a broken one is done
again the next time. Standard library only, and readable by any Python 3, so that
an old one gets its one line too.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("The portal needs Python 3.11 or 3.12; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import argparse
import fcntl
import importlib.util
import os
import platform
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.steps import BASE_DIR, Stamp, Stop, data_dir, fingerprint, need_space, one_line_errors, run, step

VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = ("requirements.txt", "requirements-embedded.txt")
DEVELOPMENT = (*RUN, "requirements-dev.txt")
MEGABYTES_NEEDED = 1500
PIP_OPTIONS = (
    *("--require-hashes", "--only-binary=:all:", "--no-compile"),
    *("--no-input", "--disable-pip-version-check", "--retries=2"),
)


def check_port(port: int) -> None:
    """Before a long set-up, not after it."""
    if not 0 < port < 65536:
        raise Stop(f"PORT={port} is no port: choose one between 1024 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("LISTEN") or "127.0.0.1", port))
        except PermissionError:
            raise Stop(f"Port {port} is for root only: choose another, for example PORT=8080.") from None
        except OSError as error:
            raise Stop(f"Port {port} cannot be used ({error.strerror}): choose another with PORT=.") from None


def make_venv() -> None:
    """`.venv` with a working pip; a half-made or broken one is made anew."""
    if _works(PYTHON, "import pip, sys; sys.exit(sys.version_info < (3, 11))"):
        return
    for module, package in (("venv", "python3-venv"), ("ensurepip", "python3-venv"), ("ctypes", "libffi")):
        if importlib.util.find_spec(module) is None:
            raise Stop(f"This Python lacks the module {module}: install it (Debian: apt install {package}).")
    need_space(BASE_DIR, MEGABYTES_NEEDED)
    with step("Making the Python environment"):
        run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            failure="The Python environment could not be made",
            log="venv.log",
        )


def _works(python: Path, question: str) -> bool:
    try:
        return subprocess.run([str(python), "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(names: Sequence[str]) -> None:
    """The packages of the named requirement files, each pinned and checked by hash."""
    version = subprocess.run(
        [str(PYTHON), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    for_all = f"{version} {platform.machine()}"
    state = fingerprint([BASE_DIR / name for name in names], words=[for_all])
    everything = fingerprint([BASE_DIR / name for name in DEVELOPMENT], words=[for_all])
    stamp = Stamp(VENV / ".installed")
    if stamp.fits(state) or stamp.fits(everything):
        return
    need_space(BASE_DIR, MEGABYTES_NEEDED // 2)
    wanted = [word for name in names for word in ("-r", str(BASE_DIR / name))]
    with step("Installing Python packages (a minute or two the first time)"):
        run(
            [PYTHON, "-m", "pip", "install", *PIP_OPTIONS, *wanted],
            failure="The Python packages could not be installed",
            log="pip.log",
            registry="the Python package registry",
        )
    stamp.write(state)


def set_up(*, development: bool) -> None:
    # Nobody else's business: passwords, personal data, logs of slow statements.
    data_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir() / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_venv()
        install(DEVELOPMENT if development else RUN)
        more = ["--development"] if development else []
        done = subprocess.run([str(PYTHON), "-m", "tools.static_files", *more], cwd=BASE_DIR, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup")
    parser.add_argument("--development", action="store_true", help="also what tests and checks need")
    parser.add_argument("--port", type=int, help="stop at once when this port is busy")
    options = parser.parse_args()
    if options.port is not None:
        check_port(options.port)
    set_up(development=options.development)


if __name__ == "__main__":
    with one_line_errors():
        main()
