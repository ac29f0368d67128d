"""Rows of a list as markup and as plain values.

A page has over a thousand cells. A template, or Django's own escaping, would take
longer for them than everything else together; so each column is turned into one
small function per language and the page is one join. Every value that comes from
a row passes `html.escape` here; nothing else writes into the table.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import figures
from core.html import badge_markup
from core.lists.columns import Column, Kind, Link, Total
from core.text import listed

Values = tuple[Any, ...]
Places = Mapping[str, int]
Writer = Callable[[Values], str]

# Stand-ins that fit every path converter; the real values take their places in the address.
STAND_INS = ("7700000001", "7700000002", "7700000003")


def escaped(value: Any) -> str:
    """Text made harmless, markup of `format_html` as it is, nothing as a dash."""
    if value is None or value == "":
        return figures.NOTHING
    return str(value) if isinstance(value, SafeString) else escape(str(value))


def editable(cell: str, key: str, text: str | None) -> SafeString:
    """For a column's `render`: text marked so that a script can offer to change it in its place.

    `cell` is that of the form beside the list (templates/core/cell_form.html), `key` the row's in its address.
    """
    # `format_html` takes four times as long, a hundred times on a page.
    return SafeString(
        f'<span data-cell="{cell}" data-of="{escape(key)}">{escape(text or figures.NOTHING)}</span>'
    )


def _formatter(column: Column) -> Callable[[Any], str]:
    """Value → escaped text, for values that are there."""
    if column.choices:
        return _choice_formatter(column)
    places = column.places
    plain: dict[Kind, Callable[[Any], str]] = {
        Kind.INTEGER: lambda value: f"{value:,}",
        Kind.YEAR: lambda value: str(int(value)),
        Kind.DECIMAL: lambda value: f"{value:,.{places}f}",
        Kind.PERCENT: figures.percent,
        Kind.MONEY: figures.money,
        Kind.AREA: figures.area,
        Kind.DATE: figures.day,
        Kind.MOMENT: figures.moment,
        Kind.LIST: lambda values: escape(listed(values)) or figures.NOTHING,
    }
    if column.kind == Kind.YESNO:
        yes, no = pgettext("answer", "yes"), pgettext("answer", "no")
        return lambda value: yes if value else no
    return plain.get(column.kind, lambda value: escape(str(value)))


def _choice_formatter(column: Column) -> Callable[[Any], str]:
    known = {
        value: badge_markup(str(label), column.tones[value]) if value in column.tones else escape(str(label))
        for value, label in column.choices
    }
    return lambda value: known[value] if value in known else escape(str(value))


def text_of(column: Column) -> Callable[[Any], str]:
    formatted = _formatter(column)
    return lambda value: figures.NOTHING if value is None or value == "" else formatted(value)


def written(total: Total, value: Any) -> SafeString:
    """A figure of the line beneath the title."""
    return SafeString(text_of(Column("total", total.label, kind=total.kind))(value or 0))


def writer(column: Column, at: Places, *, is_first: bool) -> Writer:
    """The function that writes this column's cell of a row."""
    wraps = ' class="w"' if column.wrap else ""
    opened, closed = (f'<th scope="row"{wraps}>', "</th>") if is_first else (f"<td{_css(column)}>", "</td>")
    if column.link is None and column.render is None and column.after is None:
        return _plain_writer(column, at[column.path], opened, closed)
    content = _content(column, at)
    if column.link:
        content = _linked(column.link, at, content)
    return lambda row: f"{opened}{content(row)}{closed}"


def _plain_writer(column: Column, place: int, opened: str, closed: str) -> Writer:
    """Most cells: one call each, the kinds that fill a list without a second one."""
    nothing = f"{opened}{figures.NOTHING}{closed}"
    if column.kind == Kind.INTEGER and not column.choices:
        return lambda row: nothing if (value := row[place]) is None else f"{opened}{value:,}{closed}"
    if column.kind == Kind.DECIMAL and not column.choices:
        pattern = f",.{column.places}f"
        return lambda row: nothing if (value := row[place]) is None else f"{opened}{value:{pattern}}{closed}"
    formatted = _formatter(column)
    if column.choices:
        cells = {value: f"{opened}{formatted(value)}{closed}" for value, _label in column.choices}
        cells.setdefault(None, nothing)
        return lambda row: (
            cells[value] if (value := row[place]) in cells else f"{opened}{escape(str(value))}{closed}"
        )

    def write(row: Values) -> str:
        value = row[place]
        return nothing if value is None or value == "" else f"{opened}{formatted(value)}{closed}"

    return write


def _css(column: Column) -> str:
    if column.is_numeric:
        return ' class="n"'
    return ' class="w"' if column.wrap else ""


def _content(column: Column, at: Places) -> Writer:
    place = at[column.path]
    mapped = mapping_of(column, at)
    if column.render is not None:
        render = column.render
        return lambda row: escaped(render(mapped(row)))
    formatted = text_of(column)
    if column.after is None:
        return lambda row: formatted(row[place])
    after = column.after

    def write(row: Values) -> str:
        more = after(mapped(row))
        return f"{formatted(row[place])} {escaped(more)}" if more else formatted(row[place])

    return write


def mapping_of(column: Column, at: Places) -> Callable[[Values], dict[str, Any]]:
    """What `render` and `export` see of a row."""
    wanted = {column.key: at[column.path], **{path: at[path] for path in column.needs}}
    return lambda row: {name: row[place] for name, place in wanted.items()}


def _linked(link: Link, at: Places, content: Writer) -> Writer:
    """`reverse` costs more than the rest of the cell: it is asked once, with stand-ins."""
    places = [at[path] for path in link.paths]
    try:
        pattern = reverse(link.url_name, args=STAND_INS[: len(places)])
    except NoReverseMatch:
        return lambda row: (
            f'<a href="{escape(reverse(link.url_name, args=[row[place] for place in places]))}">{content(row)}</a>'
        )
    parts = [pattern]
    for stand_in in STAND_INS[: len(places)]:
        head, tail = parts.pop().split(stand_in, 1)
        parts += [head, tail]
    if len(places) == 1:
        (head, tail), (place,) = parts, places
        return lambda row: f'<a href="{head}{quote(str(row[place]), safe="")}{tail}">{content(row)}</a>'
    return lambda row: (
        '<a href="'
        + "".join(
            f"{part}{quote(str(row[place]), safe='')}" for part, place in zip(parts, places, strict=False)
        )
        + f'{parts[-1]}">{content(row)}</a>'
    )


def pick_writer(at: Places, name: Callable[[Values], str]) -> Writer:
    """The box in front of a row. `name(row)` is escaped text that says which row it is."""
    place, words = at["pk"], escape(_("Select {name}"))
    before, after = words.split("{name}") if "{name}" in words else (words, "")
    return lambda row: (
        f'<td class="pick"><input type="checkbox" name="pick" value="{row[place]}"'
        f' aria-label="{before}{name(row)}{after}"></td>'
    )


@lru_cache(maxsize=200)
def row_writers(
    columns: tuple[Column, ...],
    paths: tuple[str, ...],
    has_picks: bool,  # noqa: FBT001
    _language: str,
) -> tuple[Writer, ...]:
    """The writers of a row whose values stand in the order of `paths`; labels are those of the language now active."""
    at = {path: place for place, path in enumerate(paths)}
    found = [writer(column, at, is_first=place == 0) for place, column in enumerate(columns)]
    if has_picks:
        name_at = at[columns[0].path]
        found.insert(0, pick_writer(at, lambda row: escape(str(row[name_at]))))
    return tuple(found)


def rows_markup(writers: Sequence[Writer], rows: Sequence[Values]) -> str:
    return "".join([f"<tr>{''.join([write(row) for write in writers])}</tr>\n" for row in rows])


# --- Spreadsheets -----------------------------------------------------------------------


def plain_value(column: Column, at: Places) -> Callable[[Values], Any]:
    """The value for a spreadsheet: a label for a choice, a number as a number, local time without a zone."""
    place = at[column.path]
    if column.export is not None:
        export, mapped = column.export, mapping_of(column, at)
        return lambda row: export(mapped(row))
    if column.choices:
        labels = {value: str(label) for value, label in column.choices}
        return lambda row: labels.get(row[place], row[place])
    if column.kind == Kind.YESNO:
        answers = {True: pgettext("answer", "yes"), False: pgettext("answer", "no")}
        return lambda row: answers.get(row[place], "")
    return lambda row: _plain(row[place])


def _plain(value: Any) -> str | int | Decimal | date | datetime | None:
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).replace(tzinfo=None, microsecond=0)
            if timezone.is_aware(value)
            else value
        )
    if isinstance(value, (list, tuple)):
        return "、".join(str(item) for item in value)
    if value is None or isinstance(value, (str, int, Decimal, date)):
        return value
    return str(value)
