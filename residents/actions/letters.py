"""Codes of households and representatives: made with their letters, revoked, looked up."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.text import clean_line
from directory.models import User
from residents.codes import Kind, code_for, digest_of
from residents.errors.households import ReasonNeeded
from residents.errors.letters import CodeChangedMeanwhile, NoLiveCode
from residents.models import AccessCode, CodeAttempt, Household, Representative
from residents.permissions import can_keep_households

# Wrong codes lately, from one address and in the whole portal, above which a right code alone opens nothing.
STRETCH = timedelta(minutes=10)
FROM_ONE_ADDRESS = 30
ALTOGETHER = 3000


@transaction.atomic
def issue_codes(*, households: Sequence[Household], user: User) -> dict[int, AccessCode]:
    """The live code of each household, by its id; those without one get their next generation.

    Two people printing the same building at once get the same codes: the households' rows are locked in
    their order. Raises `NotPermitted` when one lies outside of what the person keeps.
    """
    ids = sorted({household.pk for household in households})
    locked = list(
        Household.objects.select_for_update(of=("self",)).living().filter(pk__in=ids).order_by("pk")
    )
    if not all(can_keep_households(user, code) for code in {household.division_code for household in locked}):
        raise NotPermitted
    known = AccessCode.objects.filter(household__in=locked)
    live = {code.household_id: code for code in known if code.revoked_at is None}
    last = dict(known.order_by("household", "generation").values_list("household", "generation"))
    new = [
        _code_of_household(household.pk, last.get(household.pk, 0) + 1)
        for household in locked
        if household.pk not in live
    ]
    AccessCode.objects.bulk_create(new, batch_size=2000)
    return {code.household_id: code for code in (*live.values(), *new) if code.household_id is not None}


@transaction.atomic
def issue_code_of_representative(*, representative: Representative, user: User) -> AccessCode:
    """The live code of a representative, or the next generation."""
    representative = Representative.objects.select_for_update().get(pk=representative.pk)
    if not can_keep_households(user, representative.division_code):
        raise NotPermitted
    known = list(representative.codes.order_by("generation"))
    if known and known[-1].revoked_at is None:
        return known[-1]
    generation = len(known) + 1
    digest = digest_of(code_for(Kind.REPRESENTATIVE, representative.pk, generation))
    return AccessCode.objects.create(representative=representative, generation=generation, digest=digest)


@transaction.atomic
def revoke_code(*, code: AccessCode, user: User, reason: str) -> AccessCode:
    """End a code and every session it opened. The next letter of its holder has the next generation."""
    if not clean_line(reason):
        raise ReasonNeeded
    code = AccessCode.objects.select_for_update().get(pk=code.pk)
    if not can_keep_households(user, division_of(code)):
        raise NotPermitted
    if code.revoked_at is not None:
        raise CodeChangedMeanwhile
    code.revoked_at, code.revoked_by, code.revoke_reason = timezone.now(), user, clean_line(reason)
    code.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    return code


def end_codes_of(*, household: Household, user: User, reason: str) -> int:
    """Within another action: the letter lives no longer, nor do the sessions it opened; how many there were."""
    live = AccessCode.objects.live().filter(household=household)
    return live.update(revoked_at=timezone.now(), revoked_by=user, revoke_reason=reason[:200])


def division_of(code: AccessCode) -> str:
    holder = code.household or code.representative
    return holder.division_code if holder else ""


def clear_text(code: AccessCode) -> str:
    """What stands on the letter, from the key anew. Raises `NoLiveCode` for a revoked one."""
    if code.revoked_at is not None:
        raise NoLiveCode(door=code.household or code.representative)
    if code.household_id is not None:
        return code_for(Kind.HOUSEHOLD, code.household_id, code.generation)
    return code_for(Kind.REPRESENTATIVE, code.representative_id or 0, code.generation)


def find_code(typed_code: str) -> AccessCode | None:
    """The live code that this is, None if there is none. `typed_code` as `residents.codes.read_code` gives it.

    With its holder and door in the same statement: whatever is compared with it then takes no other time than
    a code that is nobody's.
    """
    joined = ("household__building", "representative__household__building")
    return AccessCode.objects.live().select_related(*joined).filter(digest=digest_of(typed_code)).first()


def must_name_door(address: bytes) -> bool:
    """Whether somebody is guessing, from this address or everywhere: then a code opens only with its door's number.

    Nobody is locked out by that: whoever holds a letter knows the own door, also behind the shared address of
    an office or a telephone network. Whoever guesses needs a code of one door out of 2^53, however fast.
    """
    since = timezone.now() - STRETCH
    lately = CodeAttempt.objects.filter(at__gte=since)
    return lately.filter(address=address).count() >= FROM_ONE_ADDRESS or lately.count() >= ALTOGETHER


def note_wrong_code(address: bytes) -> None:
    """Count a code that opened nothing. Above the limit nothing is added: a flood fills no table."""
    if not must_name_door(address):
        CodeAttempt.objects.create(address=address)


def forget_old_attempts() -> int:
    """Rows older than a day, daily by beat; how many."""
    return CodeAttempt.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()[0]


def _code_of_household(household_id: int, generation: int) -> AccessCode:
    digest = digest_of(code_for(Kind.HOUSEHOLD, household_id, generation))
    return AccessCode(household_id=household_id, generation=generation, digest=digest)
