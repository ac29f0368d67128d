"""The papers of a meeting: the notice for the board, and the list in which people sign when they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from residents.letters.content import Contact, chinese_date
from residents.letters.typesetting import compiled

WEEKDAYS = "一二三四五六日"
# Lines for whoever lives behind no door of the list: street office, designer, property firm.
GUEST_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingNotice:
    """For the notice board; `for_representatives` says whom it calls."""

    compound: str
    title: str
    begins_at: datetime
    place: str
    points: tuple[str, ...]
    sender: str
    contact: Contact
    dated: date
    for_representatives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDoor:
    building: str
    staircase: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSheet:
    """Doors in the order in which one walks; nobody's name is printed, it is written by hand."""

    compound: str
    title: str
    begins_at: datetime
    place: str
    dated: date
    doors: Sequence[SignInDoor]


def notice_of_meeting_pdf(notice: MeetingNotice) -> bytes:
    said: dict[str, Any] = {
        "compound": notice.compound,
        "title": notice.title,
        "whom": "各位居民代表" if notice.for_representatives else "各位居民",
        "when": moment_text(notice.begins_at),
        "place": notice.place,
        "points": list(notice.points),
        "sender": notice.sender,
        "contact": {"who": notice.contact.who, "phone": notice.contact.phone},
        "dated": chinese_date(notice.dated),
    }
    return compiled("meeting.typ", {"meeting": said})


def sign_in_pdf(sheet: SignInSheet) -> bytes:
    """Two columns of doors a page, a heading for each building; guests sign on the last lines."""
    groups = [
        {"name": name, "doors": [f"{door.staircase}{door.unit}" for door in doors]}
        for name, doors in groupby(sheet.doors, key=lambda door: door.building)
    ]
    said: dict[str, Any] = {
        "compound": sheet.compound,
        "title": sheet.title,
        "when": moment_text(sheet.begins_at),
        "place": sheet.place,
        "dated": chinese_date(sheet.dated),
        "groups": groups,
        "guests": GUEST_LINES,
    }
    return compiled("sign_in.typ", {"sheet": said})


def moment_text(moment: datetime) -> str:
    """2026年11月25日（星期三）19:00."""
    local = timezone.localtime(moment)
    return f"{chinese_date(local.date())}（星期{WEEKDAYS[local.weekday()]}）{local:%H:%M}"
