"""What stands on a printed page: read back from the PDF that was made."""

import pypdfium2


def document(pdf: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf)


def words(pdf: bytes, page: int | None = None) -> str:
    """The text of one page (from 0), or of all, lines joined."""
    pages = document(pdf)
    chosen = pages if page is None else [pages[page]]
    return "".join(str(one.get_textpage().get_text_range()) for one in chosen).replace("\r\n", "")
