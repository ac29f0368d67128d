"""`python -m benchmarks [CASE …]`: measure, print the table, write benchmarks/results.json."""

import argparse
import importlib
import json
import pkgutil
import platform
import sys
from pathlib import Path

import django

import benchmarks
from benchmarks.bench import ROUNDS, SECONDS, Bench, use_database
from benchmarks.cases import Case, Figure, as_json, table
from benchmarks.database import BenchDatabase
from renovation.embedded import EmbeddedError, Installation
from tools import static_files

RESULTS = Path(__file__).parent / "results.json"


def found_cases() -> list[Case]:
    """Those of every module of this package that has `cases()`. Django must be set up."""
    found: list[Case] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(benchmarks.__path__)):
        if module in {"__main__", "fill", "fill_projects", "limits", "load"}:
            continue
        offered = getattr(importlib.import_module(f"benchmarks.{module}"), "cases", None)
        found += offered() if callable(offered) else []
    return found


def measured(bench: Bench, names: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for case in found_cases():
        if not names or case.name in names:
            print(f"{case.name} …", flush=True)
            figures += case.measure(bench)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CASE", help="only these")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each round and server")
    options = parser.parse_args()
    installation = Installation.for_tests()
    with installation.shared():
        database = BenchDatabase(installation)
        database.prepare()
        use_database(database)
        static_files.bring_up_to_date(development=True)
        django.setup()
        with Bench(database, rounds=options.rounds, seconds=options.seconds) as bench:
            figures = measured(bench, options.names)
    print(f"\n{table(figures)}")
    if not options.names:
        body = {
            "python": platform.python_version(),
            "django": django.get_version(),
            "figures": as_json(figures),
        }
        RESULTS.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    # A goal that is missed is a finding, not a failure of the run.
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(str(error))
