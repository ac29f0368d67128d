"""Taking files in. Bytes are stored first, the row after: a row always has its bytes.

The same bytes stored twice, by a retry or by two people, are one object.
"""

import hashlib
import os
from collections.abc import Collection
from io import BytesIO
from pathlib import PurePath
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from core import filetypes
from core.errors import TooLarge
from files import storage
from files.errors import EmptyFile, UnsupportedFile
from files.images import reencoded
from files.models import StoredFile
from files.names import clean_name
from files.office import refuse_active
from files.pdfs import read_pdf
from files.rules import CSV, DOCUMENTS, IMAGES, SPREADSHEETS, FileRule, in_words

__all__ = [
    "DOCUMENTS",
    "IMAGES",
    "SPREADSHEETS",
    "forget_bytes",
    "store_document",
    "store_image",
    "store_product",
    "store_upload",
]

MEGABYTE = 1024 * 1024


def store_document(
    *, file: BinaryIO, name: str, user: Any, accepted: Collection[str] = DOCUMENTS
) -> StoredFile:
    """Keep a document as it came. What it is follows from its bytes; pages and drawings with scripts are refused.

    Where spreadsheets are accepted, an HTML table that calls itself .xls is one; it is kept
    as nameless bytes, so that no browser ever shows it as a page.
    """
    _check_size(file)
    media_type = _media_type(file, name)
    if media_type == filetypes.HTML and filetypes.XLS in accepted and PurePath(name).suffix.lower() == ".xls":
        media_type = filetypes.UNKNOWN
    elif media_type not in accepted:
        raise UnsupportedFile(accepted=in_words(accepted))
    return _store(file, name=name, media_type=media_type, user=user)


def store_image(*, file: BinaryIO, name: str, user: Any) -> StoredFile:
    """Keep a picture, written anew as JPEG of at most 2560 pixels a side, with a thumbnail of 480."""
    _check_size(file)
    if filetypes.real_type(file) not in IMAGES:
        raise UnsupportedFile(accepted=in_words(IMAGES))
    picture = reencoded(file)
    digest = _sha256(picture.content)
    made = StoredFile(sha256=digest, media_type=filetypes.JPEG, width=picture.width, height=picture.height)
    # The thumbnail goes first: where the picture lies, its thumbnail does.
    storage.put(made.thumbnail_key, picture.thumbnail)
    return _store(
        picture.content, name=PurePath(name).stem or name, media_type=filetypes.JPEG, user=user, made=made
    )


def store_upload(*, file: BinaryIO, name: str, user: Any, rule: FileRule) -> StoredFile:
    """Keep a document of a record: what `rule` accepts, checked for what it could do to its readers.

    A picture is written anew (`store_image`); a PDF must open, and its first page is kept as a
    picture; office files with macros are refused. Raises what `files.errors` names and `TooLarge`.
    """
    _check_size(file, megabytes=rule.limit)
    media_type = _media_type(file, name)
    if media_type not in rule.accepted:
        raise UnsupportedFile(accepted=in_words(rule.accepted))
    if media_type in IMAGES:
        return store_image(file=file, name=name, user=user)
    if media_type == filetypes.PDF:
        return _store_pdf(file, name=name, user=user)
    refuse_active(file, media_type)
    return _store(file, name=name, media_type=media_type, user=user)


def _store_pdf(file: BinaryIO, *, name: str, user: Any) -> StoredFile:
    pdf = read_pdf(file)
    made = StoredFile(sha256=_sha256(file), media_type=filetypes.PDF, pages=pdf.pages)
    # As with pictures: where the document lies, what shows it does.
    storage.put(made.thumbnail_key, pdf.thumbnail)
    storage.put(made.preview_key, pdf.preview)
    return _store(file, name=name, media_type=filetypes.PDF, user=user, made=made)


def store_product(*, content: BytesIO | BinaryIO, name: str, media_type: str, user: Any) -> StoredFile:
    """Keep what the portal made itself (an export, a workbook of wrong rows), however large."""
    return _store(content, name=name, media_type=media_type, user=user)


def forget_bytes(*, files: Collection[StoredFile]) -> None:
    """Delete the bytes of files that must not be kept (residents' personal data); their rows stay.

    Bytes that another row names as well are kept: they are another record's too.
    """
    for digest in {file.sha256 for file in files}:
        own = [file.pk for file in files if file.sha256 == digest]
        if not StoredFile.objects.filter(sha256=digest).exclude(pk__in=own).exists():
            storage.forget(StoredFile(sha256=digest).key)


def _store(
    file: BinaryIO, *, name: str, media_type: str, user: Any, made: StoredFile | None = None
) -> StoredFile:
    made = made or StoredFile(sha256=_sha256(file), media_type=media_type)
    storage.put(made.key, file)
    file.seek(0, os.SEEK_END)
    made.size = file.tell()
    made.name = clean_name(name, media_type=media_type)
    made.uploaded_by = user
    with transaction.atomic():
        made.save(force_insert=True)
    return made


def _check_size(file: BinaryIO, *, megabytes: int | None = None) -> None:
    limit = settings.UPLOAD_LIMIT_MB if megabytes is None else megabytes
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if size > limit * MEGABYTE:
        raise TooLarge(limit=limit)
    if not size:
        raise EmptyFile


def _media_type(file: BinaryIO, name: str) -> str:
    found = filetypes.real_type(file)
    return CSV if found == filetypes.TEXT and PurePath(name).suffix.lower() in {".csv", ".tsv"} else found


def _sha256(file: BinaryIO) -> str:
    found = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(MEGABYTE):
        found.update(chunk)
    return found.hexdigest()
