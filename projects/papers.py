"""The documents of a project as its page shows them: by stage, with what each stage must leave behind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from files.documents import Document as Shown
from files.documents import Version
from projects.models import EVIDENCE, LINE, Document, DocumentKind, DocumentVersion, Project, Stage
from projects.models.documents import DocumentQuerySet

# What a stage must leave behind before the project goes on, the building site's two acts included.
REQUIRED: dict[str, str] = {
    **EVIDENCE,
    Stage.START: DocumentKind.START_EVIDENCE,
    Stage.CONSTRUCTION: DocumentKind.COMPLETION_EVIDENCE,
}
WHOLE_PROJECT = ""


def stages_of_kind(kind: str) -> list[str]:
    """The stages that ask for a document of this kind."""
    return [stage for stage, required in REQUIRED.items() if required == kind]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A row of `projects/document_list.html`; an address that is empty draws no button.

    `required_for` is the stage that asks for it, "" where none does.
    """

    document: Document
    shown: Shown
    required_for: str = ""
    version_url: str = ""
    withdraw_url: str = ""


@dataclass(frozen=True, kw_only=True)
class StagePapers:
    """A stage with its papers. `missing` is the kind that it must leave behind and does not have yet."""

    stage: str
    label: Any
    is_present: bool
    papers: list[Paper]
    missing: str = ""

    @property
    def missing_label(self) -> Any:
        return DocumentKind(self.missing).label if self.missing else ""


class Addresses:
    """Where a version is loaded and looked at; pages of other owners give their own."""

    def __init__(
        self, load: Callable[[DocumentVersion], str], look: Callable[[DocumentVersion], str]
    ) -> None:
        self.load, self.look = load, look


def with_versions(rows: DocumentQuerySet) -> list[Document]:
    """Documents with all versions, files and people; two statements however many there are."""
    versions = DocumentVersion.objects.select_related("file", "uploaded_by").order_by("-number")
    joined = rows.select_related("withdrawn_by").prefetch_related(Prefetch("versions", queryset=versions))
    return list(joined.order_by("kind", "-id"))


def shown(document: Document, addresses: Addresses) -> Shown:
    return Shown.of(
        document.title,
        [
            Version(
                number=version.number,
                file=version.file,
                added_at=version.uploaded_at,
                added_by=version.uploaded_by.name,
                url=addresses.load(version),
                preview_url=addresses.look(version),
                thumbnail_url=addresses.look(version) + "?small=1",
                note=version.note,
            )
            for version in document.versions.all()
        ],
    )


def by_stage(project: Project, papers: Iterable[Paper]) -> list[StagePapers]:
    """Stages along the line that have papers, and the present one; what belongs to the whole comes last."""
    kept: dict[str, list[Paper]] = {}
    for paper in papers:
        kept.setdefault(paper.document.stage, []).append(paper)
    there = {paper.document.kind for found in kept.values() for paper in found}
    stages = [
        StagePapers(
            stage=stage,
            label=Stage(stage).label,
            is_present=project.is_active and stage == project.stage,
            papers=kept.get(stage, []),
            missing=_missing(project, stage, there),
        )
        for stage in LINE
        if stage in kept or stage == project.stage
    ]
    if WHOLE_PROJECT in kept:
        whole = StagePapers(
            stage=WHOLE_PROJECT, label=_("of no single stage"), is_present=False, papers=kept[WHOLE_PROJECT]
        )
        stages.append(whole)
    return stages


def _missing(project: Project, stage: str, there: set[str]) -> str:
    needed = REQUIRED.get(stage, "")
    is_open = stage == project.stage and project.is_unfinished
    return needed if is_open and needed not in there else ""
