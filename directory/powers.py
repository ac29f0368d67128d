"""Roles and what each may do. A role is held at a division and reaches everything below it.

The three administrators are separate powers (等保 2.0): the system administrator
keeps accounts and organisations, the security administrator grants roles, the
audit administrator reads the audit. None of them sees residents' data, and nobody
holds two of the three (held by the database).

A program needs three people: the system administrator creates its service user, the
security administrator grants the role, and a bureau manager who may see everything
that this role shows receives the key (held by the database as well).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("security administrator")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("audit administrator")
    BUREAU_MANAGER = "bureau_manager", _("bureau manager")
    STREET_OFFICER = "street_officer", _("street officer")
    COMMUNITY_WORKER = "community_worker", _("community worker")
    FINANCE_OFFICER = "finance_officer", _("finance officer")
    LIAISON = "liaison", _("department or utility liaison")
    CONTRACTOR_USER = "contractor_user", _("contractor or supervisor")
    AUDITOR = "auditor", _("read-only auditor")
    SERVICE = "service", _("service user (API)")


class Power(models.TextChoices):
    """What a role permits, within its division. Predicates in each app's `permissions.py` ask for these."""

    SEE_REGISTER = "see_register", _("see compounds, surveys and the pool")
    EDIT_REGISTER = "edit_register", _("edit compounds and buildings")
    CREATE_COMPOUNDS = "create_compounds", _("add, merge and split compounds; import")
    FILL_SURVEY = "fill_survey", _("fill in condition surveys")
    CONFIRM_SURVEY = "confirm_survey", _("confirm condition surveys")
    MANAGE_POOL = "manage_pool", _("move compounds in the reserve pool")
    SET_RULES = "set_rules", _("change eligibility rules and the urgency formula")
    EXPORT = "export", _("export lists")
    MANAGE_ORGANISATIONS = "manage_organisations", _("manage organisations and divisions")
    MANAGE_ACCOUNTS = "manage_accounts", _("manage user accounts")
    GRANT_ROLES = "grant_roles", _("grant roles and unlock accounts")
    ISSUE_TOKENS = "issue_tokens", _("issue API tokens")
    REVOKE_TOKENS = "revoke_tokens", _("revoke API tokens")
    READ_AUDIT = "read_audit", _("read and export the audit")


_STAFF = {Power.SEE_REGISTER, Power.EXPORT}

POWERS: dict[str, frozenset[str]] = {
    Role.SYSTEM_ADMINISTRATOR: frozenset({Power.MANAGE_ORGANISATIONS, Power.MANAGE_ACCOUNTS}),
    Role.SECURITY_ADMINISTRATOR: frozenset({Power.GRANT_ROLES, Power.REVOKE_TOKENS}),
    Role.AUDIT_ADMINISTRATOR: frozenset({Power.READ_AUDIT}),
    Role.BUREAU_MANAGER: frozenset(
        {*_STAFF, Power.EDIT_REGISTER, Power.CREATE_COMPOUNDS, Power.FILL_SURVEY, Power.CONFIRM_SURVEY}
        | {Power.MANAGE_POOL, Power.SET_RULES, Power.ISSUE_TOKENS, Power.REVOKE_TOKENS}
    ),
    Role.STREET_OFFICER: frozenset({*_STAFF, Power.EDIT_REGISTER, Power.CREATE_COMPOUNDS, Power.FILL_SURVEY}),
    Role.COMMUNITY_WORKER: frozenset({*_STAFF, Power.EDIT_REGISTER, Power.FILL_SURVEY}),
    Role.FINANCE_OFFICER: frozenset(_STAFF),
    Role.LIAISON: frozenset({Power.SEE_REGISTER}),
    Role.CONTRACTOR_USER: frozenset(),
    Role.AUDITOR: frozenset({*_STAFF, Power.READ_AUDIT}),
    Role.SERVICE: frozenset({Power.SEE_REGISTER}),
}

ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)


def roles_with(power: str) -> list[str]:
    return [role for role, powers in POWERS.items() if power in powers]
