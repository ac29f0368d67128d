"""The way of a scheme from the drawing board to its approval: what is done, what comes now, what lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.board import MissingLine, TypeText
from directory.models import User
from projects.models import (
    NoticeExtension,
    Objection,
    PublicNotice,
    Scheme,
    SchemeState,
    SignOff,
    SignOffKind,
)
from projects.permissions import can_approve_scheme, can_edit_scheme

# The offices that sign before a scheme goes on notice; the representatives' signature joins where it was recorded.
NEEDED_SIGNATURES = (SignOffKind.STREET_OFFICE, SignOffKind.COMMUNITY)

DONE, NOW, AHEAD, WRONG = "done", "now", "ahead", "wrong"
ORDER = (SchemeState.DRAFT, SchemeState.SIGNING, SchemeState.NOTICED, SchemeState.APPROVED)

SIGNATURES: dict[str, TypeText] = {
    SignOffKind.STREET_OFFICE: gettext_lazy("the street office's signature under the scheme"),
    SignOffKind.COMMUNITY: gettext_lazy("the community's signature under the scheme"),
}


def unsigned(scheme: Scheme) -> list[SignOffKind]:
    """The offices whose agreement lacks."""
    agreed = scheme.sign_offs.filter(revoked_at__isnull=True, agrees=True).values_list("kind", flat=True)
    return [kind for kind in NEEDED_SIGNATURES if kind not in set(agreed)]


def current_notice(scheme: Scheme) -> PublicNotice | None:
    """The notice that counts: not ended by sending the scheme back."""
    return scheme.notices.filter(ended_at__isnull=True).first()


def open_objections(scheme: Scheme) -> int:
    """Objections of all notices of this version that wait for their answer."""
    return Objection.objects.filter(notice__scheme=scheme, answered_on__isnull=True).count()


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the way: `state` is done, now, ahead or wrong (an office refused)."""

    label: str
    state: str
    detail: str = ""
    url: str = ""


class Way:
    """Signatures, notices and objections of a version, each read once."""

    def __init__(self, scheme: Scheme, *, user: User, today: date | None = None) -> None:
        """`scheme.project` is fetched along; a step is linked only where this person may take it."""
        self.scheme = scheme
        self.code = scheme.project.code
        self.may_edit = can_edit_scheme(user, scheme)
        self.may_approve = can_approve_scheme(user, scheme)
        self.today = today or timezone.localdate()

    @cached_property
    def sign_offs(self) -> list[SignOff]:
        """Valid ones first, then those that were revoked."""
        rows = self.scheme.sign_offs.select_related("by", "document").order_by("-id")
        return sorted(rows, key=lambda signed: signed.revoked_at is not None)

    @cached_property
    def notices(self) -> list[PublicNotice]:
        """With what they were prolonged by, first to last."""
        rows = self.scheme.notices.select_related("posted_by", "photo")
        return list(
            rows.prefetch_related(Prefetch("extensions", NoticeExtension.objects.select_related("by")))
        )

    @cached_property
    def objections(self) -> list[Objection]:
        rows = Objection.objects.filter(notice__scheme=self.scheme)
        return list(rows.select_related("recorded_by", "answered_by", "notice"))

    @property
    def notice(self) -> PublicNotice | None:
        return next((notice for notice in self.notices if notice.ended_at is None), None)

    @property
    def waiting(self) -> list[Objection]:
        return [objection for objection in self.objections if objection.answered_on is None]

    def signed(self, kind: str) -> SignOff | None:
        return next((one for one in self.sign_offs if one.kind == kind and one.revoked_at is None), None)

    @property
    def is_signed(self) -> bool:
        return all((signed := self.signed(kind)) is not None and signed.agrees for kind in NEEDED_SIGNATURES)

    @property
    def notice_is_over(self) -> bool:
        return self.notice is not None and self.notice.until_on < self.today

    def url(self, name: str) -> str:
        return reverse(f"projects:scheme_{name}", args=[self.code, self.scheme.version])

    # --- The steps, as the page draws them

    def steps(self) -> list[Step]:
        if self.scheme.from_before:
            # What was signed and hung out at that time is on the paper that the project came in with.
            decided = self.scheme.approved_on
            return [Step(label=_("taken over from before the portal"), state=DONE, detail=str(decided or ""))]
        return [self._drawn_up(), *self._signatures(), self._hung_out(), self._answered(), self._approved()]

    def _reached(self, state: str) -> str:
        """Whether the scheme is beyond, in or before a state."""
        now = self.scheme.state
        if now in (SchemeState.SUPERSEDED, SchemeState.APPROVED):
            return DONE
        if now == SchemeState.WITHDRAWN:
            return AHEAD
        places = [ORDER.index(SchemeState(one)) for one in (now, state)]
        return DONE if places[0] > places[1] else NOW if places[0] == places[1] else AHEAD

    def _drawn_up(self) -> Step:
        scheme = self.scheme
        reached = self._reached(SchemeState.DRAFT)
        detail = f"{scheme.submitted_by}\n{timezone.localtime(scheme.submitted_at):%Y-%m-%d}" if reached == DONE and scheme.submitted_at else ""  # fmt: skip
        return Step(label=_("drawn up"), state=reached, detail=detail, url=self.url("edit") if reached == NOW and self.may_edit else "")  # fmt: skip

    def _signatures(self) -> Iterator[Step]:
        reached = self._reached(SchemeState.SIGNING)
        for kind in NEEDED_SIGNATURES:
            signed = self.signed(kind)
            label = str(SignOffKind(kind).label)
            if signed is None:
                state = reached if reached != DONE else AHEAD
                yield Step(label=label, state=state, url=self.url("sign") if state == NOW else "")
                continue
            who = f"{signed.by}\n{signed.signed_on.isoformat()}"
            detail = who if signed.agrees else f"{_('does not agree')}: {signed.remark}"
            yield Step(
                label=label, state=DONE if signed.agrees else WRONG, detail=detail, url=self.url("sign")
            )
        recorded = self.signed(SignOffKind.REPRESENTATIVES)
        if recorded is not None:
            detail = f"{recorded.remark}\n{recorded.signed_on.isoformat()}"
            yield Step(
                label=str(recorded.get_kind_display()), state=DONE, detail=detail, url=self.url("sign")
            )

    def _hung_out(self) -> Step:
        notice = self.notice
        if notice is None:
            state = NOW if self.scheme.state == SchemeState.SIGNING and self.is_signed else AHEAD
            return Step(label=_("public notice"), state=state, url=self.url("notice") if state == NOW else "")
        detail = f"{notice.from_on} –\n{notice.until_on}"
        state = DONE if self.notice_is_over else NOW
        return Step(label=_("public notice"), state=state, detail=detail, url=self.url("notice"))

    def _answered(self) -> Step:
        waiting = len(self.waiting)
        if waiting:
            detail = ngettext("{count} open", "{count} open", waiting).format(count=waiting)
            return Step(label=_("objections"), state=WRONG, detail=detail, url=self.url("notice"))
        if not self.objections:
            return Step(
                label=_("objections"),
                state=DONE if self.notice_is_over else AHEAD,
                detail=_("none") if self.notice else "",
            )
        detail = ngettext("{count} answered", "{count} answered", len(self.objections))
        return Step(label=_("objections"), state=DONE, detail=detail.format(count=len(self.objections)), url=self.url("notice"))  # fmt: skip

    def _approved(self) -> Step:
        scheme = self.scheme
        if scheme.approved_on:
            detail = "\n".join(filter(None, [str(scheme.approved_by), str(scheme.approved_on), scheme.approval_number]))  # fmt: skip
            return Step(label=_("approved"), state=DONE, detail=detail)
        ready = scheme.state == SchemeState.NOTICED and self.notice_is_over and not self.waiting
        return Step(
            label=_("approval"),
            state=NOW if ready else AHEAD,
            url=self.url("approve") if ready and self.may_approve else "",
        )

    # --- What lacks, for the strip

    def missing(self) -> Iterator[MissingLine]:
        state = self.scheme.state
        if state == SchemeState.DRAFT:
            yield MissingLine(
                text=_("the scheme is still being drawn up"),
                url=self.url("edit" if self.may_edit else "version"),
            )
        elif state == SchemeState.SIGNING:
            yield from self._missing_signatures()
        elif state == SchemeState.NOTICED:
            yield from self._missing_approval()

    def _missing_signatures(self) -> Iterator[MissingLine]:
        for kind in NEEDED_SIGNATURES:
            signed = self.signed(kind)
            if signed is None:
                yield MissingLine(text=SIGNATURES[kind], url=self.url("sign"))
            elif not signed.agrees:
                text = _("{office} does not agree with the scheme").format(office=signed.get_kind_display())
                yield MissingLine(text=text, url=self.url("sign"))
        if self.is_signed:
            yield MissingLine(text=_("the public notice of the scheme"), url=self.url("notice"))

    def _missing_approval(self) -> Iterator[MissingLine]:
        notice, waiting = self.notice, len(self.waiting)
        if notice is not None and not self.notice_is_over:
            text = _("the end of the public notice of the scheme ({day})").format(day=notice.until_on)
            yield MissingLine(text=text, url=self.url("notice"))
        if waiting:
            text = ngettext(
                "an answer to {count} objection", "answers to {count} objections", waiting
            ).format(count=waiting)  # fmt: skip
            yield MissingLine(text=text, url=self.url("notice"))
        if self.notice_is_over and not waiting:
            yield MissingLine(
                text=_("the approval of the scheme"),
                url=self.url("approve" if self.may_approve else "version"),
            )
