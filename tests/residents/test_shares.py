"""A household's share of an item: sums to the cent, grows with what it is measured by, does not depend on the order."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import shares
from projects.shares import FloorTable, Sharer, ShareRule, preview, share
from residents.models.options import ShareRule as StoredRule

YUAN = st.decimals(Decimal("0.01"), Decimal(5_000_000), places=2)
AREA = st.decimals(Decimal(8), Decimal(400), places=2)
HOUSEHOLDS = st.lists(st.tuples(AREA, st.integers(1, 33)), min_size=1, max_size=40).map(
    lambda rows: [Sharer(number, area, floor) for number, (area, floor) in enumerate(rows, start=1)]
)
RULES = st.sampled_from([ShareRule.EQUAL, ShareRule.AREA, ShareRule.FLOOR])


def sharable(households: list[Sharer], rule: ShareRule) -> bool:
    return rule is not ShareRule.FLOOR or any((one.floor or 0) > 2 for one in households)


@given(YUAN, HOUSEHOLDS, RULES)
def test_shares_add_up_to_the_cent_and_nobody_is_off_by_more_than_one(
    total: Decimal, households: list[Sharer], rule: ShareRule
) -> None:
    if not sharable(households, rule):
        return
    found = share(total, households, rule).by_household
    assert sum(found.values()) == total
    weights = {one.id: shares._weight(one, rule, shares.LIFT) for one in households}
    whole = sum(weights.values())
    assert all(
        abs(Fraction(found[one]) - Fraction(total) * weights[one] / whole) < Fraction(1, 100)
        for one in weights
    )


@given(YUAN, HOUSEHOLDS, RULES)
def test_who_has_more_pays_no_less(total: Decimal, households: list[Sharer], rule: ShareRule) -> None:
    if not sharable(households, rule):
        return
    found = share(total, households, rule).by_household
    weights = {one.id: shares._weight(one, rule, shares.LIFT) for one in households}
    order = sorted(weights, key=lambda one: weights[one])
    assert all(found[less] <= found[more] for less, more in pairwise(order) if weights[less] < weights[more])


@given(YUAN, HOUSEHOLDS, RULES, st.randoms())
def test_the_order_of_the_households_does_not_matter(
    total: Decimal, households: list[Sharer], rule: ShareRule, random: "object"
) -> None:
    if not sharable(households, rule):
        return
    mixed = list(households)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert share(total, mixed, rule).by_household == share(total, households, rule).by_household


def test_a_lift_by_hand() -> None:
    """500,000 less 200,000 yuan of subsidy over six floors of two flats of 80 and 100 m²."""
    households = [
        Sharer(floor * 10 + area // 20, Decimal(area), floor) for floor in range(1, 7) for area in (80, 100)
    ]
    found = share(Decimal(300_000), households, ShareRule.FLOOR).by_household
    # 180 m² × (0.7 + 0.8 + 0.9 + 1.0) = 612 weighted m².
    assert found[14] == found[25] == 0
    assert found[64] in (Decimal("39215.68"), Decimal("39215.69"))
    assert found[35] in (Decimal("34313.72"), Decimal("34313.73"))
    assert sum(found.values()) == 300_000


def test_a_city_may_have_another_table_and_high_floors_go_on() -> None:
    assert shares.LIFT.of(9) == Fraction(13, 10)
    assert shares.LIFT.of(11) == Fraction(15, 10)
    assert shares.LIFT.of(-1) == 0
    assert FloorTable({1: Fraction(1, 2), 2: Fraction(1)}, step=Fraction(0)).of(30) == 1


def test_a_hundred_yuan_among_three_leave_the_cent_with_the_first() -> None:
    found = share(Decimal(100), [Sharer(3), Sharer(1), Sharer(2)], ShareRule.EQUAL)
    assert found.by_household == {1: Decimal("33.34"), 2: Decimal("33.33"), 3: Decimal("33.33")}
    assert found.about(1) == 33


def test_a_bill_refuses_gaps_and_a_preview_marks_them() -> None:
    households = [
        Sharer(1, Decimal(50), 3),
        Sharer(2, Decimal(100), 6),
        Sharer(3, None, 6),
        Sharer(4, Decimal(70), None),
    ]
    with pytest.raises(shares.AreaMissing):
        share(Decimal(900), households, ShareRule.AREA)
    with pytest.raises(shares.FloorMissing):
        share(Decimal(900), [households[0], households[3]], ShareRule.FLOOR)
    by_area = preview(Decimal(880), households, ShareRule.AREA)
    assert by_area.estimated == {3}
    assert by_area.by_household[3] == Decimal("220.00")
    by_floor = preview(Decimal(900), households, ShareRule.FLOOR)
    assert by_floor.estimated == {3, 4}
    assert sum(by_floor.by_household.values()) == 900
    ground = preview(Decimal(900), [*households, Sharer(5, None, 1)], ShareRule.FLOOR)
    assert ground.by_household[5] == 0
    assert sum(preview(Decimal(90), [Sharer(1), Sharer(2)], ShareRule.AREA).by_household.values()) == 90


def test_when_nobody_would_pay_or_agreed_sums_do_not_fit_it_is_told() -> None:
    with pytest.raises(shares.NobodyPays):
        share(Decimal(100), [Sharer(1, Decimal(80), 1)], ShareRule.FLOOR)
    with pytest.raises(shares.FixedSharesDiffer):
        shares.fixed(Decimal(100), {1: Decimal(40), 2: Decimal(50)})
    assert shares.fixed(Decimal(90), {1: Decimal(40), 2: Decimal(50)}).about(2) == 50
    assert share(Decimal(0), [Sharer(1)], ShareRule.EQUAL).by_household == {1: 0}


def test_a_share_that_is_not_nothing_is_never_shown_as_nothing() -> None:
    found = share(Decimal("0.90"), [Sharer(1), Sharer(2), Sharer(3)], ShareRule.EQUAL)
    assert found.about(1) == 1


def test_the_rules_are_those_that_a_menu_stores() -> None:
    assert {rule.value for rule in ShareRule} == set(StoredRule.values)
