"""Tokens: who they are, until when, and what it costs to ask."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.authentication import usable_token
from directory.models import ApiToken, RoleAssignment
from directory.powers import Role
from tests.apiclient import V1, Api, demand_problem, make_token
from tests.cast import JINGZHOU, WEST_STREET, ZAOYANG, Cast, make_user
from tests.database import Databases


def test_a_token_is_its_user(cast: Cast) -> None:
    key, token = make_token(cast.service)
    found = usable_token(key)
    assert found is not None
    assert (found, found.user) == (token, cast.service)
    assert found.user.current_roles == [(Role.SERVICE, JINGZHOU)]


def test_token_user_and_roles_come_in_one_statement(cast: Cast) -> None:
    user = make_user("two-roles", role=Role.SERVICE, is_service=True)
    RoleAssignment.objects.create(
        user=user, role=Role.SERVICE, division_id=ZAOYANG, starts_on=date(2020, 1, 1)
    )
    key, _token = make_token(user, last_used_at=timezone.now())
    with CaptureQueriesContext(connection) as captured:
        found = usable_token(key)
        assert found is not None
        assert found.user.scopes == (ZAOYANG, JINGZHOU)
        assert found.user.name == user.name
    assert len(captured) == 1


def test_roles_that_are_over_or_not_yet_begun_give_nothing(cast: Cast) -> None:
    user = make_user("service-past", is_service=True)
    today = timezone.localdate()
    for division, starts, ends in (
        (JINGZHOU, today - timedelta(days=9), today - timedelta(days=1)),
        (ZAOYANG, today + timedelta(days=1), None),
        (WEST_STREET, today, today),
    ):
        RoleAssignment.objects.create(
            user=user, role=Role.SERVICE, division_id=division, starts_on=starts, ends_on=ends
        )
    found = usable_token(make_token(user)[0])
    assert found is not None
    assert found.user.scopes == (WEST_STREET,)


def test_revoked_expired_and_unknown_tokens_are_refused(cast: Cast) -> None:
    now = timezone.now()
    past = make_token(cast.service, expires_at=now - timedelta(seconds=1))[0]
    revoked = make_token(cast.service, revoked_at=now)[0]
    for key in (past, revoked, "rp_unknown", "", "é", "two words", "x" * 7000):
        demand_problem(Api(Authorization=f"Bearer {key}").get("divisions"), 401, "invalid_token")


def test_a_token_of_somebody_who_left_is_refused(cast: Cast) -> None:
    api = Api(cast.service)
    assert api.get("divisions").status_code == 200
    cast.service.is_active = False
    cast.service.save()
    demand_problem(api.get("divisions"), 401, "invalid_token")


def test_a_token_of_a_locked_account_is_refused(cast: Cast) -> None:
    api = Api(cast.service)
    cast.service.locked_at = timezone.now()
    cast.service.save()
    demand_problem(api.get("divisions"), 401, "invalid_token")


def test_a_revoked_token_is_refused_at_once(cast: Cast) -> None:
    api = Api(cast.service)
    assert api.get("divisions").status_code == 200
    ApiToken.objects.update(revoked_at=timezone.now())
    demand_problem(api.get("divisions"), 401, "invalid_token")


def test_a_token_is_never_ignored_in_favour_of_a_session(cast: Cast) -> None:
    client = cast.client("bureau")
    assert client.get(f"{V1}/divisions/").status_code == 200
    response = client.get(f"{V1}/divisions/", headers={"Authorization": "Bearer rp_wrong"})
    demand_problem(response, 401, "invalid_token")


def test_the_scheme_is_bearer_in_any_case(cast: Cast) -> None:
    key = make_token(cast.service)[0]
    assert Api(Authorization=f"bearer {key}").get("divisions").status_code == 200
    demand_problem(Api(Authorization=f"Basic {key}").get("divisions"), 401, "not_authenticated")


def test_last_used_is_written_once_a_minute(cast: Cast) -> None:
    key, token = make_token(cast.service)
    usable_token(key)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    usable_token(key)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(seconds=61))
    usable_token(key)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at >= first


def test_a_row_that_is_being_written_is_not_waited_for(committed_db: Databases, committed_cast: Cast) -> None:
    key, token = make_token(committed_cast.service)
    with committed_db.connect(committed_db.name, role="app") as other, other.cursor() as cursor:
        other.autocommit = False
        cursor.execute("SELECT 1 FROM directory_apitoken WHERE id = %s FOR UPDATE", [token.pk])
        with connection.cursor() as ours:
            ours.execute("SET lock_timeout = '2s'")
        assert usable_token(key) is not None
        other.rollback()
    token.refresh_from_db()
    assert token.last_used_at is None


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.CONTRACTOR_USER, Role.AUDIT_ADMINISTRATOR])
def test_a_token_gives_no_more_than_the_role(cast: Cast, role: str) -> None:
    api = Api(make_user(role=role, is_service=True))
    assert api.get("divisions").status_code == 200
    demand_problem(api.get("compounds"), 403, "not_permitted")
    demand_problem(api.get("pool"), 403, "not_permitted")
