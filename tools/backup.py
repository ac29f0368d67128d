"""`make backup [FILE=] [KEY=]`: database, stored files and settings into one file that only its owner may read.

The letter key is left out, so that a stolen backup opens no household's page; `KEY=` writes it to a file of its own.

May run while the portal does: the database is read as of one moment, the files
after it, so that every file the database names is there.
"""

import argparse
import os
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psycopg2
from psycopg2 import sql

from renovation.embedded import EmbeddedError, Installation
from renovation.embedded.place import write_private
from renovation.environment import read_environment
from residents import keys
from tools import archive
from tools.archive import Manifest
from tools.steps import BASE_DIR, Stop, data_dir, need_space, one_line_errors, step

CHINA = timezone(timedelta(hours=8))
# The addresses of the servers belong to the machine, not to the data.
MACHINE_LINES = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
NOT_BACKED_UP = {*MACHINE_LINES, keys.NAME}


@contextmanager
def database_running(installation: Installation) -> Iterator[None]:
    """The servers as they are, or started for as long as this takes."""
    if installation.place.state is None:
        raise Stop(f"There is nothing to back up below {installation.home}: `make run` or `make demo` first.")
    if installation.running():
        yield
        return
    installation.start(tied=True)
    try:
        yield
    finally:
        installation.stop()


def run_program(installation: Installation, name: str, *words: str) -> str:
    """One of PostgreSQL's own programs, with the password kept out of the process list."""
    state = installation.place.known
    environment = {
        **os.environ,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(state.postgres_port),
        "PGUSER": "postgres",
        "PGPASSWORD": state.superuser_password,
    }
    program = str(installation.postgres.program(name))
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"{name} failed: {' / '.join(done.stderr.strip().splitlines()[-2:])}")
    return done.stdout


def count_rows(url: str) -> dict[str, int]:
    """Rows of each table: what a restored database is compared with."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            row = cursor.fetchone()
            found[table] = int(row[0]) if row else 0
    connection.close()
    return found


def version() -> str:
    with (BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def make_backup(target: Path) -> Manifest:
    """Write the archive beside its name first: an interrupted backup never looks like a whole one."""
    installation = Installation.main()
    lines = read_environment(installation.environment_file)
    manifest = Manifest(
        made_at=datetime.now(CHINA).isoformat(timespec="seconds"),
        version=version(),
        demo=lines.get("DEMO") == "1",
        letter_key=lines.get("LETTER_KEY_FINGERPRINT", ""),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with database_running(installation), tempfile.TemporaryDirectory(dir=target.parent) as folder:
        work = Path(folder)
        dump, environment = work / archive.DATABASE, work / archive.ENVIRONMENT
        run_program(installation, "pg_dump", "--format=custom", f"--file={dump}", "renovation")
        run_program(installation, "pg_restore", "--list", str(dump))
        manifest.rows = count_rows(installation.postgres.url("postgres"))
        kept = {name: value for name, value in lines.items() if name not in NOT_BACKED_UP}
        environment.write_text("".join(f"{k}={v}\n" for k, v in kept.items()), encoding="utf-8")
        sources = {archive.DATABASE: dump, archive.ENVIRONMENT: environment, **stored_files()}
        write_archive(target, manifest, sources)
    return manifest


def stored_files() -> dict[str, Path]:
    """Their names in the archive; stored files never change once they are written."""
    folder = data_dir() / "files"
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {f"{archive.FILES}/{path.relative_to(folder).as_posix()}": path for path in paths}


def write_archive(target: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    need_space(target.parent, sum(path.stat().st_size for path in sources.values()) // 2**20 + 10)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        archive.pack(unfinished, manifest, sources)
        archive.verify(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def back_up_letter_key(target: Path, *, beside: Path) -> str:
    """The key into a file of its own, readable by its owner alone; its fingerprint."""
    installation = Installation.main()
    key = installation.letter_key()
    if not key:
        raise Stop(f"There is no letter key below {installation.home}.")
    if target.resolve().parent == beside.resolve().parent:
        raise Stop(
            f"KEY={target} would lie beside the backup: put it on another disk, or whoever has one has both."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_private(target, keys.key_file(key))
    return keys.fingerprint(key)


def default_target() -> Path:
    return data_dir() / "backups" / f"renovation-{datetime.now(CHINA):%Y%m%d-%H%M%S}.tar"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.backup")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--key", type=Path)
    options = parser.parse_args()
    target = options.file or default_target()
    try:
        written = back_up_letter_key(options.key, beside=target) if options.key else ""
        with step("Backing up"):
            manifest = make_backup(target)
    except EmbeddedError as error:
        raise Stop(str(error)) from None
    size = target.stat().st_size / 2**20
    print(f"{target} ({size:.1f} MB, {sum(manifest.rows.values())} rows, {len(manifest.members) - 2} files)")
    print("It holds personal data and the secret key: keep it where only you can read it.")
    if written:
        print(f"{options.key}: the letter key {written}. Keep it apart from the backup.")
    elif manifest.letter_key:
        print(
            f"The letter key {manifest.letter_key} is not in it: without a copy (make backup KEY=…, once) no printed "
            "letter opens anything after a restore."
        )


if __name__ == "__main__":
    with one_line_errors():
        main()
