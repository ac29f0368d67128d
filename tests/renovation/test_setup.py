"""The set-up on a stranger's machine: one line for what is wrong, and no step that only looks done."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from renovation.environment import BASE_DIR
from tools import setup, steps
from tools.steps import Stamp, Stop, explain, fingerprint


def set_up(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.setup", *words],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_busy_port_is_one_line() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = set_up("--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} cannot be used (Address already in use): choose another with PORT=.\n"


def test_a_port_that_is_none_is_one_line() -> None:
    done = set_up("--port", "70000")
    assert done.stderr == "PORT=70000 is no port: choose one between 1024 and 65535.\n"


def test_a_machine_without_a_suitable_python_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    for name in ("sh", "sed", "awk"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if Path(f"/bin/{name}").exists() else f"/usr/bin/{name}")
    make = next(path for path in ("/usr/bin/make", "/bin/make", "/usr/local/bin/make") if Path(path).exists())
    done = subprocess.run(
        [make, "demo"], cwd=BASE_DIR, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "needs Python 3.11 or 3.12" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_venv_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(
        setup.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object()
    )
    with pytest.raises(Stop, match="apt install python3-venv"):
        setup.make_venv()


def test_a_full_disk_is_said_before_the_work_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(steps.shutil, "disk_usage", lambda folder: _Usage())
    with pytest.raises(Stop, match=r"The disk is nearly full: .* has 7 MB"):
        steps.need_space(tmp_path, 1500)


class _Usage:
    free = 7 * 2**20


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution",
            "It failed: the registry does not answer. Check the network and run the command again.",
        ),
        (
            "npm error code EAI_AGAIN\nnpm error network request failed",
            "It failed: the registry does not answer. Check the network and run the command again.",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement django==99",
            "It failed: ERROR: Could not find a version that satisfies the requirement django==99 (all of it: /log)",
        ),
        ("OSError: [Errno 28] No space left on device", "It failed: the disk is full."),
        (
            "Collecting\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n",
            "It failed: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES (all of it: /log)",
        ),
        ("", "It failed: no message (all of it: /log)"),
    ],
)
def test_a_failed_program_is_explained_in_one_line(said: str, line: str) -> None:
    assert explain(said, "It failed", Path("/log"), "the registry") == line


def test_a_registry_that_does_not_answer_leaves_no_stamp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    nobody = (
        "--isolated",
        "--index-url=http://127.0.0.1:9/",
        "--retries=1",
        "--timeout=1",
        "--ignore-installed",
    )
    monkeypatch.setattr(setup, "BASE_DIR", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(setup, "PIP_OPTIONS", (*nobody, "--target", str(tmp_path / "target")))
    monkeypatch.setattr(setup, "DEVELOPMENT", ("requirements.txt",))
    monkeypatch.setattr(steps, "data_dir", lambda: tmp_path)
    with pytest.raises(Stop, match="the Python package registry does not answer"):
        setup.install(("requirements.txt",))
    assert not (tmp_path / ".installed").exists()


def test_a_stamp_fits_only_the_state_it_was_written_for(tmp_path: Path) -> None:
    source = tmp_path / "requirements.txt"
    source.write_text("django==5.2\n")
    stamp = Stamp(tmp_path / "stamps" / "installed")
    assert not stamp.fits(fingerprint([source]))
    stamp.write(fingerprint([source]))
    assert stamp.fits(fingerprint([source]))
    source.write_text("django==5.2.1\n")
    assert not stamp.fits(fingerprint([source]))


def test_an_old_python_gets_a_line_and_no_syntax_error() -> None:
    """What such a Python reads before it stops must be plain enough for it."""
    text = (BASE_DIR / "tools" / "setup.py").read_text(encoding="utf-8")
    head = text[: text.index("import argparse")]
    code = head.replace("sys.version_info < (3, 11)", "True").replace("sys.version_info[:2]", "(3, 7)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "The portal needs Python 3.11 or 3.12; this is 3.7.\n"
    assert (BASE_DIR / "tools" / "__init__.py").read_text() == ""
