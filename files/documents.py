"""Versions of a record's documents, as a page shows them (`templates/files/_document.html`).

The rows are the owning app's, because who may see them is its question. Their shape:

    class ContractDocument(models.Model):
        append_only = True                       # a version is never changed, a newer one is added
        contract = ForeignKey(Contract, PROTECT, related_name="documents")
        kind = CharField(choices=DocumentKind)
        number = PositiveSmallIntegerField()     # 1, 2, … within contract and kind
        file = ForeignKey(StoredFile, PROTECT, related_name="+")
        note = CharField(max_length=200, blank=True)
        added_by, added_at

        constraints = [UniqueConstraint(fields=["contract", "kind", "number"], name=…)]

The action stores the bytes first (`store_upload`, outside its transaction: no network and no
disk inside one), then locks the contract, takes the next number and inserts the row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from files.models import StoredFile
from files.rules import type_label


@dataclass(frozen=True)
class Version:
    """`url` downloads; `preview_url` and `thumbnail_url` are views that answer `preview_response`."""

    number: int
    file: StoredFile
    added_at: datetime
    added_by: str
    url: str
    preview_url: str = ""
    thumbnail_url: str = ""
    note: str = ""

    @property
    def type_label(self) -> str:
        return type_label(self.file.media_type)

    @property
    def is_shown(self) -> bool:
        return bool(self.preview_url) and self.file.is_shown


@dataclass(frozen=True)
class Document:
    """All versions of one document, the newest first."""

    label: str
    versions: tuple[Version, ...]

    @classmethod
    def of(cls, label: str, versions: Iterable[Version]) -> "Document":
        return cls(label, tuple(sorted(versions, key=lambda version: version.number, reverse=True)))

    @property
    def current(self) -> Version | None:
        return self.versions[0] if self.versions else None

    @property
    def earlier(self) -> tuple[Version, ...]:
        return self.versions[1:]
