"""Who may do what with accounts, roles, organisations and tokens.

Being able to see comes first, by `visible_to`. Nobody applies an administrator's
power to their own account: that is what colleagues and the profile page are for.
"""

from collections.abc import Iterable

from directory.models import ApiToken, Organisation, RoleAssignment, User
from directory.powers import ADMINISTRATORS, POWERS, Power, Role

# Whoever holds one of these has something to do under "system".
SYSTEM_POWERS = (
    Power.MANAGE_ORGANISATIONS,
    Power.MANAGE_ACCOUNTS,
    Power.GRANT_ROLES,
    Power.ISSUE_TOKENS,
    Power.REVOKE_TOKENS,
    Power.READ_AUDIT,
    Power.SET_GO_LIVE,
)


def can_open_system(user: User) -> bool:
    return any(user.has_power(power) for power in SYSTEM_POWERS)


# --- Accounts ---------------------------------------------------------------------------


def can_list_users(user: User) -> bool:
    return user.has_power(Power.MANAGE_ACCOUNTS) or user.has_power(Power.GRANT_ROLES)


def can_create_users(user: User) -> bool:
    return user.has_power(Power.MANAGE_ACCOUNTS)


def can_keep_accounts_at(user: User, division_code: str) -> bool:
    return bool(division_code) and user.has_power(Power.MANAGE_ACCOUNTS, at=division_code)


def can_edit_user(user: User, target: User) -> bool:
    """Name, division, organisation, leaving, a new password: the system administrator's, never one's own."""
    return user.pk != target.pk and can_keep_accounts_at(user, target.home_division)


def can_secure_user(user: User, target: User) -> bool:
    """Lock, unlock, reset the second factor: the security administrator's, never one's own."""
    return (
        user.pk != target.pk
        and bool(target.home_division)
        and user.has_power(Power.GRANT_ROLES, at=target.home_division)
    )


def can_end_sessions(user: User, target: User) -> bool:
    return can_edit_user(user, target) or can_secure_user(user, target)


# --- Roles ------------------------------------------------------------------------------


def can_grant_at(user: User, division_code: str) -> bool:
    return user.has_power(Power.GRANT_ROLES, at=division_code)


def can_grant_to(user: User, target: User) -> bool:
    """Whether there is any role this person could be given: the account must be one that is seen."""
    return can_secure_user(user, target) or (
        user.pk != target.pk and any(can_grant_at(user, code) for _role, code in target.current_roles)
    )


def can_end_role(user: User, assignment: RoleAssignment) -> bool:
    return user.pk != assignment.user_id and can_grant_at(user, assignment.division_id)


def is_administrators_role(role: str) -> bool:
    return role in ADMINISTRATORS


def fits_account(role: str, target: User) -> bool:
    """Service users hold the service role and nothing else."""
    return target.is_service == (role == Role.SERVICE)


# --- Organisations ----------------------------------------------------------------------


def can_see_organisations(user: User) -> bool:
    return bool(user.scopes)


def can_create_organisations(user: User) -> bool:
    return user.has_power(Power.MANAGE_ORGANISATIONS)


def can_keep_organisations_at(user: User, division_code: str) -> bool:
    return user.has_power(Power.MANAGE_ORGANISATIONS, at=division_code)


def can_edit_organisation(user: User, organisation: Organisation) -> bool:
    return can_keep_organisations_at(user, organisation.division_id)


# --- Tokens -----------------------------------------------------------------------------


def can_list_tokens(user: User) -> bool:
    return user.has_power(Power.ISSUE_TOKENS) or user.has_power(Power.REVOKE_TOKENS)


def can_issue_tokens(user: User) -> bool:
    """Whether there is any service user this person could receive a key for. No administrator does."""
    return user.has_power(Power.ISSUE_TOKENS) and not user.is_administrator


def can_issue_token(user: User, service_user: User) -> bool:
    return (
        can_issue_tokens(user)
        and bool(service_user.home_division)
        and user.has_power(Power.ISSUE_TOKENS, at=service_user.home_division)
    )


def sees_all_of(user: User, roles: Iterable[tuple[str, str]]) -> bool:
    """Whether these roles (role, division) show nothing that this person may not see already."""
    return all(
        user.has_power(Power.ISSUE_TOKENS, at=code) and user.has_power(power, at=code)
        for role, code in roles
        for power in POWERS[role]
    )


def can_revoke_token(user: User, token: ApiToken) -> bool:
    return bool(token.user.home_division) and user.has_power(Power.REVOKE_TOKENS, at=token.user.home_division)
