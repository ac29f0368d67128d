"""The line of a project as its page draws it: each stage with what became of it and its days.

Before the project's own stages stand the two of the compound: survey and pool.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from core.board import TypeText
from projects.models import LINE, Milestone, MoveKind, Origin, Project, Stage, StageChange, Standing

DONE, NOT_REQUIRED, HERE, AHEAD, UNKNOWN = "done", "not_required", "here", "ahead", "unknown"
# The sign beside the word, so that no colour stands alone.
SIGNS = {DONE: "check", NOT_REQUIRED: "minus", HERE: "player-play", AHEAD: "", UNKNOWN: "help"}
WORDS: dict[str, TypeText] = {
    DONE: _("done"),
    NOT_REQUIRED: _("not required"),
    HERE: _("now"),
    AHEAD: _("to come"),
    UNKNOWN: _("not recorded"),
}
LEAVING = (MoveKind.ADVANCE, MoveKind.NOT_REQUIRED, MoveKind.START, MoveKind.COMPLETE)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stage of the line. `on` is the day it was left, `due` the day its milestone is due."""

    key: str
    label: TypeText
    state: str
    on: date | None = None
    due: date | None = None
    is_late: bool = False
    reason: str = ""

    @property
    def sign(self) -> str:
        return SIGNS[self.state]

    @property
    def word(self) -> TypeText:
        return WORDS[self.state]


def line_of(
    project: Project,
    changes: Iterable[StageChange],
    closing: Iterable[Milestone],
    *,
    today: date,
    is_surveyed: bool,
    is_pooled: bool,
) -> list[Mark]:
    """`changes` of the project, oldest first; `closing` are the milestones that end its stages."""
    left = {change.from_stage: change for change in changes if change.kind in LEAVING}
    due = {milestone.stage: milestone.due_on for milestone in closing}
    marks = [
        Mark(key="survey", label=_("survey"), state=DONE if is_surveyed else UNKNOWN),
        Mark(key="pool", label=_("pool"), state=DONE if is_pooled else UNKNOWN),
    ]
    return marks + [_mark(project, stage, left.get(stage), due.get(stage), today) for stage in LINE]


def _mark(project: Project, stage: str, change: StageChange | None, due: date | None, today: date) -> Mark:
    label = Stage(stage).label
    if LINE.index(stage) < LINE.index(project.stage):
        # A project from before the portal was put where it stood: no row tells of the stages before.
        if change is None:
            return Mark(key=stage, label=label, state=DONE, due=due)
        state = NOT_REQUIRED if change.kind == MoveKind.NOT_REQUIRED else DONE
        return Mark(
            key=stage, label=label, state=state, on=change.effective_on, due=due, reason=change.reason
        )
    is_late = project.is_active and due is not None and due < today
    if stage == project.stage:
        is_end = stage == Stage.AFTERCARE
        return Mark(
            key=stage, label=label, state=HERE, due=None if is_end else due, is_late=is_late and not is_end
        )
    return Mark(key=stage, label=label, state=AHEAD, due=due, is_late=is_late)


# --- Badges -----------------------------------------------------------------------------

STAGE_TONES: dict[str, str] = {
    **dict.fromkeys(LINE, "waiting"),
    Stage.CONSTRUCTION: "act",
    Stage.ACCEPTANCE: "act",
    Stage.HANDOVER: "act",
    Stage.AFTERCARE: "ok",
}
STANDING_TONES: dict[str, str] = {
    Standing.ACTIVE: "",
    Standing.SUSPENDED: "late",
    Standing.CANCELLED: "wrong",
}


def stage_badge(project: Project) -> tuple[TypeText, str]:
    """(word, tone) of where the project stands."""
    return project.get_stage_display(), STAGE_TONES[project.stage]


def is_from_before(project: Project) -> bool:
    return project.origin == Origin.BEFORE_PORTAL
