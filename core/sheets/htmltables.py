"""The largest table of an HTML page: what many systems hand out under the name of .xls."""

import re
from html.parser import HTMLParser

from core.sheets.cells import Merged, Sheet, rows_of_text
from core.sheets.csvfiles import decoded
from core.sheets.errors import EmptySheet
from core.sheets.limits import MAX_COLUMNS, check_grid

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*(gbk|gb2312|gb18030|utf-?8)""", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class _Tables(HTMLParser):
    """Tables as rows of text; a cell over several rows or columns stands at its first place."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.merged: list[list[Merged]] = []
        self._rows: list[list[str]] | None = None
        self._taken: set[tuple[int, int]] = set()
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "table":
            self._end_cell()
            self._rows, self._taken = [], set()
            self.tables.append(self._rows)
            self.merged.append([])
        elif tag == "tr" and self._rows is not None:
            self._end_cell()
            self._rows.append([])
        elif tag in {"td", "th"} and self._rows is not None:
            self._start_cell(dict(attributes))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        if self._rows is not None and not self._rows:
            self._rows.append([])
        self._cell = []
        self._spans = (
            _span(attributes.get("rowspan")),
            min(_span(attributes.get("colspan")), MAX_COLUMNS + 1),
        )

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent = max(0, self._silent - 1)
        elif tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table":
            self._end_cell()
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._rows:
            return
        row, top = self._rows[-1], len(self._rows) - 1
        while (top, len(row)) in self._taken:
            row.append("")
        left = len(row)
        down, across = self._spans
        row.extend([_SPACE.sub(" ", "".join(self._cell)).strip(), *[""] * (across - 1)])
        check_grid(len(self._rows), len(row))
        if self._spans != (1, 1):
            check_grid(len(self._rows) + down, left + across)
            self._taken |= {(top + r, left + c) for r in range(1, down) for c in range(across)}
            self.merged[-1].append(Merged(top, left, top + down - 1, left + across - 1))
        self._cell = None


def _span(text: str | None) -> int:
    return min(max(1, int(text)), 1000) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def read_html(content: bytes, *, name: str = "") -> Sheet:
    """Encoding as the page says, else as a CSV's."""
    declared = _CHARSET.search(content[:2048])
    if declared and declared.group(1).lower().startswith(b"gb"):
        text = content.decode("gb18030", "replace")
    else:
        text = decoded(content)
    page = _Tables()
    page.feed(text)
    page.close()
    if not page.tables:
        raise EmptySheet
    at = max(range(len(page.tables)), key=lambda place: sum(map(len, page.tables[place])))
    return Sheet(name=name, rows=rows_of_text(page.tables[at]), merged=tuple(page.merged[at]))
