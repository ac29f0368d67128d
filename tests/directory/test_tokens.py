"""API tokens: issued for programs, shown once, valid for a year at most."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import InvalidInput, NotPermitted
from directory.actions.tokens import IssuedToken, issue_token, revoke_token
from directory.errors import TokenForPerson, TokenNotUsable, TokenTooLong
from directory.models import ApiToken, TokenScope, User
from directory.powers import Role
from tests.cast import ZAOYANG, Cast, make_user
from tests.directory.steps import last_entry


def issue(
    cast: Cast,
    *,
    by: str = "secadmin",
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


@pytest.mark.parametrize("who", ["sysadmin", "auditadmin", "bureau", "street", "service"])
def test_only_the_security_administrator_issues_and_revokes(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        issue(cast, by=who)
    with pytest.raises(NotPermitted):
        revoke_token(actor=getattr(cast, who), token=issue(cast).token)


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
