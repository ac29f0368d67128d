"""Writes about whose a household is. Every one leaves an `OwnerChange` without names, which stays after erasure."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from residents.actions.letters import end_codes_of
from residents.actions.locking import lock_living
from residents.errors.households import (
    NoSuchOwner,
    OwnersInFuture,
    OwnersOfSeveralCompounds,
    ReasonNeeded,
    SeveralVoters,
    SharesAboveWhole,
)
from residents.models import Household, Owner, OwnerChange, PersonLink, RecordOpening
from residents.permissions import can_open_record

TRIGGERS = {
    "owner_shares_at_most_whole": SharesAboveWhole,
    "owner_link_in_compound": OwnersOfSeveralCompounds,
}


class OwnerFacts(NamedTuple):
    """One owner as entered. No identity number: there is no place for one."""

    name: str
    share: Fraction | None = None
    phone: str = ""
    is_voter: bool = False


@transaction.atomic
def open_record(*, household: Household, user: User, reason: str) -> RecordOpening:
    """Whose it is becomes visible to this person for a while; who looked and why is kept and shown with the record."""
    if not clean_line(reason):
        raise ReasonNeeded
    if not can_open_record(user, household):
        raise NotPermitted
    opening = RecordOpening.objects.create(household=household, by=user, reason=clean_line(reason))
    record(action="household.opened", actor=user, subject=household, reason=clean_line(reason))
    return opening


@transaction.atomic
def record_owners(
    *, household: Household, user: User, owners: Sequence[OwnerFacts], effective_on: date, basis: str = "",
    transferred: bool = False,
) -> list[Owner]:  # fmt: skip
    """These are the owners from `effective_on` on; whoever is not among them any more ends on that day.

    Whoever stays (the same name) stays the same row, with their other units linked. `transferred` says that the
    household changed hands, which ends its letter (else a first entry or a correction); whatever replaces known owners needs its basis
    (deed, register extract, correction).
    """
    household = lock_living(household, user)
    if sum(owner.is_voter for owner in owners) > 1:
        raise SeveralVoters
    if effective_on > timezone.localdate():
        raise OwnersInFuture
    before = list(Owner.objects.select_for_update().current().filter(household=household))
    if before and not clean_line(basis):
        raise ReasonNeeded
    recorded = _settle(household, before, owners, effective_on)
    kind = (
        OwnerChange.Kind.TRANSFERRED if transferred and before
        else OwnerChange.Kind.CORRECTED if before
        else OwnerChange.Kind.ENTERED
    )  # fmt: skip
    _remember(household, user, kind, effective_on, basis, count=len(recorded))
    if kind == OwnerChange.Kind.TRANSFERRED:
        # Whoever sold the flat keeps no key to it; whoever bought it gets a letter of their own.
        end_codes_of(household=household, user=user, reason=_("The household changed hands."))
    return recorded


def _settle(
    household: Household, before: Sequence[Owner], owners: Sequence[OwnerFacts], effective_on: date
) -> list[Owner]:
    # The voter first: two of them, even for a moment, is what the database refuses.
    Owner.objects.filter(pk__in=[owner.pk for owner in before]).update(is_voter=False)
    staying = {owner.name: owner for owner in reversed(before) if owner.name}
    recorded = []
    for facts in owners:
        owner = staying.pop(clean_line(facts.name), None) or Owner(household=household, from_on=effective_on)
        _describe(owner, facts)
        recorded.append(owner)
    kept = {owner.pk for owner in recorded}
    gone = [owner for owner in before if owner.pk not in kept]
    for owner in gone:
        owner.until_on, owner.is_voter = max(effective_on, owner.from_on or effective_on), False
    with constraints_as_refusals(Owner), refusals_of_triggers(TRIGGERS, deferred_of=Owner):
        Owner.objects.bulk_update(gone, ["until_on", "is_voter"])
        for owner in recorded:
            owner.save()
    return recorded


@transaction.atomic
def name_voter(*, household: Household, owner: Owner | None, user: User, basis: str) -> None:
    """Which of the co-owners votes; None takes the naming back."""
    household = lock_living(household, user)
    current = Owner.objects.current().filter(household=household)
    if owner is not None and not current.filter(pk=owner.pk).exists():
        raise NoSuchOwner
    current.filter(is_voter=True).update(is_voter=False)
    if owner is not None:
        current.filter(pk=owner.pk).update(is_voter=True)
    _remember(household, user, OwnerChange.Kind.VOTER, timezone.localdate(), basis, count=current.count())


@transaction.atomic
def link_owners(*, owners: Sequence[Owner], user: User, note: str) -> PersonLink:
    """These owners of several households of one compound are one person, and so is who was linked to one of them."""
    links = {owner.person_link_id for owner in owners} - {None}
    together = list(
        Owner.objects.current()
        .filter(Q(pk__in=[owner.pk for owner in owners]) | Q(person_link__in=links))
        .select_related("household")
    )
    locked = _locked_households(together, user)
    if len(locked) < 2 or len({household.compound_id for household in locked}) > 1:
        raise OwnersOfSeveralCompounds
    link = PersonLink.objects.create(compound_id=locked[0].compound_id, note=clean_line(note), made_by=user)
    with refusals_of_triggers(TRIGGERS):
        Owner.objects.filter(pk__in=[owner.pk for owner in together]).update(person_link=link)
    _remember_link(locked, user, note)
    return link


@transaction.atomic
def part_owner(*, owner: Owner, user: User, reason: str) -> None:
    """Not the same person after all. Where only one other remains, nothing is linked any more."""
    if owner.person_link_id is None:
        return
    others = list(
        Owner.objects.current().filter(person_link=owner.person_link_id).exclude(pk=owner.pk).select_related("household")
    )  # fmt: skip
    parted = [owner, *(others if len(others) == 1 else [])]
    locked = _locked_households(parted, user)
    Owner.objects.filter(pk__in=[one.pk for one in parted]).update(person_link=None)
    _remember_link(locked, user, reason)


def _locked_households(owners: Sequence[Owner], user: User) -> list[Household]:
    """In one order, so that two people who link the same doors do not wait for each other."""
    households = {owner.household_id: owner.household for owner in owners}
    return [lock_living(household, user) for _pk, household in sorted(households.items())]


def _remember_link(households: Sequence[Household], user: User, basis: str) -> None:
    for household in households:
        count = Owner.objects.current().filter(household=household).count()
        _remember(household, user, OwnerChange.Kind.LINKED, timezone.localdate(), basis, count=count)


@transaction.atomic
def erase_owner(*, owner: Owner, user: User, reason: str) -> None:
    """Name and phone are gone for good (个人信息保护法 art. 47); that somebody owned it, from when until when, stays."""
    household = Household.objects.select_for_update().get(pk=owner.household_id)
    if not clean_line(reason):
        raise ReasonNeeded
    if not can_open_record(user, household):
        raise NotPermitted
    Owner.objects.filter(pk=owner.pk).update(name="", phone="", erased_at=timezone.now())
    count = Owner.objects.current().filter(household=household).count()
    _remember(household, user, OwnerChange.Kind.ERASED, timezone.localdate(), reason, count=count)
    record(action="owner.erased", actor=user, subject=household, reason=clean_line(reason))


def _describe(owner: Owner, facts: OwnerFacts) -> None:
    share = facts.share
    owner.name, owner.phone, owner.is_voter = clean_line(facts.name), clean_line(facts.phone), facts.is_voter
    owner.share_numerator = share.numerator if share else None
    owner.share_denominator = share.denominator if share else None


def _remember(household: Household, user: User, kind: str, on: date, basis: str, *, count: int) -> None:
    with constraints_as_refusals(OwnerChange):
        OwnerChange.objects.create(
            household=household, kind=kind, effective_on=on, basis=clean_line(basis), owner_count=count, recorded_by=user
        )  # fmt: skip
