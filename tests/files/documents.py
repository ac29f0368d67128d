"""PDFs and office files as bytes, honest and not."""

import io
from typing import Any

import pypdfium2

from tests.spreadsheets import package

CONTENT_TYPES = "[Content_Types].xml"
WORD = {CONTENT_TYPES: "<Types/>", "word/document.xml": "<w/>"}


def pdf(pages: int = 1, *, width: float = 595, height: float = 842) -> bytes:
    """So many empty pages, in points."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height)
    to = io.BytesIO()
    document.save(to)
    return to.getvalue()


def pdf_under_a_password() -> bytes:
    """Encrypted (RC4, 40 bits) with keys that no password of ours gives."""
    content = pdf().rpartition(b"trailer")
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <"
        + b"11" * 32
        + b"> /U <"
        + b"22" * 32
        + b"> >> "
        b"/ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] "
    )
    return content[0] + b"trailer" + content[2].replace(b"<<", b"<< " + encrypt, 1)


def docx(**parts: Any) -> bytes:
    return package({**WORD, **parts})
