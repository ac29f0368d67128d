"""The tests' PostgreSQL and Redis, and a database of its own for each process of a run.

Loaded by `-p tests.database` (pyproject.toml), before Django reads its settings.
The servers of `var/test` are started when they do not run; the last run to end
stops them. A template database is migrated once for each state of the migrations
and copied for each process: real tables, triggers and rights in a tenth of a
second. Tests connect as the role `app`, exactly as the portal does.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import extensions, sql

from renovation.embedded import EmbeddedError, Installation
from renovation.environment import BASE_DIR
from tests.pristine import Pristine
from tools import static_files
from tools.steps import Stop

MIGRATION_SOURCES = ("*/migrations/**/*.py", "core/roles.py", "core/management/**/*.py", "requirements.txt")
KEPT_TEMPLATES = 2
held: pytest.StashKey[ExitStack] = pytest.StashKey()


# Who puts the rows back between tests, as the server's statistics call it.
KEEPER = "keeper of the tests"


class Databases:
    """Making, copying and dropping the databases of one test process."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.name = f"test_{os.environ['TEST_SLOT']}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        self._keeper: extensions.connection | None = None

    def environment(self, name: str) -> dict[str, str]:
        """What Django needs to work on the database of this name."""
        postgres, redis = self.installation.postgres, self.installation.redis
        return {
            "DATABASE_URL": postgres.url("app", name),
            "DATABASE_OWNER_URL": postgres.url("owner", name),
            "REDIS_URL": redis.url(zlib.crc32(name.encode()) % redis.databases),
        }

    @contextmanager
    def connect(self, name: str, role: str = "owner") -> Iterator[extensions.connection]:
        """A plain connection of its own, each statement a transaction."""
        connection = psycopg2.connect(self.installation.postgres.url(role, name))
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def create(self) -> None:
        """Copy the template into this process' database, an older one of this name thrown away."""
        with self.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
            template = self.template(cursor)
            self._let_go()
            self.copy(cursor, template, self.name)
        # A connection for the whole run: a new one would read the catalogues anew each time.
        self._keeper = psycopg2.connect(
            self.installation.postgres.url("postgres", self.name), application_name=KEEPER
        )
        self._keeper.autocommit = True
        self._pristine = Pristine(self._keeper.cursor())

    def put_back(self) -> None:
        """As `create` left it, whatever was committed since; whoever else is connected is thrown out."""
        assert self._keeper is not None
        with self._keeper.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                [self.name],
            )
        if not self._pristine.put_back():
            self.create()

    def create_from(self, template: str) -> None:
        """Copy another template than the plain one; `create` brings that back."""
        with self.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
            self._let_go()
            self.copy(cursor, template, self.name)

    def copy(self, cursor: Any, template: str, name: str) -> None:
        self.dropped(cursor, name)
        with suppress(psycopg2.errors.InvalidParameterValue):
            # The kernel copies the files (a third of the time) where it can.
            cursor.execute("SET file_copy_method = clone")
        statement = sql.SQL("CREATE DATABASE {} OWNER owner TEMPLATE {} STRATEGY FILE_COPY")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        # Rights on the database itself are not copied with it.
        for rights in ("REVOKE ALL ON DATABASE {} FROM PUBLIC", "GRANT CONNECT ON DATABASE {} TO app"):
            cursor.execute(sql.SQL(rights).format(sql.Identifier(name)))

    def drop(self) -> None:
        with self.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
            self._let_go()
            self.dropped(cursor, self.name)

    def drop_those_of_run(self) -> None:
        """What `tests.portal.demo_database` made for this run's processes."""
        with self.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.of_run("demo")]
            )
            for (name,) in cursor.fetchall():
                self.dropped(cursor, name)
                shutil.rmtree(self.files_of(name), ignore_errors=True)

    @staticmethod
    def of_run(what: str) -> str:
        return f"{what}_{os.environ['TEST_RUN']}"

    def files_of(self, name: str) -> Path:
        """Where the files lie that the rows of this database name."""
        return self.installation.home / "files" / name

    def _let_go(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    @staticmethod
    def dropped(cursor: Any, name: str) -> None:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, cursor: Any) -> str:
        name = f"template_{migrations_hash()}"
        with self.made_once(cursor, name) as is_missing:
            if is_missing:
                self._build_template(cursor, name)
        return name

    @staticmethod
    @contextmanager
    def made_once(cursor: Any, name: str) -> Iterator[bool]:
        """Whether the template of this name is missing; nobody else makes one at the same time."""
        cursor.execute("SELECT pg_advisory_lock(%s)", [zlib.crc32(b"template")])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        yield not cursor.fetchone()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [zlib.crc32(b"template")])

    def _build_template(self, cursor: Any, name: str) -> None:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC")
        for (old,) in cursor.fetchall()[KEPT_TEMPLATES:]:
            self.dropped(cursor, old)
        unfinished = f"unfinished_{name}"
        self.dropped(cursor, unfinished)
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(unfinished)))
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
        environment = {**os.environ, **self.environment(unfinished)}
        done = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.exit(f"The tests' database could not be migrated:\n{done.stdout}{done.stderr}", 1)
        self.finished(cursor, unfinished, name)

    @staticmethod
    def finished(cursor: Any, unfinished: str, name: str) -> None:
        """Nobody changes it any more; it has its name when it is whole."""
        for statement in ("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", "ALTER DATABASE {} RENAME TO {}"):
            cursor.execute(sql.SQL(statement).format(sql.Identifier(unfinished), sql.Identifier(name)))


def migrations_hash() -> str:
    """The same for the same tables, triggers and rights."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in MIGRATION_SOURCES for path in BASE_DIR.glob(pattern)}):
        if ".venv" not in path.parts and "node_modules" not in path.parts:
            found.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


# --- The process of a run ---------------------------------------------------------------


@contextmanager
def _slot(home: Path) -> Iterator[str]:
    """A number that no other run has: two runs at once never share a database."""
    home.mkdir(parents=True, exist_ok=True)
    prefix = os.environ.get("TEST_DATABASE_SUFFIX", "")
    for number in range(100):
        slot = f"{prefix}{number}"
        with (home / f"run-{slot}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield slot
            return
    raise EmbeddedError("A hundred test runs are going on already.")


def _keys_of_run() -> dict[str, str]:
    """The same for all processes of a run, which share what one of them made."""
    return {
        "TEST_RUN": secrets.token_hex(4),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "LETTER_KEY": secrets.token_urlsafe(48),
    }


def _settings_of_tests(databases: Databases) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "renovation.settings",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "HTTPS": "0",
        "MEDIA_ROOT": str(databases.files_of(databases.name)),
        **databases.environment(databases.name),
    }


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    installation = Installation.for_tests()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        stack = early_config.stash[held] = ExitStack()
        try:
            stack.enter_context(installation.shared())
            os.environ["TEST_SLOT"] = stack.enter_context(_slot(installation.home))
            os.environ.update(_keys_of_run())
            stack.callback(Databases(installation).drop_those_of_run)
            static_files.bring_up_to_date(development=True)
        except (EmbeddedError, Stop) as error:
            stack.close()
            raise pytest.UsageError(str(error)) from None
    os.environ.update(_settings_of_tests(Databases(installation)))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if stack := config.stash.get(held, None):
        stack.close()
