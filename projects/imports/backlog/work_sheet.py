"""The second sheet: works one by one, put beside their projects as if they stood in columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from compounds.reading.cells import levelled, name_key
from core.sheets import Workbook, find_headings, heading_key
from imports.kinds import Remark, Row
from projects.errors import BacklogWorksUnplaced
from projects.imports.backlog.reasons import Why
from projects.sheets.backlog import DONE, PLANNED, WORK_COLUMNS


def read_work_sheet(rows: Sequence[Row], book: Workbook, name: str) -> None:
    """Raises `BacklogWorksUnplaced` for a line that means no project or several. A sheet of other things is passed over."""
    known = {
        heading_key(heading): column.key
        for column in WORK_COLUMNS
        for heading in (*column.names, str(column.heading))
    }
    sheet = book.read(name)
    headings = find_headings(sheet, known)
    places: dict[str, int] = {}
    for at, label in enumerate(headings.labels):
        key = known.get(heading_key(label))
        if key:
            places.setdefault(key, at)
    if not {"compound", "item", "planned"} <= places.keys():
        return
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for text in {row.cells.get("code", ""), row.cells.get("name", "")} - {""}:
            by_key[name_key(levelled(text))].append(row)
    for index, line in enumerate(sheet.rows[headings.first_row :], headings.first_row + 1):
        given = {key: line[at].strip() if at < len(line) else "" for key, at in places.items()}
        if any(given.values()):
            _place_work(by_key, given, sheet=name, number=index)


def _place_work(
    by_key: Mapping[str, Sequence[Row]], given: Mapping[str, str], *, sheet: str, number: int
) -> None:
    found = by_key.get(name_key(levelled(given["compound"])), [])
    year = given.get("work_year", "").removesuffix("年")
    if year and len(found) > 1:
        found = [row for row in found if row.cells.get("year", "").removesuffix("年") == year]
    if len(found) != 1:
        raise BacklogWorksUnplaced(sheet=sheet, row=number, text=given["compound"][:40])
    (row,) = found
    # "B08 小区道路修复刷黑", as the template's list writes it, means B08.
    item = given["item"]
    label = f"{sheet}·{number} {item}"[:60]
    for prefix, quantity in ((PLANNED, given.get("planned", "")), (DONE, given.get("done", ""))):
        if quantity:
            key = f"{prefix}{item}"
            if key in row.cells:
                row.problems["works"] = Remark(
                    Why.WORK_TWICE, _("{label} is given twice.").format(label=label)
                )
            row.cells[key] = quantity
