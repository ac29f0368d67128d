"""`make format [ARGS="compounds templates/compounds"]`: what ruff and djade can put right by themselves."""

import subprocess
import sys
from pathlib import Path

from tools.steps import BASE_DIR, one_line_errors


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def main() -> None:
    places = sys.argv[1:] or ["."]
    subprocess.run(
        [program("ruff"), "check", "--fix", "--quiet", "--exit-zero", *places], cwd=BASE_DIR, check=True
    )
    subprocess.run([program("ruff"), "format", "--quiet", *places], cwd=BASE_DIR, check=True)
    templates = [path for place in places for path in (BASE_DIR / place).rglob("*.html")]
    own = sorted({str(path) for path in templates if (BASE_DIR / "templates") in path.parents})
    if own:
        # It says what it changed by its exit code, too.
        subprocess.run([program("djade"), "--target-version", "5.2", *own], cwd=BASE_DIR, check=False)


if __name__ == "__main__":
    with one_line_errors():
        main()
