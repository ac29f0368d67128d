"""Who and where: divisions, organisations, users, roles, API tokens."""

from directory.models.divisions import Division, DivisionQuerySet, DivisionSuccession, SuccessionKind
from directory.models.organisations import Organisation, OrganisationKind, OrganisationQuerySet
from directory.models.people import (
    RoleAssignment,
    RoleAssignmentQuerySet,
    SavedView,
    SignInFailure,
    User,
    UserQuerySet,
)
from directory.models.tokens import ApiToken, ApiTokenQuerySet, TokenScope

__all__ = [
    "ApiToken",
    "ApiTokenQuerySet",
    "Division",
    "DivisionQuerySet",
    "DivisionSuccession",
    "Organisation",
    "OrganisationKind",
    "OrganisationQuerySet",
    "RoleAssignment",
    "RoleAssignmentQuerySet",
    "SavedView",
    "SignInFailure",
    "SuccessionKind",
    "TokenScope",
    "User",
    "UserQuerySet",
]
