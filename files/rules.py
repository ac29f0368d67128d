"""What may be handed in where: declared once next to the kinds of an app, asked by its form and by the action.

    APPROVAL = FileRule(accepted=SCANS)                      # PDF or photographed pages
    PLAN = FileRule(accepted=SCANS | OFFICE, megabytes=50)

`accept` is for the file input, so that the phone offers the right things first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from core import filetypes

CSV = "text/csv"
IMAGES = frozenset({filetypes.JPEG, filetypes.PNG, filetypes.WEBP, filetypes.GIF})
SPREADSHEETS = frozenset({filetypes.XLSX, filetypes.XLS, filetypes.ODS, CSV})
DOCUMENTS = SPREADSHEETS | {
    filetypes.PDF, filetypes.DOCX, filetypes.PPTX, filetypes.ODT, filetypes.OLE, filetypes.TEXT,
}  # fmt: skip
OFFICE = frozenset({
    filetypes.DOCX, filetypes.XLSX, filetypes.PPTX, filetypes.ODT, filetypes.ODS, filetypes.OLE, filetypes.XLS,
})  # fmt: skip
SCANS = IMAGES | {filetypes.PDF}

# How a file chooser names them.
_CHOOSER = {
    filetypes.PDF: ".pdf",
    filetypes.DOCX: ".docx",
    filetypes.XLSX: ".xlsx",
    filetypes.PPTX: ".pptx",
    filetypes.ODT: ".odt",
    filetypes.ODS: ".ods",
    filetypes.OLE: ".doc,.wps",
    filetypes.XLS: ".xls",
    filetypes.TEXT: ".txt",
    CSV: ".csv",
}


@dataclass(frozen=True)
class FileRule:
    """`accepted` media types by content, `megabytes` at most (never more than the portal's own limit)."""

    accepted: frozenset[str]
    megabytes: int | None = None

    @property
    def limit(self) -> int:
        """Megabytes."""
        return min(self.megabytes or settings.UPLOAD_LIMIT_MB, settings.UPLOAD_LIMIT_MB)

    @property
    def accept(self) -> str:
        """For `<input type="file" accept="…">`."""
        kinds = [ending for media, ending in _CHOOSER.items() if media in self.accepted]
        return ",".join(["image/*", *kinds] if self.accepted & IMAGES else kinds)

    @property
    def words(self) -> str:
        """For the hint below the input: what is accepted, and up to which size."""
        return _("{kinds}, up to {limit} MB").format(kinds=in_words(self.accepted), limit=self.limit)


def in_words(accepted: Collection[str]) -> str:
    """What is accepted, in words that people use for it."""
    words = {
        _("an image (JPEG, PNG, WebP)"): filetypes.JPEG,
        "PDF": filetypes.PDF,
        "Word": filetypes.DOCX,
        _("Excel (.xlsx, .xls, .ods)"): filetypes.XLSX,
        "PowerPoint": filetypes.PPTX,
        "CSV": CSV,
    }
    return ", ".join(word for word, media in words.items() if media in accepted)


def type_label(media_type: str) -> str:
    """A word for the type, as a list shows it."""
    labels = {
        filetypes.PDF: "PDF",
        filetypes.DOCX: "Word",
        filetypes.ODT: _("text document"),
        filetypes.XLSX: "Excel",
        filetypes.XLS: "Excel",
        filetypes.ODS: _("spreadsheet"),
        filetypes.PPTX: "PowerPoint",
        filetypes.OLE: _("Office 97–2003"),
        filetypes.TEXT: _("plain text"),
        CSV: "CSV",
    }
    return _("image") if media_type in IMAGES else labels.get(media_type, _("file"))
