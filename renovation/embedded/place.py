"""Where the servers' files lie, to whom they belong, and what is remembered about them.

An installation's folder (`var/`) holds `servers.json` (ports and passwords, mode
600) and `servers/`, the place of the data. PostgreSQL refuses to run as root, and
an unprivileged process cannot look below a private home; so root's place is a
folder outside every home, and `var/servers` is a link to it.
"""

import json
import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from renovation.embedded.errors import EmbeddedError

# Root's places: kept across a restart of the machine, and passable for everybody.
OUTSIDE = (Path("/var/lib"), Path("/srv"), Path("/var/tmp"))  # noqa: S108
MARKER = "renovation-portal.json"
# What only compilers read.
NOT_COPIED = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")


@dataclass
class State:
    """What an installation remembers about its servers between two starts."""

    identity: str
    postgres_port: int
    redis_port: int
    superuser_password: str
    owner_password: str
    app_password: str
    redis_password: str

    @classmethod
    def fresh(cls) -> "State":
        passwords = [secrets.token_urlsafe(24) for _ in range(4)]
        return cls(secrets.token_hex(6), 0, 0, *passwords)


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner may read it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class Place:
    """The folder of one installation's servers, created once and recognised afterwards."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.link = self.home / "servers"
        self.state_file = self.home / "servers.json"
        self.state = self._read_state()

    # --- Making and recognising ---------------------------------------------------------

    def prepare(self) -> None:
        """Create the place, or make sure that the one found is ours and that we may use it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state = self._read_state()  # another process may have made it since
        if self.state is None:
            self._create()
        if not self.link.exists():
            raise EmbeddedError(
                f"The database that belongs to {self.home} is gone ({os.path.realpath(self.link)}). Remove "
                f"{self.link} and {self.state_file} to begin anew, then `make restore FILE=` a backup."
            )
        self._recognise()
        owner = self.owner()
        if os.geteuid() not in (0, owner.pw_uid):
            raise EmbeddedError(
                f"The database below {self.home} belongs to {owner.pw_name}: run this as that user."
            )

    def _create(self) -> None:
        if self.link.exists() or self.link.is_symlink():
            raise EmbeddedError(
                f"{self.link} holds a database whose passwords ({self.state_file}) are missing. "
                "It is left alone: put the file back, or move the folder away."
            )
        self.state = State.fresh()
        if os.geteuid() == 0:
            place = self._outside() / f"renovation-{self.state.identity}"
            place.mkdir(mode=0o755)
            self.link.symlink_to(place)
        else:
            self.link.mkdir(mode=0o700)
        self._mark()
        self.save()

    @staticmethod
    def _outside() -> Path:
        for folder in OUTSIDE:
            passable = all(
                path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents) if path.is_dir()
            )
            if folder.is_dir() and passable and os.access(folder, os.W_OK):
                return folder
        raise EmbeddedError(
            f"Root's database needs a folder outside every home: none of {OUTSIDE} can be used."
        )

    def _mark(self) -> None:
        write_private(
            self.path / MARKER, json.dumps({"identity": self.known.identity, "home": str(self.home)})
        )

    def _recognise(self) -> None:
        """Refuse a folder that another installation made: a database not our own is never touched."""
        try:
            mark: dict[str, Any] = json.loads((self.path / MARKER).read_text(encoding="utf-8"))
        except PermissionError:
            raise EmbeddedError(
                f"The database below {self.home} belongs to root: run this as root."
            ) from None
        except (FileNotFoundError, ValueError):
            mark = {}
        if mark.get("identity") != self.known.identity:
            raise EmbeddedError(f"{self.path} was not made by this installation; it is left alone.")
        former = Path(str(mark.get("home")))
        if former != self.home:
            other = former / "servers.json"
            if other.is_file() and self.known.identity in other.read_text(encoding="utf-8"):
                raise EmbeddedError(
                    f"{self.link} is a copied link to the database of {former}. Remove {self.link} and "
                    f"{self.state_file} to begin a database of its own here."
                )
            self._mark()  # the whole folder was moved

    # --- State --------------------------------------------------------------------------

    def _read_state(self) -> State | None:
        try:
            return State(**json.loads(self.state_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise EmbeddedError(
                f"{self.state_file} belongs to another user: run this as that user."
            ) from None
        except (ValueError, TypeError):
            raise EmbeddedError(
                f"{self.state_file} is damaged; put it back from a backup of that file."
            ) from None

    @property
    def known(self) -> State:
        """The state of a place that `prepare` has made or found."""
        if self.state is None:
            raise EmbeddedError(f"Nothing was set up below {self.home} yet.")
        return self.state

    def save(self) -> None:
        write_private(self.state_file, json.dumps(asdict(self.known), indent=1))

    # --- Folders and their owner --------------------------------------------------------

    @property
    def path(self) -> Path:
        return self.link.resolve()

    def owner(self) -> pwd.struct_passwd:
        """As whom the servers run: never root, and whoever the data belongs to already."""
        for folder in (self.path / "postgres", self.path):
            if folder.exists() and folder.stat().st_uid != 0:
                return pwd.getpwuid(folder.stat().st_uid)
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        try:
            return pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and there is no user `nobody` to run it."
            ) from None

    def as_owner(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a program as the data's owner."""
        if os.geteuid() != 0:
            return {}
        owner = self.owner()
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def folder(self, name: str) -> Path:
        """A folder that belongs to the servers' user alone."""
        folder = self.path / name
        if not folder.exists():
            owner = self.owner()
            folder.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
        return folder

    def give_private(self, path: Path, text: str) -> None:
        """A file that the servers' user, and nobody else, can read."""
        write_private(path, text)
        if os.geteuid() == 0:
            os.chown(path, self.owner().pw_uid, self.owner().pw_gid)

    def programs(self, name: str, sources: Mapping[str, Path]) -> dict[str, Path]:
        """Programs where the servers' user can read them: as they are, or in root's case a copy.

        `sources` maps the path inside the copy to what is copied there. `name` holds the
        version, so that a newer wheel makes a new copy.
        """
        if os.geteuid() != 0:
            return dict(sources)
        copy = self.path / name
        if not copy.exists():
            unfinished = copy.with_name(f"{name}.{os.getpid()}")
            for inside, source in sources.items():
                shutil.copytree(source, unfinished / inside, symlinks=True, ignore=NOT_COPIED)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            unfinished.rename(copy)
        return {inside: copy / inside for inside in sources}
