"""`make restore FILE= [KEY=]`: a backup in place of what is there, which is kept aside.

The backup is unpacked, checked and loaded into a database of its own first; only
when all of it is there do names change hands. Then the portal's next start
migrates it to this version. The letter key is not in the backup: it is here already, comes with `KEY=`, or the
restore stops and says so.
"""

import argparse
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import psycopg2
from psycopg2 import sql

from renovation.embedded import EmbeddedError, Installation
from renovation.embedded.place import write_private
from renovation.environment import read_environment
from residents import keys
from tools import archive
from tools.archive import Manifest
from tools.backup import CHINA, MACHINE_LINES, NOT_BACKED_UP, count_rows, run_program
from tools.serve import running_address
from tools.steps import BASE_DIR, Stop, data_dir, one_line_errors, step

DATABASE = "renovation"
LOADING = "renovation_loading"


def restore(file: Path, *, aside: str, key_file: Path | None = None, without_key: bool = False) -> Manifest:
    installation = Installation.main()
    data_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir(), prefix="restore.") as folder:
        work = Path(folder)
        manifest = archive.unpack(file, work)
        refuse_other_kind(installation, manifest)
        key = letter_key(installation, manifest, key_file, without_key=without_key)
        installation.start(tied=True)
        try:
            load_database(installation, work / archive.DATABASE, manifest)
            refuse_newer(installation)
            swap_database(installation, aside)
        finally:
            installation.stop()
        swap_files(work / archive.FILES, aside)
        restore_environment(installation, work / archive.ENVIRONMENT, key)
        if key:
            put_letter_key(installation, key, aside)
    # The next start looks at everything again.
    for stamp in ("migrated", "demo-loaded", "administrators"):
        (data_dir() / "stamps" / stamp).unlink(missing_ok=True)
    return manifest


def refuse_other_kind(installation: Installation, manifest: Manifest) -> None:
    known = read_environment(installation.environment_file).get("DEMO")
    if known is not None and (known == "1") != manifest.demo:
        kinds = {True: "a demo", False: "a real installation"}
        raise Stop(
            f"The backup is of {kinds[manifest.demo]}, {data_dir()} is {kinds[known == '1']}: use another DATA_DIR."
        )


def letter_key(
    installation: Installation, manifest: Manifest, key_file: Path | None, *, without_key: bool
) -> str:
    """The key to put in place, "" to leave what is there; stops where the backup's letters would open nothing."""
    wanted, here = manifest.letter_key, installation.letter_key()
    if key_file is not None:
        key = read_environment(key_file).get(keys.NAME, "")
        if not key:
            raise Stop(f"KEY={key_file} holds no line {keys.NAME}=….")
        if wanted and keys.fingerprint(key) != wanted:
            raise Stop(
                f"KEY={key_file} is the letter key {keys.fingerprint(key)}; the backup's letters were made with {wanted}."
            )
        return key
    if not wanted or without_key or (here and keys.fingerprint(here) == wanted):
        return ""
    present = f"another one ({keys.fingerprint(here)})" if here else "none"
    raise Stop(
        f"The backup's letters were made with the letter key {wanted}, and here is {present}. Give it with KEY=…; "
        "NO_KEY=1 restores without it, and no printed letter opens anything until it is back."
    )


def put_letter_key(installation: Installation, key: str, aside: str) -> None:
    place = installation.letter_key_file
    if place.exists() and read_environment(place).get(keys.NAME) != key:
        place.rename(place.with_name(f"{place.name}.{aside}"))
    write_private(place, keys.key_file(key))


def load_database(installation: Installation, dump: Path, manifest: Manifest) -> None:
    """Into a database of its own, owned by the role `owner`, and compared with the backup's row counts."""
    with _administrator(installation) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(LOADING)))
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(LOADING)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(LOADING)))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO app").format(sql.Identifier(LOADING)))
    words = ("--exit-on-error", "--no-owner", "--role=owner", f"--dbname={LOADING}", str(dump))
    run_program(installation, "pg_restore", *words)
    if count_rows(installation.postgres.url("postgres", LOADING)) != manifest.rows:
        raise Stop("The restored database has other rows than the backup names; nothing was replaced.")


def refuse_newer(installation: Installation) -> None:
    """A database that a newer version migrated holds tables and rules this code does not know."""
    connection = psycopg2.connect(installation.postgres.url("postgres", LOADING))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        known = cursor.fetchone() == (True,)
        cursor.execute("SELECT app, name FROM django_migrations" if known else "SELECT '', '' WHERE false")
        applied = cursor.fetchall()
    connection.close()
    ours = [(app, name) for app, name in applied if (BASE_DIR / app / "migrations").is_dir()]
    for app, name in ours:
        if not (BASE_DIR / app / "migrations" / f"{name}.py").is_file():
            raise Stop(f"The backup comes from a newer version of the portal ({app}.{name}): update first.")


def swap_database(installation: Installation, aside: str) -> None:
    with _administrator(installation) as cursor:
        for old, new in ((DATABASE, f"{DATABASE}_{aside}"), (LOADING, DATABASE)):
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [old])
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
            )


class _administrator:  # noqa: N801 - used like a function
    """A cursor of the superuser, each statement a transaction: databases are made and renamed outside of one."""

    def __init__(self, installation: Installation) -> None:
        self.connection = psycopg2.connect(installation.postgres.url("postgres", "postgres"))
        self.connection.autocommit = True

    def __enter__(self) -> psycopg2.extensions.cursor:
        return self.connection.cursor()

    def __exit__(self, *error: object) -> None:
        self.connection.close()


def swap_files(restored: Path, aside: str) -> None:
    place = data_dir() / "files"
    if place.exists():
        place.rename(place.with_name(f"files.{aside}"))
    restored.mkdir(exist_ok=True)
    restored.rename(place)


def restore_environment(installation: Installation, backed_up: Path, letter_key: str) -> None:
    """The backup's key and settings, this machine's addresses: signatures and codes stay valid."""
    here = read_environment(installation.environment_file)
    # A letter key that was given lies in its own file; a line of its own here would go before it.
    stays = MACHINE_LINES if letter_key else NOT_BACKED_UP
    machine = {name: value for name, value in here.items() if name in stays}
    lines = {**read_environment(backed_up), **machine}
    write_private(
        installation.environment_file, "".join(f"{name}={value}\n" for name, value in lines.items())
    )


def confirm(file: Path) -> None:
    if not sys.stdin.isatty():
        raise Stop("Restoring replaces what is there: say so with YES=1.")
    if (
        input(f"Put {file} in place of the data in {data_dir()}? The data is kept aside. [y/N] ")
        .strip()
        .lower()
        != "y"
    ):
        raise Stop("Nothing was changed.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.restore")
    parser.add_argument("file")
    parser.add_argument("--key", type=Path)
    parser.add_argument("--without-key", action="store_true")
    parser.add_argument("--yes", action="store_true")
    options = parser.parse_args()
    if not options.file:
        raise Stop("Which backup? make restore FILE=var/backups/….tar")
    file = Path(options.file)
    if not file.is_file():
        raise Stop(f"There is no file {file}.")
    if options.key is not None and not options.key.is_file():
        raise Stop(f"There is no file {options.key}.")
    if running := running_address():
        raise Stop(f"The portal runs ({running}): stop it first.")
    if not options.yes:
        confirm(file)
    aside = f"before_{datetime.now(CHINA):%Y%m%d_%H%M%S}"
    try:
        with step("Restoring"):
            manifest = restore(file, aside=aside, key_file=options.key, without_key=options.without_key)
    except EmbeddedError as error:
        raise Stop(str(error)) from None
    print(f"Restored the backup of {manifest.made_at} ({sum(manifest.rows.values())} rows).")
    print(
        f"What was there before is kept: database {DATABASE}_{aside}, files {data_dir() / f'files.{aside}'}."
    )


if __name__ == "__main__":
    os.umask(0o077)
    with one_line_errors():
        main()
