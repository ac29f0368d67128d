"""Tasks: given, passed up and down between the five tiers, reported done with evidence, closed by the giver."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, without_invisible
from directory.models import Division, Organisation, User
from files.models import StoredFile
from outbox.actions import tell
from projects.errors import (
    DateInFuture,
    EvidenceNeeded,
    HandsElsewhere,
    PartsOpen,
    PassNowhere,
    PlaceDoesNotFit,
    QuantityNeeded,
    ReasonNeeded,
    TaskWrongState,
)
from projects.hands import people_holding
from projects.models import (
    TASK_UNITS,
    EntryKind,
    Project,
    Task,
    TaskEntry,
    TaskEvidence,
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
    can_part_task,
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


# --- Giving and passing on ---------------------------------------------------------------


@transaction.atomic
def give_task(
    *, division: Division, user: User, hands: Hands, files: Collection[StoredFile] = (), **facts: Unpack[TaskFacts]
) -> Task:  # fmt: skip
    """Give a task about a place; a project or compound named with it says the place more closely.

    A part of a task is given by whoever holds or gave the whole, while that is open.
    """
    task = Task(division=division, given_by=user, **facts, **hands)
    parent = _lock(task.parent, TaskState.OPEN) if task.parent is not None else None
    if not (can_part_task(user, parent) if parent is not None else can_give_task(user, division.code)):
        raise NotPermitted
    _refuse_other_places(task, parent)
    _refuse_far_hands(task)
    task.title, task.text = clean_line(task.title), without_invisible(task.text).strip()
    if TASK_UNITS[TaskKind(task.kind)] is None:
        task.quantity_planned = None
    if task.kind != TaskKind.ILLEGAL_STRUCTURES:
        task.places_planned = None
    with constraints_as_refusals(Task):
        task.save(force_insert=True)
    _note(task, EntryKind.GIVEN, user, to=hands_in_words(task), files=files, text=task.text)
    _tell_holders(task, user, _("New task: {title}"))
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
    _refuse_far_hands(task)
    task.alarmed_on = None
    task.save()
    kind = _direction(tier_before, task.tier)
    _note(task, kind, user, text=text, before=(tier_before, before), to=hands_in_words(task))
    _tell_holders(task, user, _("A task was passed on to you: {title}"))
    return task


@transaction.atomic
def hand_over(*, tasks: Collection[Task], user: User, hands: Hands, text: str = "") -> int:
    """Several at once, all or none; those already in these hands stay. Returns how many were passed on."""
    passed = 0
    # In one order, so that two people handing over the same tasks wait for each other instead of blocking.
    for task in sorted(tasks, key=lambda one: one.pk):
        try:
            with transaction.atomic():
                pass_on(task=task, user=user, hands=hands, text=text)
        except PassNowhere:
            continue
        passed += 1
    return passed


def _refuse_other_places(task: Task, parent: Task | None) -> None:
    """Project and compound lie in the place, a part within its whole; a project names its compound."""
    if task.project is not None:
        task.compound = task.project.compound
    place = task.division_id
    if task.compound is not None and not task.compound.community_id.startswith(place):
        raise PlaceDoesNotFit
    if parent is not None and not place.startswith(parent.division_id):
        raise PlaceDoesNotFit


def _refuse_far_hands(task: Task) -> None:
    """The holder stands on the line of the place: above it or below it."""
    place, holder = task.division_id, task.holder_id
    if not (holder.startswith(place) or place.startswith(holder)):
        raise HandsElsewhere(name=hands_in_words(task), place=task.division.name)


# --- The thread --------------------------------------------------------------------------


@transaction.atomic
def comment(*, task: Task, user: User, text: str, files: Collection[StoredFile] = ()) -> TaskEntry:
    task = _lock(task, *TaskState.values)
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


# --- Evidence and the report -------------------------------------------------------------


@transaction.atomic
def add_evidence(*, task: Task, user: User, file: StoredFile, key: UUID) -> TaskEvidence:
    """A photo for the report that is being written; the same key again is the same photo."""
    task = _lock(task, TaskState.OPEN)
    if not can_hold_task(user, task):
        raise NotPermitted
    try:
        with transaction.atomic():
            return TaskEvidence.objects.create(task=task, file=file, key=key, by=user)
    except IntegrityError:
        return TaskEvidence.objects.get(task=task, key=key)


@transaction.atomic
def remove_evidence(*, evidence: TaskEvidence, user: User) -> None:
    """Before the report is sent; afterwards it belongs to the thread."""
    task = _lock(evidence.task, TaskState.OPEN)
    if not can_hold_task(user, task):
        raise NotPermitted
    evidence.delete()


@transaction.atomic
def report_done(
    *, task: Task, user: User, text: str, files: Collection[StoredFile], done_on: date | None = None,
    quantity_done: Decimal | None = None, places_done: int | None = None,
) -> Task:  # fmt: skip
    """Done, with evidence: files and the photos kept for it, or for a general task at least a sentence.

    A task of a kind that is counted says how much. One with parts is done when its parts are.
    """
    task = _lock(task, TaskState.OPEN)
    if not can_hold_task(user, task):
        raise NotPermitted
    _refuse_open_parts(task)
    kept = list(task.evidence.select_related("file"))
    files = [*files, *(evidence.file for evidence in kept)]
    if not files and (task.kind != TaskKind.GENERAL or not clean_line(text)):
        raise EvidenceNeeded
    if task.unit is not None and quantity_done is None:
        raise QuantityNeeded
    task.state, task.done_on = TaskState.DONE, _not_in_future(done_on)
    if task.unit is not None:
        task.quantity_done = quantity_done
    if task.kind == TaskKind.ILLEGAL_STRUCTURES:
        task.places_done = places_done
    with constraints_as_refusals(Task):
        task.save()
    _note(task, EntryKind.DONE, user, text=text, files=files)
    task.evidence.filter(pk__in=[evidence.pk for evidence in kept]).delete()
    _tell([task.given_by], task, user, _("Reported done: {title}"))
    return task


def _not_in_future(done_on: date | None) -> date:
    today = timezone.localdate()
    if done_on is not None and done_on > today:
        raise DateInFuture(day=done_on.isoformat())
    return done_on or today


def _refuse_open_parts(task: Task) -> None:
    still = task.parts.filter(state__in=[TaskState.OPEN]).count()
    if still:
        raise PartsOpen(count=still)


# --- What the giver says -----------------------------------------------------------------


@transaction.atomic
def return_task(*, task: Task, user: User, reason: str) -> Task:
    """Not done well enough: back to the hands that hold it, with what is to be mended."""
    task = _lock(task, TaskState.DONE)
    if not can_close_task(user, task):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    task.state, task.alarmed_on = TaskState.OPEN, None
    task.save()
    _note(task, EntryKind.RETURNED, user, text=reason)
    _tell_holders(task, user, _("Returned for correction: {title}"))
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
    _refuse_open_parts(task)
    task.state = TaskState.CANCELLED
    task.save()
    _note(task, EntryKind.CANCELLED, user, text=reason)
    _tell_holders(task, user, _("Cancelled: {title}"))
    return task


# --- Shared ------------------------------------------------------------------------------


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


def _tell_holders(task: Task, by: User, sentence: str) -> None:
    _tell(people_holding(task), task, by, sentence)


def _tell(people: Collection[User], task: Task, by: User, sentence: str) -> None:
    """Into the inbox of each but the one who does it."""
    text = _("{who} · due {day}").format(who=by.name, day=task.due_on.isoformat())
    for person in people:
        if person.pk != by.pk:
            tell(
                recipient=person,
                subject=sentence.format(title=task.title),
                text=text,
                url=task.get_absolute_url(),
            )


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
