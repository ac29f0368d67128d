"""`make check [ARGS="mypy ruff"]`: everything that can be said about the code without running a test.

All checks run even when an early one fails, so that one run shows all faults. Words
choose the checks that have one of them in their name.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tools import requirements
from tools.processes import python
from tools.steps import BASE_DIR, one_line_errors

# As production would be set, on servers that are never asked.
PRODUCTION = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ-checks",
    "LETTER_KEY": "checks-abcdefghijklmnopqrstuvwxyz-0123456789-ZYXWVU",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://app@127.0.0.1:1/renovation",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "TRUSTED_PROXIES": "1",
    "PORTAL_ADDRESS": "https://portal.example.org",
}


def production_environment() -> dict[str, str]:
    """Nothing of the embedded installation, nothing of the caller's but where programs are."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "TMPDIR", "DATA_DIR")
        if name in os.environ
    }
    return {**kept, **PRODUCTION}


def templates() -> list[str]:
    return sorted(str(path.relative_to(BASE_DIR)) for path in (BASE_DIR / "templates").rglob("*.html"))


def commands() -> dict[str, list[str]]:
    manage = [sys.executable, "manage.py"]
    found = {
        "ruff check": python("ruff", "check", "."),
        "ruff format": python("ruff", "format", "--check", "."),
        "import-linter": [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        "makemigrations --check": [*manage, "makemigrations", "--check", "--dry-run", "--skip-checks"],
        "check --deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        "translations": python("tools.messages", "--check"),
        "mypy": python("mypy", "."),
    }
    if templates():
        djade = str(Path(sys.executable).with_name("djade"))
        found["djade"] = [djade, "--check", "--target-version", "5.2", *templates()]
    return found


def run_one(name: str, command: list[str], environment: Mapping[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    said = f"{time.monotonic() - began:.1f} s"
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name}  {said}", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).strip(), flush=True)
    return done.returncode == 0


def main() -> int:
    environment = production_environment()
    wanted = sys.argv[1:]
    chosen = {name: command for name, command in commands().items() if _is_wanted(name, wanted)}
    results = [run_one(name, command, environment) for name, command in chosen.items()]
    if _is_wanted("requirement files", wanted):
        stale = requirements.out_of_line()
        print("\n".join(stale) or "ok      requirement files")
        results.append(not stale)
    print(f"{results.count(True)} checks passed, {results.count(False)} failed")
    return 0 if all(results) else 1


def _is_wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(main())
