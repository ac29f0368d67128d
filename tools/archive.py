"""What a backup file is: a tar with a manifest, the database, the stored files and the settings.

`manifest.json` comes first and names every other member with its SHA-256, so that
a damaged or shortened file is recognised before anything is touched.
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tools.steps import Stop

FORMAT = 2
# 1 knew no letter key.
READABLE = {1, FORMAT}
MANIFEST = "manifest.json"
DATABASE = "database.dump"
ENVIRONMENT = "environment"
FILES = "files"


def sha256(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := file.read(2**20):
        found.update(block)
    return found.hexdigest()


@dataclass
class Manifest:
    """What the archive holds: `members` maps each name to its SHA-256.

    `letter_key` is the fingerprint of the key that the letters were made with; the key itself is not in the archive.
    """

    made_at: str
    version: str
    demo: bool
    letter_key: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps(self.__dict__, ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> "Manifest":
        found: dict[str, Any] = json.loads(text)
        if found.get("format") not in READABLE:
            raise Stop(f"This backup has format {found.get('format')}; this version reads up to {FORMAT}.")
        return cls(**found)


def pack(target: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    """Write the named files behind a manifest of them; `target` is readable by its owner alone."""
    for name, source in sources.items():
        with source.open("rb") as file:
            manifest.members[name] = sha256(file)
    text = manifest.as_json().encode()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output, tarfile.open(fileobj=output, mode="w") as tar:
        about = tarfile.TarInfo(MANIFEST)
        about.size = len(text)
        tar.addfile(about, BytesIO(text))
        for name, source in sources.items():
            tar.add(source, name)


def verify(archive: Path) -> Manifest:
    """Read every byte; nothing is unpacked."""
    return _read(archive, None)


def unpack(archive: Path, target: Path) -> Manifest:
    """Unpack into an empty folder, every byte checked; nothing outside that folder is ever written."""
    return _read(archive, target)


def _read(archive: Path, target: Path | None) -> Manifest:
    try:
        with tarfile.open(archive, "r") as tar:
            return _read_members(archive, tar, target)
    except FileNotFoundError:
        raise Stop(f"There is no file {archive}.") from None
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Stop(f"{archive} is no backup of the portal, or it is damaged ({error}).") from None


def _read_members(archive: Path, tar: tarfile.TarFile, target: Path | None) -> Manifest:
    manifest: Manifest | None = None
    missing: set[str] = set()
    for member in tar:
        content = tar.extractfile(member) if member.isfile() else None
        if content is None or not _is_inside(member.name):
            raise Stop(f"{archive} holds {member.name!r}, which no backup of the portal holds.")
        if manifest is None:
            manifest = _read_manifest(archive, member.name, content)
            missing = set(manifest.members)
            continue
        if sha256(content) != manifest.members.get(member.name):
            raise Stop(f"{archive} is damaged: {member.name} is not what was written.")
        missing.discard(member.name)
        if target is not None:
            tar.extract(member, target, filter="data")
    if manifest is None or missing:
        raise Stop(f"{archive} is damaged: {len(missing)} of its files are missing.")
    return manifest


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _read_manifest(archive: Path, name: str, content: IO[bytes]) -> Manifest:
    if name != MANIFEST:
        raise Stop(f"{archive} is no backup of the portal: it does not begin with {MANIFEST}.")
    return Manifest.read(content.read().decode())
