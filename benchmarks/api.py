"""The list of compounds by the API: token, filter, throttle and ETag on, 100 rows a page."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.bench import Bench, ratio_of
from benchmarks.cases import Case, Figure, at_least, at_most
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, TokenScope, User

LIST = "/api/v1/compounds/"


def issued_token() -> str:
    """A new token of the service user, valid for a day."""
    key = new_key()
    ApiToken.objects.create(
        user=User.objects.get(username="service"),
        label="benchmark",
        prefix=key[:SHOWN],
        digest=digest(key),
        scopes=[TokenScope.READ],
        expires_at=timezone.now() + timezone.timedelta(days=1),  # type: ignore[attr-defined]
        created_by=User.objects.get(username="manager"),
    )
    return key


def streets() -> list[str]:
    """Each has 200 compounds: a full page and another one."""
    return [f"4290{county:02d}{street:03d}" for county in range(1, 11) for street in range(1, 6)]


def _comparable(value: Any) -> Any:
    """Moments compare as moments: the two sides write their fractions differently."""
    if isinstance(value, dict):
        return {name: _comparable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_comparable(inner) for inner in value]
    if isinstance(value, str) and "T" in value and value[:2] == "20":
        return datetime.fromisoformat(value)
    return value


def demand_same(ours: bytes, theirs: bytes) -> None:
    """The limit is only a limit if it says the same."""
    mine, other = (_comparable(json.loads(body)["results"]) for body in (ours, theirs))
    if mine != other:
        raise RuntimeError("The portal and the limit do not answer the same rows.")


def statements(path: str, headers: dict[str, str]) -> int:
    client = Client(headers=headers)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return len(captured)


def measure_list(bench: Bench) -> Iterator[Figure]:
    headers = {"Authorization": f"Bearer {issued_token()}"}
    paths = [f"{LIST}?division={street}" for street in streets()]
    limits = [f"/api?division={street}" for street in streets()]
    for ours, theirs in zip(paths[:3], limits[:3], strict=True):
        demand_same(bench.get(bench.portal, ours, headers), bench.get(bench.limit, theirs, {}))
    portal, limit = bench.compare(paths, limits, headers=headers)
    yield at_least(
        "API list, 100 compounds", portal=f"{portal.rate:.0f}/s", limit=f"{limit.rate:.0f}/s",
        ratio=ratio_of(portal, limit), goal=0.4,
    )  # fmt: skip
    yield at_most("API list: p99", round(portal.percentile(0.99), 1), 50, " ms")
    yield at_most("API list: p99 / p50", round(portal.percentile(0.99) / portal.percentile(0.5), 2), 4)
    yield at_most("API list: statements", statements(paths[0], headers), 5)


def measure_unprepared(bench: Bench) -> Iterator[Figure]:
    """Addresses never asked before: the SQL has to be built each time."""
    headers = {"Authorization": f"Bearer {issued_token()}"}
    paths = [
        f"{LIST}?division={street}&households_to={9000 + at}" for at in range(400) for street in streets()
    ]
    limits = [f"/api?division={street}" for street in streets()]
    portal, limit = bench.compare(paths, limits, headers=headers)
    yield Figure(
        case="API list, every address new", portal=f"{portal.rate:.0f}/s", limit=f"{limit.rate:.0f}/s",
        ratio=round(ratio_of(portal, limit), 3),
    )  # fmt: skip


def cases() -> list[Case]:
    return [Case(name="api", measure=measure_list), Case(name="api-new", measure=measure_unprepared)]
