"""So many requests a minute for each token; Redis away, everybody goes on."""

from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway

from core.api import throttles
from tests.apiclient import V1, Api, demand_problem, make_token
from tests.cast import Cast, make_user


@pytest.fixture(autouse=True)
def _in_one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window must not change in the middle of a test."""
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_010.5)
    monkeypatch.setattr(throttles, "counter", throttles.Counter())


def test_each_answer_says_how_many_are_left(cast: Cast, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    api = Api(cast.service)
    for left in ("2", "1", "0"):
        headers = api.get("divisions").headers
        assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("3", left)
        assert headers["X-RateLimit-Reset"] == "50"


def test_one_too_many_is_told_when_to_come_back(cast: Cast, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    api = Api(cast.service)
    assert api.get("divisions").status_code == 200
    response = api.get("divisions")
    demand_problem(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "50"
    assert response.headers["X-RateLimit-Remaining"] == "0"


def test_the_next_minute_starts_anew(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    api = Api(cast.service)
    api.get("divisions")
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_060.0)
    assert api.get("divisions").status_code == 200


def test_tokens_and_people_are_counted_apart(cast: Cast, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    first, second = Api(cast.service), Api(key=make_token(cast.service)[0])
    signed_in = cast.client("bureau")
    for _first_request_of_each in range(1):
        assert first.get("divisions").status_code == 200
        assert second.get("divisions").status_code == 200
        assert signed_in.get(f"{V1}/divisions/").status_code == 200
    assert first.get("divisions").status_code == 429
    assert signed_in.get(f"{V1}/divisions/").status_code == 429


class Away:
    """A Redis that cannot be reached, and counts how often it was tried."""

    def __init__(self) -> None:
        self.asked = 0

    def incr(self, key: str) -> int:
        self.asked += 1
        raise RedisAway


def test_without_redis_requests_go_on_and_do_not_wait_for_it_each_time(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    away = Away()
    monkeypatch.setattr(throttles, "_redis", lambda: away)
    api = Api(cast.service)
    for _request in range(5):
        response = api.get("divisions")
        assert response.status_code == 200
        assert "X-RateLimit-Limit" not in response.headers
    assert away.asked == 1


def test_whoever_is_not_known_is_not_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Away()
    monkeypatch.setattr(throttles, "_redis", lambda: away)
    assert Api(key="rp_wrong").get("divisions").status_code == 401
    assert Api().get("divisions").status_code == 401
    assert away.asked == 0


def test_refused_requests_count_too(cast: Cast, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    api = Api(make_user("program-without-role", is_service=True))
    assert [api.get("compounds").status_code for _request in range(3)] == [403, 403, 429]
