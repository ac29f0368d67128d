"""Lock, re-read, then decide: the household that the page showed is stale."""

from core.errors import NotPermitted
from directory.models import User
from residents.errors.households import HouseholdEnded
from residents.models import Household
from residents.permissions import can_edit_household


def lock_living(household: Household, user: User) -> Household:
    """The household as it is now, this person's to change; its row stays locked until the transaction ends."""
    household = (
        Household.objects.select_for_update(of=("self",)).select_related("building").get(pk=household.pk)
    )
    if household.ended_on is not None:
        raise HouseholdEnded(door=household.door)
    if not can_edit_household(user, household):
        raise NotPermitted
    return household
