"""A meeting on paper: the notice for the board, and the list in which people sign."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.requests import SignedInRequest
from residents.home.contacts import office_of
from residents.home.meetings import points_of
from residents.letters.content import Contact
from residents.letters.meetings import (
    MeetingNotice,
    SignInDoor,
    SignInSheet,
    notice_of_meeting_pdf,
    sign_in_pdf,
)
from residents.models import Household, MeetingKind, Representative
from residents.views.meetings import find_meeting, find_meeting_to_change
from residents.views.papers import pdf_response


@require_safe
def notice(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = find_meeting(request, pk)
    compound = meeting.compound
    office = office_of(compound.community_id)
    sender = office.name if office else compound.community.name
    paper = MeetingNotice(
        compound=compound.name, title=meeting.title, begins_at=meeting.begins_at, place=meeting.place,
        points=points_of(meeting), sender=sender, dated=timezone.localdate(),
        contact=Contact(who=sender, phone=office.phone if office else ""),
        for_representatives=meeting.kind == MeetingKind.REPRESENTATIVES,
    )  # fmt: skip
    return pdf_response(notice_of_meeting_pdf(paper), f"{compound.name}议事会通知.pdf")


@require_safe
def sign_in_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """All doors of the compound; at a representatives' meeting those of the representatives."""
    meeting = find_meeting_to_change(request, pk)
    rows = Household.objects.living().filter(compound=meeting.compound_id).by_door()
    if meeting.kind == MeetingKind.REPRESENTATIVES:
        standing = Representative.objects.current().filter(compound=meeting.compound_id)
        rows = rows.filter(pk__in=standing.values("household"))
    doors = [
        SignInDoor(building=building, staircase=staircase, unit=unit)
        for building, staircase, unit in rows.values_list("building__number", "staircase", "unit")
    ]
    sheet = SignInSheet(
        compound=meeting.compound.name, title=meeting.title, begins_at=meeting.begins_at, place=meeting.place,
        dated=timezone.localdate(), doors=doors,
    )  # fmt: skip
    return pdf_response(sign_in_pdf(sheet), f"{meeting.compound.name}议事会签到表.pdf")
