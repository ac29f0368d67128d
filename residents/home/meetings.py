"""Meetings on the resident's home page: those to come, and what the last one decided."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.board import ResidentCard
from core.history import history_of
from residents.home.words import plain_day, plain_moment
from residents.models import Decision, Meeting, MeetingKind, MeetingState
from residents.session import Resident

SHOWN, DECISIONS_SHOWN = 3, 5
_NUMBER = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(]?[0-9]{1,2}[)）、.．](?![0-9]))")
# Whoever is late still reads where it is; a cancelled one is said to be so until its evening is over.
LASTS = timedelta(hours=6)


def meetings_to_come(resident: Resident) -> Iterator[ResidentCard]:
    """Representatives read of theirs as well."""
    for meeting in coming(resident)[:SHOWN]:
        yield _called_off(meeting) if meeting.state == MeetingState.CANCELLED else _announced(meeting)


def coming(resident: Resident) -> QuerySet[Meeting]:
    """With `first_said`: when it was to begin as it was first announced."""
    announced = history_of(Meeting).filter(pgh_obj=OuterRef("pk")).order_by("pgh_id")
    rows = Meeting.objects.filter(
        compound=resident.compound_id, begins_at__gte=timezone.now() - LASTS,
        state__in=(MeetingState.PLANNED, MeetingState.CANCELLED),
    )  # fmt: skip
    if not resident.is_representative:
        rows = rows.exclude(kind=MeetingKind.REPRESENTATIVES)
    return rows.annotate(first_said=Subquery(announced.values("begins_at")[:1])).order_by("begins_at", "pk")


def _announced(meeting: Meeting) -> ResidentCard:
    where = _("{when}, {place}").format(when=plain_moment(meeting.begins_at), place=meeting.place)
    first: datetime | None = getattr(meeting, "first_said", None)
    is_moved = first is not None and first != meeting.begins_at
    lines = [where]
    if is_moved:
        lines.append(_("The time has changed; before it was {when}.").format(when=plain_moment(first)))
    if meeting.kind == MeetingKind.REPRESENTATIVES:
        lines.append(_("For the representatives: please come, or tell the committee."))
    tag = _("new time") if is_moved else _kind_of(meeting)
    return ResidentCard(
        title=meeting.title, tag=tag, tone="late" if is_moved else "act", lines=tuple(lines), items=points_of(meeting)
    )  # fmt: skip


def _called_off(meeting: Meeting) -> ResidentCard:
    lines = (
        plain_moment(meeting.begins_at),
        _("It does not take place: {reason}").format(reason=meeting.cancel_reason),
    )
    return ResidentCard(title=meeting.title, tag=_("cancelled"), tone="late", lines=lines)


def _kind_of(meeting: Meeting) -> str:
    """What the neighbours call it."""
    is_theirs = meeting.kind == MeetingKind.REPRESENTATIVES
    return _("meeting of the representatives") if is_theirs else _("meeting of the residents")


def points_of(meeting: Meeting) -> tuple[str, ...]:
    """The agenda line by line, without the numbers that people write before them: a list has its own dots."""
    lines = (_NUMBER.sub("", line).strip() for line in meeting.agenda.splitlines())
    return tuple(line for line in lines if line)


# --- Decided ----------------------------------------------------------------------------


def decided_in_meetings(resident: Resident) -> Iterator[ResidentCard]:
    meeting = deciding(resident).first()
    if meeting is None:
        return
    decisions = list(meeting.decisions.all())
    by_representatives = meeting.kind == MeetingKind.REPRESENTATIVES
    said = _("The representatives met on {day}") if by_representatives else _("The residents met on {day}")
    yield ResidentCard(
        title=said.format(day=plain_day(meeting.begins_at)), lines=(meeting.title,),
        items=tuple(in_words(one) for one in decisions[:DECISIONS_SHOWN]),
        url=reverse("residents:own_meetings"), action=_("All meetings"),
    )  # fmt: skip


def deciding(resident: Resident) -> QuerySet[Meeting]:
    """Those that decided something, newest first, with their decisions."""
    decided = Decision.objects.filter(meeting=OuterRef("pk")).values("meeting")[:1]
    rows = Meeting.objects.filter(compound=resident.compound_id, state=MeetingState.HELD)
    rows = rows.annotate(decided=Subquery(decided)).filter(decided__isnull=False)
    return rows.order_by("-begins_at", "-pk").prefetch_related(
        Prefetch("decisions", Decision.objects.order_by("pk"))
    )


def in_words(decision: Decision) -> str:
    """What was decided, with the hands that were raised, where they were counted."""
    if decision.in_favour is None:
        return decision.text
    counts = _("{decided} ({favour} in favour, {against} against, {abstained} abstained)")
    return counts.format(
        decided=decision.text.rstrip("。."), favour=decision.in_favour, against=decision.against,
        abstained=decision.abstained,
    )  # fmt: skip
