"""Bytes under their key: written whole or not at all, and written once."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from files.errors import StorageAway, StorageFull

logger = logging.getLogger(__name__)

CHUNK = 1024 * 1024
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store() -> Storage:
    return storages["default"]


def put(key: str, source: BinaryIO) -> None:
    """Store the bytes of `source` under `key`, unless they lie there already.

    Raises `StorageFull` and `StorageAway`; then nothing lies under the key that did not before.
    """
    source.seek(0, os.SEEK_END)
    size = source.tell()
    storage = store()
    try:
        if storage.exists(key) and storage.size(key) == size:
            return
        source.seek(0)
        # FileSystemStorage writes into the final place, so that a crash would leave half a
        # file under the checksum of the whole; object stores take an upload whole.
        if isinstance(storage, FileSystemStorage):
            _put_whole(Path(storage.path(key)), source)
        else:
            storage.save(key, File(source))
    except OSError as error:
        logger.exception("Bytes could not be stored")
        raise (StorageFull if error.errno in FULL else StorageAway) from error


@contextmanager
def disk_faults_as_refusals() -> Iterator[None]:
    """Around work with temporary files: a disk that is full or gone is said as such, not as an error of ours."""
    try:
        yield
    except OSError as error:
        logger.exception("The disk refused a temporary file")
        raise (StorageFull if error.errno in FULL else StorageAway) from error


def _put_whole(path: Path, source: BinaryIO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with unfinished.open("xb") as target:
            for chunk in _chunks(source):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def fetch(key: str) -> File:
    """The bytes for reading; `FileNotFoundError` where they are gone."""
    return store().open(key, "rb")


def forget(key: str) -> None:
    """Delete the bytes under `key`; nothing happens where none lie there."""
    store().delete(key)
