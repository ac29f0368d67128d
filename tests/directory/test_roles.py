"""Roles: granted, ended, stood in for, handed over; three administrations apart."""

from datetime import timedelta

import pytest

from core.errors import NotPermitted
from directory.actions import accounts, roles
from directory.actions.roles import Period
from directory.errors import (
    AccountInactive,
    DaysDoNotFit,
    DivisionEnded,
    LastAdministrator,
    NotOnOneself,
    OneAdministration,
    OrganisationNeeded,
    PasswordNotYetOwn,
    RoleAlreadyHeld,
    RoleForServiceUsers,
    RoleNotCurrent,
    SubstituteDatesOutside,
    SubstituteOfSubstitute,
)
from directory.models import Division, RoleAssignment
from directory.powers import ADMINISTRATORS, Role
from directory.registrations import hand_over_lines
from outbox.models import Message
from tests.cast import (
    EAST_STREET,
    JINGZHOU,
    SHENGLI,
    WEST_STREET,
    ZAOYANG,
    Cast,
    make_organisation,
    make_user,
)
from tests.directory.steps import fresh, grant, in_days, last_entry, role_of, today


def test_a_granted_role_holds_from_the_next_request(cast: Cast) -> None:
    client = cast.client("nobody")
    assert client.get("/system/organisations/").status_code == 403
    grant(cast, cast.nobody, Role.COMMUNITY_WORKER, SHENGLI, reason="新入职")
    assert client.get("/system/organisations/").status_code == 200
    entry = last_entry("role.granted")
    assert (entry.actor, entry.division_code, entry.reason) == (cast.secadmin, SHENGLI, "新入职")
    assert entry.detail["role"] == Role.COMMUNITY_WORKER


def test_a_role_that_begins_later_gives_nothing_yet(cast: Cast) -> None:
    grant(cast, cast.nobody, Role.COMMUNITY_WORKER, SHENGLI, period=Period(in_days(1)))
    assert fresh(cast.nobody).current_roles == []


@pytest.mark.parametrize("who", ["sysadmin", "auditadmin", "bureau", "street", "auditor"])
def test_nobody_else_grants_roles(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        grant(cast, cast.nobody, Role.AUDITOR, SHENGLI, by=who)


def test_nobody_grants_to_themselves(cast: Cast) -> None:
    with pytest.raises(NotOnOneself):
        grant(cast, cast.secadmin, Role.BUREAU_MANAGER, JINGZHOU)


@pytest.mark.parametrize("division", [ZAOYANG, "42", "4210"])
def test_roles_are_granted_only_within_the_own_division(cast: Cast, division: str) -> None:
    with pytest.raises(NotPermitted):
        grant(cast, cast.nobody, Role.AUDITOR, division)


def test_a_stranger_is_given_no_role(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        grant(cast, cast.stranger, Role.AUDITOR, JINGZHOU)


def test_a_power_taken_away_meanwhile_is_gone_for_a_request_that_began_before(cast: Cast) -> None:
    actor = cast.secadmin
    assert actor.current_roles
    RoleAssignment.objects.filter(user=actor).update(ends_on=in_days(-1))
    with pytest.raises(NotPermitted):
        grant(cast, cast.nobody, Role.AUDITOR, JINGZHOU)


def test_the_same_role_at_the_same_division_is_held_once(cast: Cast) -> None:
    with pytest.raises(RoleAlreadyHeld):
        grant(cast, cast.street, Role.STREET_OFFICER, WEST_STREET)


def test_a_role_that_ran_out_does_not_stand_in_the_way_of_a_new_one(cast: Cast) -> None:
    RoleAssignment.objects.filter(user=cast.street).update(ends_on=in_days(-1))
    grant(cast, cast.street, Role.STREET_OFFICER, WEST_STREET)
    assert fresh(cast.street).has_role(Role.STREET_OFFICER)


@pytest.mark.parametrize("period", [(5, 3), (-9, -2)])
def test_days_must_fit(cast: Cast, period: tuple[int, int]) -> None:
    begin, end = (in_days(days) for days in period)
    with pytest.raises(DaysDoNotFit):
        grant(cast, cast.nobody, Role.AUDITOR, JINGZHOU, period=Period(begin, end))


def test_who_has_left_is_given_no_role(cast: Cast) -> None:
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.nobody, left_on=today())
    with pytest.raises(AccountInactive):
        grant(cast, cast.nobody, Role.AUDITOR, JINGZHOU)


def test_liaisons_and_contractors_act_for_an_organisation(cast: Cast) -> None:
    with pytest.raises(OrganisationNeeded):
        grant(cast, cast.nobody, Role.LIAISON, JINGZHOU)
    water = make_organisation("荆州水务", kind="utility")
    assert grant(cast, cast.nobody, Role.LIAISON, JINGZHOU, organisation=water).organisation == water


def test_programs_and_people_hold_different_roles(cast: Cast) -> None:
    with pytest.raises(RoleForServiceUsers):
        grant(cast, cast.nobody, Role.SERVICE, JINGZHOU)
    program = make_user("program", is_service=True)
    with pytest.raises(RoleForServiceUsers):
        grant(cast, program, Role.BUREAU_MANAGER, JINGZHOU)
    assert grant(cast, program, Role.SERVICE, SHENGLI)


# --- Three administrations --------------------------------------------------------------


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_nobody_holds_two_administrations(cast: Cast, role: str) -> None:
    other = make_user("other-security", role=Role.SECURITY_ADMINISTRATOR)
    with pytest.raises(OneAdministration):
        grant(cast, other, role, WEST_STREET)


def test_an_administrator_must_know_their_password_alone(cast: Cast) -> None:
    made = accounts.create_user(actor=cast.sysadmin, username="puppet", name="新人", home_division=JINGZHOU)
    with pytest.raises(PasswordNotYetOwn):
        grant(cast, made.user, Role.SECURITY_ADMINISTRATOR, JINGZHOU)
    accounts.set_own_password(user=made.user, password="Only-I-know-9")
    assert grant(cast, made.user, Role.AUDIT_ADMINISTRATOR, JINGZHOU)


def test_the_last_administrator_of_a_division_is_not_removed(cast: Cast) -> None:
    assert cast.secadmin
    with pytest.raises(LastAdministrator):
        roles.end_role(actor=cast.secadmin, assignment=role_of(cast.auditadmin))
    make_user("second", role=Role.AUDIT_ADMINISTRATOR, division="4210")
    roles.end_role(actor=cast.secadmin, assignment=role_of(cast.auditadmin), reason="轮岗")
    assert not fresh(cast.auditadmin).is_administrator


# --- Ending -----------------------------------------------------------------------------


def test_an_ended_role_is_gone_with_the_next_request_and_kept_as_history(cast: Cast) -> None:
    client = cast.client("street")
    assert client.get("/system/organisations/").status_code == 200
    ended = roles.end_role(actor=cast.secadmin, assignment=role_of(cast.street), reason="调离")
    assert client.get("/system/organisations/").status_code == 403
    ended.refresh_from_db()
    assert ended.ended_by == cast.secadmin
    assert last_entry("role.ended").reason == "调离"


def test_a_role_is_ended_once(cast: Cast) -> None:
    assignment = role_of(cast.street)
    roles.end_role(actor=cast.secadmin, assignment=assignment)
    with pytest.raises(RoleNotCurrent):
        roles.end_role(actor=cast.secadmin, assignment=assignment)


def test_nobody_ends_their_own_role_or_that_of_another_division(cast: Cast) -> None:
    with pytest.raises(NotOnOneself):
        roles.end_role(actor=cast.secadmin, assignment=role_of(cast.secadmin))
    with pytest.raises(NotPermitted):
        roles.end_role(actor=cast.secadmin, assignment=role_of(cast.stranger))


# --- Substitutes ------------------------------------------------------------------------


def appoint(cast: Cast, *, days: int = 14, whom: str = "nobody", for_whom: str = "street") -> RoleAssignment:
    return roles.appoint_substitute(
        actor=cast.secadmin, assignment=role_of(getattr(cast, for_whom)), substitute=getattr(cast, whom),
        period=Period(today(), in_days(days)), reason="年休假",
    )  # fmt: skip


def test_a_substitute_holds_the_role_during_leave_beside_the_person(cast: Cast) -> None:
    appoint(cast)
    assert (Role.STREET_OFFICER, WEST_STREET) in fresh(cast.nobody).current_roles
    assert (Role.STREET_OFFICER, WEST_STREET) in fresh(cast.street).current_roles
    assert last_entry("role.substitute_appointed").detail["stands_in_for"] == "street"


def test_a_substitution_ends_by_itself(cast: Cast) -> None:
    made = appoint(cast, days=3)
    assert made.is_current(in_days(3))
    assert not made.is_current(in_days(4))
    assert not RoleAssignment.objects.filter(pk=made.pk).current_on(in_days(4)).exists()


def test_a_substitution_ends_with_the_role_it_stands_in_for(cast: Cast) -> None:
    made = appoint(cast)
    assert made.substitute_for is not None
    roles.end_role(actor=cast.secadmin, assignment=made.substitute_for)
    assert fresh(cast.nobody).current_roles == []


def test_a_substitute_has_no_substitute(cast: Cast) -> None:
    appoint(cast)
    with pytest.raises(SubstituteOfSubstitute):
        appoint(cast, whom="finance", for_whom="nobody")


def test_nobody_stands_in_for_themselves_nor_beyond_the_role(cast: Cast) -> None:
    with pytest.raises(RoleAlreadyHeld):
        appoint(cast, whom="street")
    RoleAssignment.objects.filter(user=cast.street).update(ends_on=in_days(5))
    with pytest.raises(SubstituteDatesOutside):
        appoint(cast, days=6)


def test_a_substitution_needs_a_last_day(cast: Cast) -> None:
    with pytest.raises(DaysDoNotFit):
        roles.appoint_substitute(
            actor=cast.secadmin,
            assignment=role_of(cast.street),
            substitute=cast.nobody,
            period=Period(today()),
        )


# --- Handing over -----------------------------------------------------------------------


def hand_over(cast: Cast, successor: str = "nobody", *, of: str = "street") -> list[RoleAssignment]:
    given = RoleAssignment.objects.filter(user=getattr(cast, of), ended_at__isnull=True)
    return roles.hand_over(
        actor=cast.secadmin, assignments=list(given), successor=getattr(cast, successor), reason="离职"
    )


def test_a_colleague_takes_all_roles_over(cast: Cast) -> None:
    grant(cast, cast.street, Role.FINANCE_OFFICER, EAST_STREET)
    granted = hand_over(cast)
    assert {(one.role, one.division_id) for one in granted} == {
        (Role.STREET_OFFICER, WEST_STREET),
        (Role.FINANCE_OFFICER, EAST_STREET),
    }
    assert fresh(cast.street).current_roles == []
    assert last_entry("role.handed_over").detail["handed_over_by"] == "street"


def test_roles_of_who_has_left_already_are_handed_over(cast: Cast) -> None:
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())
    (line,) = hand_over_lines(cast.secadmin)
    assert line.count == 1
    hand_over(cast)
    assert fresh(cast.nobody).has_role(Role.STREET_OFFICER)
    (line,) = hand_over_lines(fresh(cast.secadmin))
    assert line.count == 0


def test_what_the_successor_holds_already_is_only_ended(cast: Cast) -> None:
    grant(cast, cast.nobody, Role.STREET_OFFICER, WEST_STREET)
    assert hand_over(cast) == []
    assert fresh(cast.nobody).has_role(Role.STREET_OFFICER)
    assert not fresh(cast.street).has_role(Role.STREET_OFFICER)


def test_the_substitute_becomes_the_successor(cast: Cast) -> None:
    appoint(cast)
    (taken,) = hand_over(cast)
    assert taken.substitute_for is None
    assert taken.ends_on is None
    assert len(fresh(cast.nobody).current_roles) == 1


def test_a_hand_over_is_all_or_none(cast: Cast) -> None:
    """A successor who may not be an administrator gets none of the roles."""
    made = accounts.create_user(actor=cast.sysadmin, username="fresh", name="新人", home_division=JINGZHOU)
    leaver = make_user("leaver", role=Role.SYSTEM_ADMINISTRATOR)
    RoleAssignment.objects.create(user=leaver, role=Role.AUDITOR, division_id=SHENGLI, starts_on=today())
    given = list(RoleAssignment.objects.filter(user=leaver))
    with pytest.raises(PasswordNotYetOwn):
        roles.hand_over(actor=cast.secadmin, assignments=given, successor=made.user)
    assert len(fresh(leaver).current_roles) == 2
    assert fresh(made.user).current_roles == []


def test_one_does_not_take_over_from_oneself_nor_as_the_granting_administrator(cast: Cast) -> None:
    with pytest.raises(RoleAlreadyHeld):
        hand_over(cast, "street")
    with pytest.raises(NotOnOneself):
        hand_over(cast, "secadmin")
    with pytest.raises(NotOnOneself):
        hand_over(cast, of="secadmin")


def test_powers_follow_the_division_code(cast: Cast) -> None:
    assert cast.bureau.has_power("see_register", at=SHENGLI)
    assert cast.street.has_power("see_register", at=SHENGLI)
    assert not cast.street.has_power("see_register", at="421003002001")
    assert not cast.street.has_power("see_register", at=JINGZHOU)
    assert not cast.stranger.has_power("see_register", at=JINGZHOU)


def test_the_last_day_is_a_whole_day(cast: Cast) -> None:
    made = grant(cast, cast.nobody, Role.AUDITOR, JINGZHOU, period=Period(today(), today()))
    assert made.is_current(today())
    assert not made.is_current(today() + timedelta(days=1))


def test_no_role_is_granted_at_a_division_that_has_ended(cast: Cast) -> None:
    Division.objects.filter(pk=SHENGLI).update(ended_on=today())
    with pytest.raises(DivisionEnded):
        grant(cast, cast.nobody, Role.AUDITOR, SHENGLI)


# --- Telling the person -----------------------------------------------------------------


def test_a_person_is_told_of_their_roles_and_by_whom(cast: Cast) -> None:
    grant(cast, cast.nobody, Role.COMMUNITY_WORKER, SHENGLI)
    message = Message.objects.get(recipient=cast.nobody)
    assert message.subject == "您被授予角色：社区工作者（胜利街社区居民委员会）"
    assert "安全管理员乙" in message.text
    assert cast.client("nobody").get(message.url).status_code == 200


def test_a_person_is_told_when_their_password_or_second_factor_is_touched(cast: Cast) -> None:
    accounts.reset_password(actor=cast.sysadmin, user=cast.street)
    accounts.reset_second_factor(actor=cast.secadmin, user=cast.street, reason="x")
    subjects = set(Message.objects.filter(recipient=cast.street).values_list("subject", flat=True))
    assert subjects == {"您的密码已被重置", "您的两步验证已被解除"}


def test_programs_are_told_nothing(cast: Cast) -> None:
    program = make_user("program", is_service=True)
    grant(cast, program, Role.SERVICE, SHENGLI)
    assert not Message.objects.filter(recipient=program).exists()
