"""A program that calls the API with a token, as tests need it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.utils import timezone

from directory.codes import covers
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, RoleAssignment, TokenScope, User
from directory.powers import Role
from tests.cast import ZAOYANG, make_user

V1 = "/api/v1"
PROBLEM = "application/problem+json"


def make_token(
    user: User,
    *,
    scopes: tuple[str, ...] = (TokenScope.READ,),
    expires_at: datetime | None = None,
    **fields: Any,
) -> tuple[str, ApiToken]:
    """(key, token); valid for a day unless said otherwise; received by a manager who sees all of it."""
    key = new_key()
    token = ApiToken.objects.create(
        user=user,
        label="测试",
        prefix=key[:SHOWN],
        digest=digest(key),
        scopes=list(scopes),
        expires_at=expires_at or timezone.now() + timedelta(days=1),
        created_by=fields.pop("created_by", None) or key_receiver(user),
        **fields,
    )
    return key, token


def key_receiver(program: User) -> User:
    """Whoever may receive this program's key: the bureau manager above all that it shows."""
    shown = RoleAssignment.objects.filter(user=program, ended_at__isnull=True)
    divisions = {program.home_division, *shown.values_list("division", flat=True)}
    code = next(
        shortest[:length]
        for shortest in [min(divisions, key=len)]
        for length in (12, 9, 6, 4, 2)
        if length <= len(shortest) and all(covers(shortest[:length], division) for division in divisions)
    )
    found = User.objects.filter(username=f"receiver-{code}").first()
    return found or make_user(f"receiver-{code}", role=Role.BUREAU_MANAGER, division=code)


def make_stranger() -> User:
    """The service user of Zaoyang, who must never see Jingzhou."""
    return make_user("service-zaoyang", role=Role.SERVICE, division=ZAOYANG, is_service=True)


class Api:
    """`api.get("compounds", batch="reserve")`: a path below /api/v1/ without its slashes, parameters by name."""

    def __init__(self, user: User | None = None, *, key: str = "", **headers: str) -> None:
        if user is not None:
            key, self.token = make_token(user)
        self.headers = {
            **({"Authorization": f"Bearer {key}"} if key else {}),
            "Accept-Language": "en",
            **headers,
        }
        self.client = Client(raise_request_exception=False)

    def request(self, path: str, query: str = "", *, method: str = "get", **headers: str) -> Any:
        """`query` as it stands in the address."""
        address = f"{path}?{query}" if query else path
        return getattr(self.client, method)(address, headers={**self.headers, **headers})

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(f"{V1}/{path}/", parameters, headers=self.headers)

    def json(self, path: str, **parameters: Any) -> Any:
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.content.decode()
        return response.json()

    def results(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json(path, **parameters)["results"]
        return found

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """One page after the other, by `next`."""
        page = self.json(path, **parameters)
        yield page
        while page["next"]:
            parts = urlsplit(page["next"])
            response = self.request(parts.path, parts.query)
            assert response.status_code == 200, response.content.decode()
            page = response.json()
            yield page


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def demand_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is a problem document of this kind; it is returned."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, PROBLEM), (
        response.content.decode()
    )
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/api/problems/#{code}")
    assert body["title"]
    return body


def faults(response: Any) -> dict[str, str]:
    """Parameter → what is wrong with it, of a 400."""
    body = demand_problem(response, 400, "invalid_parameters")
    return {error["field"]: error["message"] for error in body["errors"]}
