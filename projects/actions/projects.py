"""Projects: their beginning, facts, parties and related works. Moves along the line: `actions.stages`."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import F

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Organisation, User
from projects.actions.timetable import lay_out_timetable
from projects.errors import LeadReasonNeeded, ProjectUnfinished
from projects.lead import lead_by_rule, lead_organisation
from projects.models import (
    LeadKind,
    PlanEntry,
    Project,
    ProjectCounter,
    ProjectParty,
    RelatedWork,
)
from projects.permissions import can_begin_project, can_edit_project


class ProjectFacts(TypedDict, total=False):
    lead_kind: str
    lead_reason: str
    lead: Organisation | None
    client: Organisation | None
    manager: User | None
    programmes: list[str]
    notes: str


class RelatedFacts(TypedDict, total=False):
    kind: str
    name: str
    organisation: Organisation | None
    planned_from: date | None
    planned_until: date | None
    note: str


def next_codes(*, county: str, year: int, count: int = 1) -> list[str]:
    """Numbers `421003-2025-0017`…, unique for ever: the counter of county and year under its row lock."""
    ProjectCounter.objects.bulk_create([ProjectCounter(county=county, year=year)], ignore_conflicts=True)
    counter = ProjectCounter.objects.select_for_update().get(county=county, year=year)
    ProjectCounter.objects.filter(pk=counter.pk).update(last=F("last") + count)
    return [f"{county}-{year}-{counter.last + step:04d}" for step in range(1, count + 1)]


def begin_planned_project(*, entry: PlanEntry, user: User) -> Project:
    """The project of a planned compound, called when the plan is issued; led by rule, with its timetable."""
    return _begin(compound=entry.compound, user=user, year=entry.year, entry=entry)


@transaction.atomic
def begin_project(*, compound: Compound, user: User, year: int) -> Project:
    """A project before its plan is issued: residents are asked first. The plan attaches to it later."""
    compound = Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    if not can_begin_project(user, compound.community_id):
        raise NotPermitted
    return _begin(compound=compound, user=user, year=year, entry=None)


def _begin(*, compound: Compound, user: User, year: int, entry: PlanEntry | None) -> Project:
    if Project.objects.unfinished().filter(compound=compound).exists():
        raise ProjectUnfinished(name=compound.name)
    (code,) = next_codes(county=compound.community_id[:6], year=year)
    kind = lead_by_rule(compound)
    project = Project(
        compound=compound, division_code=compound.community_id, code=code, year=year, plan_entry=entry,
        lead_kind=kind, lead=lead_organisation(kind, compound.community_id), created_by=user,
    )  # fmt: skip
    with constraints_as_refusals(Project):
        project.save(force_insert=True)
    lay_out_timetable(project=project)
    return project


@transaction.atomic
def edit_project(*, project: Project, user: User, **facts: Unpack[ProjectFacts]) -> Project:
    """Change facts. A lead other than the rule's needs its reason; with the rule's the reason goes."""
    project = _lock_to_edit(project, user)
    for field, value in facts.items():
        setattr(project, field, value)
    project.lead_reason = clean_line(project.lead_reason)
    rule = lead_by_rule(project.compound)
    if project.lead_kind == rule:
        project.lead_reason = ""
    elif not project.lead_reason:
        raise LeadReasonNeeded(rule=str(LeadKind(rule).label))
    with constraints_as_refusals(Project):
        project.save()
    return project


@transaction.atomic
def add_party(
    *, project: Project, user: User, organisation: Organisation, role: str, from_on: date
) -> ProjectParty:
    """An organisation joins; from now on its people see the project."""
    project = _lock_to_edit(project, user)
    party = ProjectParty(project=project, organisation=organisation, role=role, from_on=from_on)
    with constraints_as_refusals(ProjectParty):
        party.save(force_insert=True)
    return party


@transaction.atomic
def end_party(*, party: ProjectParty, user: User, until_on: date) -> ProjectParty:
    """An organisation leaves; its people see the project no longer, what they did stays."""
    _lock_to_edit(party.project, user)
    party = ProjectParty.objects.select_for_update().get(pk=party.pk)
    party.until_on = until_on
    with constraints_as_refusals(ProjectParty):
        party.save()
    return party


@transaction.atomic
def add_related_work(*, project: Project, user: User, **facts: Unpack[RelatedFacts]) -> RelatedWork:
    """Outside works that concern the project: roads, sewage interception, gas pipes."""
    project = _lock_to_edit(project, user)
    work = RelatedWork(project=project, **facts)
    work.name = clean_line(work.name)
    with constraints_as_refusals(RelatedWork):
        work.save(force_insert=True)
    return work


@transaction.atomic
def edit_related_work(*, work: RelatedWork, user: User, **facts: Unpack[RelatedFacts]) -> RelatedWork:
    _lock_to_edit(work.project, user)
    work = RelatedWork.objects.select_for_update().get(pk=work.pk)
    for field, value in facts.items():
        setattr(work, field, value)
    work.name = clean_line(work.name)
    with constraints_as_refusals(RelatedWork):
        work.save()
    return work


@transaction.atomic
def remove_related_work(*, work: RelatedWork, user: User) -> None:
    _lock_to_edit(work.project, user)
    work.delete()


def _lock_to_edit(project: Project, user: User) -> Project:
    project = (
        Project.objects.select_for_update(no_key=True, of=("self",))
        .select_related("compound")
        .get(pk=project.pk)
    )
    if not can_edit_project(user, project):
        raise NotPermitted
    return project
