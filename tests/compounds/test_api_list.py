"""The list of compounds by the API: what is told, page by page, since when, and what it costs."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.actions.pool import move_to_batch, set_place
from compounds.actions.register import update_compound
from compounds.actions.successions import merge_compounds
from compounds.models import Batch, Cluster, Compound
from directory.powers import Role
from tests.apiclient import V1, Api, faults, names
from tests.cast import SHENGLI, WEST_STREET, Cast, make_organisation, make_user
from tests.compounds.builders import make_compound, make_survey


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def make_many(cast: Cast, count: int, *, first: int = 0) -> list[Compound]:
    return [make_compound(cast, f"小区{at:02d}") for at in range(first, first + count)]


def test_a_compound_as_it_is_told(cast: Cast, api: Api) -> None:
    owner = make_organisation("砂石厂")
    cluster = Cluster.objects.create(division_id=WEST_STREET, name="西片区")
    compound = make_compound(
        cast, "砂石厂小区", former_names=["砂石厂宿舍"], address="人民路1号", cluster=cluster, built_year=1985,
        built_year_certainty="certain", title_owner=owner, management_state="title_owner",
        has_owners_committee=False, building_count=3, staircase_count=9, household_count=120,
        floor_area=Decimal("9876.50"), longitude=Decimal("112.200000"), latitude=Decimal("30.350000"),
    )  # fmt: skip
    make_survey(cast, compound)
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau)
    set_place(compound=compound, user=cast.bureau, rank=1, reason="屋面漏水")
    compound.refresh_from_db()
    (row,) = api.results("compounds")
    since = row["pool"].pop("since")
    assert since == compound.pool_entries.get().moved_at.isoformat().replace("+00:00", "Z")
    assert row == {
        "code": compound.code,
        "name": "砂石厂小区",
        "former_names": ["砂石厂宿舍"],
        "community": {"code": SHENGLI, "name": "胜利街社区居民委员会"},
        "address": "人民路1号",
        "cluster": {"id": cluster.pk, "name": "西片区"},
        "built_year": 1985,
        "built_year_certainty": "certain",
        "title_owner": {"id": owner.pk, "name": "砂石厂"},
        "management_state": "title_owner",
        "has_owners_committee": False,
        "has_repair_fund": None,
        "no_manager": False,
        "building_count": 3,
        "staircase_count": 9,
        "household_count": 120,
        "floor_area": "9876.50",
        "position": {"longitude": "112.200000", "latitude": "30.350000"},
        "heritage": "none",
        "pool": {"batch": "reserve", "override_rank": 1, "override_reason": "屋面漏水"},
        "urgency_score": str(compound.urgency_score.score),
        "eligible": True,
        "ended_on": None,
        "updated_at": compound.updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_what_is_not_known_is_null(cast: Cast, api: Api) -> None:
    make_compound(cast)
    (row,) = api.results("compounds")
    empty = ("cluster", "built_year", "title_owner", "building_count", "floor_area", "position", "pool",
             "urgency_score", "eligible", "ended_on", "has_owners_committee")  # fmt: skip
    assert [row[name] for name in empty] == [None] * len(empty)


# --- Pages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sort", ["code", "-code", "name", "-built_year", "urgency_score", "-updated_at", "floor_area"]
)
def test_every_row_comes_once_in_order(cast: Cast, api: Api, sort: str) -> None:
    for at, compound in enumerate(make_many(cast, 7)):
        if at % 2:
            update_compound(compound=compound, user=cast.bureau, built_year=1980 + at)
    whole = api.results("compounds", sort=sort)
    pages = list(api.pages("compounds", sort=sort, page_size=2))
    assert [len(page["results"]) for page in pages] == [2, 2, 2, 1]
    assert [row for page in pages for row in page["results"]] == whole
    assert len({row["code"] for row in whole}) == 7


def test_pages_stay_right_while_rows_come_and_go(cast: Cast, api: Api) -> None:
    compounds = make_many(cast, 6)
    pages = api.pages("compounds", sort="name", page_size=2)
    assert names(next(pages)["results"]) == ["小区00", "小区01"]
    # One before the place goes, one before it comes, one behind it comes.
    merge_compounds(
        into=compounds[5], others=[compounds[0]], user=cast.bureau, effective_on=date(2025, 5, 1), reason="并"
    )
    make_compound(cast, "小区000")
    make_compound(cast, "小区03甲")
    rest = [name for page in pages for name in names(page["results"])]
    assert rest == ["小区02", "小区03", "小区03甲", "小区04", "小区05"]


def test_the_last_page_has_no_next(cast: Cast, api: Api) -> None:
    make_many(cast, 2)
    assert api.json("compounds", page_size=2)["next"] is None
    assert api.json("compounds", page_size=1)["next"].startswith(f"http://testserver{V1}/compounds/?")


def test_a_cursor_belongs_to_its_query(cast: Cast, api: Api) -> None:
    make_many(cast, 3)
    cursor = api.json("compounds", page_size=1, sort="name")["next"].rpartition("cursor=")[2]
    assert faults(api.get("compounds", cursor=cursor)).keys() == {"cursor"}
    assert faults(api.get("compounds", cursor=cursor, sort="name", ended="any")).keys() == {"cursor"}
    assert faults(api.get("organisations", cursor=cursor)).keys() == {"cursor"}
    # A page may be larger or smaller than the one before.
    assert names(api.results("compounds", cursor=cursor, sort="name", page_size=2)) == ["小区01", "小区02"]


# --- Changes ----------------------------------------------------------------------------


def test_updated_since_includes_the_moment_itself(cast: Cast, api: Api) -> None:
    old, new = make_many(cast, 2)
    update_compound(compound=new, user=cast.bureau, address="新址")
    new.refresh_from_db()
    moment = new.updated_at
    assert names(api.results("compounds", updated_since=moment.isoformat())) == [new.name]
    assert api.results("compounds", updated_since=(moment + timedelta(microseconds=1)).isoformat()) == []
    everything = api.results("compounds", updated_since=old.updated_at.isoformat())
    assert names(everything) == [old.name, new.name]


def test_changes_come_in_their_order(cast: Cast, api: Api) -> None:
    compounds = make_many(cast, 3)
    for compound in (compounds[1], compounds[2], compounds[0]):
        update_compound(compound=compound, user=cast.bureau, address="改")
    found = names(api.results("compounds", updated_since="2020-01-01T00:00:00Z"))
    assert found == ["小区01", "小区02", "小区00"]


@pytest.mark.parametrize(
    "change",
    [
        lambda cast, compound: move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau),
        make_survey,
        lambda cast, compound: update_compound(compound=compound, user=cast.bureau, built_year=1979),
    ],
    ids=["pool", "survey", "facts"],
)
def test_whatever_shows_in_the_row_counts_as_a_change(
    cast: Cast, api: Api, change: Callable[[Cast, Compound], Any]
) -> None:
    compound = make_compound(cast, built_year=1985)
    make_survey(cast, compound)
    before = timezone.now()
    assert api.results("compounds", updated_since=before.isoformat()) == []
    change(cast, compound)
    assert names(api.results("compounds", updated_since=before.isoformat())) == [compound.name]


def test_where_to_go_on_from_is_told_with_changes_only(cast: Cast, api: Api) -> None:
    make_many(cast, 3)
    assert api.json("compounds")["updated_until"] is None
    pages = list(api.pages("compounds", updated_since="2020-01-01T00:00:00+08:00", page_size=1))
    told = {page["updated_until"] for page in pages}
    assert len(told) == 1
    assert None not in told


def test_merged_compounds_are_found_when_asked_for(cast: Cast, api: Api) -> None:
    kept, gone = make_many(cast, 2)
    merge_compounds(into=kept, others=[gone], user=cast.bureau, effective_on=date(2025, 5, 1), reason="合并")
    assert names(api.results("compounds")) == [kept.name]
    (row,) = api.results("compounds", ended="true")
    assert (row["name"], row["ended_on"]) == (gone.name, "2025-05-01")
    assert len(api.results("compounds", ended="any")) == 2


# --- Parameters -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("bacth=reserve", "no such parameter"),
        ("batch=", "Empty"),
        ("batch=reserved", "reserved"),
        ("q=a&q=b", "more than once"),
        ("cursor=a&cursor=b", "more than once"),
        ("cursor=", "Empty"),
        ("sort=,", "One of"),
        ("sort=--code", "One of"),
        ("sort=id", "One of"),
        ("page_size=0", "greater than or equal to 1"),
        ("page_size=501", "less than or equal to 500"),
        ("page_size=9e99", "whole number"),
        ("page_size=%EF%BC%99", "ASCII"),
        ("division=4", "digits"),
        ("updated_since=2026-01-01T00:00:00", "zone is missing"),
        ("updated_since=yesterday", "date, time and zone"),
        ("urgency_from=NaN", "number"),
        ("urgency_to=1e400", "number"),
        ("households_to=9223372036854775808", "2147483647"),
        ("no_manager=yes", "yes"),
        ("format=json", "no such parameter"),
    ],
)
def test_what_cannot_be_used_is_named(api: Api, query: str, fault: str) -> None:
    found = faults(api.request(f"{V1}/compounds/", query))
    (name,) = found
    assert query.startswith(name)
    assert fault in found[name]


def test_all_faults_come_at_once(api: Api) -> None:
    found = faults(api.get("compounds", sort="x", page_size="y", eligible="z", built_to="w"))
    assert found.keys() == {"sort", "page_size", "eligible", "built_to"}


def test_a_refused_address_is_refused_again(api: Api) -> None:
    for _time in range(3):
        assert "eligible" in faults(api.get("compounds", eligible="perhaps"))


def test_a_known_address_with_a_second_cursor_is_refused(cast: Cast, api: Api) -> None:
    make_many(cast, 2)
    cursor = api.json("compounds", page_size=1)["next"].rpartition("cursor=")[2]
    address = f"{V1}/compounds/"
    assert api.request(address, f"page_size=1&cursor={cursor}").status_code == 200
    assert "cursor" in faults(api.request(address, f"page_size=1&cursor={cursor}&cursor={cursor}"))
    assert "cursor" in faults(api.request(address, "page_size=1&cursor="))


def test_a_lost_plus_before_the_zone_is_understood(cast: Cast, api: Api) -> None:
    make_many(cast, 1)
    assert (
        len(api.request(f"{V1}/compounds/", "updated_since=2020-01-01T00:00:00+08:00").json()["results"]) == 1
    )


# --- What it costs ----------------------------------------------------------------------


def counted(api: Api, **parameters: Any) -> int:
    api.get("compounds", **parameters)
    with CaptureQueriesContext(connection) as captured:
        assert api.get("compounds", **parameters).status_code == 200
    return len(captured)


def test_two_statements_however_many_rows(cast: Cast, api: Api) -> None:
    everything: dict[str, Any] = {
        "division": "421003",
        "survey": "none",
        "figures_differ": "false",
        "q": "小区",
    }
    make_many(cast, 2)
    few = [counted(api), counted(api, **everything), counted(api, updated_since="2020-01-01T00:00:00Z")]
    make_many(cast, 20, first=2)
    many = [counted(api), counted(api, **everything), counted(api, updated_since="2020-01-01T00:00:00Z")]
    # The third is the moment up to which the answer is complete.
    assert few == many == [2, 2, 3]


def test_a_kept_listing_is_never_another_program_s(cast: Cast) -> None:
    """The same address, asked in turn by programs that see different things."""
    make_compound(cast, "甲", community=SHENGLI)
    make_compound(cast, "乙", community="421003002001")
    of_the_street = make_user("street-program", role=Role.SERVICE, division=WEST_STREET, is_service=True)
    district, street = Api(cast.service), Api(of_the_street)
    for _turn in range(3):
        assert names(district.results("compounds", sort="code")) == ["甲", "乙"]
        assert names(street.results("compounds", sort="code")) == ["甲"]
