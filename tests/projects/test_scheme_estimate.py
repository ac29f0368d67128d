"""Sums and differences of schemes, in exact decimals, for whatever figures people type."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from projects.estimate import Work, difference, estimate, grouped
from projects.models import Aspect, CatalogueItem, Category, SchemeLine, WorkItem

quantities = some.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999.99"), places=2)
costs = some.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2)
works = some.builds(
    Work, key=some.integers(1, 40), label=some.just("道路"), category=some.sampled_from(Category.values),
    aspect=some.sampled_from(Aspect.values), unit=some.just("m"), quantity=quantities, unit_cost=costs,
)  # fmt: skip
versions = some.lists(works, unique_by=lambda work: work.key, max_size=30)


def total(version: list[Work]) -> Decimal:
    return sum((work.quantity * work.unit_cost for work in version), Decimal(0))


@given(versions, versions)
def test_what_was_added_struck_and_changed_leads_exactly_from_one_sum_to_the_other(
    before: list[Work], after: list[Work]
) -> None:
    found = difference(before, after)
    assert found.sum == sum((change.sum for change in found.rows), Decimal(0)) == total(after) - total(before)
    assert len(found.added) + len(found.changed) + found.unchanged == len(after)
    assert len(found.struck) + len(found.changed) + found.unchanged == len(before)


@given(versions, versions)
def test_backwards_it_is_the_same_the_other_way_round(before: list[Work], after: list[Work]) -> None:
    there, back = difference(before, after), difference(after, before)
    assert [change.label for change in there.added] == [change.label for change in back.struck]
    assert there.sum == -back.sum


@given(versions)
def test_a_version_does_not_differ_from_itself(version: list[Work]) -> None:
    found = difference(version, [replace(work) for work in version])
    assert found.is_empty
    assert (found.unchanged, found.sum) == (len(version), Decimal(0))


@given(versions, some.integers(1, 5000), some.decimals(min_value=1, max_value=10**7, places=2))
def test_categories_and_aspects_each_add_up_to_the_total(
    version: list[Work], households: int, area: Decimal
) -> None:
    found = estimate(version, households=households, area=area, low=Decimal(90), high=Decimal(550))
    assert found.total == total(version)
    assert sum(found.by_category.values(), Decimal(0)) == found.total
    assert sum(found.by_aspect.values(), Decimal(0)) == found.total
    assert found.per_household is not None
    assert abs(found.per_household * households - found.total) <= Decimal("0.005") * households
    assert set(found.by_aspect) | set(found.empty_aspects) == set(Aspect)


def test_the_range_per_square_metre_holds_its_own_ends() -> None:
    def per_area(yuan: str) -> bool:
        work = Work(key=1, label="x", category="basic", aspect="infrastructure", unit="m", quantity=Decimal(1),
                    unit_cost=Decimal(yuan))  # fmt: skip
        return estimate(
            [work], households=None, area=Decimal(1), low=Decimal(90), high=Decimal(550)
        ).is_implausible

    assert [per_area(yuan) for yuan in ("89.99", "90", "550", "550.01")] == [True, False, False, True]


def test_without_households_or_area_there_is_no_quotient_rather_than_a_nought() -> None:
    found = estimate([], households=None, area=None, low=Decimal(90), high=Decimal(550))
    assert (found.per_household, found.per_area, found.is_implausible) == (None, None, False)


def test_groups_stand_in_the_order_of_the_law() -> None:
    def line(category: str, aspect: str) -> SchemeLine:
        item = CatalogueItem(category=category, aspect=aspect)
        return SchemeLine(
            work_item=WorkItem(catalogue_item=item), quantity=Decimal(2), unit_cost=Decimal("1.5")
        )

    lines = [
        line("upgrade", "public_services"),
        line("basic", "house_repair"),
        line("basic", "infrastructure"),
    ]
    found = grouped(lines)
    assert [(group.category, group.aspect) for group in found] == [
        ("basic", "infrastructure"), ("basic", "house_repair"), ("upgrade", "public_services"),
    ]  # fmt: skip
    assert found[0].total == 3
