"""`python -m tools.chromium`: a Chromium for the browser tests, found or installed."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.steps import Stop, one_line_errors, run, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")


def find() -> Path | None:
    """The named one (CHROMIUM=), the machine's, or the one that playwright downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    if system := next(filter(None, map(shutil.which, NAMES)), None):
        return Path(system)
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    patterns = (
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    )
    return next(
        (path for pattern in patterns for path in sorted(downloads.glob(pattern), reverse=True)), None
    )


def flags() -> list[str]:
    """A browser that talks to the site and to nobody else."""
    quiet = [
        *(
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
        ),
        *("--disable-sync", "--disable-default-apps", "--disable-domain-reliability", "--no-pings"),
    ]
    # Chromium's own cage needs what root in a container does not have.
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet


def install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Installing Chromium"):
            noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
            run(
                ["apt-get", "update", "-q"],
                failure="Debian's package lists could not be fetched",
                log="apt.log",
                registry="Debian's package server",
            )
            run(
                ["apt-get", "install", "-q", "-y", "--no-install-recommends", *DEBIAN_PACKAGES],
                failure="Chromium could not be installed",
                log="apt.log",
                environment=noninteractive,
                registry="Debian's package server",
            )
        return
    with step("Downloading Chromium"):
        _download()


def _download() -> None:
    from tools.processes import python  # noqa: PLC0415 - only this branch needs the installed packages

    done = subprocess.run(python("playwright", "install", "chromium"), capture_output=True, check=False)
    if done.returncode:
        raise Stop(
            "The browser tests need Chromium: install it (Debian: apt install chromium), or set CHROMIUM=."
        )


def main() -> None:
    if find() is None:
        install()
    if (found := find()) is None or not found.exists():
        raise Stop(f"There is no Chromium at {found or 'the usual places'}: install it, or set CHROMIUM=.")


if __name__ == "__main__":
    with one_line_errors():
        main()
