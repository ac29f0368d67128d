"""Paper: counted and sealed by two, typed by one, confirmed by another with the scan beside it; mistakes are reversed."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from files.models import StoredFile
from residents.actions.choices import land_sheet
from residents.errors.households import ReasonNeeded
from residents.errors.menus import (
    BatchFull,
    BatchNotInTime,
    BatchSealed,
    CountsDiffer,
    MenuClosed,
    NothingToConfirm,
    OwnChoiceStays,
    SamePersonConfirms,
)
from residents.models import Channel, Choice, Household, Menu, PaperBatch, SpoiledSheet
from residents.permissions import can_enter_for_residents

IN_TIME = {"paper_batch_in_its_time": BatchNotInTime}
TRIGGERS = {"choice_before_the_count": MenuClosed, "choice_stays": NothingToConfirm}


@transaction.atomic
def count_batch(
    *, menu: Menu, user: User, pieces: int, received_at: datetime, kept_where: str
) -> PaperBatch:  # fmt: skip
    """The first count of a pile that was received before the close."""
    menu = Menu.objects.select_for_update(no_key=True, of=("self",)).get(pk=menu.pk)
    if not can_enter_for_residents(user, menu.division_code):
        raise NotPermitted
    last = menu.batches.aggregate(last=Max("number"))["last"] or 0
    with refusals_of_triggers(IN_TIME), constraints_as_refusals(PaperBatch):
        return PaperBatch.objects.create(
            menu=menu, number=last + 1, pieces=pieces, received_at=received_at, kept_where=clean_line(kept_where),
            first_counted_by=user,
        )  # fmt: skip


@transaction.atomic
def seal_batch(*, batch: PaperBatch, user: User, pieces: int) -> PaperBatch:
    """The second count, by somebody else, gives the same number: the pile is sealed and can be typed."""
    batch = PaperBatch.objects.select_for_update(of=("self",)).select_related("menu").get(pk=batch.pk)
    if not can_enter_for_residents(user, batch.menu.division_code):
        raise NotPermitted
    if batch.sealed_at is not None:
        raise BatchSealed
    if batch.first_counted_by_id == user.pk:
        raise SamePersonConfirms
    if pieces != batch.pieces:
        raise CountsDiffer(first=batch.pieces, second=pieces)
    batch.sealed_at, batch.second_counted_by = timezone.now(), user
    with refusals_of_triggers(IN_TIME), constraints_as_refusals(PaperBatch):
        batch.save(update_fields=["sealed_at", "second_counted_by"])
    return batch


@transaction.atomic
def drop_unsealed_batch(*, batch: PaperBatch, user: User) -> None:
    """A first count that was wrong, before the second."""
    batch = PaperBatch.objects.select_for_update(of=("self",)).select_related("menu").get(pk=batch.pk)
    if not can_enter_for_residents(user, batch.menu.division_code):
        raise NotPermitted
    if batch.sealed_at is not None:
        raise BatchSealed
    batch.delete()


@transaction.atomic
def enter_sheet(
    *, batch: PaperBatch, household: Household, user: User, sheet: StoredFile, seen: Collection[int],
    wanted: Collection[int], declined: Collection[int] = (), key: uuid.UUID,
) -> Choice:  # fmt: skip
    """Type one piece. It does not count before `confirm_sheet` by another person."""
    batch = _lock_with_room(batch, user)
    choice = Choice(
        menu=batch.menu, household=household, channel=Channel.PAPER, batch=batch, sheet=sheet, entered_by=user, key=key
    )  # fmt: skip
    return land_sheet(choice, seen=seen, wanted=wanted, declined=declined)


@transaction.atomic
def spoil_sheet(
    *, batch: PaperBatch, user: User, reason: str, sheet: StoredFile | None = None
) -> SpoiledSheet:  # fmt: skip
    """A piece that is no valid choice: it is one of the pieces, with its reason, once `confirm_spoiled` by another person."""
    if not clean_line(reason):
        raise ReasonNeeded
    batch = _lock_with_room(batch, user)
    with refusals_of_triggers(TRIGGERS):
        return SpoiledSheet.objects.create(batch=batch, reason=clean_line(reason), sheet=sheet, by=user)


@transaction.atomic
def confirm_spoiled(*, spoiled: SpoiledSheet, user: User) -> SpoiledSheet:
    """The other person agrees that this piece is no valid choice."""
    spoiled = _lock_spoiled(spoiled, user)
    if spoiled.by_id == user.pk:
        raise SamePersonConfirms
    if spoiled.confirmed_at is not None or spoiled.reversed_at is not None:
        raise NothingToConfirm
    spoiled.confirmed_by, spoiled.confirmed_at = user, timezone.now()
    with refusals_of_triggers(TRIGGERS):
        spoiled.save(update_fields=["confirmed_by", "confirmed_at"])
    return spoiled


@transaction.atomic
def reverse_spoiled(*, spoiled: SpoiledSheet, user: User, reason: str) -> SpoiledSheet:
    """It was a valid choice after all, or noted twice: the piece is free to be entered anew."""
    if not clean_line(reason):
        raise ReasonNeeded
    spoiled = _lock_spoiled(spoiled, user)
    if spoiled.reversed_at is not None:
        raise NothingToConfirm
    spoiled.reversed_by, spoiled.reversed_at, spoiled.reverse_reason = (
        user,
        timezone.now(),
        clean_line(reason),
    )
    with refusals_of_triggers(TRIGGERS):
        spoiled.save(update_fields=["reversed_by", "reversed_at", "reverse_reason"])
    return spoiled


@transaction.atomic
def confirm_sheet(*, choice: Choice, user: User) -> Choice:
    """The other person compared the scan with what was typed: from now on it counts, if it goes before what is there."""
    choice = _lock_choice(choice, user)
    if choice.entered_by_id == user.pk:
        raise SamePersonConfirms
    if (
        choice.channel != Channel.PAPER
        or choice.confirmed_by_id is not None
        or choice.reversed_at is not None
    ):
        raise NothingToConfirm
    choice.confirmed_by, choice.confirmed_at = user, timezone.now()
    with refusals_of_triggers(TRIGGERS), constraints_as_refusals(Choice):
        choice.save(update_fields=["confirmed_by", "confirmed_at"])
    choice.refresh_from_db()
    return choice


@transaction.atomic
def reverse_choice(*, choice: Choice, user: User, reason: str) -> Choice:
    """A mistake of whoever typed: kept, counted no longer; what it had pushed aside counts again."""
    if not clean_line(reason):
        raise ReasonNeeded
    choice = _lock_choice(choice, user)
    if choice.channel == Channel.WEB:
        raise OwnChoiceStays
    if choice.reversed_at is not None:
        raise NothingToConfirm
    choice.reversed_by, choice.reversed_at, choice.reverse_reason = user, timezone.now(), clean_line(reason)
    with refusals_of_triggers(TRIGGERS), constraints_as_refusals(Choice):
        choice.save(update_fields=["reversed_by", "reversed_at", "reverse_reason"])
    choice.refresh_from_db()
    return choice


def _lock_choice(choice: Choice, user: User) -> Choice:
    """The household before the choice, as the guard of a landing choice locks them."""
    Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=choice.household_id)
    choice = Choice.objects.select_for_update(of=("self",)).get(pk=choice.pk)
    if not can_enter_for_residents(user, choice.division_code):
        raise NotPermitted
    return choice


def _lock_spoiled(spoiled: SpoiledSheet, user: User) -> SpoiledSheet:
    found = (
        SpoiledSheet.objects.select_for_update(of=("self",)).select_related("batch__menu").get(pk=spoiled.pk)
    )
    if not can_enter_for_residents(user, found.batch.menu.division_code):
        raise NotPermitted
    return found


def _lock_with_room(batch: PaperBatch, user: User) -> PaperBatch:
    batch = PaperBatch.objects.select_for_update(of=("self",)).select_related("menu").get(pk=batch.pk)
    if not can_enter_for_residents(user, batch.menu.division_code):
        raise NotPermitted
    entered = batch.choices.filter(reversed_at__isnull=True).count() + batch.spoiled.standing().count()
    if entered >= batch.pieces:
        raise BatchFull(pieces=batch.pieces)
    return batch
