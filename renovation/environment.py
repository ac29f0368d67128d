"""Where a command finds its settings when nobody set them.

`make demo` and `make run` leave the addresses and passwords of the servers they
started in `var/environment` (mode 600). Commands typed beside them
(`manage.py shell`, a migration) read that file, so that they reach the same
database. In production `DATABASE_URL` is set and the file is never looked at.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Everything the portal writes by itself lies below this folder."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / "var")


def read_environment(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file, without quoting rules; empty when it is not there."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, sign, value in pairs if sign}


def use_embedded_environment() -> None:
    """Add the embedded installation's settings to this process, unless it has a database already."""
    if "DATABASE_URL" in os.environ:
        return
    for name, value in read_environment(data_dir() / "environment").items():
        os.environ.setdefault(name, value)
