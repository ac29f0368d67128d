"""Whose a household is, as one person may see it at this moment: in full after a reason, else masked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from residents.models import Household, Owner

FORMER_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class ShownOwner:
    """`name` and `phone` as this person may see them; `doors` are the other doors of the same person."""

    owner: Owner
    name: str
    phone: str
    share: Fraction | None
    doors: Sequence[Household]

    @property
    def is_erased(self) -> bool:
        return self.owner.erased_at is not None


def shown_owners(household: Household, *, is_open: bool) -> list[ShownOwner]:
    """The current owners; two statements at most."""
    owners = list(Owner.objects.current().filter(household=household))
    elsewhere = _other_doors(household, {owner.person_link_id for owner in owners} - {None})
    return [
        ShownOwner(
            owner=owner,
            name=owner.name if is_open else owner.masked_name,
            phone=owner.phone if is_open else owner.masked_phone,
            share=share_of(owner),
            doors=elsewhere.get(owner.person_link_id or 0, ()),
        )
        for owner in owners
    ]


def former_owners(household: Household) -> list[Owner]:
    """Who owned it before, the latest first; erased ones are no longer anybody."""
    rows = Owner.objects.filter(household=household, until_on__isnull=False, erased_at__isnull=True)
    return list(rows.order_by("-until_on", "-pk")[:FORMER_SHOWN])


def _other_doors(household: Household, links: set[int | None]) -> dict[int, list[Household]]:
    found: dict[int, list[Household]] = defaultdict(list)
    if links:
        others = Owner.objects.current().filter(person_link__in=links).exclude(household=household)
        for other in others.select_related("household__building").order_by("household"):
            if other.household not in found[other.person_link_id or 0]:
                found[other.person_link_id or 0].append(other.household)
    return found


def share_of(owner: Owner) -> Fraction | None:
    if owner.share_numerator is None or owner.share_denominator is None:
        return None
    return Fraction(owner.share_numerator, owner.share_denominator)


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes, at least one."""
    return max(1, -(-int((until - now).total_seconds()) // 60))
