"""What a backup file is: a tar with a manifest, the database, the stored files and the keys.

`manifest.json` comes first and names every other member with its SHA-256, so that
a damaged or shortened file is recognised before anything is touched.
"""

import hashlib
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tools.steps import Stop

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
ENVIRONMENT = "environment"
FILES = "files"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Manifest:
    """What the archive holds: `members` maps each name to its SHA-256."""

    made_at: str
    version: str
    demo: bool
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps(self.__dict__, ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> "Manifest":
        found: dict[str, Any] = json.loads(text)
        if found.get("format") != FORMAT:
            raise Stop(f"This backup has format {found.get('format')}; this version reads format {FORMAT}.")
        return cls(**found)


def unpack(archive: Path, target: Path) -> Manifest:
    """Unpack into an empty folder and check every byte; nothing outside that folder is ever written."""
    try:
        with tarfile.open(archive, "r") as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir()):
                    raise Stop(f"{archive} holds {member.name!r}, which no backup of the portal holds.")
                tar.extract(member, target, filter="data")
    except FileNotFoundError:
        raise Stop(f"There is no file {archive}.") from None
    except (tarfile.TarError, EOFError) as error:
        raise Stop(f"{archive} is no backup of the portal, or it is damaged ({error}).") from None
    return _checked(archive, target)


def _checked(archive: Path, target: Path) -> Manifest:
    if not (target / MANIFEST).is_file():
        raise Stop(f"{archive} is no backup of the portal: it has no {MANIFEST}.")
    manifest = Manifest.read((target / MANIFEST).read_text(encoding="utf-8"))
    for name, digest in manifest.members.items():
        if not (target / name).is_file() or sha256(target / name) != digest:
            raise Stop(f"{archive} is damaged: {name} is not what was written.")
    return manifest
