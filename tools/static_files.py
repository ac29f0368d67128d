"""Compiled translations and collected static files, brought up to date in a fraction of a second.

`python -m tools.static_files` in the installation's own Python. The tests call it
too, so that a changed style sheet or translation is what the next test sees.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from tools import frontend, messages
from tools.steps import BASE_DIR, Stamp, data_dir, fingerprint, one_line_errors, run, step

# Their files are collected as well, so their versions matter.
PACKAGES_WITH_FILES = (
    "Django",
    "django-htmx",
    "djangorestframework",
    "drf-spectacular-sidecar",
    "whitenoise",
)
# `collectstatic` reads the settings, and none of these matter to it.
PLACEHOLDERS = {
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-collectstatic-needs-no-secret-0123456789",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://nobody@localhost/none",
}


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands starting at once must not both write the same files."""
    data_dir().mkdir(parents=True, exist_ok=True)
    with (data_dir() / "static.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def bring_up_to_date(*, development: bool) -> None:
    """Do what is not done yet: fetched packages copied, translations compiled, static files collected."""
    with _alone():
        frontend.fetch(development=development)
        frontend.copy()
        messages.compile_all()
        _collect()


def _collect() -> None:
    versions = [f"{name} {metadata.version(name)}" for name in PACKAGES_WITH_FILES]
    folders = [BASE_DIR / "static", data_dir() / "vendor"]
    sources = [path for folder in folders for path in folder.rglob("*")]
    state = fingerprint([*sources, BASE_DIR / "core" / "storage.py"], words=versions)
    stamp = Stamp(data_dir() / "stamps" / "static")
    if stamp.fits(state) and (data_dir() / "static" / "staticfiles.json").is_file():
        return
    with step("Collecting static files"):
        run(
            [Path(sys.executable), "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
            failure="The static files could not be collected",
            log="collectstatic.log",
            environment={**PLACEHOLDERS, "DATA_DIR": str(data_dir()), "PATH": os.environ.get("PATH", "")},
        )
    stamp.write(state)


if __name__ == "__main__":
    with one_line_errors():
        bring_up_to_date(development="--development" in sys.argv)
