"""One installation: a folder, its PostgreSQL, its Redis, and the settings that reach them."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from renovation.embedded.errors import EmbeddedError
from renovation.embedded.place import Place, write_private
from renovation.embedded.postgres import Postgres
from renovation.embedded.redis_server import RedisServer
from renovation.environment import data_dir, read_environment
from residents import keys


class Installation:
    """The servers below one folder: `var/` for the demo and real work, `var/test/` for the tests.

    The two never share a server, so that the tests may run beside a portal in use.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.place = Place(home)
        self.postgres = Postgres(self.place, durable=durable)
        self.redis = RedisServer(self.place, databases=16 if durable else 512)

    @classmethod
    def main(cls) -> "Installation":
        return cls(data_dir())

    @classmethod
    def for_tests(cls) -> "Installation":
        return cls(data_dir() / "test", durable=False)

    # --- Life ---------------------------------------------------------------------------

    def start(self, *, tied: bool) -> None:
        """Start what does not run yet. `tied`: it ends with this process, even a killed one."""
        with self._lock("starting.lock"):
            self.place.prepare()
            try:
                self.postgres.start(tied=tied)
                self.redis.start(tied=tied)
            except (EmbeddedError, OSError, KeyboardInterrupt):
                self._stop_own()
                raise
            if self.durable:
                self.write_environment()

    def stop(self) -> None:
        if self.place.state is None:
            return
        with self._lock("starting.lock"):
            self.redis.stop()
            self.postgres.stop()

    def _stop_own(self) -> None:
        for server in (self.redis, self.postgres):
            if server.process is not None:
                server.stop()

    def running(self) -> bool:
        return self.postgres.running() and self.redis.running()

    # --- Sharing ------------------------------------------------------------------------

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Use the servers together with others: the last one to leave stops them.

        Several test runs share one server. `start --keep` leaves a file `kept`, and then
        nobody stops them but `stop`.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / "users.lock").open("w") as users:
            # Together with `starting.lock`: nobody stops the servers between our look and our lock.
            with self._lock("leaving.lock"):
                fcntl.flock(users, fcntl.LOCK_SH)
                self.start(tied=False)
            try:
                yield
            finally:
                self._leave(users)

    def _leave(self, users: IO[str]) -> None:
        with self._lock("leaving.lock"):
            fcntl.flock(users, fcntl.LOCK_UN)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            if not self.kept.exists():
                self.stop()

    @property
    def kept(self) -> Path:
        return self.home / "kept"

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # --- Settings -----------------------------------------------------------------------

    @property
    def environment_file(self) -> Path:
        return self.home / "environment"

    def write_environment(self) -> None:
        """Leave the servers' addresses where every command finds them; lines added by hand stay."""
        kept = read_environment(self.environment_file)
        kept["LETTER_KEY_FINGERPRINT"] = self._see_to_letter_key(kept.get("LETTER_KEY_FINGERPRINT", ""))
        ours = {
            "DATABASE_URL": self.postgres.url("app"),
            "DATABASE_OWNER_URL": self.postgres.url("owner"),
            "REDIS_URL": self.redis.url(),
        }
        defaults = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "HTTPS": "0",
        }
        lines = [
            "# Written at each start: the addresses of the embedded servers. Lines of your own stay.",
            *(f"{name}={value}" for name, value in {**defaults, **kept, **ours}.items()),
        ]
        text = "\n".join(lines) + "\n"
        if not self.environment_file.exists() or self.environment_file.read_text(encoding="utf-8") != text:
            write_private(self.environment_file, text)

    @property
    def letter_key_file(self) -> Path:
        """Beside the environment and not in it: the environment goes into the backup, this key does not."""
        return self.home / "letter-key"

    def letter_key(self) -> str:
        """What the codes on letters are made from; "" where it is lost."""
        own = read_environment(self.environment_file).get(keys.NAME)
        return own or read_environment(self.letter_key_file).get(keys.NAME, "")

    def _see_to_letter_key(self, known: str) -> str:
        """Make the key once, and answer its fingerprint. A lost key is not replaced: that would be another key."""
        key = self.letter_key()
        if not key and not known:
            key = keys.new_key()
            write_private(self.letter_key_file, keys.key_file(key))
        return known or keys.fingerprint(key)

    def environment(self) -> dict[str, str]:
        """This process' environment with the installation's settings in it."""
        return {**read_environment(self.environment_file), **os.environ}
