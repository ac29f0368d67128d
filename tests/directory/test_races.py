"""Two administrators at the same instant: the account's row is taken first, so the second one sees the first."""

import pytest

from directory.actions import accounts, roles
from directory.actions.organisations import create_organisation
from directory.actions.roles import Period
from directory.errors import AccountInactive, LastAdministrator, OneAdministration, RoleAlreadyHeld
from directory.models import Division, Organisation, RoleAssignment, User
from directory.powers import Role
from tests.cast import JINGZHOU, SHENGLI, Cast, make_places, make_user
from tests.database import Databases
from tests.directory.steps import VALID_CREDIT_CODE, fresh, grant, role_of, today
from tests.races import at_once, refusals


@pytest.fixture
def people(committed_db: Databases) -> Cast:
    make_places()
    return Cast()


def test_the_same_role_granted_by_two_at_once_is_held_once(people: Cast) -> None:
    target = people.nobody
    second = make_user("second", role=Role.SECURITY_ADMINISTRATOR)
    assert people.secadmin

    def by(actor: User) -> object:
        return roles.grant_role(
            actor=actor,
            user=target,
            role=Role.AUDITOR,
            division=Division.objects.get(pk=SHENGLI),
            period=Period(today()),
        )

    answers = at_once(lambda: by(people.secadmin), lambda: by(second))
    (refusal,) = refusals(answers)
    assert isinstance(refusal, RoleAlreadyHeld)
    assert RoleAssignment.objects.filter(user=target).count() == 1


def test_two_administrations_granted_at_once_become_one(people: Cast) -> None:
    target = people.nobody
    assert people.secadmin
    wanted = (Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)
    answers = at_once(*[lambda role=role: grant(people, target, role, JINGZHOU) for role in wanted])
    (refusal,) = refusals(answers)
    assert isinstance(refusal, OneAdministration)


def test_a_role_is_not_granted_to_who_leaves_at_the_same_moment(people: Cast) -> None:
    target = people.nobody
    assert people.secadmin
    assert people.sysadmin
    at_once(
        lambda: accounts.deactivate_user(actor=people.sysadmin, user=target, left_on=today()),
        lambda: grant(people, target, Role.AUDITOR, SHENGLI),
    )
    # Whichever came first: who has left has no power.
    assert fresh(target).current_roles == []
    with pytest.raises(AccountInactive):
        grant(people, target, Role.FINANCE_OFFICER, SHENGLI)


def test_of_two_last_administrators_one_stays(people: Cast) -> None:
    other = make_user("other", role=Role.AUDIT_ADMINISTRATOR)
    assert people.secadmin
    ours, theirs = role_of(people.auditadmin), role_of(other)
    answers = at_once(
        *[lambda one=one: roles.end_role(actor=people.secadmin, assignment=one) for one in (ours, theirs)]
    )
    (refusal,) = refusals(answers)
    assert isinstance(refusal, LastAdministrator)


def test_a_leaving_and_an_ending_at_once_leave_one_administrator(people: Cast) -> None:
    other = make_user("other", role=Role.AUDIT_ADMINISTRATOR)
    assert people.secadmin
    assert people.sysadmin
    ours = role_of(people.auditadmin)
    answers = at_once(
        lambda: roles.end_role(actor=people.secadmin, assignment=ours),
        lambda: accounts.deactivate_user(actor=people.sysadmin, user=other, left_on=today()),
    )
    (refusal,) = refusals(answers)
    assert isinstance(refusal, LastAdministrator)


def test_one_credit_code_registered_by_two_at_once_is_one_organisation(people: Cast) -> None:
    actor, division = people.sysadmin, Division.objects.get(pk=JINGZHOU)

    def register(name: str) -> Organisation:
        return create_organisation(
            actor=actor, name=name, kind="utility", division=division, credit_code=VALID_CREDIT_CODE
        )

    answers = at_once(lambda: register("甲"), lambda: register("乙"))
    assert len(refusals(answers)) == 1
    assert Organisation.objects.filter(credit_code=VALID_CREDIT_CODE).count() == 1
