"""居民议事会: announced, held with minutes and decisions, or cancelled."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict, Unpack

from django.db import transaction

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, clean_text
from directory.models import User
from projects.models import Project
from residents.errors.opinions import HouseholdElsewhere, MeetingOver
from residents.models import Attendance, Decision, Household, Meeting, MeetingState
from residents.permissions import can_enter_for_residents


class MeetingFacts(TypedDict, total=False):
    project: Project | None
    kind: str
    title: str
    begins_at: datetime
    place: str
    agenda: str


class DecisionFacts(NamedTuple):
    """What was decided; the three counts of a show of hands, or none."""

    text: str
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None


@transaction.atomic
def announce_meeting(*, compound: Compound, user: User, **facts: Unpack[MeetingFacts]) -> Meeting:
    if not can_enter_for_residents(user, compound.community_id):
        raise NotPermitted
    with constraints_as_refusals(Meeting):
        return Meeting.objects.create(compound=compound, called_by=user, **_cleaned(facts))


@transaction.atomic
def change_meeting(*, meeting: Meeting, user: User, **facts: Unpack[MeetingFacts]) -> Meeting:
    meeting = _lock_planned(meeting, user)
    for name, value in _cleaned(facts).items():
        setattr(meeting, name, value)
    with constraints_as_refusals(Meeting):
        meeting.save()
    return meeting


@transaction.atomic
def hold_meeting(
    *, meeting: Meeting, user: User, minutes: str, attended_count: int, households: Sequence[Household] = (),
    guests: Sequence[str] = (), decisions: Sequence[DecisionFacts] = (),
) -> Meeting:  # fmt: skip
    """It took place: minutes, who came (by household; guests by office), what was decided."""
    meeting = _lock_planned(meeting, user)
    if any(household.compound_id != meeting.compound_id for household in households):
        raise HouseholdElsewhere
    meeting.state, meeting.minutes, meeting.attended_count = (
        MeetingState.HELD,
        clean_text(minutes),
        attended_count,
    )
    with constraints_as_refusals(Meeting, Decision, Attendance):
        meeting.save()
        Attendance.objects.bulk_create(
            [Attendance(meeting=meeting, household=household) for household in households]
            + [Attendance(meeting=meeting, guest=clean_line(guest)) for guest in guests if clean_line(guest)]
        )
        Decision.objects.bulk_create(
            Decision(
                meeting=meeting, text=clean_line(one.text), in_favour=one.in_favour, against=one.against,
                abstained=one.abstained, recorded_by=user,
            )
            for one in decisions
        )  # fmt: skip
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, user: User, reason: str) -> Meeting:
    meeting = _lock_planned(meeting, user)
    meeting.state, meeting.cancel_reason = MeetingState.CANCELLED, clean_line(reason)
    with constraints_as_refusals(Meeting):
        meeting.save(update_fields=["state", "cancel_reason"])
    return meeting


def _cleaned(facts: MeetingFacts) -> dict[str, object]:
    found: dict[str, object] = dict(facts)
    for name in ("title", "place"):
        if name in facts:
            found[name] = clean_line(str(found[name]))
    return found


def _lock_planned(meeting: Meeting, user: User) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not can_enter_for_residents(user, meeting.division_code):
        raise NotPermitted
    if meeting.state != MeetingState.PLANNED:
        raise MeetingOver(state=meeting.get_state_display())
    return meeting
