"""Pictures as bytes, honest and not."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(width: int, height: int, kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    image = Image.new(mode, (width, height))
    # Something to see: the upper left quarter is red.
    colour: Any = {"RGB": (200, 0, 0), "RGBA": (200, 0, 0, 255), "CMYK": (0, 200, 200, 0)}.get(mode, 128)
    image.paste(colour, (0, 0, width // 2, height // 2))
    to = io.BytesIO()
    image.save(to, kind, **options)
    return to.getvalue()


def jpeg(width: int, height: int, **options: Any) -> bytes:
    return picture(width, height, **options)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width: int, height: int) -> bytes:
    """A few kilobytes that would decode to width × height pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
