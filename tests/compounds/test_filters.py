"""Each filter of the register, on the page and in the API: what it lets through."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict

from compounds.actions.pool import move_to_batch
from compounds.actions.successions import merge_compounds
from compounds.filters import ORDERS, CompoundFilter, PoolFilter
from compounds.models import Batch, Cluster, Compound
from core.keyset import order_by
from tests.cast import EAST_STREET, JINGZHOU, MINSHENG, WEST_STREET, Cast, make_organisation
from tests.compounds.builders import fill_survey, make_building, make_compound, make_survey


@pytest.fixture
def town(cast: Cast) -> None:
    """砂石厂: surveyed, in the pool, on the map. 光武: under survey. 广元: bare. 旧院: merged into 砂石厂."""
    owner = make_organisation("砂石厂", pk=900)
    Cluster.objects.create(pk=900, division_id=WEST_STREET, name="西片区")
    sand = make_compound(
        cast, "砂石厂小区", former_names=["水泥宿舍"], address="沿江路1号", built_year=1985, household_count=120,
        building_count=2, title_owner=owner, cluster_id=900, management_state="title_owner", heritage="listed",
        longitude=Decimal("112.2"), latitude=Decimal("30.3"),
    )  # fmt: skip
    make_survey(cast, sand, score=4)
    move_to_batch(compounds=[sand], batch=Batch.RESERVE, user=cast.bureau)
    make_building(cast, sand, "1号楼", household_count=120)
    guangwu = make_compound(
        cast, "光武小区", built_year=2001, household_count=30, management_state="none", has_owners_committee=False,
        building_count=1,
    )  # fmt: skip
    make_building(cast, guangwu, "1号楼", household_count=30)
    fill_survey(cast, guangwu)
    make_compound(cast, "广元小区", community=MINSHENG)
    old = make_compound(cast, "旧院")
    merge_compounds(into=sand, others=[old], user=cast.bureau, effective_on=date(2025, 1, 1), reason="同院")


def found(query: str, filterset: type[CompoundFilter] = CompoundFilter) -> set[str]:
    filters = filterset(QueryDict(query), Compound.objects.with_pool())
    assert filters.is_valid(), filters.errors
    return {compound.name[:2] for compound in filters.qs}


EVERYTHING = {"砂石", "光武", "广元"}


CASES: list[tuple[str, set[str]]] = [
    ("", EVERYTHING),
    ("q=&division=&batch=&no_manager=&built_from=&updated_since=&ended=", EVERYTHING),
    ("q=石厂", {"砂石"}),
    ("q=水泥", {"砂石"}),
    ("q=沿江", {"砂石"}),
    ("q=ssc", {"砂石"}),
    ("q=SSC", {"砂石"}),
    ("q=gwxq", {"光武"}),
    ("q=421003-", EVERYTHING),
    (f"division={JINGZHOU}", EVERYTHING),
    (f"division={WEST_STREET}", {"砂石", "光武"}),
    (f"division={EAST_STREET}", {"广元"}),
    ("division=４２１００３００２", {"广元"}),
    ("batch=reserve", {"砂石"}),
    ("batch=preparing", set()),
    ("batch=none", {"光武", "广元"}),
    ("batch=none&batch=reserve", EVERYTHING),
    ("survey=confirmed", {"砂石"}),
    ("survey=draft", {"光武"}),
    ("survey=none", {"广元"}),
    ("survey=none&survey=draft", {"光武", "广元"}),
    ("eligible=true", {"砂石"}),
    ("eligible=false", set()),
    ("eligible=unknown", {"光武", "广元"}),
    ("urgency_from=50", {"砂石"}),
    ("urgency_from=50&urgency_to=50.01", set()),
    ("no_manager=true", {"光武"}),
    ("no_manager=false", {"砂石", "广元"}),
    ("management_state=none&management_state=title_owner", {"砂石", "光武"}),
    ("heritage=listed", {"砂石"}),
    ("cluster=900", {"砂石"}),
    ("title_owner=900", {"砂石"}),
    ("built_from=1990", {"光武"}),
    ("built_to=1990", {"砂石"}),
    ("built_from=1985&built_to=1985", {"砂石"}),
    ("households_from=30&households_to=119", {"光武"}),
    ("has_position=true", {"砂石"}),
    ("has_position=false", {"光武", "广元"}),
    ("figures_differ=true", {"砂石"}),
    ("figures_differ=false", {"光武", "广元"}),
    ("ended=true", {"旧院"}),
    ("ended=any", EVERYTHING | {"旧院"}),
    ("updated_since=2999-01-01T00:00:00Z", set()),
    ("updated_since=2020-01-01T00:00:00%2B08:00", EVERYTHING),
]


def test_each_filter(town: None) -> None:
    assert {query: found(query) for query, _names in CASES} == dict(CASES)


def test_the_pools_filter_begins_with_what_is_in_the_pool(town: None) -> None:
    assert found("", PoolFilter) == {"砂石"}
    assert found("batch=out", PoolFilter) == set()


@pytest.mark.parametrize(
    "query",
    ["batch=x", "no_manager=1", "built_from=1700", "cluster=0", "division=1", "q=" + "x" * 81, "ended=yes"],
)
def test_what_cannot_be_read_is_an_error_at_its_field(cast: Cast, query: str) -> None:
    filters = CompoundFilter(QueryDict(query), Compound.objects.with_pool())
    assert list(filters.errors) == [query.partition("=")[0]]


def test_every_order_is_total(town: None) -> None:
    for name, order in ORDERS.items():
        columns = [term.column for term in order]
        rows = list(Compound.objects.with_pool().order_by(*order_by(order)).values_list(*columns))
        assert len(set(rows)) == len(rows) == 4, name
