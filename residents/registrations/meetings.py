"""Meetings on other pages: tabs, and the resident's home page."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.board import DECIDED, OPEN, ResidentSource, Tab, WaitingLine, WaitingSource, board
from directory.models import User
from directory.powers import Power
from residents.board import OF_COMPOUND, RESIDENTS
from residents.home.meetings import decided_in_meetings, meetings_to_come
from residents.models import Meeting, MeetingState


def register() -> None:
    """Called once, when the app is ready."""
    board.register(WaitingSource(key="meetings", position=36, lines=_waiting))
    board.register(ResidentSource(subject=OPEN, key="meetings", position=60, cards=meetings_to_come))
    board.register(ResidentSource(subject=DECIDED, key="meetings", position=60, cards=decided_in_meetings))
    board.register(
        Tab(
            subject=RESIDENTS, key="meetings", label=_("Meetings"), position=50,
            url=lambda _user: reverse("residents:meetings"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=OF_COMPOUND, key="meetings", label=_("Meetings"), position=70,
            url=lambda compound: reverse("residents:meetings_of_compound", args=[compound.code]),
        )
    )  # fmt: skip


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Meetings that are over but for their minutes."""
    scopes = user.scopes_for(Power.ENTER_FOR_RESIDENTS)
    if not scopes:
        return
    begun = Meeting.objects.within(scopes).filter(state=MeetingState.PLANNED, begins_at__lt=timezone.now())
    told = begun.aggregate(count=Count("pk"), due=Min("begins_at__date"))
    yield WaitingLine(
        text=_("meetings without minutes"), count=told["count"], due=told["due"], due_words=_("held on {day}"),
        url=f"{reverse('residents:meetings')}?state=planned&begins_until={timezone.localdate().isoformat()}",
    )  # fmt: skip
