"""Strict fields: what a person means is read, what nobody can mean is refused."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.fields import DecimalNumberField, MomentField, WholeNumberField
from directory.fields import DivisionCodeField


@pytest.mark.parametrize(("typed", "read"), [("7", 7), (" 12 ", 12), ("１２", 12), ("007", 7)])
def test_whole_numbers(typed: str, read: int) -> None:
    assert WholeNumberField(min_value=0, max_value=2**31 - 1).clean(typed) == read


@pytest.mark.parametrize(
    "typed", ["1_000", "1,000", "1e3", "0x10", "½", "٣.", "--1", "9e99", str(2**63), "nan"]
)
def test_no_whole_number(typed: str) -> None:
    with pytest.raises(ValidationError):
        WholeNumberField(min_value=0, max_value=2**31 - 1).clean(typed)


def test_decimals() -> None:
    field = DecimalNumberField(min_value=0, max_value=100)
    assert field.clean("62.5") == Decimal("62.5")
    for typed in ("NaN", "Infinity", "1e400", "1e-400", "-1", "100.01", "6 2", "62,5"):
        with pytest.raises(ValidationError):
            field.clean(typed)


@pytest.mark.parametrize(
    "typed",
    ["2026-11-20T08:00:00+08:00", "2026-11-20T08:00:00 08:00", "2026-11-20T00:00:00Z", "2026-11-20T00:00Z"],
)
def test_moments(typed: str) -> None:
    assert MomentField().clean(typed) == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["yesterday", "2026-11-20", "2026-13-20T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-20T25:00:00Z", "20261120",
     "２０２６-11-20T00:00:00Z", "2026-11-20T00:00:00+99:00", "1763596800",
     "0001-01-01T00:00:00+08:00"],
)  # fmt: skip
def test_no_moment(typed: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().clean(typed)


def test_a_moment_without_zone_says_what_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        MomentField().clean("2026-11-20T08:00:00")
    assert caught.value.code == "no_zone"


FIELDS = (
    WholeNumberField(required=False, max_value=2**31 - 1),
    DecimalNumberField(required=False, max_value=100),
    MomentField(required=False),
    DivisionCodeField(required=False),
)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for field in FIELDS:
        with suppress(ValidationError):
            field.clean(typed)


def test_division_codes() -> None:
    assert DivisionCodeField().clean("４２１００３") == "421003"
    for typed in ("4", "421", "42100", "abc", "42-1003", "4210030010010"):
        with pytest.raises(ValidationError):
            DivisionCodeField().clean(typed)
