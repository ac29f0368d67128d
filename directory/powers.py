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
    SEE_PROGRAMME = "see_programme", _("see plans, projects and their progress")
    KEEP_CATALOGUE = "keep_catalogue", _("change the works catalogue and the timetable template")
    MAKE_PLANS = "make_plans", _("draw up and submit plans")
    APPROVE_PLANS = "approve_plans", _("return, approve and issue plans")
    KEEP_PROJECTS = "keep_projects", _("edit projects, timetables and documents")
    LEAD_PROJECTS = "lead_projects", _("move projects from stage to stage")
    LEAD_STREET_PROJECTS = "lead_street_projects", _("move projects that the street office leads")
    DRAW_SCHEMES = "draw_schemes", _("draw up schemes")
    SIGN_FOR_STREET = "sign_for_street", _("sign schemes for the street office")
    SIGN_FOR_COMMUNITY = "sign_for_community", _("sign schemes for the community")
    APPROVE_SCHEMES = "approve_schemes", _("approve schemes")
    WORK_ON_TASKS = "work_on_tasks", _("give and carry out tasks")
    REPORT_PROGRESS = "report_progress", _("report progress of the works")
    SEE_HOUSEHOLDS = "see_households", _("see households, deliveries and participation, without names")
    OPEN_RECORDS = "open_records", _("open a household's record, with a reason")
    KEEP_HOUSEHOLDS = "keep_households", _("keep the household register, letters and deliveries")
    ENTER_FOR_RESIDENTS = "enter_for_residents", _("enter what residents hand in or say")
    KEEP_OPINIONS = "keep_opinions", _("answer and close opinions")
    RUN_MENUS = "run_menus", _("draw up, open and close menus and questionnaires")
    ADOPT_OUTCOMES = "adopt_outcomes", _("adopt the outcome of a menu")
    SET_GO_LIVE = "set_go_live", _("set the day from which a division works in the portal")
    MANAGE_ORGANISATIONS = "manage_organisations", _("manage organisations and divisions")
    MANAGE_ACCOUNTS = "manage_accounts", _("manage user accounts")
    GRANT_ROLES = "grant_roles", _("grant roles and unlock accounts")
    ISSUE_TOKENS = "issue_tokens", _("issue API tokens")
    REVOKE_TOKENS = "revoke_tokens", _("revoke API tokens")
    READ_AUDIT = "read_audit", _("read and export the audit log")


_STAFF = {Power.SEE_REGISTER, Power.SEE_PROGRAMME, Power.EXPORT}
_OFFICE = {*_STAFF, Power.EDIT_REGISTER, Power.FILL_SURVEY, Power.WORK_ON_TASKS, Power.REPORT_PROGRESS}
# Whoever knocks on doors and answers residents. Whose a door is shows only after a reason (`open_records`).
_NEAR_RESIDENTS = {
    Power.SEE_HOUSEHOLDS,
    Power.OPEN_RECORDS,
    Power.KEEP_HOUSEHOLDS,
    Power.ENTER_FOR_RESIDENTS,
    Power.KEEP_OPINIONS,
}

POWERS: dict[str, frozenset[str]] = {
    Role.SYSTEM_ADMINISTRATOR: frozenset(
        {Power.MANAGE_ORGANISATIONS, Power.MANAGE_ACCOUNTS, Power.SET_GO_LIVE}
    ),
    Role.SECURITY_ADMINISTRATOR: frozenset({Power.GRANT_ROLES, Power.REVOKE_TOKENS, Power.SET_GO_LIVE}),
    Role.AUDIT_ADMINISTRATOR: frozenset({Power.READ_AUDIT}),
    Role.BUREAU_MANAGER: frozenset(
        {*_OFFICE, Power.CREATE_COMPOUNDS, Power.CONFIRM_SURVEY, Power.MANAGE_POOL, Power.SET_RULES}
        | {Power.KEEP_CATALOGUE, Power.MAKE_PLANS, Power.APPROVE_PLANS, Power.KEEP_PROJECTS}
        | {Power.LEAD_PROJECTS, Power.DRAW_SCHEMES, Power.APPROVE_SCHEMES}
        | {*_NEAR_RESIDENTS, Power.RUN_MENUS, Power.ADOPT_OUTCOMES}
        | {Power.ISSUE_TOKENS, Power.REVOKE_TOKENS}
    ),
    Role.STREET_OFFICER: frozenset(
        {*_OFFICE, Power.CREATE_COMPOUNDS, Power.KEEP_PROJECTS, Power.LEAD_STREET_PROJECTS}
        | {Power.DRAW_SCHEMES, Power.SIGN_FOR_STREET, *_NEAR_RESIDENTS, Power.RUN_MENUS}
    ),
    Role.COMMUNITY_WORKER: frozenset({*_OFFICE, Power.SIGN_FOR_COMMUNITY, *_NEAR_RESIDENTS}),
    Role.FINANCE_OFFICER: frozenset({*_STAFF, Power.WORK_ON_TASKS}),
    Role.LIAISON: frozenset({Power.SEE_REGISTER, Power.SEE_PROGRAMME, Power.WORK_ON_TASKS}),
    # What a firm's people see and do follows from the projects that the firm is a party to.
    Role.CONTRACTOR_USER: frozenset(),
    Role.AUDITOR: frozenset({*_STAFF, Power.READ_AUDIT, Power.SEE_HOUSEHOLDS}),
    Role.SERVICE: frozenset({Power.SEE_REGISTER, Power.SEE_PROGRAMME, Power.REPORT_PROGRESS}),
}

ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)


def roles_with(power: str) -> list[str]:
    return [role for role, powers in POWERS.items() if power in powers]
