"""What is refused about meetings, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class MeetingOver(DomainError):
    code = "meeting_over"
    sentence = _("This meeting is {state}. What was recorded stays; correct it in the next meeting.")


class MeetingChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this meeting in the meantime. Compare with the current values, then save again."
    )


class MeetingNotBegun(DomainError):
    code = "meeting_not_begun"
    sentence = _("The meeting has not begun yet. Record it afterwards, or put its time right first.")


class AttendanceClosed(DomainError):
    code = "attendance_closed"
    sentence = _("Who comes is ticked from three hours before the meeting until its minutes are recorded.")


class PeopleHaveCome(DomainError):
    code = "people_have_come"
    sentence = _(
        "People have come to this meeting already. Record it; or if they were ticked by mistake, take them off first."
    )


class MoreHandsThanPeople(DomainError):
    code = "more_hands_than_people"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A decision counts more hands than residents were present.")


class MeetingElsewhere(DomainError):
    code = "meeting_elsewhere"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("That meeting was cancelled or belongs to another compound.")
