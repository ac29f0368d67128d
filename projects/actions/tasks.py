"""Tasks: given, passed up and down between the five tiers, reported done with evidence, closed by the giver."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, without_invisible
from directory.models import Division, Organisation, User
from files.models import StoredFile
from projects.errors import (
    EvidenceNeeded,
    PassNowhere,
    ReasonNeeded,
    TaskWrongState,
)
from projects.models import (
    TASK_UNITS,
    EntryKind,
    Project,
    Task,
    TaskEntry,
    TaskFile,
    TaskKind,
    TaskState,
    Tier,
)
from projects.permissions import (
    can_close_task,
    can_comment_on_task,
    can_give_task,
    can_hold_task,
)

# From the top down; a department stands beside the street office, below the government.
ORDER_OF_TIERS = (Tier.CITY, Tier.DEPARTMENT, Tier.STREET, Tier.COMMUNITY, Tier.COMPOUND)


class TaskFacts(TypedDict, total=False):
    """Quantities in the unit of the kind (`TASK_UNITS`); places are counted for illegal structures."""

    kind: str
    title: str
    text: str
    due_on: date
    project: Project | None
    compound: Compound | None
    parent: Task | None
    quantity_planned: Decimal | None
    places_planned: int | None


class Hands(TypedDict, total=False):
    """In whose hands a task is: a tier at a division, closer an organisation or a person."""

    tier: str
    holder: Division
    organisation: Organisation | None
    person: User | None


@transaction.atomic
def give_task(
    *, division: Division, user: User, hands: Hands, files: Collection[StoredFile] = (), **facts: Unpack[TaskFacts]
) -> Task:  # fmt: skip
    """Give a task about a place; a project or compound named with it says the place more closely."""
    if not can_give_task(user, division.code):
        raise NotPermitted
    task = Task(division=division, given_by=user, **facts, **hands)
    task.title, task.text = clean_line(task.title), without_invisible(task.text).strip()
    if TASK_UNITS[TaskKind(task.kind)] is None:
        task.quantity_planned = None
    if task.kind != TaskKind.ILLEGAL_STRUCTURES:
        task.places_planned = None
    with constraints_as_refusals(Task):
        task.save(force_insert=True)
    _note(task, EntryKind.GIVEN, user, to=hands_in_words(task), files=files, text=task.text)
    return task


@transaction.atomic
def pass_on(*, task: Task, user: User, hands: Hands, text: str = "") -> Task:
    """Up, down or across to other hands. Whoever holds it or gave it may pass it on."""
    task = _lock(task, TaskState.OPEN)
    if not can_hold_task(user, task) and not can_close_task(user, task):
        raise NotPermitted
    before, tier_before = hands_in_words(task), task.tier
    held = (task.tier, task.holder_id, task.organisation_id, task.person_id)
    task.tier, task.holder = hands["tier"], hands["holder"]
    task.organisation, task.person = hands.get("organisation"), hands.get("person")
    if held == (task.tier, task.holder_id, task.organisation_id, task.person_id):
        raise PassNowhere
    task.alarmed_on = None
    task.save()
    kind = _direction(tier_before, task.tier)
    _note(task, kind, user, text=text, before=(tier_before, before), to=hands_in_words(task))
    return task


@transaction.atomic
def comment(*, task: Task, user: User, text: str, files: Collection[StoredFile] = ()) -> TaskEntry:
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if not can_comment_on_task(user, task):
        raise NotPermitted
    return _note(task, EntryKind.COMMENT, user, text=text, files=files)


@transaction.atomic
def move_due(*, task: Task, user: User, due_on: date, reason: str) -> Task:
    """Another day; only the giver's side moves it, and the old day stands in the thread."""
    task = _lock(task, TaskState.OPEN)
    if not can_close_task(user, task):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    before = task.due_on
    task.due_on, task.alarmed_on = due_on, None
    task.save()
    _note(
        task,
        EntryKind.DUE_MOVED,
        user,
        text=f"{before.isoformat()} → {due_on.isoformat()}: {clean_line(reason)}",
    )
    return task


@transaction.atomic
def report_done(
    *, task: Task, user: User, text: str, files: Collection[StoredFile], done_on: date | None = None,
    quantity_done: Decimal | None = None, places_done: int | None = None,
) -> Task:  # fmt: skip
    """Done, with evidence: a file, or for a general task at least a sentence."""
    task = _lock(task, TaskState.OPEN)
    if not can_hold_task(user, task):
        raise NotPermitted
    if not files and (task.kind != TaskKind.GENERAL or not clean_line(text)):
        raise EvidenceNeeded
    task.state, task.done_on = TaskState.DONE, done_on or timezone.localdate()
    if task.unit is not None:
        task.quantity_done = quantity_done
    if task.kind == TaskKind.ILLEGAL_STRUCTURES:
        task.places_done = places_done
    with constraints_as_refusals(Task):
        task.save()
    _note(task, EntryKind.DONE, user, text=text, files=files)
    return task


@transaction.atomic
def return_task(*, task: Task, user: User, reason: str) -> Task:
    """Not done well enough: back to the hands that hold it, with what is to be mended."""
    task = _lock(task, TaskState.DONE)
    if not can_close_task(user, task):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    task.state = TaskState.OPEN
    task.save()
    _note(task, EntryKind.RETURNED, user, text=reason)
    return task


@transaction.atomic
def close_task(*, task: Task, user: User, text: str = "") -> Task:
    task = _lock(task, TaskState.DONE)
    if not can_close_task(user, task):
        raise NotPermitted
    task.state = TaskState.CLOSED
    task.save()
    _note(task, EntryKind.CLOSED, user, text=text)
    return task


@transaction.atomic
def cancel_task(*, task: Task, user: User, reason: str) -> Task:
    task = _lock(task, TaskState.OPEN)
    if not can_close_task(user, task):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    task.state = TaskState.CANCELLED
    task.save()
    _note(task, EntryKind.CANCELLED, user, text=reason)
    return task


def hands_in_words(task: Task) -> str:
    """The person, else the organisation, else the division that holds it: kept in the thread as of that day."""
    if task.person is not None:
        return task.person.name
    return task.organisation.name if task.organisation is not None else task.holder.name


def _direction(before: str, after: str) -> str:
    place_before, place_after = ORDER_OF_TIERS.index(Tier(before)), ORDER_OF_TIERS.index(Tier(after))
    if place_before == place_after:
        return EntryKind.HANDED_OVER
    return EntryKind.PASSED_UP if place_after < place_before else EntryKind.PASSED_DOWN


def _lock(task: Task, *states: str) -> Task:
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.state not in states:
        raise TaskWrongState(state=task.get_state_display())
    return task


def _note(
    task: Task, kind: str, user: User, *, text: str = "", to: str = "", before: tuple[str, str] = ("", ""),
    files: Collection[StoredFile] = (),
) -> TaskEntry:  # fmt: skip
    entry = TaskEntry(
        task=task, kind=kind, from_tier=before[0], from_name=before[1], to_tier=task.tier if to else "", to_name=to,
        text=without_invisible(text).strip(), by=user,
    )  # fmt: skip
    with constraints_as_refusals(TaskEntry):
        entry.save(force_insert=True)
    TaskFile.objects.bulk_create(TaskFile(entry=entry, file=file) for file in files)
    return entry
