"""Reading and writing .pb files, the format of Pabulib (pabulib.org), in which the world's published participatory
budgets lie.

A file has three tables, META, PROJECTS and VOTES, each with a line of headings. Whatever is wrong with a file is one
`BadFile`: a sentence, and the number of the line.

Points. A ballot of ticks (`approval`, `choose-1`) gives each project it names one point. `cumulative` and `scoring`
ballots say their points themselves; `default_score` goes to what a scoring ballot does not name. An `ordinal` ballot
gives a project as many points as it names projects after it (Borda, as pabutools counts it).

A menu that we write has, in columns of its own, what other programs do not know: `menu_needed`, `menu_requires` and
`menu_excludes`. Reading takes them up again. In a file without them every project is on offer.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from pathlib import Path

from residents.outcome.election import BadElection, Ballot, Election, Item, Number

SECTIONS = ("meta", "projects", "votes")
META_HEADINGS = ["key", "value"]
TICKS = ("approval", "choose-1")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:[.,][0-9]{0,30})?|[.,][0-9]{1,30})", re.ASCII)
LARGEST = 64 << 20

Points = dict[str, Number]


class BadFile(ValueError):
    """One line; `line` is where in the file."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence if line is None else f"line {line}: {sentence}")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table: its cells by heading, and what stands first."""

    line: int
    first: str
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PabulibFile:
    """`has_points`: the ballots say how much an item is worth to them. `remarks`: what is odd but does no harm."""

    meta: Mapping[str, str]
    names: Mapping[str, str]
    has_points: bool
    election: Election
    remarks: tuple[str, ...]


def read(path: Path) -> PabulibFile:
    try:
        if path.stat().st_size > LARGEST:
            raise BadFile(f"the file is larger than {LARGEST >> 20} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror}.") from None
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadFile("this is no text in UTF-8.", content.count(b"\n", 0, error.start) + 1) from None


def parse(text: str) -> PabulibFile:
    tables = _tables(text)
    meta = _meta(tables["meta"])
    items = _items(tables["projects"])
    kind = meta["vote_type"].lower()
    if kind not in _READERS:
        raise BadFile(f"vote_type is {_shown(kind)}; known are {', '.join(_READERS)}.")
    default = _number(meta.get("default_score") or "0", "default_score")
    ballots = _ballots(tables["votes"], kind, items, default)
    try:
        election = Election(
            items=[item for item, _ in items.values()],
            ballots=ballots,
            budget=_number(meta["budget"], "the budget"),
        )
    except BadElection as error:
        raise BadFile(str(error)) from None
    return PabulibFile(
        meta=meta,
        names={item_id: name for item_id, (_, name) in items.items()},
        has_points=kind not in TICKS,
        election=election,
        remarks=tuple(_remarks(meta, election)),
    )


# --- Tables -----------------------------------------------------------------------------


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, with their numbers and stripped cells."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=";", skipinitialspace=True)
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadFile(f"the line cannot be read ({error}).", reader.line_num) from None


def _tables(text: str) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    rows: list[Row] | None = None
    headings: list[str] = []
    for line, cells in _lines(text):
        name = cells[0].lower()
        if name in SECTIONS and not any(cells[1:]):
            if name in tables:
                raise BadFile(f"a second section {name.upper()}.", line)
            rows = tables[name] = []
            headings = META_HEADINGS if name == "meta" else []
        elif rows is None:
            raise BadFile("this is no .pb file: it does not begin with META.", line)
        elif headings:
            rows.append(_row(cells, headings, line))
        else:
            headings = [cell.lower() for cell in cells]
    for name in SECTIONS:
        if name not in tables:
            raise BadFile(f"the section {name.upper()} is missing.")
    return tables


def _row(cells: list[str], headings: list[str], line: int) -> Row:
    # What META says of a budget may have semicolons; nobody counts with it.
    if any(cells[len(headings) :]) and headings != META_HEADINGS:
        raise BadFile(f"{len(cells)} fields under {len(headings)} headings.", line)
    return Row(line=line, first=cells[0], cells=dict(zip(headings, cells, strict=False)))


def _meta(rows: Iterable[Row]) -> dict[str, str]:
    meta: dict[str, str] = {}
    for row in rows:
        key = row.first.lower()
        if key in meta and key in {"budget", "vote_type", "default_score"}:
            raise BadFile(f"META says {key} a second time.", row.line)
        meta[key] = row.cells.get("value", "")
    for key in ("budget", "vote_type"):
        if not meta.get(key):
            raise BadFile(f"META does not say the {key}.")
    return meta


def _items(rows: Iterable[Row]) -> dict[str, tuple[Item, str]]:
    """By id: the item and its name."""
    items: dict[str, tuple[Item, str]] = {}
    for position, row in enumerate(rows):
        item_id = row.cells.get("project_id", row.first)
        if not item_id or "," in item_id:
            raise BadFile(f"{_shown(item_id)} is no id for a project.", row.line)
        if item_id in items:
            raise BadFile(f"project {_shown(item_id)} stands here a second time.", row.line)
        item = Item(
            id=item_id,
            position=position,
            cost=_number(row.cells.get("cost", ""), "the cost", row.line),
            needed=int(_number(row.cells.get("menu_needed") or "0", "menu_needed", row.line)),
            requires=frozenset(_listed(row.cells.get("menu_requires", ""))),
            excludes=frozenset(_listed(row.cells.get("menu_excludes", ""))),
        )
        items[item_id] = (item, row.cells.get("name") or item_id)
    return items


def _ballots(rows: Iterable[Row], kind: str, items: Iterable[str], default: Number) -> list[Ballot]:
    """Ballots that say the same are one."""
    voters: set[str] = set()
    alike: Counter[tuple[tuple[str, Number], ...]] = Counter()
    everything = dict.fromkeys(items, default if kind == "scoring" else 0)
    for row in rows:
        voter = row.cells.get("voter_id", "")
        if voter in voters:
            raise BadFile(f"voter {_shown(voter)} stands here a second time.", row.line)
        if voter:
            voters.add(voter)
        points = _READERS[kind](row, _named(row, everything))
        if default and kind == "scoring":
            points = everything | points
        alike[tuple(sorted(points.items()))] += 1
    return [Ballot(points=dict(points), households=households) for points, households in alike.items()]


def _named(row: Row, items: Mapping[str, Number]) -> list[str]:
    if "vote" not in row.cells:
        raise BadFile("there is nothing under the heading vote.", row.line)
    named = _listed(row.cells["vote"])
    for item_id in named:
        if item_id not in items:
            raise BadFile(
                f"the vote names project {_shown(item_id)}, which PROJECTS does not have.", row.line
            )
    if len(set(named)) < len(named):
        twice = next(item_id for item_id in named if named.count(item_id) > 1)
        raise BadFile(f"the vote names project {_shown(twice)} twice.", row.line)
    return named


# --- What ballots give ------------------------------------------------------------------


def _ticked(row: Row, named: list[str]) -> Points:
    return dict.fromkeys(named, 1)


def _ranked(row: Row, named: list[str]) -> Points:
    return {item_id: len(named) - place for place, item_id in enumerate(named, start=1)}


def _scored(row: Row, named: list[str]) -> Points:
    given = _listed(row.cells.get("points", ""))
    if len(given) != len(named):
        raise BadFile(f"{len(named)} projects, but {len(given)} times points.", row.line)
    return {
        item_id: _number(text, "the points", row.line) for item_id, text in zip(named, given, strict=True)
    }


def _cumulated(row: Row, named: list[str]) -> Points:
    points = _scored(row, named)
    if any(given < 0 for given in points.values()):
        raise BadFile("points below zero.", row.line)
    return points


_READERS: Mapping[str, Callable[[Row, list[str]], Points]] = {
    "approval": _ticked,
    "choose-1": _ticked,
    "cumulative": _cumulated,
    "scoring": _scored,
    "ordinal": _ranked,
}


# --- Cells ------------------------------------------------------------------------------


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",") if part.strip()]


def _number(cell: str, what: str, line: int | None = None) -> Number:
    """Whole numbers and decimals, with a point or (as pabutools takes it) a comma."""
    if not NUMBER.fullmatch(cell):
        raise BadFile(f"{what} is no number: {_shown(cell)}.", line)
    number = Fraction(cell.replace(",", "."))
    return number.numerator if number.denominator == 1 else number


def _shown(cell: str) -> str:
    """As part of one line."""
    return repr(cell if len(cell) <= 40 else f"{cell[:40]}…")


def _remarks(meta: Mapping[str, str], election: Election) -> Iterable[str]:
    for key, found in (("num_projects", len(election.items)), ("num_votes", election.answered)):
        if meta.get(key, str(found)) != str(found):
            yield f"META says {key} is {_shown(meta[key])}, the file has {found}."
