"""Who may do what with households, letters and what residents say. Being able to see comes first, by `visible_to`."""

from directory.models import User
from directory.powers import Power
from residents.models import Household


def can_see_households(user: User) -> bool:
    """Doors, deliveries and participation, somewhere; never names."""
    return user.has_power(Power.SEE_HOUSEHOLDS)


def can_keep_households(user: User, division_code: str) -> bool:
    return user.has_power(Power.KEEP_HOUSEHOLDS, at=division_code)


def can_edit_household(user: User, household: Household) -> bool:
    return household.ended_on is None and can_keep_households(user, household.division_code)


def can_open_record(user: User, household: Household) -> bool:
    """See whose it is, once a reason was given (`residents.actions.owners.open_record`)."""
    return user.has_power(Power.OPEN_RECORDS, at=household.division_code)


def can_enter_for_residents(user: User, division_code: str) -> bool:
    """Deliveries, paper, and what is said at the door or on the telephone."""
    return user.has_power(Power.ENTER_FOR_RESIDENTS, at=division_code)


def can_keep_opinions(user: User, division_code: str) -> bool:
    return user.has_power(Power.KEEP_OPINIONS, at=division_code)


def can_run_menus(user: User, division_code: str) -> bool:
    return user.has_power(Power.RUN_MENUS, at=division_code)


def can_adopt_outcomes(user: User, division_code: str) -> bool:
    return user.has_power(Power.ADOPT_OUTCOMES, at=division_code)
