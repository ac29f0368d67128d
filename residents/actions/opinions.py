"""意见台账: taken down, assigned, answered, joined, closed."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audit.actions import record
from compounds.models import Compound
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line, clean_text
from directory.models import User
from directory.powers import Power
from files.models import StoredFile
from projects.models import WorkItem
from residents.errors.households import ReasonNeeded
from residents.errors.meetings import MeetingElsewhere
from residents.errors.opinions import (
    HouseholdElsewhere,
    KeyUsed,
    OpinionChanged,
    OpinionJoinsElsewhere,
    OpinionWrongState,
    OwnerOutOfReach,
    TooManyOpinions,
    WorkOfAnotherCompound,
)
from residents.models import (
    Channel,
    Household,
    Meeting,
    Opinion,
    OpinionCategory,
    OpinionPhoto,
    OpinionState,
)
from residents.permissions import can_enter_for_residents, can_keep_opinions

REPLY_DAYS = 7
# From one letter within 24 hours; further ones are said to the committee.
MOST_A_DAY = 10
ASSIGNED = ("owner", "due_on", "category")
REPLIED = ("state", "reply", "adoption", "adoption_reason", "work_item", "is_public")
TRIGGERS = {
    "opinion_joins_a_head": OpinionJoinsElsewhere,
    "opinion_work_of_compound": WorkOfAnotherCompound,
    "opinion_of_a_meeting_here": MeetingElsewhere,
}


@transaction.atomic
def record_opinion(
    *, compound: Compound, text: str, channel: str, key: uuid.UUID, user: User | None = None,
    household: Household | None = None, contact: str = "", category: OpinionCategory | None = None,
    received_at: datetime | None = None, photo: StoredFile | None = None, meeting: Meeting | None = None,
    may_show_words: bool = False,
) -> Opinion:  # fmt: skip
    """Take down what was said; an answer is due in a week. The same `key` again gives the same opinion.

    Without `user` it came from the household itself (channel web). Numbers run per compound, under its lock.
    """
    if user is not None and not can_enter_for_residents(user, compound.community_id):
        raise NotPermitted
    if household is not None and household.compound_id != compound.pk:
        raise HouseholdElsewhere
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    known = Opinion.objects.filter(compound=compound, key=key).first()
    if known is not None:
        if known.text != clean_text(text):
            raise KeyUsed
        return known
    received = received_at or timezone.now()
    if user is None:
        _refuse_a_flood(household)
    last = Opinion.objects.filter(compound=compound).aggregate(last=Max("number"))["last"] or 0
    with constraints_as_refusals(Opinion), refusals_of_triggers(TRIGGERS):
        opinion = Opinion.objects.create(
            compound=compound, number=last + 1, household=household, meeting=meeting,
            channel=channel if user is not None else Channel.WEB, received_at=received, text=clean_text(text),
            contact=clean_line(contact), category=category, entered_by=user, key=key,
            may_show_words=may_show_words,
            due_on=timezone.localdate(received) + timedelta(days=REPLY_DAYS),
        )  # fmt: skip
    if photo is not None:
        OpinionPhoto.objects.create(opinion=opinion, file=photo, key=key)
    return opinion


@transaction.atomic
def assign_opinion(
    *, opinion: Opinion, user: User, owner: User | None, due_on: date, category: OpinionCategory | None,
    expected_version: int | None = None,
) -> Opinion:  # fmt: skip
    """Who answers, by when, and what kind it is. `expected_version` is that of the form (`core.history.version_of`)."""
    opinion = _lock(opinion, user)
    _refuse_if_changed(opinion, expected_version, ASSIGNED)
    if owner is not None and not owner.has_power(Power.KEEP_OPINIONS, at=opinion.division_code):
        raise OwnerOutOfReach(name=str(owner))
    opinion.owner, opinion.due_on, opinion.category = owner, due_on, category
    opinion.alarmed_at = None
    opinion.save(update_fields=["owner", "due_on", "category", "alarmed_at"])
    return opinion


@transaction.atomic
def reply_to_opinion(
    *, opinion: Opinion, user: User, reply: str, adoption: str, adoption_reason: str = "",
    work_item: WorkItem | None = None, is_public: bool = False, expected_version: int | None = None,
) -> Opinion:  # fmt: skip
    """The answer, and whether it is adopted; answering again replaces the answer (the history keeps both)."""
    opinion = _lock(opinion, user)
    _refuse_if_changed(opinion, expected_version, REPLIED)
    _refuse_unless(opinion, OpinionState.OPEN, OpinionState.ANSWERED)
    opinion.state = OpinionState.ANSWERED
    opinion.reply, opinion.replied_by, opinion.replied_at = clean_text(reply), user, timezone.now()
    opinion.adoption, opinion.adoption_reason = adoption, clean_line(adoption_reason)
    opinion.work_item, opinion.is_public = work_item, is_public
    with constraints_as_refusals(Opinion), refusals_of_triggers(TRIGGERS):
        opinion.save()
    return opinion


@transaction.atomic
def close_opinion(*, opinion: Opinion, user: User) -> Opinion:
    """The matter is settled."""
    opinion = _lock(opinion, user)
    _refuse_unless(opinion, OpinionState.ANSWERED)
    opinion.state = OpinionState.CLOSED
    opinion.save(update_fields=["state"])
    return opinion


@transaction.atomic
def reopen_opinion(*, opinion: Opinion, user: User, due_on: date) -> Opinion:
    """Not settled after all, or wrongly joined: it waits for an answer again."""
    opinion = _lock(opinion, user)
    _refuse_unless(opinion, OpinionState.ANSWERED, OpinionState.CLOSED, OpinionState.MERGED)
    opinion.state, opinion.merged_into, opinion.due_on, opinion.alarmed_at = (
        OpinionState.OPEN,
        None,
        due_on,
        None,
    )
    opinion.save(update_fields=["state", "merged_into", "due_on", "alarmed_at"])
    return opinion


@transaction.atomic
def join_opinions(*, into: Opinion, opinions: Sequence[Opinion], user: User) -> Opinion:
    """Several say the same: they share `into`'s answer, and each stays a voice of its own."""
    head = _lock(into, user)
    for opinion in sorted(opinions, key=lambda one: one.pk):
        voice = _lock(opinion, user)
        _refuse_unless(voice, OpinionState.OPEN, OpinionState.ANSWERED)
        voice.state, voice.merged_into = OpinionState.MERGED, head
        with refusals_of_triggers(TRIGGERS), constraints_as_refusals(Opinion):
            voice.save(update_fields=["state", "merged_into"])
    return head


@transaction.atomic
def erase_contact(*, opinion: Opinion, user: User, reason: str) -> Opinion:
    """Name and telephone for the reply are gone for good."""
    if not clean_line(reason):
        raise ReasonNeeded
    opinion = _lock(opinion, user)
    opinion.contact = ""
    opinion.save(update_fields=["contact"])
    record(action="opinion.contact_erased", actor=user, subject=opinion, reason=clean_line(reason))
    return opinion


def is_new_from_home(*, household: Household, key: uuid.UUID) -> bool:
    """Asked before the bytes of its photo are kept, which nothing takes back: whether this `key` is a new opinion.

    Raises `TooManyOpinions` where there is no room for one more.
    """
    if Opinion.objects.filter(compound=household.compound_id, key=key).exists():
        return False
    _refuse_a_flood(household)
    return True


def _refuse_a_flood(household: Household | None) -> None:
    since = timezone.now() - timedelta(days=1)
    said = Opinion.objects.filter(household=household, entered_by__isnull=True, received_at__gt=since)
    if said.count() >= MOST_A_DAY:
        raise TooManyOpinions


def _lock(opinion: Opinion, user: User) -> Opinion:
    opinion = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if not can_keep_opinions(user, opinion.division_code):
        raise NotPermitted
    return opinion


def _refuse_if_changed(opinion: Opinion, version: int | None, facts: tuple[str, ...]) -> None:
    """Where a colleague changed one of `facts` since the form was shown; an alarm or another form's facts do not matter."""
    meanwhile = changed_since(opinion, version, facts=facts) if version is not None else None
    if meanwhile is not None and meanwhile.fields:
        raise OpinionChanged(who=meanwhile.who)


def _refuse_unless(opinion: Opinion, *states: Any) -> None:
    if opinion.state not in states:
        raise OpinionWrongState(state=opinion.get_state_display())
