"""Milestones: laid out from the template, moved with a reason, done with a day."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Organisation, User
from projects.errors import DateInFuture, MilestoneDone, MilestoneOfStage, ReasonNeeded
from projects.models import LINE, Answerable, Milestone, MilestoneMove, Project, TimetableTemplate
from projects.permissions import can_edit_project


def lay_out_timetable(*, project: Project, from_stage: str = LINE[0]) -> list[Milestone]:
    """The milestones of the nearest template, from 1 January of the project's year.

    A project that came from before the portal begins at `from_stage`: of what it had behind it,
    nobody here kept the dates.
    """
    template = TimetableTemplate.objects.of(project.division_code)
    new_year = date(project.year, 1, 1)
    begun = LINE.index(from_stage)
    lines: list[dict[str, Any]] = [line for line in template.lines if LINE.index(line["stage"]) >= begun]
    ordered = sorted(lines, key=lambda line: (LINE.index(line["stage"]), line["day"]))
    planned = [new_year + timedelta(days=line["day"]) for line in ordered]
    return Milestone.objects.bulk_create(
        Milestone(
            project=project,
            division_code=project.division_code,
            stage=line["stage"],
            name=line["name_zh"],
            name_en=line["name_en"],
            answerable=line["answerable"],
            organisation=_organisation(project, line["answerable"]),
            planned_on=day,
            due_on=day,
            closes_stage=line["closes"],
            position=place,
        )
        for place, (line, day) in enumerate(zip(ordered, planned, strict=True))
    )


def _organisation(project: Project, answerable: str) -> Organisation | None:
    if answerable == Answerable.LEAD:
        return project.lead
    return project.client if answerable == Answerable.CLIENT else None


@transaction.atomic
def add_milestone(
    *, project: Project, user: User, stage: str, name: str, planned_on: date, answerable: str = Answerable.LEAD,
    organisation: Organisation | None = None,
) -> Milestone:  # fmt: skip
    """A further milestone within a stage; the one that ends the stage comes from the template."""
    project = _lock_to_edit(project, user)
    milestone = Milestone(
        project=project, stage=stage, name=clean_line(name), planned_on=planned_on, due_on=planned_on,
        answerable=answerable, organisation=organisation, position=LINE.index(stage) * 10,
    )  # fmt: skip
    with constraints_as_refusals(Milestone):
        milestone.save(force_insert=True)
    return milestone


@transaction.atomic
def move_milestone(*, milestone: Milestone, user: User, to: date, reason: str) -> MilestoneMove:
    """Another date. The old one and the reason are kept; inserting the move moves the milestone."""
    milestone = _lock(milestone, user)
    if milestone.done_on is not None:
        raise MilestoneDone
    if not clean_line(reason):
        raise ReasonNeeded
    move = MilestoneMove(
        milestone=milestone, before=milestone.due_on, after=to, reason=clean_line(reason), by=user
    )
    with constraints_as_refusals(MilestoneMove):
        move.save(force_insert=True)
    return move


@transaction.atomic
def assign_milestone(
    *, milestone: Milestone, user: User, answerable: str, organisation: Organisation | None
) -> Milestone:
    """Who answers for it."""
    milestone = _lock(milestone, user)
    milestone.answerable, milestone.organisation = answerable, organisation
    milestone.save(update_fields=["answerable", "organisation"])
    return milestone


@transaction.atomic
def finish_milestone(*, milestone: Milestone, user: User, done_on: date | None) -> Milestone:
    """Done on a day; None takes it back. The one that ends a stage is done by leaving the stage."""
    if done_on is not None and done_on > timezone.localdate():
        raise DateInFuture(day=done_on.isoformat())
    milestone = _lock(milestone, user)
    if milestone.closes_stage:
        raise MilestoneOfStage
    milestone.done_on = done_on
    milestone.save(update_fields=["done_on"])
    return milestone


@transaction.atomic
def remove_milestone(*, milestone: Milestone, user: User) -> None:
    """Only one that was added by hand and never moved."""
    milestone = _lock(milestone, user)
    if milestone.closes_stage or milestone.moves.exists():
        raise MilestoneOfStage
    milestone.delete()


def _lock(milestone: Milestone, user: User) -> Milestone:
    _lock_to_edit(milestone.project, user)
    return Milestone.objects.select_for_update(of=("self",)).select_related("project").get(pk=milestone.pk)


def _lock_to_edit(project: Project, user: User) -> Project:
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if not can_edit_project(user, project):
        raise NotPermitted
    return project
