"""居民代表: chosen, replaced, their terms ended."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from residents.actions.locking import lock_living
from residents.errors.households import ReasonNeeded
from residents.errors.letters import TermOver, TooManyRepresentatives
from residents.models import AccessCode, Household, Representative
from residents.permissions import can_keep_households

TRIGGERS = {"representatives_at_most_five": TooManyRepresentatives}


class RepresentativeFacts(TypedDict, total=False):
    name: str
    phone: str
    elected_how: str
    from_on: date
    term_until: date | None


@transaction.atomic
def choose_representative(
    *, household: Household, user: User, **facts: Unpack[RepresentativeFacts]
) -> Representative:
    """Record who was chosen, from which household, how and since when."""
    return _choose(lock_living(household, user), user, replaces=None, **facts)


@transaction.atomic
def end_term(*, representative: Representative, user: User, until_on: date, reason: str) -> Representative:
    """The term is over: the telephone number is erased, the personal code revoked."""
    if not clean_line(reason):
        raise ReasonNeeded
    representative = Representative.objects.select_for_update().get(pk=representative.pk)
    if not can_keep_households(user, representative.division_code):
        raise NotPermitted
    if representative.until_on is not None:
        raise TermOver(name=representative.name)
    representative.until_on, representative.end_reason, representative.phone = (
        until_on,
        clean_line(reason),
        "",
    )
    with constraints_as_refusals(Representative):
        representative.save(update_fields=["until_on", "end_reason", "phone"])
    AccessCode.objects.filter(representative=representative, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=user, revoke_reason=clean_line(reason)
    )
    return representative


@transaction.atomic
def replace_representative(
    *, representative: Representative, household: Household, user: User, reason: str,
    **facts: Unpack[RepresentativeFacts],
) -> Representative:  # fmt: skip
    """Somebody else stands in from `from_on`; the one before stays as history."""
    ended = end_term(representative=representative, user=user, until_on=facts["from_on"], reason=reason)
    return _choose(lock_living(household, user), user, replaces=ended, **facts)


def _choose(
    household: Household, user: User, *, replaces: Representative | None, **facts: Unpack[RepresentativeFacts]
) -> Representative:
    made = Representative(household=household, recorded_by=user, replaces=replaces, **facts)
    made.name, made.phone = clean_line(made.name), clean_line(made.phone)
    made.elected_how = clean_line(made.elected_how)
    with refusals_of_triggers(TRIGGERS), constraints_as_refusals(Representative):
        made.save(force_insert=True)
    made.refresh_from_db()
    return made
