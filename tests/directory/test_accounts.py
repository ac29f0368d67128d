"""Accounts: who makes, changes, closes and helps them, and what is written down."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import check_password
from django.contrib.sessions.models import Session

from core.errors import ChangedMeanwhile, InvalidInput, NotPermitted
from core.history import version_of
from core.integrity import ConstraintRefused
from directory.actions import accounts
from directory.actions.roles import Period
from directory.errors import (
    AccountActive,
    AccountInactive,
    DivisionEnded,
    DivisionUnknown,
    LastAdministrator,
    LeftInFuture,
    NotOnOneself,
)
from directory.history import changes_of
from directory.models import ApiToken, Division, RoleAssignment, SignInFailure, User
from directory.permissions import can_edit_user, can_secure_user
from directory.powers import Role
from directory.registrations import unlock_lines
from tests.cast import JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_organisation, make_user
from tests.directory.steps import fresh, grant, in_days, is_signed_in, last_entry, role_of, sign_in, today


def make_account(
    cast: Cast, username: str = "newcomer", *, by: str = "sysadmin", **facts: Any
) -> accounts.NewAccount:
    return accounts.create_user(
        actor=getattr(cast, by),
        username=username,
        **({"name": "新同事", "home_division": WEST_STREET} | facts),
    )


def test_the_system_administrator_makes_an_account_whose_password_must_be_changed(cast: Cast) -> None:
    made = make_account(cast)
    assert made.user.must_change_password
    assert check_password(made.one_time_password, made.user.password)
    assert made.user.current_roles == []
    entry = last_entry("account.created")
    assert (entry.actor, entry.division_code, entry.subject_name) == (cast.sysadmin, WEST_STREET, "新同事")
    assert made.one_time_password not in str(entry.detail)


def test_two_one_time_passwords_are_never_the_same_and_follow_the_rules(cast: Cast) -> None:
    passwords = {accounts.new_one_time_password() for _ in range(200)}
    assert len(passwords) == 200
    assert all(len(password) == 19 for password in passwords)


@pytest.mark.parametrize("username", ["ZhangSan", "ｚｈａｎｇｓａｎ", " zhang san "])
def test_a_user_name_is_stored_in_one_form(cast: Cast, username: str) -> None:
    assert make_account(cast, username).user.username == "zhangsan"


def test_a_second_account_of_the_same_name_is_refused(cast: Cast) -> None:
    make_account(cast, "zhangsan")
    with pytest.raises(ConstraintRefused):
        make_account(cast, "ZHANGSAN")


@pytest.mark.parametrize("username", ["", "a b/c", "code:7", "x" * 151])
def test_an_impossible_user_name_is_refused(cast: Cast, username: str) -> None:
    with pytest.raises(InvalidInput):
        make_account(cast, username)


@pytest.mark.parametrize(
    "who", ["secadmin", "auditadmin", "bureau", "street", "auditor", "service", "nobody"]
)
def test_nobody_else_makes_accounts(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        make_account(cast, by=who)


@pytest.mark.parametrize(
    ("division", "refusal"), [(ZAOYANG, NotPermitted), ("42", NotPermitted), ("99", DivisionUnknown)]
)
def test_an_account_is_made_only_within_the_own_division(cast: Cast, division: str, refusal: type) -> None:
    with pytest.raises(refusal):
        make_account(cast, home_division=division)


def test_no_account_is_made_at_a_division_that_has_ended(cast: Cast) -> None:
    Division.objects.filter(pk=SHENGLI).update(ended_on=today())
    with pytest.raises(DivisionEnded):
        make_account(cast, home_division=SHENGLI)


def test_a_service_user_has_no_password_at_all(cast: Cast) -> None:
    made = accounts.create_user(
        actor=cast.sysadmin, username="screen", name="大屏", home_division=JINGZHOU, is_service=True
    )
    assert made.one_time_password == ""
    assert not made.user.has_usable_password()


def test_changes_of_an_account_are_history_with_old_and_new(cast: Cast) -> None:
    office = make_organisation("荆州区住建局", division=JINGZHOU)
    accounts.update_user(actor=cast.sysadmin, user=cast.street, post="主任", organisation=office)
    (change, made) = changes_of(fresh(cast.street))
    assert {line[1:] for line in change.lines} == {("", "主任"), ("", "荆州区住建局")}
    assert made.lines == []


def test_two_administrators_editing_the_same_account_do_not_overwrite_each_other(cast: Cast) -> None:
    seen = version_of(cast.street)
    accounts.update_user(actor=cast.sysadmin, user=cast.street, seen_version=seen, post="主任")
    with pytest.raises(ChangedMeanwhile):
        accounts.update_user(actor=cast.sysadmin, user=cast.street, seen_version=seen, post="科员")
    assert fresh(cast.street).post == "主任"


def test_nobody_edits_an_account_of_another_division_or_their_own(cast: Cast) -> None:
    for target in (cast.stranger, cast.sysadmin):
        with pytest.raises(NotPermitted):
            accounts.update_user(actor=cast.sysadmin, user=target, post="主任")


def test_an_account_is_not_moved_out_of_the_own_division(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        accounts.update_user(actor=cast.sysadmin, user=cast.street, home_division=ZAOYANG)


def test_a_person_keeps_their_own_contact_details(cast: Cast) -> None:
    accounts.update_own_contact(user=cast.community, phone="0716-8888888", email="g@example.org", chat_id="")
    assert fresh(cast.community).phone == "0716-8888888"
    with pytest.raises(InvalidInput):
        accounts.update_own_contact(user=cast.community, email="not an address")


# --- Leaving ----------------------------------------------------------------------------


def test_who_leaves_is_out_at_once_with_sessions_and_powers(cast: Cast) -> None:
    client = cast.client()
    sign_in(client, cast.street.username)
    assert is_signed_in(client)
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today(), reason="调离")
    assert client.get("/overview/").status_code == 302
    assert not is_signed_in(client)
    assert fresh(cast.street).current_roles == []
    assert last_entry("account.closed").reason == "调离"


def test_the_roles_of_who_left_wait_for_the_security_administrator(cast: Cast) -> None:
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())
    assert role_of(cast.street).ended_at is None


def test_who_comes_back_comes_back_without_roles(cast: Cast) -> None:
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())
    made = accounts.reactivate_user(actor=cast.sysadmin, user=cast.street)
    assert made.one_time_password
    assert fresh(cast.street).is_active
    assert fresh(cast.street).current_roles == []
    assert not RoleAssignment.objects.filter(user=cast.street, ended_at__isnull=True).exists()


def test_tokens_of_a_closed_service_user_are_revoked(cast: Cast) -> None:
    ApiToken.objects.create(
        user=cast.service, label="大屏", prefix="rp_x", digest="0" * 64, scopes=["read"],
        expires_at="2030-01-01T00:00Z", created_by=cast.bureau,
    )  # fmt: skip
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.service, left_on=today())
    assert ApiToken.objects.get().revoked_at is not None


def test_leaving_is_entered_when_the_day_has_come_and_only_once(cast: Cast) -> None:
    with pytest.raises(LeftInFuture):
        accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=in_days(1))
    with pytest.raises(AccountActive):
        accounts.reactivate_user(actor=cast.sysadmin, user=cast.street)
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())
    with pytest.raises(AccountInactive):
        accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())


def test_nobody_closes_their_own_account(cast: Cast) -> None:
    with pytest.raises(NotOnOneself):
        accounts.deactivate_user(actor=cast.sysadmin, user=cast.sysadmin, left_on=today())


def test_the_last_administrator_does_not_leave_before_somebody_else_is_there(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        accounts.deactivate_user(actor=cast.sysadmin, user=cast.secadmin, left_on=today())
    make_user("second", role=Role.SECURITY_ADMINISTRATOR)
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.secadmin, left_on=today())
    assert not fresh(cast.secadmin).is_active


# --- Passwords and locks ----------------------------------------------------------------


def test_a_new_one_time_password_ends_all_sessions(cast: Cast) -> None:
    client = cast.client()
    sign_in(client, cast.street.username)
    password = accounts.reset_password(actor=cast.sysadmin, user=cast.street)
    assert not UserSession.objects.filter(user=cast.street).exists()
    assert not Session.objects.exists()
    assert client.get("/overview/").status_code == 302
    street = fresh(cast.street)
    assert street.must_change_password
    assert street.check_password(password)


@pytest.mark.parametrize(
    "who", ["auditadmin", "bureau", "street", "community", "finance", "liaison", "contractor", "auditor"]
)
def test_no_administrator_alone_becomes_somebody_with_a_role(cast: Cast, who: str) -> None:
    """The system administrator makes the password, the security administrator opens the lock."""
    person = getattr(cast, who)
    password = accounts.reset_password(actor=cast.sysadmin, user=person)
    client = cast.client()
    sign_in(client, person.username, password)
    assert not is_signed_in(client)
    assert last_entry("password.reset").detail == {"locked": True}
    accounts.unlock_user(actor=cast.secadmin, user=person, reason="本人到场")
    sign_in(client, person.username, password)
    assert is_signed_in(client)
    assert fresh(person).must_change_password


def test_a_role_that_begins_tomorrow_locks_and_one_that_is_over_does_not(cast: Cast) -> None:
    later, former = make_user("later"), make_user("former")
    grant(cast, later, Role.STREET_OFFICER, WEST_STREET, period=Period(in_days(1)))
    RoleAssignment.objects.create(
        user=former,
        role=Role.STREET_OFFICER,
        division_id=WEST_STREET,
        starts_on=in_days(-9),
        ends_on=in_days(-1),
    )
    for person, locked in ((later, True), (former, False), (cast.nobody, False)):
        accounts.reset_password(actor=cast.sysadmin, user=person)
        assert (fresh(person).locked_at is not None) == locked, person


def test_whoever_unlocks_is_told_what_waits(cast: Cast) -> None:
    assert [line.count for line in unlock_lines(cast.secadmin)] == [0]
    accounts.reset_password(actor=cast.sysadmin, user=cast.bureau)
    assert [line.count for line in unlock_lines(cast.secadmin)] == [1]
    assert list(unlock_lines(cast.sysadmin)) == []
    accounts.unlock_user(actor=cast.secadmin, user=cast.bureau, reason="本人到场")
    assert [line.count for line in unlock_lines(cast.secadmin)] == [0]


@pytest.mark.parametrize("who", ["secadmin", "auditadmin", "bureau", "street"])
def test_only_the_system_administrator_gives_passwords(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        accounts.reset_password(actor=getattr(cast, who), user=cast.community)


@pytest.mark.parametrize("who", ["sysadmin", "auditadmin", "bureau", "street"])
def test_only_the_security_administrator_locks_unlocks_and_resets_second_factors(
    cast: Cast, who: str
) -> None:
    actor, reason = getattr(cast, who), "试一试"
    for act in (accounts.lock_user, accounts.unlock_user, accounts.reset_second_factor):
        with pytest.raises(NotPermitted):
            act(actor=actor, user=cast.community, reason=reason)


def test_unlocking_forgets_the_failures_of_this_name_only(cast: Cast) -> None:
    for username in ("street", "community"):
        sign_in(cast.client(), getattr(cast, username).username, "wrong")
    accounts.unlock_user(actor=cast.secadmin, user=cast.street, reason="电话核实")
    open_ones = SignInFailure.objects.filter(cleared_at__isnull=True).values_list("account", flat=True)
    assert list(open_ones) == ["community"]


def test_a_locked_account_is_signed_out_and_stays_out(cast: Cast) -> None:
    client = cast.client()
    sign_in(client, cast.street.username)
    accounts.lock_user(actor=cast.secadmin, user=cast.street, reason="手机丢失")
    assert client.get("/overview/").status_code == 302
    sign_in(client, cast.street.username)
    assert not is_signed_in(client)
    assert last_entry("account.locked").reason == "手机丢失"


def test_a_lost_phone_is_taken_from_the_account(cast: Cast) -> None:
    Authenticator.objects.create(user=cast.street, type=Authenticator.Type.TOTP, data={"secret": "x"})
    accounts.reset_second_factor(actor=cast.secadmin, user=cast.street, reason="手机丢失")
    assert not Authenticator.objects.filter(user=cast.street).exists()
    assert last_entry("second_factor.reset").subject_id == str(cast.street.pk)


# --- Reach ------------------------------------------------------------------------------


def test_an_administrator_sees_the_accounts_below_and_no_others(cast: Cast) -> None:
    assert cast.street in User.objects.visible_to(cast.sysadmin)
    assert cast.stranger not in User.objects.visible_to(cast.sysadmin)
    assert not can_edit_user(cast.sysadmin, cast.stranger)
    assert not can_secure_user(cast.secadmin, cast.stranger)


def test_staff_see_no_accounts_but_their_own(cast: Cast) -> None:
    assert list(User.objects.visible_to(cast.bureau)) == [cast.bureau]


def test_a_person_of_another_division_with_a_role_here_is_seen_but_their_account_is_not_kept_here(
    cast: Cast,
) -> None:
    guest = make_user("guest", division=ZAOYANG, role=Role.AUDITOR)
    RoleAssignment.objects.create(user=guest, role=Role.AUDITOR, division_id=JINGZHOU, starts_on=today())
    assert guest in User.objects.visible_to(cast.secadmin)
    assert not can_edit_user(cast.sysadmin, guest)
    with pytest.raises(NotPermitted):
        accounts.reset_password(actor=cast.sysadmin, user=guest)


def test_an_account_of_a_higher_division_is_out_of_reach(cast: Cast) -> None:
    above = make_user("above", division="4210")
    assert above not in User.objects.visible_to(cast.sysadmin)
    with pytest.raises(NotPermitted):
        grant(cast, above, Role.AUDITOR, JINGZHOU)
