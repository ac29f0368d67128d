"""The second sheet: works one by one, put beside their projects as if they stood in columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from compounds.reading.cells import levelled, name_key
from core.sheets import Workbook, find_headings, heading_key
from imports.kinds import Remark, Row
from projects.imports.backlog.reasons import Why
from projects.sheets.backlog import DONE, PLANNED, WORK_COLUMNS


def read_work_sheet(rows: Sequence[Row], book: Workbook, name: str) -> list[Row]:
    """Put each line beside its project; those that mean none or several come back as wrong rows.

    A sheet of other things is passed over.
    """
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
        return []
    by_key, unplaced = _by_name(rows), []
    for number, line in enumerate(sheet.rows[headings.first_row :], headings.first_row + 1):
        given = {key: line[at].strip() if at < len(line) else "" for key, at in places.items()}
        if any(given.values()):
            found = _projects(by_key, given)
            if len(found) == 1:
                _put_beside(found[0], given, label=f"{name}·{number} {given['item']}"[:60])
            else:
                unplaced.append(_unplaced(given, number, name, is_several=bool(found)))
    return unplaced


def _by_name(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of the first sheet by code and by name."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for text in {row.cells.get("code", ""), row.cells.get("name", "")} - {""}:
            found[name_key(levelled(text))].append(row)
    return found


def _projects(by_key: Mapping[str, Sequence[Row]], given: Mapping[str, str]) -> Sequence[Row]:
    """The rows of the first sheet that a line can mean; the plan year tells several of a compound apart."""
    found = by_key.get(name_key(levelled(given["compound"])), [])
    year = given.get("work_year", "").removesuffix("年")
    if year and len(found) > 1:
        return [row for row in found if row.cells.get("year", "").removesuffix("年") == year]
    return found


def _put_beside(row: Row, given: Mapping[str, str], *, label: str) -> None:
    # "B08 小区道路修复刷黑", as the template's list writes it, means B08.
    item = given["item"]
    for prefix, quantity in ((PLANNED, given.get("planned", "")), (DONE, given.get("done", ""))):
        if quantity:
            key = f"{prefix}{item}"
            if key in row.cells:
                row.problems["works"] = Remark(
                    Why.WORK_TWICE, _("{label} is given twice.").format(label=label)
                )
            row.cells[key] = quantity


def _unplaced(given: Mapping[str, str], number: int, sheet: str, *, is_several: bool) -> Row:
    text = given["compound"][:40]
    if is_several:
        sentence = _("“{text}” stands in several rows of the first sheet. Write the plan year beside it.")
    elif text:
        sentence = _("“{text}” is no project of the first sheet. Write it as it stands there.")
    else:
        sentence = _("The project of this work is not named.")
    cells = {
        "name": given["compound"],
        "year": given.get("work_year", ""),
        "works": f"{given['item']} {given['planned']}",
    }
    return Row(
        number, {key: value for key, value in cells.items() if value.strip()}, sheet=sheet,
        problems={"name": Remark(Why.WORK_UNPLACED, sentence.format(text=text))},
    )  # fmt: skip
