"""居民代表签字: representatives say what they think of a scheme; the office records their agreement from it."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_text
from directory.models import User
from projects.actions.approvals import enter_sign_off
from projects.actions.schemes import lock_scheme
from projects.models import Scheme, SchemeState, SignOff, SignOffKind
from residents.errors.sign_offs import (
    AlreadyRecorded,
    NotARepresentative,
    ObjectionNeedsReason,
    SchemeHandedInAnew,
    SchemeWaitsForNoOpinion,
    TooFewAgree,
)
from residents.models import FEWEST_REPRESENTATIVES, Representative, RepresentativeOpinion
from residents.permissions import can_record_representatives

OPEN_STATES = (SchemeState.SIGNING, SchemeState.NOTICED)
TRIGGERS = {
    "representative_opinion_while_open": SchemeWaitsForNoOpinion,
    "representative_opinion_of_compound": NotARepresentative,
}


class Tally(NamedTuple):
    """Current representatives, and how many of them agree and object."""

    present: int
    agree: int
    objects: int

    @property
    def is_enough(self) -> bool:
        """At least three, and more than half of those in office."""
        return self.agree >= FEWEST_REPRESENTATIVES and self.agree * 2 > self.present


@transaction.atomic
def say_of_scheme(
    *, scheme: Scheme, representative_id: int, agrees: bool, remark: str = "", seen: str = ""
) -> RepresentativeOpinion:
    """A representative's opinion; an earlier one is kept and superseded, the same one again changes nothing.

    `seen` is `handing_in` of the scheme that the page showed: whoever read other lines is asked again. Where an
    agreement that was recorded loses its majority by this, it is revoked.
    """
    remark = clean_text(remark)[:500]
    if not agrees and not remark:
        raise ObjectionNeedsReason
    scheme = lock_scheme(scheme)
    if scheme.state not in OPEN_STATES:
        raise SchemeWaitsForNoOpinion
    if seen and seen != handing_in(scheme):
        raise SchemeHandedInAnew
    if not _representatives(scheme).filter(pk=representative_id).exists():
        raise NotARepresentative
    said = RepresentativeOpinion.objects.filter(
        scheme=scheme, representative_id=representative_id, submitted_at=scheme.submitted_at
    )
    earlier = said.filter(superseded_at__isnull=True).first()
    if earlier is not None and (earlier.agrees, earlier.remark) == (agrees, remark):
        return earlier
    with refusals_of_triggers(TRIGGERS), constraints_as_refusals(RepresentativeOpinion):
        said.filter(superseded_at__isnull=True).update(superseded_at=timezone.now())
        opinion = RepresentativeOpinion.objects.create(
            scheme=scheme, representative_id=representative_id, agrees=agrees, remark=remark
        )
    if not tally_of(scheme).is_enough:
        _signature(scheme).update(revoked_at=timezone.now())
    return opinion


@transaction.atomic
def record_agreement(*, scheme: Scheme, user: User) -> SignOff:
    """The signature of the representatives, once at least three and more than half of them agree."""
    scheme = lock_scheme(scheme)
    if not can_record_representatives(user, scheme.division_code):
        raise NotPermitted
    if scheme.state not in OPEN_STATES:
        raise SchemeWaitsForNoOpinion
    if _signature(scheme).exists():
        raise AlreadyRecorded
    # Whoever is chosen or leaves in this moment waits.
    list(_representatives(scheme).select_for_update(no_key=True).values_list("pk", flat=True))
    tally = tally_of(scheme)
    if not tally.is_enough:
        raise TooFewAgree(agree=tally.agree, all_=tally.present)
    return enter_sign_off(
        scheme=scheme, user=user, kind=SignOffKind.REPRESENTATIVES, agrees=True,
        remark=f"{tally.agree}/{tally.present}",
    )  # fmt: skip


def handing_in(scheme: Scheme) -> str:
    """Names the scheme as it was handed in: its version may be sent back and come again with other lines."""
    return f"{scheme.pk}.{scheme.submitted_at.timestamp():.6f}" if scheme.submitted_at else f"{scheme.pk}."


def tally_of(scheme: Scheme) -> Tally:
    """`scheme.project` is fetched along."""
    present = _representatives(scheme).count()
    opinions = RepresentativeOpinion.objects.standing(scheme).filter(
        representative__compound=F("scheme__project__compound")
    )
    said = list(opinions.values_list("agrees", flat=True))
    return Tally(present, sum(said), len(said) - sum(said))


def _representatives(scheme: Scheme) -> QuerySet[Representative]:
    return Representative.objects.current().filter(compound_id=scheme.project.compound_id)


def _signature(scheme: Scheme) -> QuerySet[SignOff]:
    return scheme.sign_offs.filter(kind=SignOffKind.REPRESENTATIVES, revoked_at__isnull=True)
