"""A program of its own: reads a PDF on stdin, writes its facts and its first page as JPEG on stdout.

PDFs come from anybody, and reading them is a large library's work in C++. It runs in a
process that knows no settings, may write no file and is stopped by the kernel when it takes
too much; `files.pdfs` starts it. Output: one line of JSON, `{"pages": 3, "width": 1131,
"height": 1600}` or `{"refused": "password" | "broken" | "pages"}`, then the bytes of the JPEG.
"""

import io
import json
import resource
import sys

SECONDS = 10
MEMORY = 1024 * 1024 * 1024
LONGEST_EDGE, MOST_SCALE = 1600, 4.0
MOST_PAGES = 3000
QUALITY = 80
# pdfium's FPDF_ERR_PASSWORD.
NEEDS_PASSWORD = 4


def limit() -> None:
    """Set before anything of the file is read; a child takes them along and cannot lift them."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(facts: dict[str, object], picture: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + picture)


def main() -> None:
    limit()
    import pypdfium2  # noqa: PLC0415  (only under the limits)

    content = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        if pages > MOST_PAGES:
            return answer({"refused": "pages", "pages": pages})
        page = document[0]
        width, height = page.get_size()
        scale = min(LONGEST_EDGE / max(width, height, 1.0), MOST_SCALE)
        image = page.render(scale=scale).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == NEEDS_PASSWORD
        return answer({"refused": "password" if is_locked else "broken"})
    except (IndexError, ValueError, ZeroDivisionError):
        return answer({"refused": "broken"})
    to = io.BytesIO()
    image.save(to, "JPEG", quality=QUALITY, optimize=True)
    return answer({"pages": pages, "width": image.width, "height": image.height}, to.getvalue())


if __name__ == "__main__":
    main()
