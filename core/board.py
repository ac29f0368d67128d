"""Places on pages low in the house that upper apps fill from `AppConfig.ready`.

A page draws whatever is registered, in the order of `position`; it never knows
who registered it. That keeps imports pointing down while one page shows all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TypeText = str | Promise


@dataclass(frozen=True, kw_only=True)
class RailItem:
    """An entry of the left rail; `may_see(user)` decides whether it is drawn.

    It is marked on the pages below its address and below those of `also` (address names).
    """

    key: str
    label: TypeText
    icon: str
    url_name: str
    position: int
    may_see: Callable[[Any], bool]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountItem:
    """An entry of the account menu in the top bar."""

    key: str
    label: TypeText
    icon: str
    url_name: str
    position: int


@dataclass(frozen=True, kw_only=True)
class Beacon:
    """A sign in the top bar with the number of rows that `rows(user)` gives: what runs, what is unread.

    The QuerySet must depend on nothing but `user.pk`: all beacons are counted in one
    statement that is built once (`core.prepared`). `may_see(user)` decides whether it is drawn.
    """

    key: str
    label: TypeText
    icon: str
    url_name: str
    position: int
    rows: Callable[[Any], QuerySet[Any, Any]]
    may_see: Callable[[Any], bool] = lambda user: True


@dataclass(frozen=True, kw_only=True)
class ExportWatcher:
    """Hears of every spreadsheet that leaves a list: `exported(request, list key, kind, rows)`."""

    key: str
    exported: Callable[[HttpRequest, str, str, int], None]


@dataclass(frozen=True, kw_only=True)
class LongExports:
    """Takes over a spreadsheet that is too long for a request: `begin(request, title, kind)` answers instead."""

    key: str
    begin: Callable[[HttpRequest, str, str], HttpResponse]


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab on the page of a `subject` ("compound", later "project").

    `url(obj)` gives the tab's own address; `count(obj)` a number behind the label or None.
    """

    subject: str
    key: str
    label: TypeText
    position: int
    url: Callable[[Any], str]
    may_see: Callable[[Any, Any], bool] = lambda user, obj: True
    count: Callable[[Any], int | None] = lambda obj: None


def by_code(url_name: str) -> Callable[[Any], str]:
    """For a tab's `url`: the address whose one argument is the record's code."""
    return lambda record: reverse(url_name, args=[record.code])


@dataclass(frozen=True, kw_only=True)
class FigureValue:
    """A figure as drawn: label, value with unit, and the list behind it.

    `gaps` are (words, address): records that the figure or its note leaves out.
    """

    label: TypeText
    value: Any
    unit: TypeText = ""
    note: TypeText = ""
    url: str = ""
    gaps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A block of figures for a subject ("overview": obj is the division code)."""

    subject: str
    key: str
    position: int
    values: Callable[[HttpRequest, Any], Iterable[FigureValue]]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A block of a page with a template of its own: `context(request, obj)` feeds `template`."""

    subject: str
    key: str
    position: int
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any]]
    may_see: Callable[[Any], bool] = lambda user: True


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """Something that waits for this user: what, how many, where it is done, by when.

    `due_words` says in words what the day is; it has `{day}` in it.
    """

    text: TypeText
    count: int
    url: str
    due: date | None = None
    due_words: TypeText = field(default_factory=lambda: _("due {day}"))


@dataclass(frozen=True, kw_only=True)
class WaitingSource:
    key: str
    position: int
    lines: Callable[[Any], Iterable[WaitingLine]]


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    title: str
    detail: str
    url: str


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """`find(user, key, limit)` gets the comparison key of what was typed; it answers scoped hits."""

    key: str
    label: TypeText
    position: int
    find: Callable[[Any, str, int], Iterable[SearchHit]]


@dataclass(frozen=True, kw_only=True)
class MissingLine:
    """One thing that lacks before a subject may go on, linking to where it is mended."""

    text: TypeText
    url: str


@dataclass(frozen=True, kw_only=True)
class MissingSource:
    subject: str
    key: str
    position: int
    lines: Callable[[Any, Any], Iterable[MissingLine]]


@dataclass(frozen=True, kw_only=True)
class DivisionFollower:
    """Rows of an upper app that move along when a division is renamed or merged.

    `follow(old_code, new_code)` re-points the living rows and returns how many;
    frozen rows keep the code of their day.
    """

    key: str
    follow: Callable[[str, str], int]


@dataclass(frozen=True, kw_only=True)
class ReshapeObstacles:
    """What keeps compounds from being merged or split now: a sentence each that says what to do first.

    `sentences(ending, staying)` gets the compounds that end and those that take over. It is asked for the page before
    the act, and again by the act while it holds the compounds' locks.
    """

    key: str
    position: int
    sentences: Callable[[Sequence[Any], Sequence[Any]], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class ErrorFrame:
    """How errors look and read below an address: for people who are not staff.

    `template` gets `status`, `title` and `text` and must need neither database nor user; `words` are
    (title, text) by refusal code or by status.
    """

    key: str
    below: str
    template: str
    words: Mapping[int | str, tuple[TypeText, TypeText]]


@dataclass(frozen=True, kw_only=True)
class ResidentCard:
    """One thing on a resident's home page, in plain sentences.

    `items` are short entries of a list; `tag` a word beside the title with its `tone` ("" | act | ok | late);
    `url` with `action` is its one button; `phone` is drawn as a number to tap.
    """

    title: TypeText
    lines: tuple[TypeText, ...] = ()
    items: tuple[TypeText, ...] = ()
    tag: TypeText = ""
    tone: str = ""
    url: str = ""
    action: TypeText = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class ResidentSource:
    """Cards of one of the three blocks of a resident's home page.

    `subject` is `DECIDED` (what is decided), `OPEN` (what is open for you) or `CONTACT` (whom to call).
    `cards(resident)` gets the resident of the session (`residents.session.Resident`).
    """

    subject: str
    key: str
    position: int
    cards: Callable[[Any], Iterable[ResidentCard]]


DECIDED, OPEN, CONTACT = "decided", "open", "contact"


class Board:
    """All registrations of this process. Registering a key again replaces it (reloads, tests)."""

    def __init__(self) -> None:
        self._items: dict[tuple[type, str, str], Any] = {}

    def register(self, item: Any) -> None:
        self._items[type(item), getattr(item, "subject", ""), item.key] = item

    def forget(self, item: Any) -> None:
        self._items.pop((type(item), getattr(item, "subject", ""), item.key), None)

    def _of(self, kind: type, subject: str = "") -> list[Any]:
        found = [item for (its, about, _), item in self._items.items() if its is kind and about == subject]
        return sorted(found, key=lambda item: (getattr(item, "position", 0), item.key))

    def rail(self, user: Any) -> list[RailItem]:
        return [item for item in self._of(RailItem) if item.may_see(user)]

    def all_rail_items(self) -> list[RailItem]:
        return self._of(RailItem)

    def account_items(self) -> list[AccountItem]:
        return self._of(AccountItem)

    def beacons(self) -> list[Beacon]:
        return self._of(Beacon)

    def export_watchers(self) -> list[ExportWatcher]:
        return self._of(ExportWatcher)

    def long_exports(self) -> LongExports | None:
        return next(iter(self._of(LongExports)), None)

    def tabs(self, subject: str, user: Any, obj: Any) -> list[Tab]:
        return [tab for tab in self._of(Tab, subject) if tab.may_see(user, obj)]

    def figures(self, subject: str) -> list[Figure]:
        return self._of(Figure, subject)

    def panels(self, subject: str, user: Any) -> list[Panel]:
        return [panel for panel in self._of(Panel, subject) if panel.may_see(user)]

    def waiting(self, user: Any) -> list[WaitingLine]:
        return [line for source in self._of(WaitingSource) for line in source.lines(user)]

    def search_sources(self) -> list[SearchSource]:
        return self._of(SearchSource)

    def missing(self, subject: str, user: Any, obj: Any) -> list[MissingLine]:
        return [line for source in self._of(MissingSource, subject) for line in source.lines(user, obj)]

    def error_frame(self, path: str) -> ErrorFrame | None:
        return next((frame for frame in self._of(ErrorFrame) if path.startswith(frame.below)), None)

    def resident_cards(self, subject: str, resident: Any) -> list[ResidentCard]:
        return [card for source in self._of(ResidentSource, subject) for card in source.cards(resident)]

    def reshape_obstacles(self, *, ending: Sequence[Any], staying: Sequence[Any] = ()) -> list[str]:
        return [one for source in self._of(ReshapeObstacles) for one in source.sentences(ending, staying)]

    def division_followers(self) -> list[DivisionFollower]:
        return self._of(DivisionFollower)


board = Board()
