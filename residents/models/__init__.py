"""What residents are, say and choose before the works begin."""

from residents.models.households import (
    Household,
    HouseholdSuccession,
    HouseholdUse,
    Owner,
    OwnerChange,
    PersonLink,
    RecordOpening,
    Tenancy,
)
from residents.models.letters import AccessCode, CodeAttempt
from residents.models.representatives import FEWEST_REPRESENTATIVES, MOST_REPRESENTATIVES, Representative
from residents.models.rounds import DELIVERED, DoorCall, Finding, Round

__all__ = [
    "DELIVERED",
    "FEWEST_REPRESENTATIVES",
    "MOST_REPRESENTATIVES",
    "AccessCode",
    "CodeAttempt",
    "DoorCall",
    "Finding",
    "Household",
    "HouseholdSuccession",
    "HouseholdUse",
    "Owner",
    "OwnerChange",
    "PersonLink",
    "RecordOpening",
    "Representative",
    "Round",
    "Tenancy",
]
