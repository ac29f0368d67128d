"""The lines of a scheme as a spreadsheet, out and in.

In, a table is read, compared with the draft and shown before anything is written: a row is known by its
catalogue code (or name), location and treatment. Rows that the sheet does not name are left as they are; striking
a work needs a reason and is done on the page. A scheme has some thirty lines of one project, so the table goes
through the form and not through the staged import, which is made for rosters of thousands.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.sheets import Headings, Kind, SheetColumn, find_headings, heading_key, open_bytes, write_workbook
from core.text import clean_line, comparison_key
from projects.actions.schemes import Addition, LineEdit, LineFacts, handed_in, mark_of
from projects.models import CatalogueItem, Category, Scheme, SchemeLine, Treatment, WorkOrigin

MOST_ROWS = 500
LONGEST_LOCATION, LONGEST_NOTE = 120, 300
# Twelve digits, two of them behind the point: what the columns hold.
LARGEST = Decimal("9999999999.99")

COLUMNS = (
    SheetColumn(key="code", heading=gettext_lazy("Code"), width=8),
    SheetColumn(key="name", heading=gettext_lazy("Works"), width=28),
    SheetColumn(key="category", heading=gettext_lazy("Category"), width=10),
    SheetColumn(key="aspect", heading=gettext_lazy("Aspect"), width=14),
    SheetColumn(key="location", heading=gettext_lazy("Location"), width=24),
    SheetColumn(key="treatment", heading=gettext_lazy("Treatment"), width=12),
    SheetColumn(key="origin", heading=gettext_lazy("Origin"), width=16),
    SheetColumn(key="quantity", heading=gettext_lazy("Quantity"), kind=Kind.DECIMAL, width=12),
    SheetColumn(key="unit", heading=gettext_lazy("Unit"), width=8),
    SheetColumn(key="unit_cost", heading=gettext_lazy("Unit cost (yuan)"), kind=Kind.DECIMAL, width=14),
    SheetColumn(key="cost", heading=gettext_lazy("Cost (yuan)"), kind=Kind.DECIMAL, width=16),
    SheetColumn(key="note", heading=gettext_lazy("Note"), width=28),
)
# What other offices call the columns that are read; brackets and units do not matter.
NAMES: dict[str, tuple[str, ...]] = {
    "code": ("编码", "目录编码", "项目编码", "编号", "代码", "code"),
    "name": ("工程内容", "改造内容", "项目名称", "改造项目", "名称", "works", "item", "name"),
    "location": ("位置", "部位", "地点", "实施部位", "location", "place"),
    "treatment": ("处置方式", "留改拆", "改造方式", "方式", "treatment"),
    "origin": ("来源", "origin"),
    "quantity": ("数量", "工程量", "规模", "quantity", "amount"),
    "unit_cost": ("单价", "综合单价", "单价(元)", "unit cost", "price"),
    "note": ("备注", "说明", "note", "remark"),
}
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")


def write_lines(*, scheme: Scheme, lines: Iterable[SchemeLine], to: BinaryIO) -> int:
    """The lines as the page shows them; read back in they change nothing."""
    return write_workbook(title=_("Scheme v{version}").format(version=scheme.version), columns=COLUMNS, rows=map(_cells, lines), to=to)  # fmt: skip


def _cells(line: SchemeLine) -> list[Any]:
    work, item = line.work_item, line.work_item.catalogue_item
    return [
        item.code, item.name, item.get_category_display(), item.get_aspect_display(), work.location,
        work.get_treatment_display(), work.get_origin_display(), line.quantity, item.get_unit_display(), line.unit_cost,
        line.quantity * line.unit_cost, line.note,
    ]  # fmt: skip


# --- Reading ----------------------------------------------------------------------------


@dataclass(kw_only=True)
class ReadRow:
    """A row as understood: what it adds, or which line it changes from what to what; or why it is wrong."""

    number: int
    text: str
    error: str = ""
    addition: Addition | None = None
    line: SchemeLine | None = None
    edit: LineEdit | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        if self.error:
            return "wrong"
        return "added" if self.addition else "changed" if self.edit else "same"

    @property
    def item(self) -> CatalogueItem | None:
        if self.addition:
            return self.addition.item
        return self.line.work_item.catalogue_item if self.line else None


@dataclass(frozen=True, kw_only=True)
class Reading:
    rows: list[ReadRow]
    text: str

    def of(self, state: str) -> list[ReadRow]:
        return [row for row in self.rows if row.state == state]

    @property
    def is_good(self) -> bool:
        return not self.of("wrong") and bool(self.of("added") or self.of("changed"))

    @property
    def edits(self) -> list[LineEdit]:
        return [row.edit for row in self.rows if row.edit]

    @property
    def additions(self) -> list[Addition]:
        return [row.addition for row in self.rows if row.addition]


def read_lines(*, scheme: Scheme, content: bytes, lines: Sequence[SchemeLine]) -> Reading:
    """Compare a workbook or pasted cells with the draft. Raises the refusals of `core.sheets` for no table at all."""
    sheet = open_bytes(content).read()
    known = {heading_key(name) for names in NAMES.values() for name in names}
    headings = find_headings(sheet, known | {heading_key(str(column.heading)) for column in COLUMNS})
    places = _places(headings)
    if "quantity" not in places or not {"code", "name"} & places.keys():
        raise NoHeadings
    reader = _Reader(scheme, lines)
    rows = []
    for number, cells in enumerate(sheet.rows[headings.first_row :], start=headings.first_row + 1):
        values = {key: clean_line(cells[at]) if at < len(cells) else "" for key, at in places.items()}
        if any(values.get(key) for key in ("code", "name", "quantity")):
            rows.append(reader.read(number, values))
    if len(rows) > MOST_ROWS:
        raise TooManyLines(most=MOST_ROWS)
    return Reading(rows=rows, text=_as_text(sheet.rows))


class NoHeadings(DomainError):
    code = "scheme_sheet_headings"
    sentence = gettext_lazy(
        "No headings found. The table needs a code or name, and a quantity, above its columns."
    )


class TooManyLines(DomainError):
    code = "scheme_sheet_rows"
    sentence = gettext_lazy("That is more than {most} rows; a scheme's table is shorter.")


def _places(headings: Headings) -> dict[str, int]:
    """{what a column says: its index}, the first that fits."""
    found: dict[str, int] = {}
    for column in COLUMNS:
        if column.key not in NAMES:
            continue
        keys = {heading_key(name) for name in (str(column.heading), *NAMES[column.key])}
        for at, label in enumerate(headings.labels):
            if heading_key(label) in keys and at not in found.values():
                found.setdefault(column.key, at)
    return found


def _as_text(rows: list[list[str]]) -> str:
    """The cells as they would be pasted: what the preview carries along to be read once more."""
    return "\n".join("\t".join(re.sub(r"[\t\r\n]+", " ", cell) for cell in row) for row in rows)


class _Reader:
    """Rows against the catalogue in force and the lines of the draft; no query for any row."""

    def __init__(self, scheme: Scheme, lines: Sequence[SchemeLine]) -> None:
        items = list(CatalogueItem.objects.of(scheme.division_code).offered())
        self.by_code = {comparison_key(item.code): item for item in items}
        self.by_name = {comparison_key(name): item for item in items for name in (item.name_zh, item.name_en) if name}  # fmt: skip
        self.lines = list(lines)
        self.fixed = handed_in(line.work_item_id for line in lines)
        self.seen: dict[Any, int] = {}

    def read(self, number: int, values: dict[str, str]) -> ReadRow:
        row = ReadRow(number=number, text=" · ".join(filter(None, (values.get("code"), values.get("name")))))
        try:
            self._understand(row, values)
        except _WrongCellError as wrong:
            row.error = str(wrong)
        return row

    def _understand(self, row: ReadRow, values: dict[str, str]) -> None:
        code = values.get("code", "")
        line = self._line(code, values)
        item = line.work_item.catalogue_item if line else self._item(code, values.get("name", ""))
        facts = _facts(values)
        treatment = facts.get("treatment") or (line.work_item.treatment if line else Treatment.ALTER)
        key = (item.pk, comparison_key(values.get("location", "")), treatment)
        if key in self.seen:
            raise _WrongCellError(_("the same work is already in row {row}").format(row=self.seen[key]))
        self.seen[key] = row.number
        if facts.get("origin") == WorkOrigin.BASIC and item.category != Category.BASIC:
            raise _WrongCellError(_("no basic item: the origin is residents or office"))
        if line is None:
            self._add(row, item, facts)
        else:
            self._change(row, line, facts)

    def _item(self, code: str, name: str) -> CatalogueItem:
        found = self.by_code.get(comparison_key(code)) if code else self.by_name.get(comparison_key(name))
        if found is None:
            raise _WrongCellError(_("not in the works catalogue in force here"))
        return found

    def _line(self, code: str, values: dict[str, str]) -> SchemeLine | None:
        """The line that a row means: by code or name and location; the treatment decides between several."""
        place, name = comparison_key(values.get("location", "")), comparison_key(values.get("name", ""))
        treatment = _choice(values.get("treatment", ""), Treatment.choices, _("treatment"))
        fitting = []
        for line in self.lines:
            item = line.work_item.catalogue_item
            is_item = comparison_key(item.code) == comparison_key(code) if code else name in {comparison_key(item.name_zh), comparison_key(item.name_en)}  # fmt: skip
            if is_item and comparison_key(line.work_item.location) == place:
                fitting.append(line)
        exact = [line for line in fitting if line.work_item.treatment == treatment] if treatment else fitting
        if len(exact) > 1:
            raise _WrongCellError(_("several lines fit: name the treatment"))
        return exact[0] if exact else None

    def _add(self, row: ReadRow, item: CatalogueItem, facts: LineFacts) -> None:
        if "quantity" not in facts:
            raise _WrongCellError(_("the quantity is missing"))
        row.addition = Addition(
            item=item, quantity=facts["quantity"], unit_cost=facts.get("unit_cost"), location=facts.get("location", ""),
            treatment=facts.get("treatment") or Treatment.ALTER, origin=facts.get("origin", ""), note=facts.get("note", ""),
        )  # fmt: skip

    def _change(self, row: ReadRow, line: SchemeLine, facts: LineFacts) -> None:
        row.line = line
        wanted: dict[str, Any] = {}
        for name, label in (
            ("quantity", _("Quantity")),
            ("unit_cost", _("Unit cost (yuan)")),
            ("note", _("Note")),
        ):
            if name in facts and facts[name] != getattr(line, name):  # type: ignore[literal-required]
                wanted[name] = facts[name]  # type: ignore[literal-required]
                row.changes.append((label, str(getattr(line, name)), str(wanted[name])))
        origin = facts.get("origin", "")
        if origin and origin != line.work_item.origin:
            if line.work_item_id in self.fixed:
                raise _WrongCellError(_("handed in with another version: its origin stays"))
            wanted["origin"] = origin
            row.changes.append(
                (_("Origin"), line.work_item.get_origin_display(), str(WorkOrigin(origin).label))
            )
        if wanted:
            row.edit = LineEdit(line_id=line.pk, facts=cast(LineFacts, wanted), seen=mark_of(line))


class _WrongCellError(ValueError):
    """What is wrong with a row, in words for its line of the preview."""


def _facts(values: dict[str, str]) -> LineFacts:
    """What a row says; an empty cell says nothing."""
    said = {name: text for name, text in values.items() if text}
    facts: dict[str, Any] = {}
    for name, what in (("quantity", _("quantity")), ("unit_cost", _("unit cost"))):
        if name in said:
            facts[name] = _figure(said[name], what)
    if facts.get("quantity") == 0:
        raise _WrongCellError(_("the quantity must be greater than zero"))
    for name, longest in (("location", LONGEST_LOCATION), ("note", LONGEST_NOTE)):
        if name in said:
            facts[name] = _words(said[name], longest)
    if "treatment" in said:
        facts["treatment"] = _choice(said["treatment"], Treatment.choices, _("treatment"))
    if "origin" in said:
        facts["origin"] = _choice(said["origin"], WorkOrigin.choices, _("origin"))
    return cast(LineFacts, facts)


def _words(text: str, longest: int) -> str:
    if len(text) > longest:
        raise _WrongCellError(_("longer than {count} characters").format(count=longest))
    return text


def _figure(text: str, what: str) -> Decimal:
    """1,200.5 and full-width digits are read; anything rounded silently is not."""
    bare = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(bare):
        raise _WrongCellError(_("{what}: “{text}” is no number").format(what=what, text=text[:20]))
    number = Decimal(bare)
    if number != round(number, 2) or number > LARGEST:
        raise _WrongCellError(_("{what}: {text} has more than two places or is too large").format(what=what, text=text[:20]))  # fmt: skip
    return number


def _choice(text: str, choices: Sequence[tuple[str, str | Promise]], what: str) -> str:
    """The value whose label or name was written; "" for an empty cell."""
    if not text:
        return ""
    key = comparison_key(text)
    for value, label in choices:
        # 基础类（必改） is written as 基础类 by most.
        if key in {comparison_key(value), comparison_key(str(label)), heading_key(str(label))}:
            return value
    raise _WrongCellError(_("{what}: “{text}” is not known").format(what=what, text=text[:20]))


def pasted(text: str) -> bytes:
    """Cells copied out of a spreadsheet program, as the reader of CSV takes them."""
    return io.BytesIO(text.encode("utf-8", "ignore")).getvalue()
