"""The benchmark database on the embedded server: made once for a state of the tables, used by every run."""

import hashlib
import os
import secrets
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from renovation.embedded import Installation
from renovation.environment import BASE_DIR

SOURCES = ("*/migrations/**/*.py", "compounds/urgency.py", "core/roles.py", "benchmarks/fill*.py")

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def _state() -> str:
    found = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in BASE_DIR.glob(pattern)}):
        found.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


class BenchDatabase:
    """`name`, and the environment with which a process works on it."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.name = f"bench_{_state()}"
        self._secret = secrets.token_urlsafe(64)

    def url(self, role: str = "app", name: str = "") -> str:
        return self.installation.postgres.url(role, name or self.name)

    def environment(self, name: str = "") -> dict[str, str]:
        redis = self.installation.redis
        own = {
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "renovation.settings"),
            "SECRET_KEY": self._secret,
            "LETTER_KEY": self._secret[::-1],
            "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
            "HTTPS": "0",
            "DEMO": "0",
            "LOG_LEVEL": "ERROR",
            "SECOND_FACTOR_FOR_ADMINISTRATORS": "0",
            # The throttle counts every request and lets them pass.
            "API_REQUESTS_PER_MINUTE": "1000000000",
            "DATABASE_URL": self.url("app", name),
            "DATABASE_OWNER_URL": self.url("owner", name),
            "REDIS_URL": redis.url(zlib.crc32(self.name.encode()) % redis.databases),
        }
        return {**os.environ, **own}

    @contextmanager
    def _server(self, name: str = "postgres") -> Iterator[Any]:
        # The owner makes no databases: it owns the portal's and no more.
        connection = psycopg2.connect(self.url("postgres", name))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    @contextmanager
    def durable(self) -> Iterator[None]:
        """Inside, what is committed is on the disk: the tests' server, which this is, does not wait for it."""
        with self._server() as cursor:
            for name in DURABLE:
                cursor.execute(sql.SQL("ALTER SYSTEM SET {} = on").format(sql.Identifier(name)))
            cursor.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            with self._server() as cursor:
                for name in DURABLE:
                    cursor.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
                cursor.execute("SELECT pg_reload_conf()")

    def prepare(self) -> None:
        """Make it unless it is there; older ones are dropped."""
        with self._server() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(unfinished_)?bench_'")
            known = [row[0] for row in cursor.fetchall()]
            if self.name in known:
                return
            for old in known:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            print("Making the benchmark database: 10,000 compounds and projects (once)", flush=True)
            unfinished = f"unfinished_{self.name}"
            for statement in (
                "CREATE DATABASE {} OWNER owner",
                "REVOKE ALL ON DATABASE {} FROM PUBLIC",
                "GRANT CONNECT ON DATABASE {} TO app",
            ):
                cursor.execute(sql.SQL(statement).format(sql.Identifier(unfinished)))
            self._run(unfinished, "manage.py", "migrate", "--verbosity=0")
            self._run(unfinished, "-m", "benchmarks.fill")
            with self._server(unfinished) as inside:
                inside.execute("VACUUM ANALYZE")
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(self.name)))

    def _run(self, name: str, *words: str) -> None:
        subprocess.run([sys.executable, *words], cwd=BASE_DIR, env=self.environment(name), check=True)
