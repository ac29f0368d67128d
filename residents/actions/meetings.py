"""居民议事会: announced, people come, held with minutes and decisions, or cancelled."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict, Unpack

from django.db import transaction

from compounds.models import Compound
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line, clean_text
from directory.models import User
from files.models import StoredFile
from projects.models import Project
from residents.errors.households import CompoundReshaped
from residents.errors.meetings import (
    AttendanceClosed,
    MeetingChanged,
    MeetingNotBegun,
    MeetingOver,
    MoreHandsThanPeople,
    PeopleHaveCome,
)
from residents.errors.opinions import HouseholdElsewhere
from residents.models import Attendance, Decision, Household, Meeting, MeetingPaper, MeetingState
from residents.permissions import can_enter_for_residents

TRIGGERS = {
    "begins_in_living_compound": CompoundReshaped,
    "meeting_held_after_it_began": MeetingNotBegun,
    "meeting_with_people_takes_place": PeopleHaveCome,
    "attendance_while_it_meets": AttendanceClosed,
    "attendance_in_its_compound": HouseholdElsewhere,
    "decision_of_those_present": MoreHandsThanPeople,
}


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
    with constraints_as_refusals(Meeting), refusals_of_triggers(TRIGGERS):
        return Meeting.objects.create(compound=compound, called_by=user, **_cleaned(facts))


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, user: User, expected_version: int | None = None, **facts: Unpack[MeetingFacts]
) -> Meeting:
    """`expected_version` is that of the form (`core.history.version_of`); a later one is refused."""
    meeting = _lock_planned(meeting, user)
    if expected_version is not None:
        meanwhile = changed_since(meeting, expected_version, facts=tuple(facts))
        if meanwhile is not None:
            raise MeetingChanged(who=meanwhile.who)
    for name, value in _cleaned(facts).items():
        setattr(meeting, name, value)
    with constraints_as_refusals(Meeting), refusals_of_triggers(TRIGGERS):
        meeting.save()
    return meeting


@transaction.atomic
def take_attendance(
    *, meeting: Meeting, user: User, came: Sequence[Household] = (), taken_off: Sequence[Household] = ()
) -> None:
    """Households that came, and those that were ticked by mistake.

    Only what changed is told, so that two people at two tables never undo each other; both may tick the same door.
    """
    meeting = Meeting.objects.get(pk=meeting.pk)
    _refuse_unless_planned(meeting, user)
    with refusals_of_triggers(TRIGGERS):
        Attendance.objects.bulk_create(
            # In one order, so that two tables with the same doors wait for each other instead of locking up.
            [Attendance(meeting=meeting, household=one) for one in sorted(came, key=lambda one: one.pk)],
            ignore_conflicts=True,
        )
        Attendance.objects.filter(meeting=meeting, household__in=list(taken_off)).delete()


@transaction.atomic
def hold_meeting(
    *, meeting: Meeting, user: User, minutes: str, attended_count: int, households: Sequence[Household] = (),
    guests: Sequence[str] = (), decisions: Sequence[DecisionFacts] = (),
) -> Meeting:  # fmt: skip
    """It took place: minutes, who came (by household; guests by office), what was decided. From then on it stays."""
    meeting = _lock_planned(meeting, user)
    meeting.state, meeting.minutes = MeetingState.HELD, clean_text(minutes)
    meeting.attended_count = attended_count
    offices = dict.fromkeys(clean_line(guest) for guest in guests if clean_line(guest))
    with constraints_as_refusals(Meeting, Decision, Attendance), refusals_of_triggers(TRIGGERS):
        Attendance.objects.bulk_create(
            [Attendance(meeting=meeting, household=household) for household in households]
            + [Attendance(meeting=meeting, guest=office) for office in offices],
            ignore_conflicts=True,
        )
        meeting.save()
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
    with constraints_as_refusals(Meeting), refusals_of_triggers(TRIGGERS):
        meeting.save(update_fields=["state", "cancel_reason"])
    return meeting


@transaction.atomic
def add_meeting_paper(
    *, meeting: Meeting, user: User, file: StoredFile, key: uuid.UUID, caption: str = ""
) -> MeetingPaper:
    """A photo of the signed list, of the board, of the room. The same `key` again is the same paper."""
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not can_enter_for_residents(user, meeting.division_code):
        raise NotPermitted
    if meeting.state == MeetingState.CANCELLED:
        raise MeetingOver(state=meeting.get_state_display())
    paper, _made = MeetingPaper.objects.get_or_create(
        meeting=meeting, key=key, defaults={"file": file, "caption": clean_line(caption)}
    )
    return paper


def _cleaned(facts: MeetingFacts) -> dict[str, object]:
    found: dict[str, object] = dict(facts)
    for name in ("title", "place"):
        if name in facts:
            found[name] = clean_line(str(found[name]))
    if "agenda" in facts:
        found["agenda"] = clean_text(facts["agenda"])
    return found


def _lock_planned(meeting: Meeting, user: User) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    _refuse_unless_planned(meeting, user)
    return meeting


def _refuse_unless_planned(meeting: Meeting, user: User) -> None:
    if not can_enter_for_residents(user, meeting.division_code):
        raise NotPermitted
    if meeting.state != MeetingState.PLANNED:
        raise MeetingOver(state=meeting.get_state_display())
