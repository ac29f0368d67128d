"""Cursors: what was not written here is refused, whatever it is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from core.api.cursors import Place, cursor_after, fingerprint, place_of
from core.api.problems import InvalidParameters

OF = fingerprint("compounds", "batch=reserve", "code")
values = st.none() | st.integers(-(2**53), 2**53) | st.text() | st.datetimes(timezones=st.just(UTC))


def test_a_cursor_leads_back_to_its_place() -> None:
    cursor = cursor_after(
        Place(values=("421003-000017", None), seen=100, until="2026-01-05T00:00:00Z"), of=OF
    )
    place = place_of(cursor, of=OF, terms=2)
    assert place == Place(values=("421003-000017", None), seen=100, until="2026-01-05T00:00:00Z")


def test_a_moment_keeps_its_microseconds() -> None:
    moment = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
    place = place_of(cursor_after(Place(values=(moment, 5), seen=0), of=OF), of=OF, terms=2)
    assert datetime.fromisoformat(place.values[0]) == moment


def refusal(cursor: str, *, of: str = OF, terms: int = 1) -> str:
    with translation.override("en"), pytest.raises(InvalidParameters) as caught:
        place_of(cursor, of=of, terms=terms)
    (error,) = caught.value.details["errors"]
    assert error["field"] == "cursor"
    return str(error["message"])


def test_a_cursor_of_another_query_says_so() -> None:
    cursor = cursor_after(Place(values=("a",), seen=1), of=OF)
    assert "other filters" in refusal(cursor, of=fingerprint("compounds", "batch=preparing", "code"))
    assert "other filters" in refusal(cursor, terms=2)


@given(st.tuples(values), st.data())
def test_no_altered_cursor_is_believed(place: tuple[Any, ...], data: st.DataObject) -> None:
    cursor = cursor_after(Place(values=place, seen=1), of=OF)
    at = data.draw(st.integers(0, len(cursor) - 1))
    sign = data.draw(st.sampled_from("ABCabc012-_!+/= \x00é").filter(lambda sign: sign != cursor[at]))
    assert refusal(cursor[:at] + sign + cursor[at + 1 :])
    assert refusal(cursor[:at] + sign + cursor[at:])
    assert refusal(cursor[:-1])


@given(st.text(max_size=300))
@example("９" * 10)
@example("\x00")
@example("A" * 5000)
@example("=")
@example("Ω")
def test_garbage_is_refused(cursor: str) -> None:
    assert refusal(cursor)


@given(st.lists(values, max_size=3).map(tuple))
def test_every_place_survives(place: tuple[Any, ...]) -> None:
    # A lone surrogate cannot be stored in the database either.
    if any(isinstance(value, str) and not value.isprintable() for value in place):
        return
    found = place_of(cursor_after(Place(values=place, seen=7), of=OF), of=OF, terms=len(place))
    assert len(found.values) == len(place)
    assert found.seen == 7
