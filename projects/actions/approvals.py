"""A scheme's way through the offices: signed, on public notice, objections answered, approved or sent back."""

from datetime import date, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, listed
from directory.models import User
from files.models import StoredFile
from projects.actions.schemes import lock_scheme, refuse_less_than_done, save_state
from projects.actions.telling import tell_of_notice
from projects.errors import (
    AlreadySigned,
    DateInFuture,
    NamesAPerson,
    NoticeNotLonger,
    NoticeRunning,
    NoticeTooEarly,
    NoticeTooShort,
    NotOnNotice,
    NotSigned,
    ObjectionAnswered,
    ObjectionOutside,
    ObjectionsOpen,
    ProjectNotActive,
    ReasonNeeded,
    SchemeWrongState,
    SignsForAnother,
    SubmitterApproves,
)
from projects.models import (
    NoticeExtension,
    Objection,
    PublicNotice,
    Scheme,
    SchemeRule,
    SchemeState,
    SignOff,
    SignOffKind,
)
from projects.permissions import can_approve_scheme, can_draw_scheme, can_post_notice, sign_off_powers
from projects.privacy import holds_a_number, masked
from projects.scheme_way import current_notice, open_objections, unsigned

# A notice may be prepared, not scheduled for next year by a slip of the keyboard; its last day, which can never
# be taken back, lies at most as far ahead as the longest notice that a rule may ask for.
NOTICE_AHEAD_DAYS = 30
NOTICE_UNTIL_DAYS = NOTICE_AHEAD_DAYS + 60


class ObjectionFacts(TypedDict):
    received_on: date
    channel: str
    text: str
    raised_by: str


# --- Signing ----------------------------------------------------------------------------


@transaction.atomic
def sign_off(
    *, scheme: Scheme, user: User, kind: str, agrees: bool, remark: str = "", document: StoredFile | None = None,
    signed_on: date | None = None,
) -> SignOff:  # fmt: skip
    """An office agrees, or says what must change. Another opinion of the same office ends its earlier one.

    `signed_on` is the date of the signed paper, today where there is none.
    """
    scheme = _lock(scheme, SchemeState.SIGNING)
    if kind not in sign_off_powers(user, scheme):
        raise NotPermitted
    valid = {one.kind: one for one in scheme.sign_offs.filter(revoked_at__isnull=True)}
    # Whoever writes down that the representatives agree signs for nobody.
    offices = {other: one for other, one in valid.items() if other != SignOffKind.REPRESENTATIVES}
    if any(one.by_id == user.pk for other, one in offices.items() if other != kind):
        raise SignsForAnother
    remark = clean_line(remark)
    if not agrees and not remark:
        raise ReasonNeeded
    signed_on = signed_on or timezone.localdate()
    if signed_on > timezone.localdate():
        raise DateInFuture(day=signed_on.isoformat())
    earlier = valid.get(kind)
    if earlier is not None:
        if earlier.agrees == agrees:
            raise AlreadySigned(office=earlier.get_kind_display())
        earlier.revoked_at = timezone.now()
        earlier.save(update_fields=["revoked_at"])
    return enter_sign_off(
        scheme=scheme, user=user, kind=kind, agrees=agrees, remark=remark, document=document, signed_on=signed_on
    )  # fmt: skip


def enter_sign_off(
    *, scheme: Scheme, user: User, kind: str, agrees: bool, remark: str = "", document: StoredFile | None = None,
    signed_on: date | None = None,
) -> SignOff:  # fmt: skip
    """The row of a signature under a locked scheme; who may give which one is the caller's question."""
    signed = SignOff(
        scheme=scheme,
        kind=kind,
        agrees=agrees,
        remark=remark,
        document=document,
        by=user,
        signed_on=signed_on or timezone.localdate(),
    )
    with constraints_as_refusals(SignOff):
        signed.save(force_insert=True)
    return signed


@transaction.atomic
def send_back(*, scheme: Scheme, user: User, reason: str) -> Scheme:
    """To the drawing board: signatures are revoked and the notice ends, because they were given for other lines."""
    scheme = _lock(scheme, SchemeState.SIGNING, SchemeState.NOTICED)
    if not (can_draw_scheme(user, scheme.project) or can_approve_scheme(user, scheme)):
        raise NotPermitted
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    now = timezone.now()
    for signed in scheme.sign_offs.filter(revoked_at__isnull=True):
        signed.revoked_at = now
        signed.save(update_fields=["revoked_at"])
    for notice in scheme.notices.filter(ended_at__isnull=True):
        notice.ended_at, notice.ended_reason = now, reason[:300]
        notice.save(update_fields=["ended_at", "ended_reason"])
    scheme.state, scheme.return_reason = SchemeState.DRAFT, reason
    save_state(scheme)
    return scheme


# --- Public notice ----------------------------------------------------------------------


@transaction.atomic
def post_notice(
    *, scheme: Scheme, user: User, from_on: date, until_on: date, places: str, photo: StoredFile | None = None
) -> PublicNotice:
    """Hang the signed scheme out, both days included. A notice that hung before it was entered says so by itself."""
    scheme = _lock(scheme, SchemeState.SIGNING)
    if not can_post_notice(user, scheme.project):
        raise NotPermitted
    missing = unsigned(scheme)
    if missing:
        raise NotSigned(offices=listed(kind.label for kind in missing))
    needed = SchemeRule.objects.in_force(scheme.division_code).notice_days
    if (until_on - from_on).days + 1 < needed:
        raise NoticeTooShort(days=needed)
    _refuse_far(from_on, NOTICE_AHEAD_DAYS)
    _refuse_far(until_on, NOTICE_UNTIL_DAYS)
    notice = PublicNotice(
        scheme=scheme, from_on=from_on, until_on=until_on, places=clean_line(places), photo=photo, posted_by=user
    )  # fmt: skip
    with constraints_as_refusals(PublicNotice):
        notice.save(force_insert=True)
    scheme.state = SchemeState.NOTICED
    save_state(scheme)
    tell_of_notice(notice, by=user, subject=_("Public notice begun: {name}"))
    return notice


@transaction.atomic
def prolong_notice(*, notice: PublicNotice, user: User, until_on: date, reason: str) -> NoticeExtension:
    """Let the notice hang longer; the day that was published before is kept, and never comes nearer again."""
    scheme = _lock(notice.scheme, SchemeState.NOTICED)
    if not can_post_notice(user, scheme.project):
        raise NotPermitted
    notice = PublicNotice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if notice.ended_at is not None:
        raise NotOnNotice
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    if holds_a_number(reason):
        raise NamesAPerson
    if until_on <= notice.until_on:
        raise NoticeNotLonger(until=notice.until_on.isoformat())
    _refuse_far(until_on, NOTICE_UNTIL_DAYS)
    extension = NoticeExtension(
        notice=notice, before=notice.until_on, after=until_on, reason=reason, by=user
    )  # fmt: skip
    with constraints_as_refusals(NoticeExtension):
        extension.save(force_insert=True)
    notice.scheme, notice.until_on = scheme, until_on
    tell_of_notice(notice, by=user, subject=_("Public notice extended: {name}"))
    return extension


def _refuse_far(day: date, days: int) -> None:
    if day > timezone.localdate() + timedelta(days=days):
        raise NoticeTooEarly(day=day.isoformat(), days=days)


@transaction.atomic
def record_objection(*, scheme: Scheme, user: User, **facts: Unpack[ObjectionFacts]) -> Objection:
    """What a resident objects to. Names are masked, numbers refused: the notice's file is read by many."""
    scheme = _lock(scheme, SchemeState.NOTICED)
    if not can_post_notice(user, scheme.project):
        raise NotPermitted
    notice = current_notice(scheme)
    if notice is None:
        raise NotOnNotice
    day = facts["received_on"]
    if day > timezone.localdate():
        raise DateInFuture(day=day.isoformat())
    if day < notice.from_on:
        raise ObjectionOutside(day=day.isoformat(), first=notice.from_on.isoformat())
    if holds_a_number(facts["raised_by"]) or holds_a_number(facts["text"]):
        raise NamesAPerson
    objection = Objection(
        notice=notice, received_on=day, channel=facts["channel"], text=facts["text"].strip(),
        raised_by=masked(clean_line(facts["raised_by"])), recorded_by=user,
    )  # fmt: skip
    with constraints_as_refusals(Objection):
        objection.save(force_insert=True)
    return objection


@transaction.atomic
def answer_objection(
    *, objection: Objection, user: User, answer: str, is_adopted: bool, answered_on: date | None = None
) -> Objection:
    """Say what is done about it. Of a scheme sent back they still wait: the next notice comes after their answers."""
    scheme = lock_scheme(objection.notice.scheme)
    if not can_draw_scheme(user, scheme.project):
        raise NotPermitted
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.answered_on is not None:
        raise ObjectionAnswered
    day = answered_on or timezone.localdate()
    if day > timezone.localdate():
        raise DateInFuture(day=day.isoformat())
    if day < objection.received_on:
        raise ObjectionOutside(day=day.isoformat(), first=objection.received_on.isoformat())
    if not answer.strip():
        raise ReasonNeeded
    objection.answer, objection.is_adopted = answer.strip(), is_adopted
    objection.answered_on, objection.answered_by = day, user
    with constraints_as_refusals(Objection):
        objection.save()
    return objection


# --- Approval ---------------------------------------------------------------------------


@transaction.atomic
def approve_scheme(
    *, scheme: Scheme, user: User, approved_on: date | None = None, approval_number: str = ""
) -> Scheme:
    """The lines hold from now on: what is planned of each work follows them, the version before is replaced."""
    scheme = _lock(scheme, SchemeState.NOTICED)
    if not can_approve_scheme(user, scheme):
        raise SubmitterApproves if scheme.submitted_by_id == user.pk else NotPermitted
    day = approved_on or timezone.localdate()
    if day > timezone.localdate():
        raise DateInFuture(day=day.isoformat())
    notice = current_notice(scheme)
    if notice is None:
        raise NotOnNotice
    if notice.until_on >= day:
        raise NoticeRunning(until=notice.until_on.isoformat())
    waiting = open_objections(scheme)
    if waiting:
        raise ObjectionsOpen(count=waiting)
    refuse_less_than_done(scheme)
    for replaced in Scheme.objects.approved().filter(project=scheme.project_id):
        replaced.state = SchemeState.SUPERSEDED
        replaced.save()
    scheme.state, scheme.approved_by, scheme.approved_on = SchemeState.APPROVED, user, day
    scheme.approval_number = clean_line(approval_number)
    save_state(scheme)
    return scheme


def _lock(scheme: Scheme, *states: str) -> Scheme:
    scheme = lock_scheme(scheme)
    if scheme.state not in states:
        raise SchemeWrongState(state=scheme.get_state_display())
    if not scheme.project.is_active:
        raise ProjectNotActive(standing=scheme.project.get_standing_display())
    return scheme
