"""Who may do what with households, letters and what residents say. Being able to see comes first, by `visible_to`."""

from datetime import datetime, timedelta

from compounds.models import Compound
from directory.models import User
from directory.powers import Power
from residents.models import Household, RecordOpening

# How long whoever gave a reason sees whose a household is.
RECORD_OPEN_FOR = timedelta(minutes=15)


def can_see_households(user: User) -> bool:
    """Doors, deliveries and participation, somewhere; never names."""
    return user.has_power(Power.SEE_HOUSEHOLDS)


def can_see_households_of(user: User, compound: Compound) -> bool:
    return user.has_power(Power.SEE_HOUSEHOLDS, at=compound.community_id)


def can_keep_households(user: User, division_code: str) -> bool:
    return user.has_power(Power.KEEP_HOUSEHOLDS, at=division_code)


def can_import_households(user: User) -> bool:
    return user.has_power(Power.KEEP_HOUSEHOLDS)


def can_export_households(user: User) -> bool:
    """Lists of doors and figures; no name is in them."""
    return can_see_households(user) and user.has_power(Power.EXPORT)


def can_edit_household(user: User, household: Household) -> bool:
    return household.ended_on is None and can_keep_households(user, household.division_code)


def can_open_record(user: User, household: Household) -> bool:
    """See whose it is, once a reason was given (`residents.actions.owners.open_record`)."""
    return user.has_power(Power.OPEN_RECORDS, at=household.division_code)


def record_open_until(user: User, household: Household, now: datetime) -> datetime | None:
    """Until when names and phones of this household show to this person; None where they do not."""
    if not can_open_record(user, household):
        return None
    openings = RecordOpening.objects.filter(household=household, by=user, at__gt=now - RECORD_OPEN_FOR)
    opened_at: datetime | None = openings.order_by("-at").values_list("at", flat=True).first()
    return opened_at + RECORD_OPEN_FOR if opened_at else None


def can_enter_for_residents(user: User, division_code: str) -> bool:
    """Deliveries, paper, and what is said at the door or on the telephone."""
    return user.has_power(Power.ENTER_FOR_RESIDENTS, at=division_code)


def can_keep_opinions(user: User, division_code: str) -> bool:
    return user.has_power(Power.KEEP_OPINIONS, at=division_code)


def can_run_menus(user: User, division_code: str) -> bool:
    return user.has_power(Power.RUN_MENUS, at=division_code)


def can_adopt_outcomes(user: User, division_code: str) -> bool:
    return user.has_power(Power.ADOPT_OUTCOMES, at=division_code)


def can_record_representatives(user: User, division_code: str) -> bool:
    """Write down from their own opinions that the representatives agree with a scheme."""
    return user.has_power(Power.KEEP_HOUSEHOLDS, at=division_code)
