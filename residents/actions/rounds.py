"""Going round the doors: a round begins and ends, each call is a row."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from files.models import StoredFile
from residents.errors.households import CompoundReshaped, ReasonNeeded
from residents.errors.letters import CallElsewhere, CallInFuture, CallTakenBack, RoundOver
from residents.models import DoorCall, Household, Round
from residents.permissions import can_enter_for_residents, can_keep_households

TRIGGERS = {
    "door_call_in_its_compound": CallElsewhere,
    "door_call_while_round_runs": RoundOver,
    "door_call_happened": CallInFuture,
    "begins_in_living_compound": CompoundReshaped,
}


@transaction.atomic
def start_round(
    *, compound: Compound, user: User, title: str, contact: str, contact_phone: str
) -> Round:  # fmt: skip
    """Begin to go round the doors; `contact` is an office or a role, with the number that stands on the letters."""
    if not can_keep_households(user, compound.community_id):
        raise NotPermitted
    with constraints_as_refusals(Round), refusals_of_triggers(TRIGGERS):
        return Round.objects.create(
            compound=compound, title=clean_line(title), contact=clean_line(contact),
            contact_phone=clean_line(contact_phone), started_by=user,
        )  # fmt: skip


@transaction.atomic
def end_round(*, round: Round, user: User) -> Round:  # noqa: A002 (the field's word)
    round = Round.objects.select_for_update().get(pk=round.pk)  # noqa: A001
    if not can_keep_households(user, round.division_code):
        raise NotPermitted
    if round.ended_at is not None:
        raise RoundOver
    round.ended_at, round.ended_by = timezone.now(), user
    round.save(update_fields=["ended_at", "ended_by"])
    return round


@transaction.atomic
def record_call(
    *, round: Round, household: Household, user: User, finding: str, key: uuid.UUID,  # noqa: A002
    at: datetime | None = None, note: str = "", photo: StoredFile | None = None,
) -> DoorCall:  # fmt: skip
    """What came of one call. The same `key` again (a phone that did not hear the answer) gives the same row."""
    if not can_enter_for_residents(user, household.division_code):
        raise NotPermitted
    known = DoorCall.objects.filter(round=round, key=key).first()
    if known is not None:
        return known
    with refusals_of_triggers(TRIGGERS), constraints_as_refusals(DoorCall):
        return DoorCall.objects.create(
            round=round, household=household, finding=finding, at=at or timezone.now(), note=clean_line(note),
            photo=photo, by=user, key=key,
        )  # fmt: skip


@transaction.atomic
def take_back_call(*, call: DoorCall, user: User, reason: str) -> DoorCall:
    """A mistake: both rows stay, neither counts."""
    if not clean_line(reason):
        raise ReasonNeeded
    if not can_enter_for_residents(user, call.division_code):
        raise NotPermitted
    Household.objects.select_for_update(no_key=True).get(pk=call.household_id)
    if call.reverses_id is not None or DoorCall.objects.filter(reverses=call).exists():
        raise CallTakenBack
    with refusals_of_triggers(TRIGGERS):
        return DoorCall.objects.create(
            round=call.round, household=call.household, finding=call.finding, at=timezone.now(),
            note=clean_line(reason), reverses=call, by=user, key=uuid.uuid4(),
        )  # fmt: skip
