"""The first three administrators of an installation, and help from the server when none is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from audit.actions import record
from directory.actions.accounts import (
    AccountFacts,
    NewAccount,
    close_sessions,
    create_account,
    new_one_time_password,
    unlock,
)
from directory.actions.checks import living_division
from directory.codes import LENGTHS, parent_code
from directory.errors import AlreadySetUp, PasswordRefused
from directory.models import Division, RoleAssignment, User
from directory.powers import ADMINISTRATORS, Role

SERVER = "manage.py"


@dataclass(frozen=True)
class FirstAdministrator:
    """`password` "" means: make a one-time password."""

    role: str
    username: str
    name: str
    password: str = ""


def administrators_exist() -> bool:
    today = timezone.localdate()
    held = RoleAssignment.objects.current_on(today).filter(role__in=ADMINISTRATORS, user__is_active=True)
    return held.exists()


def unknown_levels(code: str) -> list[str]:
    """The codes from the province down to this one that the register of divisions lacks."""
    path = [code[:length] for length in LENGTHS if length <= len(code)]
    known = set(Division.objects.filter(code__in=path).values_list("code", flat=True))
    return [one for one in path if one not in known]


@transaction.atomic
def name_divisions(*, names: dict[str, str]) -> None:
    """Enter the divisions on the way down to the installation's own, before any official list is at hand."""
    for code in sorted(names, key=len):
        Division.objects.get_or_create(
            code=code, defaults={"name": names[code], "parent_id": parent_code(code)}
        )


@transaction.atomic
def create_first_administrators(
    *, division_code: str, people: Sequence[FirstAdministrator]
) -> list[NewAccount]:
    """System, security and audit administrator at the installation's own division; only where there is none yet."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE directory_roleassignment IN SHARE ROW EXCLUSIVE MODE")
    if administrators_exist():
        raise AlreadySetUp
    division = living_division(division_code)
    made = []
    for person in people:
        facts: AccountFacts = {"name": person.name, "home_division": division.code}
        account = create_account(actor=SERVER, username=person.username, is_service=False, facts=facts)
        if person.password:
            account = _with_given_password(account, person.password)
        RoleAssignment.objects.create(
            user=account.user, role=person.role, division=division, starts_on=timezone.localdate()
        )
        record(
            action="role.granted", actor=SERVER, subject=account.user, division_code=division.code,
            detail={"role": person.role},
        )  # fmt: skip
        made.append(account)
    return made


def _with_given_password(account: NewAccount, password: str) -> NewAccount:
    """A password from the environment is a one-time password too: it stands in a file."""
    try:
        validate_password(password, account.user)
    except ValidationError as error:
        raise PasswordRefused(reasons=" ".join(error.messages)) from error
    account.user.set_password(password)
    account.user.save(update_fields=["password"])
    return NewAccount(account.user, password)


@transaction.atomic
def rescue_account(*, user: User, without_second_factor: bool) -> str:
    """From the server's own shell, when no other administrator is left: unlock, new one-time password."""
    user = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    unlock(user)
    password = new_one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    if without_second_factor:
        Authenticator.objects.filter(user=user).delete()
    close_sessions(user)
    record(
        action="account.rescued", actor=SERVER, subject=user,
        detail={"without_second_factor": without_second_factor},
    )  # fmt: skip
    return password


FIRST_ROLES = (
    ("SYSTEM", Role.SYSTEM_ADMINISTRATOR),
    ("SECURITY", Role.SECURITY_ADMINISTRATOR),
    ("AUDIT", Role.AUDIT_ADMINISTRATOR),
)
