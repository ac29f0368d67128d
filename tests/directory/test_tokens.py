"""API tokens: issued for programs, shown once, valid for a year at most."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import InvalidInput, NotPermitted
from directory.actions.accounts import create_user
from directory.actions.roles import Period, grant_role
from directory.actions.tokens import IssuedToken, issue_token, revoke_token
from directory.errors import (
    GrantToOwnToken,
    TokenForPerson,
    TokenNotUsable,
    TokenOfOwnGrant,
    TokenShowsMore,
    TokenTooLong,
)
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, Division, RoleAssignment, TokenScope, User
from directory.powers import Role
from tests.apiclient import Api
from tests.cast import JINGZHOU, WEST_STREET, ZAOYANG, Cast, make_user
from tests.database import Databases
from tests.directory.steps import grant, last_entry
from tests.races import at_once


def issue(
    cast: Cast,
    *,
    by: str = "bureau",
    user: User | None = None,
    days: int = 90,
    scopes: tuple[str, ...] = ("read",),
) -> IssuedToken:
    return issue_token(
        actor=getattr(cast, by), user=user or cast.service, label="市城运中心大屏", scopes=scopes,
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip


def test_of_a_key_only_its_digest_is_kept(cast: Cast) -> None:
    issued = issue(cast)
    assert issued.key.startswith("rp_")
    assert len(issued.key) == 46
    stored = ApiToken.objects.get()
    assert stored.digest == hashlib.sha256(issued.key.encode()).hexdigest()
    assert issued.key.startswith(stored.prefix)
    assert issued.key not in str(ApiToken.objects.values().get())
    entry = last_entry("token.issued")
    assert issued.key not in str(entry.detail)
    assert entry.subject_id == str(cast.service.pk)


def test_no_two_keys_are_alike(cast: Cast) -> None:
    assert len({issue(cast).key for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "who", ["sysadmin", "secadmin", "auditadmin", "street", "service", "finance", "stranger"]
)
def test_only_a_bureau_manager_of_the_division_receives_a_key(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        issue(cast, by=who)


@pytest.mark.parametrize("who", ["sysadmin", "auditadmin", "street", "service", "stranger"])
def test_others_do_not_revoke(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        revoke_token(actor=getattr(cast, who), token=issue(cast).token)


@pytest.mark.parametrize("who", ["secadmin", "bureau2"])
def test_the_security_administrator_and_any_bureau_manager_revoke(cast: Cast, who: str) -> None:
    assert revoke_token(actor=getattr(cast, who), token=issue(cast).token).revoked_at


def test_a_person_holds_no_token(cast: Cast) -> None:
    with pytest.raises(TokenForPerson):
        issue(cast, user=cast.bureau)


def test_a_program_of_another_division_gets_none(cast: Cast) -> None:
    program = make_user("elsewhere", role=Role.SERVICE, division=ZAOYANG, is_service=True)
    with pytest.raises(NotPermitted):
        issue(cast, user=program)


@pytest.mark.parametrize("days", [-1, 0, 367, 4000])
def test_a_token_is_valid_for_a_year_at_most(cast: Cast, days: int) -> None:
    with pytest.raises(TokenTooLong):
        issue(cast, days=days)


@pytest.mark.parametrize("scopes", [(), ("read", "everything")])
def test_unknown_scopes_and_none_are_refused(cast: Cast, scopes: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        issue(cast, scopes=scopes)


def test_scopes_are_kept_once_each(cast: Cast) -> None:
    assert issue(cast, scopes=("read", TokenScope.WRITE_PROGRESS, "read")).token.scopes == [
        "progress:write",
        "read",
    ]


def test_a_revoked_token_is_refused_at_once_and_for_good(cast: Cast) -> None:
    token = issue(cast).token
    now = timezone.now()
    assert ApiToken.objects.usable_at(now).filter(pk=token.pk).exists()
    revoke_token(actor=cast.secadmin, token=token, reason="泄露")
    assert not ApiToken.objects.usable_at(now).filter(pk=token.pk).exists()
    assert last_entry("token.revoked").reason == "泄露"
    with pytest.raises(TokenNotUsable):
        revoke_token(actor=cast.secadmin, token=token)


def test_an_expired_token_needs_no_revoking(cast: Cast) -> None:
    token = issue(cast).token
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(days=1))
    with pytest.raises(TokenNotUsable):
        revoke_token(actor=cast.secadmin, token=token)


# --- Key and sight never come from one hand ---------------------------------------------


def raw_token(user: User, created_by: User) -> ApiToken:
    """A row past the action, as a bug or an injected statement would write it."""
    key = new_key()
    return ApiToken.objects.create(
        user=user, label="x", prefix=key[:SHOWN], digest=digest(key), scopes=["read"],
        expires_at=timezone.now() + timedelta(days=1), created_by=created_by,
    )  # fmt: skip


@pytest.mark.parametrize(
    "who", ["sysadmin", "secadmin", "auditadmin", "street", "service", "stranger", "nobody"]
)
def test_the_database_takes_no_key_for_anybody_else(cast: Cast, who: str) -> None:
    program, person = cast.service, getattr(cast, who)
    with pytest.raises(IntegrityError, match="must see all"), transaction.atomic():
        raw_token(program, person)
    assert raw_token(program, cast.bureau).pk


def test_a_bureau_manager_who_is_also_an_administrator_receives_no_key(cast: Cast) -> None:
    """Two roles of one person are still one person."""
    grant(cast, cast.bureau, Role.SYSTEM_ADMINISTRATOR, JINGZHOU)
    with pytest.raises(NotPermitted):
        issue(cast, user=cast.service)
    with pytest.raises(IntegrityError, match="must see all"), transaction.atomic():
        raw_token(cast.service, cast.bureau)


def test_nobody_receives_a_key_that_shows_more_than_they_see(cast: Cast) -> None:
    """Also where the wider role only begins tomorrow: the key is valid for a year."""
    RoleAssignment.objects.create(
        user=cast.service,
        role=Role.SERVICE,
        division_id=ZAOYANG,
        starts_on=timezone.localdate() + timedelta(1),
    )
    with pytest.raises(TokenShowsMore) as refusal:
        issue(cast)
    assert "枣阳市" in refusal.value.message
    with pytest.raises(IntegrityError, match="must see all"), transaction.atomic():
        raw_token(cast.service, cast.bureau)


def test_a_role_that_has_ended_shows_nothing_more(cast: Cast) -> None:
    past = timezone.localdate() - timedelta(days=9)
    RoleAssignment.objects.create(
        user=cast.service, role=Role.SERVICE, division_id=ZAOYANG, starts_on=past, ends_on=past
    )
    assert issue(cast).token.pk


def test_who_granted_the_role_receives_no_key_though_the_office_has_changed(cast: Cast) -> None:
    RoleAssignment.objects.filter(user=cast.service).update(granted_by=cast.bureau)
    with pytest.raises(TokenOfOwnGrant):
        issue(cast)
    with pytest.raises(IntegrityError, match="must see all"), transaction.atomic():
        raw_token(cast.service, cast.bureau)
    assert issue(cast, by="bureau2").token.pk


def test_who_holds_a_key_grants_that_program_no_sight_though_the_office_has_changed(cast: Cast) -> None:
    assert issue(cast).token.created_by == cast.bureau
    RoleAssignment.objects.filter(user=cast.bureau).update(ended_at=timezone.now())
    grant(cast, cast.bureau, Role.SECURITY_ADMINISTRATOR, JINGZHOU)
    with pytest.raises(GrantToOwnToken):
        grant(cast, cast.service, Role.SERVICE, WEST_STREET, by="bureau")
    assert grant(cast, cast.service, Role.SERVICE, WEST_STREET).pk


def test_a_role_and_a_key_given_at_one_moment_wait_for_each_other(
    committed_db: Databases, committed_cast: Cast
) -> None:
    """However they cross, no key is received that shows more than its receiver sees."""
    cast = committed_cast
    province = make_user("province-security", role=Role.SECURITY_ADMINISTRATOR, division="42")
    people = (cast.service, cast.bureau)

    def widen() -> None:
        grant_role(
            actor=province, user=people[0], role=Role.SERVICE, division=Division.objects.get(pk=ZAOYANG),
            period=Period(timezone.localdate()),
        )  # fmt: skip

    answers = at_once(widen, lambda: issue(cast))
    refused = [answer for answer in answers if isinstance(answer, TokenShowsMore)]
    later = RoleAssignment.objects.get(user=people[0], division=ZAOYANG).granted_at
    assert refused or ApiToken.objects.get().created_at <= later + timedelta(seconds=5)
    assert len(refused) + ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": None}, {"scopes": ["read", "progress:write"]}, {"digest": "0" * 64},
        {"expires_at": datetime(2099, 1, 1, tzinfo=UTC)},
    ],
)  # fmt: skip
def test_a_token_can_only_lose(cast: Cast, change: dict[str, Any]) -> None:
    token = issue(cast).token
    revoke_token(actor=cast.secadmin, token=token)
    with pytest.raises(IntegrityError, match="keeps its user"), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**change)


def test_a_key_is_not_moved_to_another_program(cast: Cast) -> None:
    token = issue(cast).token
    other = make_user("wider", role=Role.SERVICE, division="42", is_service=True)
    for change in ({"user": other}, {"created_by": cast.bureau2}):
        with pytest.raises(IntegrityError, match="keeps its user"), transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(**change)


def test_the_three_people_of_a_program_from_its_account_to_its_first_answer(cast: Cast) -> None:
    """System administrator: the account. Security administrator: the role. Bureau manager: the key."""
    program = create_user(
        actor=cast.sysadmin,
        username="city-screen",
        is_service=True,
        name="城运中心大屏",
        home_division=JINGZHOU,
    ).user
    grant(cast, program, Role.SERVICE, JINGZHOU)
    api = Api(key=issue(cast, user=program).key)
    assert api.get("compounds").status_code == 200
