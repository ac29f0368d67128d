"""Several people at one meeting at the same instant."""

from django.utils import timezone

from residents.actions.meetings import announce_meeting, hold_meeting, take_attendance
from residents.errors.meetings import AttendanceClosed, MeetingOver
from residents.models import Attendance
from tests.cast import Cast
from tests.races import at_once, refusals
from tests.residents.builders import make_doors


def test_nobody_is_ticked_beside_the_act_that_records_the_meeting(committed_cast: Cast) -> None:
    """Two tables tick the same doors while the minutes are recorded: ticked before, or refused; never after."""
    cast = committed_cast
    doors = make_doors(cast, floors=1, doors=3)
    for _turn in range(4):
        meeting = announce_meeting(
            compound=doors[0].compound, user=cast.community, title="议事", place="广场", agenda="车位", begins_at=timezone.now()
        )  # fmt: skip
        answers = at_once(
            lambda: take_attendance(meeting=meeting, user=cast.community, came=doors),  # noqa: B023
            lambda: hold_meeting(meeting=meeting, user=cast.community, minutes="记录", attended_count=3),  # noqa: B023
            lambda: take_attendance(meeting=meeting, user=cast.street, came=doors[::-1]),  # noqa: B023
        )
        refused = [one for one in refusals(answers) if not isinstance(one, AttendanceClosed | MeetingOver)]
        assert not refused
        meeting.refresh_from_db()
        came = Attendance.objects.filter(meeting=meeting).count()
        # Whoever was not refused is there, once.
        assert came == (3 if None in answers else 0)
        assert meeting.state == "held"
