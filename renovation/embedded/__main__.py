"""`python -m renovation.embedded start|stop|status [--tests]`: the servers without the portal."""

import argparse
import sys

from renovation.embedded import EmbeddedError, Installation


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m renovation.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.add_argument("--tests", action="store_true", help="the tests' servers instead of the portal's")
    options = parser.parse_args()
    try:
        installation = Installation.for_tests() if options.tests else Installation.main()
        if options.action == "start":
            installation.start(tied=False)
            installation.kept.touch()
        elif options.action == "stop":
            installation.kept.unlink(missing_ok=True)
            installation.stop()
        print("running" if installation.running() else "stopped")
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
