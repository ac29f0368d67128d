"""下达: a plan in force, the projects that it begins and the compounds that it moves in the pool."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from compounds.actions.pool import move_to_batch
from compounds.models import Batch, PoolEntry
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from files.models import StoredFile
from projects.actions.plans.locks import lock_to_decide, versions_of
from projects.actions.plans.refusals import names_of, refuse_what_left_the_pool
from projects.actions.projects import begin_planned_project
from projects.errors import DateInFuture, DocumentNumberNeeded, ProjectsLeftOut, ProjectUnfinished
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project, Standing


@transaction.atomic
def issue_plan(
    *, plan: Plan, user: User, document_number: str, issued_on: date, document: StoredFile | None = None
) -> Plan:
    """下达: puts the plan in force, replaces the version before, and begins a project for each compound.

    The compounds of an annual plan move into the pool's batch 实施. What an amendment leaves out
    must have no project that goes on.
    """
    plan = lock_to_decide(plan, user, PlanState.APPROVED)
    if not clean_line(document_number):
        raise DocumentNumberNeeded
    if issued_on > timezone.localdate():
        raise DateInFuture(day=issued_on.isoformat())
    entries = list(plan.entries.select_related("compound"))
    replaced = versions_of(plan).select_for_update().filter(state=PlanState.ISSUED).first()
    if plan.kind == PlanKind.ANNUAL:
        refuse_what_left_the_pool(plan, entries)
    if replaced is not None:
        _refuse_projects_left_out(plan, replaced)
        replaced.state = PlanState.SUPERSEDED
        replaced.save()
    plan.state, plan.issued_on = PlanState.ISSUED, issued_on
    plan.document_number = clean_line(document_number)
    plan.document, plan.issued_by, plan.recorded_issued_at = document, user, timezone.now()
    with constraints_as_refusals(Plan, PlanEntry):
        plan.save()
    if plan.kind == PlanKind.ANNUAL and plan.lists_compounds:
        _begin_projects(plan, entries, user)
    return plan


def _begin_projects(plan: Plan, entries: list[PlanEntry], user: User) -> None:
    """Each entry gets its project: the one it has, the one that was begun before the plan, or a new one.

    What an amendment carries over keeps its project, also one that is finished; a cancelled one is not
    begun anew by that.
    """
    compounds = [entry.compound_id for entry in entries]
    existing: dict[int, Project] = {}
    projects = Project.objects.select_for_update(no_key=True).exclude(standing=Standing.CANCELLED)
    for project in projects.filter(compound__in=compounds).order_by("-pk"):
        if project.is_unfinished or project.year == plan.first_year:
            existing.setdefault(project.compound_id, project)
    earlier = PlanEntry.objects.filter(plan__in=versions_of(plan).exclude(pk=plan.pk), compound__in=compounds)
    carried = dict(earlier.values_list("pk", "compound_id"))
    listed_before = set(carried.values())
    for entry in entries:
        its = existing.get(entry.compound_id)
        if its is not None and (its.plan_entry_id is None or its.plan_entry_id in carried):
            its.plan_entry, its.year = entry, entry.year
            its.save(update_fields=["plan_entry", "year"])
        elif entry.compound_id in listed_before:
            continue
        elif its is not None:
            # Another plan's project goes on: the queue leaves such compounds out, this is the last look.
            raise ProjectUnfinished(name=entry.compound.name)
        else:
            begin_planned_project(entry=entry, user=user)
    _move_pool(plan, entries, user)


def _move_pool(plan: Plan, entries: list[PlanEntry], user: User) -> None:
    """What is planned for this year moves into the batch 实施 while its project goes on."""
    waiting = PoolEntry.objects.current().filter(batch__in=(Batch.RESERVE, Batch.PREPARING))
    behind = set(
        waiting.filter(compound__in=Project.objects.unfinished().filter(plan_entry__plan=plan).values("compound"))
        .values_list("compound_id", flat=True)
    )  # fmt: skip
    moving = [entry.compound for entry in entries if entry.compound_id in behind]
    if moving:
        reason = f"{plan.title} {plan.document_number}"
        move_to_batch(compounds=moving, batch=Batch.IMPLEMENTING, user=user, reason=reason)


def _refuse_projects_left_out(plan: Plan, replaced: Plan) -> None:
    kept = plan.entries.values("compound_id")
    going_on = (
        Project.objects.filter(plan_entry__plan=replaced)
        .exclude(standing=Standing.CANCELLED)
        .exclude(compound__in=kept)
        .select_related("compound")
    )
    if going_on:
        raise ProjectsLeftOut(names=names_of(project.compound for project in going_on))
