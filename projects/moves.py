"""The moves of a project as people choose among them: what each is called and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.board import TypeText
from projects.actions.stages import (
    advance,
    cancel,
    pass_as_not_required,
    resume,
    send_back,
    suspend,
)
from projects.gates import BY_THE_SITE, next_step
from projects.models import MAY_BE_SKIPPED, MoveKind, Project, Stage, StageChange, Standing
from projects.models.stages import STAGE_MOVES


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A move that this person may choose: `title` heads its page, `button` does it."""

    kind: str
    title: TypeText
    button: TypeText
    act: Callable[..., StageChange]
    is_grave: bool = False


_CHOICES: dict[str, Choice] = {
    choice.kind: choice
    for choice in (
        Choice(
            kind=MoveKind.ADVANCE, title=gettext_lazy("On to the next stage"), button=gettext_lazy("On"), act=advance
        ),
        Choice(
            kind=MoveKind.NOT_REQUIRED, title=gettext_lazy("This stage is not required"),
            button=gettext_lazy("Pass over it"), act=pass_as_not_required,
        ),
        Choice(
            kind=MoveKind.SEND_BACK, title=gettext_lazy("Send back one stage"), button=gettext_lazy("Send back"),
            act=send_back, is_grave=True,
        ),
        Choice(
            kind=MoveKind.SUSPEND, title=gettext_lazy("Suspend the project"), button=gettext_lazy("Suspend"),
            act=suspend, is_grave=True,
        ),
        Choice(kind=MoveKind.RESUME, title=gettext_lazy("Resume the project"), button=gettext_lazy("Resume"), act=resume),
        Choice(
            kind=MoveKind.CANCEL, title=gettext_lazy("Cancel the project"), button=gettext_lazy("Cancel for good"),
            act=cancel, is_grave=True,
        ),
    )
}  # fmt: skip


def choice_of(kind: str) -> Choice | None:
    return _CHOICES.get(kind)


def choices_for(project: Project) -> list[Choice]:
    """The moves that the line allows from where the project stands, whoever asks."""
    if not project.is_unfinished:
        # Only out of after-care is nothing possible; a cancelled project stays cancelled.
        return []
    if project.standing == Standing.SUSPENDED:
        return [_CHOICES[MoveKind.RESUME], _CHOICES[MoveKind.CANCEL]]
    found = [_CHOICES[MoveKind.ADVANCE]] if project.stage not in BY_THE_SITE else []
    if project.stage in MAY_BE_SKIPPED:
        found.append(_CHOICES[MoveKind.NOT_REQUIRED])
    if sent_back_to(project) is not None:
        found.append(_CHOICES[MoveKind.SEND_BACK])
    return [*found, _CHOICES[MoveKind.SUSPEND], _CHOICES[MoveKind.CANCEL]]


def sent_back_to(project: Project) -> Stage | None:
    for before, after in STAGE_MOVES[MoveKind.SEND_BACK]:
        if before == project.stage:
            return Stage(after)
    return None


# --- What follows, in words -------------------------------------------------------------


def consequences(project: Project, kind: str) -> list[str]:
    """What the move does, told before it is done."""
    return {
        MoveKind.ADVANCE: _of_advance,
        MoveKind.NOT_REQUIRED: _of_not_required,
        MoveKind.SEND_BACK: _of_send_back,
        MoveKind.SUSPEND: _of_suspend,
        MoveKind.RESUME: _of_resume,
        MoveKind.CANCEL: _of_cancel,
    }[MoveKind(kind)](project)


def _words(project: Project) -> dict[str, Any]:
    step = next_step(project)
    return {"stage": project.get_stage_display(), "next": step.label if step else ""}


def _of_advance(project: Project) -> list[str]:
    words = _words(project)
    lines = [
        _("The project leaves “{stage}” and is in “{next}”.").format(**words),
        _("The milestone of “{stage}” is done on the day given below.").format(**words),
    ]
    if project.stage == Stage.WILLINGNESS and project.plan_entry is not None and project.plan_entry.current:
        lines[0] = _(
            "The project leaves “{stage}”. Its plan is issued, so “{next}” is done as well and it is in “{scheme}”."
        ).format(**words, scheme=Stage.SCHEME.label)
    if project.stage == Stage.HANDOVER:
        lines.append(_("The project is finished then: it moves no more, and the compound may begin another."))
    return lines


def _of_not_required(project: Project) -> list[str]:
    words = _words(project)
    return [
        _("“{stage}” is passed over and the project is in “{next}”.").format(**words),
        _(
            "The line shows “{stage}” as not required, with your reason; no document of it is asked for."
        ).format(**words),
    ]


def _of_send_back(project: Project) -> list[str]:
    earlier = sent_back_to(project)
    words = {"stage": project.get_stage_display(), "earlier": earlier.label if earlier else ""}
    lines = [
        _("The project goes back from “{stage}” to “{earlier}”.").format(**words),
        _("The milestone of “{earlier}” is open again. What was recorded stays.").format(**words),
    ]
    if project.stage == Stage.ACCEPTANCE:
        lines.append(_("The day of completion is taken back; the site reports it again."))
    return lines


def _of_suspend(project: Project) -> list[str]:
    return [
        _("The project stays in “{stage}” and cannot be moved until it is resumed.").format(
            **_words(project)
        ),
        _("Meanwhile its milestones do not count as late. Its dates stay: move them when it goes on."),
    ]


def _of_resume(project: Project) -> list[str]:
    return [
        _("The project goes on in “{stage}”.").format(**_words(project)),
        _("Milestones whose day has passed count as late again: move them, with the reason."),
    ]


def _of_cancel(project: Project) -> list[str]:
    lines = [
        _("The project ends in “{stage}”, for good: it cannot be resumed.").format(**_words(project)),
        _("What was recorded stays, and the compound may begin another project."),
    ]
    if project.plan_entry is not None:
        lines.append(
            _("It stays listed in “{plan}”; an amendment of the plan takes it out.").format(
                plan=project.plan_entry.plan
            )
        )
    return lines
