"""The reserve pool 储备库: moves between batches, and places out of turn. Every move is a row."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from compounds.errors import (
    AlreadyThere,
    CompoundEnded,
    NotEligible,
    NotInPool,
    OutOfOrder,
    ReasonNeeded,
)
from compounds.models import Batch, Compound, PoolEntry, UrgencyScore
from compounds.permissions import can_manage_pool
from core.errors import NotPermitted
from core.text import clean_line, first_of
from directory.models import User

# Forward is towards the building site: going there out of turn needs a reason.
FORWARD = (Batch.RESERVE, Batch.PREPARING, Batch.IMPLEMENTING)


@transaction.atomic
def move_to_batch(
    *, compounds: Collection[Compound], batch: str, user: User, reason: str = ""
) -> list[PoolEntry]:
    """Move compounds into a batch, all or none; returns their new entries.

    Without a reason three things are refused: leaving the pool, taking in what is not
    (yet) eligible, and moving forward past a more urgent compound of the same county and batch.
    """
    target, reason = Batch(batch), clean_line(reason)
    moving = _lock(compounds, user)
    current = {entry.compound_id: entry for entry in PoolEntry.objects.current().filter(compound__in=moving)}
    _refuse_standing_still(moving, current, target)
    if not reason:
        _refuse_what_needs_a_reason(moving, current, target)
    now = timezone.now()
    PoolEntry.objects.filter(pk__in=[entry.pk for entry in current.values()]).update(ended_at=now)
    scores = dict(UrgencyScore.objects.filter(compound__in=moving).values_list("compound_id", "score"))
    return PoolEntry.objects.bulk_create(
        [
            PoolEntry(
                compound=compound,
                division_code=compound.community_id,
                batch=target,
                reason=reason,
                urgency_at_entry=scores.get(compound.pk),
                moved_by=user,
                moved_at=now,
            )
            for compound in moving
        ]
    )


@transaction.atomic
def set_place(*, compound: Compound, user: User, rank: int, reason: str) -> PoolEntry:
    """Give a compound a place out of turn (1 = first of its batch); the reason shows in the list."""
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    entry = _lock_current_entry(compound, user)
    entry.override_rank, entry.override_reason = rank, reason
    entry.save(update_fields=["override_rank", "override_reason"])
    return entry


@transaction.atomic
def clear_place(*, compound: Compound, user: User) -> PoolEntry:
    """Back to the order by urgency."""
    entry = _lock_current_entry(compound, user)
    entry.override_rank, entry.override_reason = None, ""
    entry.save(update_fields=["override_rank", "override_reason"])
    return entry


def _lock(compounds: Collection[Compound], user: User) -> list[Compound]:
    """The compounds, locked in one order, so that two bulk moves never wait for each other in a ring."""
    ids = [compound.pk for compound in compounds]
    locked = list(Compound.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    for compound in locked:
        if compound.ended_on is not None:
            raise CompoundEnded(name=compound.name)
        if not can_manage_pool(user, compound.community_id):
            raise NotPermitted
    return locked


def _lock_current_entry(compound: Compound, user: User) -> PoolEntry:
    (locked,) = _lock([compound], user)
    entry = PoolEntry.objects.current().filter(compound=locked).select_for_update(of=("self",)).first()
    if entry is None or entry.batch == Batch.OUT:
        raise NotInPool(name=locked.name)
    return entry


def _refuse_standing_still(moving: list[Compound], current: dict[int, PoolEntry], target: Batch) -> None:
    there = [one for one in moving if one.pk in current and current[one.pk].batch == target]
    if there:
        raise AlreadyThere(names=_names(there))


def _refuse_what_needs_a_reason(moving: list[Compound], current: dict[int, PoolEntry], target: Batch) -> None:
    if target == Batch.OUT:
        raise ReasonNeeded
    entering = [one for one in moving if one.pk not in current or current[one.pk].batch == Batch.OUT]
    eligible = set(
        UrgencyScore.objects.filter(compound__in=entering, is_eligible=True).values_list(
            "compound_id", flat=True
        )
    )
    doubtful = [one for one in entering if one.pk not in eligible]
    if doubtful:
        raise NotEligible(names=_names(doubtful))
    forward = [
        one
        for one in moving
        if one.pk in current
        and current[one.pk].batch in FORWARD
        and FORWARD.index(target) > FORWARD.index(Batch(current[one.pk].batch))
    ]
    _refuse_jumping_the_queue(forward, current)


def _refuse_jumping_the_queue(forward: list[Compound], current: dict[int, PoolEntry]) -> None:
    """先急后缓: in each county and batch those who go must be the first of the order, without a gap."""
    queues: dict[tuple[str, str], set[int]] = defaultdict(set)
    for compound in forward:
        queues[compound.community_id[:6], current[compound.pk].batch].add(compound.pk)
    for (county, batch), going in queues.items():
        order = list(PoolEntry.objects.current().within([county]).filter(batch=batch).ranked().values_list("compound_id", flat=True))  # fmt: skip
        jumping = [one for one in forward if one.pk in going and one.pk not in order[: len(going)]]
        if jumping:
            last = max(order.index(one.pk) for one in jumping)
            passed = [compound_id for compound_id in order[:last] if compound_id not in going]
            raise OutOfOrder(
                names=_names(jumping), before=Compound.objects.get(pk=passed[0]).name, passed=len(passed)
            )


def _names(compounds: Iterable[Compound]) -> str:
    return first_of([compound.name for compound in compounds])
