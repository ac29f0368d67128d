"""`make backup [FILE=]`: database, stored files and keys into one file that only its owner may read.

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
from renovation.environment import read_environment
from tools import archive
from tools.archive import Manifest
from tools.steps import BASE_DIR, Stop, data_dir, need_space, one_line_errors, step

CHINA = timezone(timedelta(hours=8))
# The addresses of the servers belong to the machine, not to the data.
MACHINE_LINES = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}


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
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with database_running(installation), tempfile.TemporaryDirectory(dir=target.parent) as folder:
        work = Path(folder)
        dump, environment = work / archive.DATABASE, work / archive.ENVIRONMENT
        run_program(installation, "pg_dump", "--format=custom", f"--file={dump}", "renovation")
        run_program(installation, "pg_restore", "--list", str(dump))
        manifest.rows = count_rows(installation.postgres.url("postgres"))
        kept = {name: value for name, value in lines.items() if name not in MACHINE_LINES}
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


def default_target() -> Path:
    return data_dir() / "backups" / f"renovation-{datetime.now(CHINA):%Y%m%d-%H%M%S}.tar"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.backup")
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    target = options.file or default_target()
    try:
        with step("Backing up"):
            manifest = make_backup(target)
    except EmbeddedError as error:
        raise Stop(str(error)) from None
    size = target.stat().st_size / 2**20
    print(f"{target} ({size:.1f} MB, {sum(manifest.rows.values())} rows, {len(manifest.members) - 2} files)")
    print("It holds personal data and the secret key: keep it where only you can read it.")


if __name__ == "__main__":
    with one_line_errors():
        main()
