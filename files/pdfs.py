"""What a PDF is, found out in a process of its own (`files.pdf_page`) that may be stopped."""

import json
import logging
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image

from files import pdf_page
from files.errors import BrokenPdf, LockedPdf, TooManyPages

logger = logging.getLogger(__name__)

PROGRAM = Path(pdf_page.__file__)
# Longer than its seconds of processor: a busy machine must not refuse honest files.
PATIENCE = 30
THUMBNAIL_EDGE, THUMBNAIL_QUALITY = 480, 75


class Pdf(NamedTuple):
    """`preview` is the first page as JPEG of at most 1600 pixels a side, `thumbnail` the same at 480."""

    pages: int
    preview: BytesIO
    thumbnail: BytesIO


def read_pdf(source: BinaryIO) -> Pdf:
    """Raises `BrokenPdf`, also for what takes too long or too much memory, `LockedPdf` and `TooManyPages`."""
    source.seek(0)
    content = source.read()
    source.seek(0)
    # -I: nothing of this process' folder or environment reaches it but the installed packages.
    command = [sys.executable, "-I", str(PROGRAM)]
    try:
        done = subprocess.run(  # noqa: S603  (our own program; the file comes on its stdin)
            command, input=content, capture_output=True, timeout=PATIENCE, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BrokenPdf from error
    if done.returncode:
        logger.warning("A PDF stopped its reader (%s): %s", done.returncode, done.stderr[-300:])
        raise BrokenPdf
    line, _newline, picture = done.stdout.partition(b"\n")
    facts = json.loads(line)
    if refused := facts.get("refused"):
        _refuse(refused, facts)
    return Pdf(facts["pages"], BytesIO(picture), _smaller(picture))


def _refuse(why: str, facts: dict[str, int]) -> None:
    if why == "password":
        raise LockedPdf
    if why == "pages":
        raise TooManyPages(pages=facts["pages"], limit=pdf_page.MOST_PAGES)
    raise BrokenPdf


def _smaller(picture: bytes) -> BytesIO:
    to = BytesIO()
    with Image.open(BytesIO(picture), formats=("JPEG",)) as image:
        image.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
        image.save(to, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
    return to
