"""`make requirements`: compile requirements*.in into pinned files with hashes, for every platform at once."""

import re
import subprocess
import sys

from tools.processes import python
from tools.steps import BASE_DIR, one_line_errors, run, step

UV = "uv==0.13.8"
# In this order: each later file is held to the versions of the earlier ones.
NAMES = ("requirements", "requirements-embedded", "requirements-dev", "requirements-node")
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--quiet"),
    *("--custom-compile-command", "make requirements"),
)


def wanted(name: str) -> set[str]:
    """The packages that an .in file names, as a compiled file would spell them."""
    lines = (line.split("#")[0].strip() for line in (BASE_DIR / f"{name}.in").read_text().splitlines())
    words = (re.split(r"[\[<>=~!; ]", line)[0] for line in lines if line and not line.startswith("-"))
    return {re.sub(r"[-_.]+", "-", word).lower() for word in words}


def pinned(name: str) -> set[str]:
    text = (BASE_DIR / f"{name}.txt").read_text()
    return {
        re.sub(r"[-_.]+", "-", found).lower()
        for found in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)
    }


def out_of_line() -> list[str]:
    """One line for each package that an .in file names and its compiled file does not pin; needs no network."""
    return [
        f"{name}.txt does not pin {package}: run `make requirements`."
        for name in NAMES
        for package in sorted(wanted(name) - pinned(name))
    ]


def main() -> None:
    with step("Compiling the requirement files"):
        registry = "the Python package registry"
        run(
            python("pip", "install", "--quiet", UV),
            failure="uv could not be installed",
            log="pip.log",
            registry=registry,
        )
        for name in NAMES:
            command = python(
                "uv", "pip", "compile", *OPTIONS, *sys.argv[1:], f"{name}.in", "--output-file", f"{name}.txt"
            )
            run(command, failure=f"{name}.in could not be compiled", log="uv.log", registry=registry)
    subprocess.run(
        ["git", "diff", "--stat", "--", *(f"{name}.txt" for name in NAMES)], cwd=BASE_DIR, check=False
    )


if __name__ == "__main__":
    with one_line_errors():
        main()
