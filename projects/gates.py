"""What a project lacks for its next stage: the strip at the heart of its page.

The same lines refuse the move in the action; the database refuses it once more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import MissingLine, TypeText, board
from projects.models import (
    EVIDENCE,
    LINE,
    Document,
    DocumentKind,
    Project,
    Scheme,
    SchemeState,
    Stage,
    Standing,
)
from projects.models.project import ProjectQuerySet
from projects.permissions import can_add_documents, can_see_programme
from projects.scheme_way import Way

MISSING_SUBJECT = "project_stage"


@dataclass(frozen=True)
class Step:
    """The stage after this one."""

    stage: str
    label: TypeText


def next_step(project: Project) -> Step | None:
    """Where the line goes on; None where it ends."""
    place = LINE.index(project.stage)
    if place + 1 == len(LINE):
        return None
    stage = Stage(LINE[place + 1])
    return Step(stage.value, stage.label)


def missing_for_next_stage(user: Any, project: Project) -> list[MissingLine]:
    """Own conditions first, then what the apps above registered for a project's stage."""
    if not project.is_unfinished:
        return []
    return [*_own(user, project), *board.missing(MISSING_SUBJECT, user, project)]


def _own(user: Any, project: Project) -> Iterator[MissingLine]:
    """A line leads to where it is mended for those who may mend it there."""
    kind = EVIDENCE.get(project.stage)
    if kind and not project.documents.valid().filter(kind=kind).exists():
        address = f"{reverse('projects:document_add', args=[project.code])}?kind={kind}"
        yield MissingLine(
            text=DocumentKind(kind).label, url=address if can_add_documents(user, project) else ""
        )
    if project.stage == Stage.PLAN:
        yield from _plan(user, project)
    if project.stage == Stage.SCHEME and not project.schemes.approved().exists():
        yield from _scheme(user, project)


def _plan(user: Any, project: Project) -> Iterator[MissingLine]:
    """A firm's people see what lacks, but no plans."""
    entry, sees = project.plan_entry, can_see_programme(user)
    if entry is None:
        yield MissingLine(text=_("a place in an annual plan"), url=reverse("projects:plans") if sees else "")
    elif not entry.current:
        address = reverse("projects:plan", args=[entry.plan_id]) if sees else ""
        yield MissingLine(text=_("the plan has not been issued"), url=address)


def _scheme(user: Any, project: Project) -> Iterator[MissingLine]:
    """Which signature lacks, until when it hangs out, how many objections wait: each with its page."""
    under_way = project.schemes.under_way().first()
    if under_way is None:
        yield MissingLine(text=_("a scheme"), url=reverse("projects:scheme", args=[project.code]))
    else:
        under_way.project = project
        yield from Way(under_way, user=user).missing()


# --- The same, of many projects at once -------------------------------------------------

BY_THE_SITE = (Stage.START, Stage.CONSTRUCTION)
_narrowings: dict[str, Callable[[ProjectQuerySet], ProjectQuerySet]] = {}


def narrow_ready(key: str, narrow: Callable[[ProjectQuerySet], ProjectQuerySet]) -> None:
    """An app above that adds lines to the strip says here, for many projects at once, where it adds none."""
    _narrowings[key] = narrow


def ready_to_advance(rows: ProjectQuerySet) -> ProjectQuerySet:
    """Those whose strip is empty and that an office takes on: the site moves the others."""
    kind = Case(
        *(When(stage=stage, then=Value(kind)) for stage, kind in EVIDENCE.items()), output_field=CharField()
    )
    papers = Document.objects.valid().filter(project=OuterRef("pk"), kind=OuterRef("evidence_kind"))
    ready: ProjectQuerySet = (
        rows.filter(standing=Standing.ACTIVE)
        .exclude(stage__in=(*BY_THE_SITE, Stage.AFTERCARE))
        .annotate(evidence_kind=kind)
        .filter(Q(evidence_kind__isnull=True) | Q(Exists(papers)))
        .filter(~Q(stage=Stage.PLAN) | Q(plan_entry__current=True))
        .filter(~Q(stage=Stage.SCHEME) | Q(Exists(_approved())))
    )
    for narrow in _narrowings.values():
        ready = narrow(ready)
    return ready


def _approved() -> QuerySet[Any]:
    return Scheme.objects.filter(project=OuterRef("pk"), state=SchemeState.APPROVED)
