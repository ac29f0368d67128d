"""A token of one district never sees another's compound: not by list, detail, filter, search, order or cursor."""

from datetime import date

import pytest

from compounds.actions.successions import merge_compounds
from compounds.models import Cluster, Compound
from tests.apiclient import Api, demand_problem, faults, make_stranger
from tests.cast import GUANGWU, JINGZHOU, WEST_STREET, ZAOYANG, Cast, make_organisation
from tests.compounds.builders import make_building, make_compound, make_pooled

SECRET = "荆州密院"


@pytest.fixture
def theirs(cast: Cast) -> Compound:
    """A compound of Jingzhou with everything that can hang on it."""
    compound = make_pooled(cast, SECRET)
    make_building(cast, compound, "1号楼")
    Compound.objects.filter(pk=compound.pk).update(
        cluster=Cluster.objects.create(division_id=WEST_STREET, name=f"{SECRET}片区"),
        title_owner=make_organisation(f"{SECRET}厂"),
        longitude=112, latitude=30, wgs84_longitude=112, wgs84_latitude=30, household_count=120,
    )  # fmt: skip
    compound.refresh_from_db()
    return compound


@pytest.fixture
def stranger(cast: Cast, theirs: Compound) -> Api:
    make_compound(cast, "光武小区", community=GUANGWU, by="stranger", built_year=1980, household_count=10)
    return Api(make_stranger())


def test_not_by_detail(stranger: Api, theirs: Compound) -> None:
    demand_problem(stranger.get(f"compounds/{theirs.code}"), 404, "not_found")


def queries(compound: Compound) -> list[dict[str, object]]:
    return [
        {}, {"division": JINGZHOU}, {"division": "42"}, {"division": compound.community_id}, {"q": SECRET},
        {"q": "jzmy"}, {"q": compound.code}, {"cluster": compound.cluster_id}, {"title_owner": compound.title_owner_id},
        {"batch": "reserve"}, {"eligible": "true"}, {"urgency_from": "1"}, {"built_from": 1985, "built_to": 1985},
        {"households_from": 120}, {"has_position": "true"}, {"survey": "confirmed"}, {"ended": "any"},
        {"updated_since": "2020-01-01T00:00:00Z"}, {"figures_differ": "false"}, {"sort": "-urgency_score"},
    ]  # fmt: skip


def test_not_by_any_list_or_filter(cast: Cast, stranger: Api, theirs: Compound) -> None:
    home = Api(cast.service)
    for query in queries(theirs):
        for path in ("compounds", "pool"):
            text = stranger.get(path, **query).content.decode()
            assert SECRET not in text, (path, query)
            assert theirs.code not in text, (path, query)
        assert theirs.code in home.get("compounds", **query).content.decode(), query


def test_not_by_another_persons_cursor(cast: Cast, stranger: Api, theirs: Compound) -> None:
    for at in range(3):
        make_compound(cast, f"{SECRET}{at}")
    for sort in ("code", "name", "-urgency_score"):
        cursor = Api(cast.service).json("compounds", page_size=1, sort=sort)["next"].rpartition("cursor=")[2]
        # The place is a place in their order too, but only their own rows stand behind it.
        response = stranger.get("compounds", page_size=1, sort=sort, cursor=cursor)
        assert SECRET not in response.content.decode()
    cursor = (
        Api(cast.service).json("compounds", page_size=1, division=JINGZHOU)["next"].rpartition("cursor=")[2]
    )
    assert stranger.results("compounds", page_size=1, division=JINGZHOU, cursor=cursor) == []
    assert "cursor" in faults(stranger.get("compounds", division=ZAOYANG, cursor=cursor))


def test_not_by_a_place_above_or_beside(stranger: Api, theirs: Compound) -> None:
    demand_problem(stranger.get(f"divisions/{theirs.community_id}"), 404, "not_found")
    demand_problem(stranger.get(f"organisations/{theirs.title_owner_id}"), 404, "not_found")
    for path in ("divisions", "organisations"):
        assert SECRET not in stranger.get(path, page_size=500).content.decode()


def test_not_by_asking_after_the_owner_of_the_place(cast: Cast, stranger: Api, theirs: Compound) -> None:
    """The same address, asked first by whoever may see it."""
    home = Api(cast.service)
    for query in queries(theirs):
        home.get("compounds", **query)
        assert theirs.code not in stranger.get("compounds", **query).content.decode()


def test_a_role_that_ended_sees_nothing_more(cast: Cast, theirs: Compound) -> None:
    api = Api(cast.service)
    assert api.results("compounds")
    cast.service.roles.update(ends_on=date(2020, 1, 2))
    demand_problem(api.get("compounds"), 403, "not_permitted")
    demand_problem(api.get(f"compounds/{theirs.code}"), 403, "not_permitted")


def test_people_see_by_session_what_they_see_on_pages(cast: Cast, theirs: Compound) -> None:
    assert SECRET in cast.client("bureau").get("/api/v1/compounds/").content.decode()
    assert SECRET not in cast.client("stranger").get("/api/v1/compounds/").content.decode()
    assert cast.client("contractor").get("/api/v1/compounds/").status_code == 403
    assert cast.client("secadmin").get("/api/v1/compounds/").status_code == 403
    assert cast.client().get("/api/v1/compounds/").status_code == 401


def test_merged_compounds_stay_where_they_were(cast: Cast, stranger: Api, theirs: Compound) -> None:
    other = make_compound(cast, f"{SECRET}二")
    merge_compounds(into=other, others=[theirs], user=cast.bureau, effective_on=date(2025, 1, 1), reason="并")
    assert theirs.code not in stranger.get("compounds", ended="any").content.decode()
