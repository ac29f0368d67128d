"""Choices of a menu: sent by the household, entered at the desk or by telephone. The database's guard decides."""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, NotPermitted
from core.integrity import violated_constraint
from directory.models import User
from files.models import StoredFile
from residents.actions.landing import CHANGES_A_DAY, land_with_draft
from residents.errors.households import HouseholdEnded
from residents.errors.menus import (
    AlreadyChosen,
    ChangedTooOften,
    ChoiceUnreadable,
    LetterNotValid,
    MenuClosed,
    MenuNotOpenYet,
    NotTogether,
    OnShowChanged,
    SheetNeeded,
    TooManyWanted,
)
from residents.errors.opinions import KeyUsed
from residents.models import (
    AccessCode,
    Channel,
    Choice,
    ChoiceDraft,
    Household,
    Menu,
    MenuState,
    OptionRelation,
    OptionVersion,
    Precedence,
    current_versions,
)
from residents.permissions import can_enter_for_residents
from residents.receipts import new_receipt

# What the guard refuses, where the refusal needs no further words.
SAID_PLAINLY: dict[str, type[DomainError]] = {
    "choice_of_what_is_on_show": OnShowChanged,
    "choice_with_valid_letter": LetterNotValid,
    "choice_is_plain": ChoiceUnreadable,
    "choice_channel_has_its_proof": SheetNeeded,
}
WANT, DECLINE, EITHER = "want", "decline", "either"


class Keyed(NamedTuple):
    """Stands for a row of which only the key is needed: whole rows cost a seventh of the time of a choice."""

    pk: int


def choose(
    *, menu: Menu | Keyed, household: Household | Keyed, code: AccessCode | Keyed, seen: Collection[int],
    wanted: Collection[int], declined: Collection[int] = (), key: uuid.UUID,
) -> Choice:  # fmt: skip
    """The household sends its choice from its own phone: one statement, which supersedes its earlier one.

    `seen`, `wanted` and `declined` are ids of the option versions that the page
    showed. The same `key` again (a cut connection, a double tap) gives the same choice; with another content it is
    refused. What says the same as the choice that counts gives that one, with its receipt. Refused too: before and
    after its time, what has changed since it was shown, more than allowed, what does not go together.
    """
    choice = _said(
        Choice(menu_id=menu.pk, household_id=household.pk, channel=Channel.WEB, code_id=code.pk, key=key),
        seen=seen, wanted=wanted, declined=declined,
    )  # fmt: skip
    try:
        has_landed = land_with_draft(choice)
    except IntegrityError as error:
        return _known_or_refused(choice, violated_constraint(error), error)
    return choice if has_landed else _what_counts(choice)


def _what_counts(choice: Choice) -> Choice:
    """The choice that stays: with the same content it is the answer, and its receipt stays valid."""
    place = {"menu": choice.menu_id, "household": choice.household_id}
    known = Choice.objects.filter(**place).counting().first()
    if known is None:
        raise AlreadyChosen
    if bytes(known.body) != choice.body:
        first_stays = known.menu.precedence == Precedence.FIRST
        raise AlreadyChosen if first_stays else ChangedTooOften(most=CHANGES_A_DAY)
    ChoiceDraft.objects.filter(**place).delete()
    known.is_repeated = True
    return known


@transaction.atomic
def enter_choice(
    *, menu: Menu, household: Household, user: User, channel: str, seen: Collection[int], wanted: Collection[int],
    declined: Collection[int] = (), key: uuid.UUID, sheet: StoredFile | None = None, code: AccessCode | None = None,
    received_at: datetime | None = None,
) -> Choice:  # fmt: skip
    """On the household's behalf: at the desk or the door with the photo of the signed sheet, by telephone with its code."""
    if not can_enter_for_residents(user, household.division_code):
        raise NotPermitted
    if channel not in (Channel.DESK, Channel.PHONE) or (sheet if channel == Channel.DESK else code) is None:
        raise SheetNeeded
    return _land(
        Choice(
            menu=menu, household=household, channel=channel, code=code, sheet=sheet, entered_by=user, key=key,
            received_at=received_at or timezone.now(),
        ),
        seen=seen, wanted=wanted, declined=declined,
    )  # fmt: skip


@transaction.atomic
def keep_draft(*, menu: Menu, household: Household, answers: Mapping[int, str]) -> ChoiceDraft | None:
    """What is ticked so far, by option id; nothing is kept of a menu that is not open."""
    if not menu.is_open_at(timezone.now()):
        return None
    known = {WANT, DECLINE, EITHER}
    fitting = {str(option): answer for option, answer in answers.items() if answer in known}
    return ChoiceDraft.objects.update_or_create(
        menu=menu, household=household, defaults={"answers": fitting}
    )[0]


# --- How a choice lands -----------------------------------------------------------------


def land_sheet(
    choice: Choice, *, seen: Collection[int], wanted: Collection[int], declined: Collection[int]
) -> Choice:
    """A piece of sealed paper: it counts when another person confirms it (`residents.actions.paper`)."""
    return _land(choice, seen=seen, wanted=wanted, declined=declined)


def _said(
    choice: Choice, *, seen: Collection[int], wanted: Collection[int], declined: Collection[int]
) -> Choice:
    choice.seen, choice.wanted, choice.declined = (
        sorted(set(seen)),
        sorted(set(wanted)),
        sorted(set(declined)),
    )
    choice.body = _body_of(choice)
    choice.receipt = new_receipt()
    return choice


def _land(
    choice: Choice, *, seen: Collection[int], wanted: Collection[int], declined: Collection[int]
) -> Choice:
    choice = _said(choice, seen=seen, wanted=wanted, declined=declined)
    try:
        with transaction.atomic():
            choice.save(force_insert=True)
    except IntegrityError as error:
        return _known_or_refused(choice, violated_constraint(error), error)
    # Whether it counts is the guard's word.
    choice.refresh_from_db(fields=["received_at", "entered_at", "counts_from", "superseded_at"])
    return choice


def _body_of(choice: Choice) -> bytes:
    said = [choice.household_id, choice.channel, choice.seen, choice.wanted, choice.declined]
    return hashlib.sha256(orjson.dumps(said)).digest()


def _known_or_refused(choice: Choice, constraint: str, error: IntegrityError) -> Choice:
    known = Choice.objects.filter(menu=choice.menu_id, key=choice.key).first()
    if known is not None:
        if bytes(known.body) != choice.body:
            raise KeyUsed from error
        known.is_repeated = True
        return known
    refusal = _refusal(choice, constraint)
    if refusal is None:
        raise error
    raise refusal from error


def _refusal(choice: Choice, constraint: str) -> DomainError | None:
    if constraint in SAID_PLAINLY:
        return SAID_PLAINLY[constraint]()
    menu = Menu.objects.get(pk=choice.menu_id)
    match constraint:
        case "choice_while_open" | "choice_of_sealed_batch":
            early = menu.state in (MenuState.DRAFT, MenuState.PUBLISHED) and timezone.now() < menu.opens_at
            return MenuNotOpenYet() if early else MenuClosed()
        case "choice_of_compound":
            home = Household.objects.select_related("building").get(pk=choice.household_id)
            return HouseholdEnded(door=home.door)
        case "choice_at_most":
            return TooManyWanted(most=menu.most)
        case "choice_goes_together":
            return NotTogether(listed="；".join(pairs_that_do_not_go_together(menu, choice.wanted)))
    return None


def pairs_that_do_not_go_together(menu: Menu, wanted: Collection[int]) -> list[str]:
    """Sentences about the wanted versions that exclude each other or lack what they need."""
    names = {version.option_id: version.name for version in current_versions(menu)}
    options = set(OptionVersion.objects.filter(pk__in=wanted).values_list("option_id", flat=True))
    return [
        sentence_about(relation, names)
        for relation in menu.relations.filter(option__in=options)
        if (relation.kind == OptionRelation.Kind.EXCLUDES) == (relation.other_id in options)
    ]


def sentence_about(relation: OptionRelation, names: Mapping[int, str]) -> str:
    words = {OptionRelation.Kind.EXCLUDES: "{0} ✕ {1}", OptionRelation.Kind.REQUIRES: "{0} → {1}"}
    return words[OptionRelation.Kind(relation.kind)].format(
        names.get(relation.option_id, "?"), names.get(relation.other_id, "?")
    )
