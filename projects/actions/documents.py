"""Documents of projects and plans: added, given new versions, withdrawn; nothing is deleted."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from files.models import StoredFile
from projects.errors import DocumentInUse, DocumentNeedsProject, DocumentWithdrawn, ReasonNeeded
from projects.models import LINE, PROGRAMME_KINDS, Document, DocumentVersion, MoveKind, Plan, Project, Stage
from projects.papers import stages_of_kind
from projects.permissions import can_add_documents, can_keep_programme_documents

# Moves that rest on a document of the stage they leave.
PASSED_ON_EVIDENCE = (MoveKind.ADVANCE, MoveKind.START, MoveKind.COMPLETE)


@transaction.atomic
def add_document(
    *, project: Project, user: User, kind: str, title: str, file: StoredFile, number: str = "",
    dated_on: date | None = None, stage: str | None = None,
) -> Document:  # fmt: skip
    """A document of a project; without `stage` it belongs to the stage the project is in."""
    if not can_add_documents(user, project):
        raise NotPermitted
    return _add(
        Document(project=project, stage=stage if stage is not None else project.stage, kind=kind), title=title,
        file=file, user=user, number=number, dated_on=dated_on,
    )  # fmt: skip


@transaction.atomic
def add_programme_document(
    *, plan: Plan, user: User, kind: str, title: str, file: StoredFile, number: str = "", dated_on: date | None = None
) -> Document:  # fmt: skip
    """Overall scheme, guideline, timetable, road map or task book of a division's programme."""
    if not can_keep_programme_documents(user, plan):
        raise NotPermitted
    if kind not in PROGRAMME_KINDS:
        raise DocumentNeedsProject
    return _add(
        Document(plan=plan, kind=kind), title=title, file=file, user=user, number=number, dated_on=dated_on
    )


@transaction.atomic
def add_version(*, document: Document, user: User, file: StoredFile, note: str) -> DocumentVersion:
    """A newer version; the older ones stay, and `note` says what changed."""
    document = _lock(document, user)
    if not clean_line(note):
        raise ReasonNeeded
    latest = document.versions.aggregate(latest=Max("number"))["latest"] or 0
    return DocumentVersion.objects.create(
        document=document, number=latest + 1, file=file, note=clean_line(note), uploaded_by=user
    )


@transaction.atomic
def withdraw_document(*, document: Document, user: User, reason: str) -> Document:
    """It counts no more. The evidence of a stage that was passed on it stays.

    The project is locked first, so that no stage is passed on the document in the same moment.
    """
    if document.project_id is not None:
        Project.objects.select_for_update(no_key=True).get(pk=document.project_id)
    document = _lock(document, user)
    if not clean_line(reason):
        raise ReasonNeeded
    _refuse_if_needed(document)
    document.withdrawn_by, document.withdrawn_at = user, timezone.now()
    document.withdrawal_reason = clean_line(reason)
    document.save()
    return document


def _refuse_if_needed(document: Document) -> None:
    project = document.project
    if (
        project is None
        or project.documents.valid().filter(kind=document.kind).exclude(pk=document.pk).exists()
    ):
        return
    kinds = stages_of_kind(document.kind)
    passed = project.stage_changes.filter(kind__in=PASSED_ON_EVIDENCE, from_stage__in=kinds)
    behind = LINE[: LINE.index(project.stage)]
    left = [change.from_stage for change in passed.order_by("-id") if change.from_stage in behind]
    if left:
        raise DocumentInUse(stage=str(Stage(left[0]).label))


def _add(
    document: Document, *, title: str, file: StoredFile, user: User, number: str, dated_on: date | None
) -> Document:
    document.title, document.number = clean_line(title), clean_line(number)
    document.dated_on, document.added_by = dated_on, user
    with constraints_as_refusals(Document):
        document.save(force_insert=True)
    DocumentVersion.objects.create(document=document, number=1, file=file, uploaded_by=user)
    return document


def _lock(document: Document, user: User) -> Document:
    document = (
        Document.objects.select_for_update(of=("self",)).select_related("project", "plan").get(pk=document.pk)
    )
    if not _may_keep(document, user):
        raise NotPermitted
    if document.withdrawn_at is not None:
        raise DocumentWithdrawn
    return document


def _may_keep(document: Document, user: Any) -> bool:
    if document.project is not None:
        return can_add_documents(user, document.project)
    return document.plan is not None and can_keep_programme_documents(user, document.plan)
