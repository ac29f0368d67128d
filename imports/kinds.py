"""What can be imported. The app that owns the target declares a kind and registers it in `AppConfig.ready`.

This app knows files, rows, verdicts and the order of the steps; a kind knows what a row means.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.sheets import SheetColumn, TemplateSheet, Workbook
from imports.errors import UnknownKind
from imports.models import Verdict
from jobs.progress import Progress

TypeText = str | Promise


@dataclass(frozen=True, kw_only=True)
class ImportColumn(SheetColumn):
    """A column that may be imported.

    `names` are headings under which it is known, in any language, the best first. With
    `fills_down` a cell merged over several rows holds for each of them. `in_template`
    is False for what is understood but not asked for. `samples_like` is a pattern that the
    values beneath a heading must fit before the column is taken by its heading alone. A column
    that `is_personal` is shown masked, and what was staged of its file is deleted within a day.
    """

    names: tuple[str, ...] = ()
    fills_down: bool = False
    in_template: bool = True
    samples_like: str = ""
    is_personal: bool = False


@dataclass(frozen=True, kw_only=True)
class Task:
    """What an import is to do: for whom, with which columns and choices.

    `user` None is the server's shell. `mapping` is {column key: heading label}; `headings` are the
    labels of the file; `division` limits everything to a division ("" = the person's own scope).
    """

    user: Any
    mapping: Mapping[str, str]
    headings: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    division: str = ""


# Kinds of remarks that this app makes itself.
MERGED = "merged"
COMMON_REASONS: Mapping[str, TypeText] = {MERGED: _("figure merged over several rows")}


class Remark(str):
    """A sentence about a cell that knows of what kind it is; rows are counted and filtered by kind."""

    __slots__ = ("kinds",)
    kinds: tuple[str, ...]

    def __new__(cls, kind: str, text: str) -> Self:
        remark = super().__new__(cls, text)
        remark.kinds = (str(kind),)
        return remark

    def and_also(self, other: "Remark") -> "Remark":
        """Two sentences about one cell."""
        both = Remark(self.kinds[0], f"{self} {other}")
        both.kinds = self.kinds + other.kinds
        return both


@dataclass(slots=True)
class Row:
    """A row on its way through: `cells` as typed, by column key; the rest as in `ImportRow`, by field.

    `sheet` is "" for the sheet that is imported; a line of another one that belongs to none of its rows
    is a row of its own and names it. `extras` are cells of columns that a choice named by its heading, by
    heading label. `lead` is the first filled cell of a row most of whose columns are empty, whatever its
    column: 合计, 填表人.
    """

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Remark] = field(default_factory=dict)
    warnings: dict[str, Remark] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    target_id: int | None = None
    verdict: str = ""
    lead: str = ""
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where it stands in the file, as a person looks for it."""
        return f"{self.sheet} · {self.number}" if self.sheet else str(self.number)

    def settle(self) -> None:
        """The verdict follows from what was found."""
        if self.problems:
            self.verdict = Verdict.WRONG
        elif self.target_id is None:
            self.verdict = Verdict.NEW
        else:
            self.verdict = Verdict.CHANGED if self.changes else Verdict.UNCHANGED

    def kinds(self) -> list[str]:
        """Of what kinds the problems are; of a right row its warnings. Each once."""
        remarks = self.problems or self.warnings
        return list(dict.fromkeys(kind for remark in remarks.values() for kind in remark.kinds))


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of the preview: a field of the record and the file's columns that feed it."""

    key: str
    label: TypeText
    columns: tuple[str, ...]
    # What stands for the value of a row that is wrong there.
    missing: TypeText = ""


@dataclass(frozen=True, kw_only=True)
class ValueQuestion:
    """ "Which of ours is meant by …?", asked once for each different value of a column.

    `values` are (text, rows, our suggestion); the answers are kept as options[`option`] = {text: answer}.
    """

    option: str
    heading: str
    title: TypeText
    help: TypeText
    values: tuple[tuple[str, int, str], ...]
    choices: tuple[tuple[str, str], ...]


class ImportKind(ABC):
    """One kind of record. Methods that look at rows are called with all of them: compare and write set-wise."""

    key: ClassVar[str]
    title: TypeText
    list_title: TypeText
    noun: TypeText
    # What the reason that is asked for at the end is kept with.
    reason_label: TypeText = _("Reason, for the history of each record")
    columns: Sequence[ImportColumn]
    notes: Sequence[TypeText] = ()
    # {kind of a remark: what it is called where rows are counted}
    reasons: Mapping[str, TypeText]

    def column(self, key: str) -> ImportColumn:
        return next(column for column in self.columns if column.key == key)

    @property
    def personal_columns(self) -> frozenset[str]:
        """Keys of the columns that hold residents' personal data."""
        return frozenset(column.key for column in self.columns if column.is_personal)

    @abstractmethod
    def may_import(self, user: Any) -> bool: ...

    def begun_with(self, asked: Mapping[str, str], *, user: Any) -> dict[str, Any]:
        """Options that the address of the upload page names: an import that was begun from a record's page."""
        return {}

    @abstractmethod
    def list_url(self) -> str:
        """The page where the records stand, headed `list_title`; the breadcrumb leads there."""

    def template_columns(self, user: Any) -> Sequence[SheetColumn]:
        """The template's columns; choices may depend on the person."""
        return [column for column in self.columns if column.in_template]

    @abstractmethod
    def options_form(
        self,
        data: Mapping[str, Any] | None,
        *,
        headings: Sequence[str],
        initial: Mapping[str, Any],
        user: Any,
    ) -> forms.Form:
        """What is to be chosen beside the columns; `cleaned_data` (JSON values) become the options."""

    def keep(self, options: Mapping[str, Any], *, user: Any) -> dict[str, Any]:
        """What was chosen as JSON; a kind that asks for a file stores it here."""
        return dict(options)

    def more_sheets(self, user: Any) -> Sequence[TemplateSheet]:
        """Further sheets of the template."""
        return ()

    def read_along(
        self, rows: Sequence[Row], book: Workbook, *, sheet: str, task: Task
    ) -> list[Row]:  # fmt: skip
        """Complete the rows with what stands on other sheets of the file; `sheet` is the one they are from.

        Lines that belong to none of the rows come back as wrong rows of their own, with their `sheet`.
        """
        return []

    def missing_columns(self, task: Task) -> list[str]:
        """Labels of columns without which no row could be right."""
        return [
            str(column.heading)
            for column in self.columns
            if column.required and column.key not in task.mapping
        ]

    def undecided(self, task: Task) -> dict[str, str]:
        """{option: question} of what neither the file nor the person has said, and nobody may guess."""
        return {}

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        """(label, text) of what was chosen for the whole file: it stands above the preview."""
        return ()

    def extra_headings(self, task: Task) -> Sequence[str]:
        """Headings whose cells the kind wants although no column is mapped to them."""
        return ()

    def question(self, task: Task, rows: Sequence[Row]) -> ValueQuestion | None:
        return None

    def answer(self, question: ValueQuestion, text: str, *, task: Task) -> str:
        """What a person typed for a value, as it is kept; "" for nothing; raises `forms.ValidationError`."""
        return text

    @abstractmethod
    def fields(self, task: Task) -> Sequence[Field]:
        """The columns of the preview."""

    @abstractmethod
    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        """How a page of rows is worded: (field, stored value) → text, "" for no value."""

    @abstractmethod
    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        """Read, check and compare all rows; afterwards each has its verdict and says why."""

    @abstractmethod
    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        """Write the staged rows, in the caller's transaction; returns {verdict: rows written}.

        Raises `imports.errors.ChangedSincePreview` when the staged rows no longer fit the register.
        """


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    _kinds[kind.key] = kind


def kind_of(key: str) -> ImportKind:
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind from None


def all_kinds() -> list[ImportKind]:
    return list(_kinds.values())


def kinds_for(user: Any) -> list[ImportKind]:
    return [kind for kind in _kinds.values() if kind.may_import(user)]
