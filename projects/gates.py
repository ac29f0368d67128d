"""What a project lacks for its next stage: the strip at the heart of its page.

The same lines refuse the move in the action; the database refuses it once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch
from django.urls import reverse as _reverse
from django.utils.translation import gettext_lazy as _

from core.board import MissingLine, TypeText, board
from projects.models import EVIDENCE, LINE, DocumentKind, Project, SchemeState, Stage

MISSING_SUBJECT = "project_stage"


def reverse(name: str, args: list[Any] | None = None) -> str:
    """The address of a page; its part is only now being built."""
    try:
        return _reverse(name, args=args)
    except NoReverseMatch:
        return ""


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
    return [*_own(project), *board.missing(MISSING_SUBJECT, user, project)]


def _own(project: Project) -> Iterator[MissingLine]:
    kind = EVIDENCE.get(project.stage)
    if kind and not project.documents.valid().filter(kind=kind).exists():
        address = reverse("projects:document_add", args=[project.code])
        yield MissingLine(text=DocumentKind(kind).label, url=address and f"{address}?kind={kind}")
    if project.stage == Stage.PLAN:
        yield from _plan(project)
    if project.stage == Stage.SCHEME and not project.schemes.approved().exists():
        yield from _scheme(project)


def _plan(project: Project) -> Iterator[MissingLine]:
    entry = project.plan_entry
    if entry is None:
        yield MissingLine(text=_("a place in an annual plan"), url=reverse("projects:plans"))
    elif not entry.current:
        yield MissingLine(
            text=_("the plan has not been issued"), url=reverse("projects:plan", args=[entry.plan_id])
        )


SCHEME_STEPS: dict[str, TypeText] = {
    SchemeState.DRAFT: _("the scheme is still being drawn up"),
    SchemeState.SIGNING: _("signatures under the scheme"),
    SchemeState.NOTICED: _("the end of the public notice and the approval of the scheme"),
}


def _scheme(project: Project) -> Iterator[MissingLine]:
    under_way = project.schemes.filter(state__in=SCHEME_STEPS).first()
    text = SCHEME_STEPS[under_way.state] if under_way else _("a scheme")
    yield MissingLine(text=text, url=reverse("projects:scheme", args=[project.code]))
