"""The curve, the forecast and the light: exact, and the same in SQL."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.curve import (
    MOST_ROWS,
    WHOLE,
    Light,
    Work,
    actual_on,
    curve,
    days_ahead,
    forecast_completion,
    light_on,
    planned_on,
    sample_days,
    written,
)
from tests.effort import examples

DAY = date(2026, 3, 1)
days = st.integers(min_value=-400, max_value=800).map(lambda number: DAY + timedelta(days=number))
spans = st.integers(min_value=0, max_value=700)
quantities = st.decimals(min_value="0.01", max_value="9999.99", places=2)


@st.composite
def works(draw: st.DrawFn) -> Work:
    planned = draw(quantities)
    done = draw(st.dictionaries(days, quantities, max_size=5))
    return Work(planned, draw(st.decimals(min_value=0, max_value=10**9, places=4)), done)


def test_the_plan_grows_by_the_same_share_every_day() -> None:
    plan = {"start": DAY, "completion": DAY + timedelta(days=9)}
    assert [planned_on(DAY + timedelta(days=n), **plan) for n in (-1, 0, 4, 9, 30)] == [0, 10, 50, 100, 100]
    assert planned_on(DAY, start=None, completion=DAY) is None
    assert planned_on(DAY, start=DAY, completion=DAY - timedelta(days=1)) is None


def test_done_is_weighed_by_cost_and_counts_in_full_at_most() -> None:
    dear = Work(Decimal(10), Decimal(300), {DAY: Decimal(5)})
    cheap = Work(Decimal(10), Decimal(100), {DAY: Decimal(12)})
    assert actual_on(DAY, [dear, cheap]) == Fraction(5, 8) * 100
    assert actual_on(DAY - timedelta(days=1), [dear, cheap]) == 0
    assert actual_on(DAY, []) == actual_on(DAY, [Work(Decimal(1), Decimal(0), {})]) == 0


def test_thirds_are_rounded_where_they_are_written_and_nowhere_else() -> None:
    third = [Work(Decimal(3), Decimal(1), {DAY: Decimal(1)})]
    assert actual_on(DAY, third) == Fraction(100, 3)
    assert written(Fraction(100, 3)) == Decimal("33.33")
    assert written(Fraction("66.665")) == Decimal("66.67")


def test_the_forecast_goes_on_as_in_the_last_thirty_days() -> None:
    work = Work(Decimal(100), Decimal(1), {DAY: Decimal(40), DAY + timedelta(days=59): Decimal(30)})
    today = DAY + timedelta(days=59)
    # 30 points in 30 days, 30 remain.
    assert forecast_completion([work], today=today, started_on=DAY) == today + timedelta(days=30)
    # Five days after the start, 40 points in 5 days: 60 remain, 7.5 days, rounded up.
    assert forecast_completion([work], today=DAY + timedelta(days=4), started_on=DAY) == DAY + timedelta(
        days=4 + 8
    )
    assert forecast_completion([work], today=DAY + timedelta(days=40), started_on=DAY) is None
    done = Work(Decimal(1), Decimal(1), {DAY: Decimal(1)})
    assert forecast_completion([done], today=DAY, started_on=DAY) is None
    slow = Work(Decimal(100000), Decimal(1), {DAY: Decimal("0.01")})
    assert forecast_completion([slow], today=DAY, started_on=DAY) is None


@pytest.mark.parametrize(
    ("actual", "day", "light"),
    [(50, 49, Light.GREEN), (45, 49, Light.GREEN), ("44.99", 49, Light.AMBER), (35, 49, Light.AMBER),
     ("34.99", 49, Light.RED), (99, 100, Light.RED), (100, 100, Light.GREEN), (99, 99, Light.GREEN)],
)  # fmt: skip
def test_the_light_at_its_edges(actual: str | int, day: int, light: Light) -> None:
    plan = {"start": DAY, "completion": DAY + timedelta(days=99)}
    assert light_on(DAY + timedelta(days=day), actual=Decimal(actual), **plan) == light


def test_ahead_and_behind_in_days() -> None:
    plan = {"start": DAY, "completion": DAY + timedelta(days=99)}
    at = DAY + timedelta(days=49)
    assert days_ahead(at, actual=Fraction(62), **plan) == 12
    assert days_ahead(at, actual=Fraction(41), **plan) == -9
    assert days_ahead(DAY + timedelta(days=109), actual=Fraction(90), **plan) == -20


@given(st.lists(works(), max_size=4), days, days)
@settings(max_examples=examples(60), deadline=None)
def test_progress_lies_between_nothing_and_all_and_never_falls(
    found: list[Work], one: date, other: date
) -> None:
    earlier, later = sorted((one, other))
    assert 0 <= actual_on(earlier, found) <= actual_on(later, found) <= WHOLE


@given(st.lists(works(), min_size=1, max_size=4), days)
@settings(max_examples=examples(60), deadline=None)
def test_a_reversal_on_the_same_day_leaves_no_trace(found: list[Work], day: date) -> None:
    first, *rest = found
    extra = Decimal("7.31")
    there_and_back = dict(first.done)
    there_and_back[day] = there_and_back.get(day, Decimal(0)) + extra - extra
    again = [Work(first.planned, first.cost, there_and_back), *rest]
    assert all(actual_on(on, again) == actual_on(on, found) for on in (day, day + timedelta(days=1)))


@given(works(), days, st.integers(min_value=0, max_value=90))
@settings(max_examples=examples(60), deadline=None)
def test_at_the_pace_of_the_window_the_forecast_is_reached_and_not_before(
    work: Work, today: date, age: int
) -> None:
    started = today - timedelta(days=age)
    found = forecast_completion([work], today=today, started_on=started)
    if found is None:
        return
    window = min(30, age + 1)
    now = actual_on(today, [work])
    pace = (now - actual_on(today - timedelta(days=window), [work])) / window
    needed = (found - today).days
    assert now + pace * needed >= WHOLE > now + pace * (needed - 1)


@given(days, spans, days)
@settings(max_examples=examples(60), deadline=None)
def test_the_curve_has_few_points_in_order_with_today_among_them(start: date, span: int, today: date) -> None:
    end = start + timedelta(days=span)
    points = curve([], start=start, completion=end, started_on=None, today=today)
    found = [point.day for point in points]
    assert found == sorted(set(found))
    assert len(found) <= MOST_ROWS + 3
    assert (today in found) == (today >= start)
    assert {start, end} <= set(found)
    assert all((point.actual is None) == (point.day > today) for point in points)


@given(days, spans)
def test_samples_begin_and_end_where_they_should(first: date, span: int) -> None:
    last = first + timedelta(days=span)
    found = sample_days(first, last)
    assert (found[0], found[-1]) == (first, last)
    assert len(found) <= MOST_ROWS
