"""The stack of a request is one piece: no depth of calls makes Python map memory again and again."""

import resource
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from renovation import wsgi

DEPTHS = range(1, 400)
CALLS = 200


def nothing() -> None:
    """A call, for its frame."""


def at_depth(depth: int) -> None:
    if depth:
        at_depth(depth - 1)
        return
    for _call in range(CALLS):
        nothing()


def most_faults(*_request: Any) -> Iterable[bytes]:
    """The page faults of `CALLS` calls at the depth that is worst for them."""
    worst = 0
    for depth in DEPTHS:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        at_depth(depth)
        worst = max(worst, resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)
    return [str(worst).encode()]


def faults_below(application: Callable[..., Iterable[bytes]]) -> int:
    (found,) = application({}, nothing)
    return int(found)


def test_calls_at_any_depth_of_a_request_map_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the room, but for a Python that keeps a chunk back, some depth faults with every call.
    if faults_below(most_faults) < CALLS:
        pytest.skip("This Python keeps a chunk of its stack back.")
    monkeypatch.setattr(wsgi, "portal", most_faults)
    assert faults_below(wsgi.application) < CALLS // 4
