"""Projects: their beginning, facts, parties and related works. Moves along the line: `actions.stages`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from compounds.models import Batch, Compound, PoolEntry
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals
from core.text import clean_line, listed
from directory.models import Organisation, User
from directory.powers import Power
from outbox.actions import tell
from projects.actions.timetable import lay_out_timetable
from projects.errors import (
    DatesMovedMeanwhile,
    LeadReasonNeeded,
    NoDateToMove,
    NotInPool,
    NotResponsibleHere,
    ProjectChanged,
    ProjectUnfinished,
    ReasonNeeded,
)
from projects.lead import lead_by_rule, lead_organisation
from projects.models import (
    LeadKind,
    Milestone,
    MilestoneMove,
    PlanEntry,
    Project,
    ProjectCounter,
    ProjectParty,
    RelatedWork,
)
from projects.permissions import can_begin_project, can_edit_project
from projects.rescheduling import date_moves, digest_of


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
    if not PoolEntry.objects.current().filter(compound=compound).exclude(batch=Batch.OUT).exists():
        raise NotInPool(name=compound.name)
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
def edit_project(
    *, project: Project, user: User, expected_version: int | None = None, **facts: Unpack[ProjectFacts]
) -> Project:
    """Change facts. A lead other than the rule's needs its reason; with the rule's the reason goes.

    `expected_version` is `core.history.version_of` when the form was shown: if somebody changed one of
    the facts since, nothing is written and the refusal names who and what. A stage that moved
    meanwhile is no conflict.
    """
    project = _lock_to_edit(project, user)
    if expected_version is not None:
        _refuse_if_changed_since(project, expected_version, facts)
    before = project.manager_id
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
    if project.manager is not None and project.manager_id != before:
        _refuse_out_of_reach(project.manager, [project])
        _tell_manager(project.manager, [project], by=user)
    return project


def _refuse_if_changed_since(project: Project, version: int, facts: Collection[str]) -> None:
    meanwhile = changed_since(project, version, facts=facts)
    if meanwhile is not None and meanwhile.fields:
        raise ProjectChanged(who=meanwhile.who, fields=listed(meanwhile.fields))


# --- Several at once --------------------------------------------------------------------


@transaction.atomic
def appoint_manager(*, projects: Collection[Project], manager: User | None, user: User) -> int:
    """Name who answers for these projects, or nobody; all or none. Returns how many changed; tells the person."""
    chosen = _lock_all_to_edit(projects, user)
    if manager is not None:
        _refuse_out_of_reach(manager, chosen)
    changed = [project for project in chosen if project.manager_id != (manager.pk if manager else None)]
    Project.objects.filter(pk__in=[project.pk for project in changed]).update(manager=manager)
    if manager is not None:
        _tell_manager(manager, changed, by=user)
    return len(changed)


@transaction.atomic
def tag_projects(
    *, projects: Collection[Project], add: Collection[str], remove: Collection[str], user: User
) -> int:
    """Count projects under these programmes, or no longer; all or none. Returns how many changed."""
    changed = []
    for project in _lock_all_to_edit(projects, user):
        kept = [name for name in project.programmes if name not in remove]
        tagged = kept + [name for name in add if name not in kept]
        if tagged != project.programmes:
            project.programmes = tagged
            changed.append(project)
    with constraints_as_refusals(Project):
        Project.objects.bulk_update(changed, ["programmes"], batch_size=500)
    return len(changed)


def _lock_all_to_edit(projects: Iterable[Project], user: User) -> list[Project]:
    """In one order, so that two people with overlapping choices do not wait for each other for ever."""
    ids = [project.pk for project in projects]
    chosen = Project.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    found = list(chosen.select_related("compound"))
    if not all(can_edit_project(user, project) for project in found):
        raise NotPermitted
    return found


def _refuse_out_of_reach(manager: User, projects: Iterable[Project]) -> None:
    if not all(manager.has_power(Power.SEE_PROGRAMME, at=project.division_code) for project in projects):
        raise NotResponsibleHere(name=manager.name)


def _tell_manager(manager: User, projects: list[Project], *, by: User) -> None:
    """In the inbox, with the way to what is theirs now; nobody is told of their own act."""
    if manager.pk == by.pk or not projects:
        return
    first = projects[0]
    if len(projects) == 1:
        subject = _("You answer for the project {name} now").format(name=first.compound.name)
    else:
        subject = _("You answer for {name} and {more} more projects now").format(
            name=first.compound.name, more=len(projects) - 1
        )
    url = (
        first.get_absolute_url() if len(projects) == 1 else f"{reverse('projects:list')}?manager={manager.pk}"
    )
    tell(recipient=manager, subject=subject, text=_("Named by {who}.").format(who=by.name), url=url)


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


@transaction.atomic
def move_stage_dates(
    *, projects: QuerySet[Project], user: User, stage: str, reason: str, expected: str, to: date | None = None,
    by_days: int = 0,
) -> int:  # fmt: skip
    """Move the day by which these projects leave `stage`; all or none. Returns how many moved.

    `expected` is the digest of the preview (`projects.rescheduling`): whoever moved one of the
    dates meanwhile makes the whole refused. The old days and the reason stay with the milestones.
    """
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    chosen = _lock_all_to_edit(projects, user)
    moves = date_moves(
        Project.objects.filter(pk__in=[one.pk for one in chosen]), stage=stage, to=to, by_days=by_days
    )
    if not moves:
        raise NoDateToMove
    if digest_of(moves) != expected:
        raise DatesMovedMeanwhile
    with constraints_as_refusals(MilestoneMove):
        MilestoneMove.objects.bulk_create(
            MilestoneMove(
                milestone=move.milestone, before=move.before, after=move.after, reason=reason, by=user
            )
            for move in moves
        )
    return len(moves)


@transaction.atomic
def set_stage_dates(
    *, dates: Mapping[int, Mapping[str, date]], reasons: Mapping[int, str], user: User
) -> int:
    """{project: {stage: day by which it leaves it}} with a reason for each project; all or none.

    Returns how many days moved; those that stand already are left alone.
    """
    chosen = _lock_all_to_edit(Project.objects.filter(pk__in=dates), user)
    open_ones = Milestone.objects.filter(
        project__in=[project.pk for project in chosen], closes_stage=True, done_on__isnull=True
    )
    moves = [
        MilestoneMove(
            milestone=milestone, before=milestone.due_on, after=after, by=user,
            reason=clean_line(reasons.get(milestone.project_id, "")),
        )
        for milestone in open_ones.order_by("pk")
        if (after := dates[milestone.project_id].get(milestone.stage)) not in (None, milestone.due_on)
    ]  # fmt: skip
    if not all(move.reason for move in moves):
        raise ReasonNeeded
    with constraints_as_refusals(MilestoneMove):
        MilestoneMove.objects.bulk_create(moves)
    return len(moves)
