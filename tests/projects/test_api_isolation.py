"""A token of one district never sees another's project, works or plan; a firm's only what it is a party to."""

import itertools
from datetime import date
from typing import Any

import pytest

from directory.models import User
from directory.powers import Role
from projects.actions.projects import add_party, end_party
from projects.models import PartyRole, Project, Stage
from tests.apiclient import Api, demand_problem, faults, make_stranger, make_token
from tests.cast import JINGZHOU, ZAOYANG, Cast, make_organisation, make_user
from tests.compounds.builders import make_compound
from tests.delivery.builders import on_site
from tests.projects.builders import bring_to, entry_of, make_project, make_unplanned_project

SECRET = "荆州密院"
LISTS = ("projects", "works", "indicators", "plans", "catalogue")


@pytest.fixture
def theirs(cast: Cast) -> Project:
    """A project of Jingzhou with everything that can hang on it."""
    project = on_site(cast, SECRET)
    client = make_organisation(f"{SECRET}城投", kind="other")
    Project.objects.filter(pk=project.pk).update(client=client, programmes=["urban_renewal"])
    project.refresh_from_db()
    return project


@pytest.fixture
def stranger(cast: Cast, theirs: Project) -> Api:
    return Api(make_stranger())


def traces(project: Project) -> list[str]:
    """What tells of the project wherever it stands."""
    return [SECRET, project.code, project.compound.code, "荆州区2026", "water_pipe_km"]


def queries(project: Project) -> list[dict[str, object]]:
    return [
        {}, {"division": JINGZHOU}, {"division": "42"}, {"division": project.division_code}, {"q": SECRET}, {"q": "jzmy"},
        {"q": project.code}, {"year": project.year}, {"stage": "construction"}, {"standing": "active"},
        {"standing": "under_way"}, {"finished": "false"}, {"client": project.client_id}, {"client_name": SECRET},
        {"compound": project.compound.code}, {"programme": "urban_renewal"}, {"planned": "true"}, {"origin": "portal"},
        {"started_from": "2020-01-01"}, {"updated_since": "2020-01-01T00:00:00Z"}, {"sort": "-percent_done"},
        {"project": project.code}, {"indicator": "water_pipe_km"}, {"item": "B01"}, {"category": "basic"},
        {"kind": "annual"}, {"state": "issued"},
    ]  # fmt: skip


def test_not_by_any_list_or_filter_also_after_the_owner_asked(
    cast: Cast, stranger: Api, theirs: Project
) -> None:
    home = Api(cast.service)
    told = 0
    for path, query in itertools.product(LISTS[:-1], queries(theirs)):
        owners = home.get(path, **query)
        told += any(trace in owners.content.decode() for trace in traces(theirs))
        text = stranger.get(path, **query).content.decode()
        assert not any(trace in text for trace in traces(theirs) if trace not in query.values()), (
            path,
            query,
        )
    assert told > len(queries(theirs))


def test_not_by_detail(stranger: Api, theirs: Project) -> None:
    demand_problem(stranger.get(f"projects/{theirs.code}"), 404, "not_found")
    demand_problem(stranger.get(f"plans/{entry_of(theirs).plan_id}"), 404, "not_found")


def test_not_by_another_persons_cursor(cast: Cast, stranger: Api, theirs: Project) -> None:
    for at in range(3):
        make_unplanned_project(cast, f"{SECRET}{at}")
    for path, sort in (("projects", "code"), ("projects", "-updated_at"), ("works", "project")):
        cursor = Api(cast.service).json(path, page_size=1, sort=sort)["next"].rpartition("cursor=")[2]
        assert stranger.results(path, page_size=1, sort=sort, cursor=cursor) == []
    cursor = (
        Api(cast.service).json("projects", page_size=1, division=JINGZHOU)["next"].rpartition("cursor=")[2]
    )
    assert stranger.results("projects", page_size=1, division=JINGZHOU, cursor=cursor) == []
    assert "cursor" in faults(stranger.get("projects", division=ZAOYANG, cursor=cursor))


def test_not_by_the_bodies_of_the_project(stranger: Api, theirs: Project) -> None:
    demand_problem(stranger.get(f"organisations/{theirs.client_id}"), 404, "not_found")


def test_a_street_sees_its_own_only(cast: Cast) -> None:
    west = make_project(cast, "西院")
    east_compound = make_compound(cast, "东院", community="421003002001")
    street = Api(make_user(role=Role.SERVICE, division="421003002", is_service=True))
    assert [row["code"] for row in street.results("projects")] == []
    plan = street.json(f"plans/{entry_of(west).plan_id}")
    assert plan["entries"] == []
    assert east_compound.code not in str(plan)


def test_a_role_that_ended_sees_nothing_more(cast: Cast, theirs: Project) -> None:
    api = Api(cast.service)
    assert api.results("projects")
    cast.service.roles.update(ends_on=date(2020, 1, 2))
    for path in (*LISTS, f"projects/{theirs.code}"):
        demand_problem(api.get(path), 403, "not_permitted")


# --- Firms ------------------------------------------------------------------------------


def firms_program(organisation: Any) -> Api:
    """A program of a firm: the contractor's role gives nothing but what the firm is a party to."""
    user: User = make_user(
        role=Role.CONTRACTOR_USER, division=JINGZHOU, is_service=True, organisation=organisation
    )
    key, _token = make_token(user)
    return Api(key=key)


def test_a_firm_sees_what_it_is_a_party_to_as_long_as_it_is(cast: Cast, theirs: Project) -> None:
    other = bring_to(cast, make_project(cast, "别家的院", year=2020), Stage.SCHEME)
    firm = make_organisation("荆建二公司", kind="contractor")
    api = firms_program(firm)
    assert [api.results(path) for path in ("projects", "works", "indicators")] == [[], [], []]
    party = add_party(
        project=theirs,
        user=cast.bureau,
        organisation=firm,
        role=PartyRole.CONTRACTOR,
        from_on=date(2026, 1, 1),
    )
    assert [row["code"] for row in api.results("projects")] == [theirs.code]
    assert api.json(f"projects/{theirs.code}")["parties"]
    assert {row["project"] for row in api.results("works")} == {theirs.code}
    assert {line["projects"] for line in api.results("indicators")} == {1}
    demand_problem(api.get(f"projects/{other.code}"), 404, "not_found")
    for path in ("plans", f"plans/{entry_of(theirs).plan_id}"):
        demand_problem(api.get(path), 403, "not_permitted")
    assert len(api.results("catalogue", page_size=500)) == 47
    end_party(party=party, user=cast.bureau, until_on=date(2026, 2, 1))
    assert api.results("projects") == []
    demand_problem(api.get(f"projects/{theirs.code}"), 404, "not_found")


def test_two_firms_with_the_same_role_do_not_share_what_was_prepared(cast: Cast, theirs: Project) -> None:
    ours, others = (make_organisation(name, kind="contractor") for name in ("甲公司", "乙公司"))
    add_party(
        project=theirs,
        user=cast.bureau,
        organisation=ours,
        role=PartyRole.CONTRACTOR,
        from_on=date(2026, 1, 1),
    )
    assert firms_program(ours).results("projects")
    assert firms_program(others).results("projects") == []


def test_who_joins_finds_the_project_among_the_changes(cast: Cast, theirs: Project) -> None:
    firm = make_organisation("监理公司", kind="supervisor")
    api = firms_program(firm)
    since = api.json("projects", updated_since="2020-01-01T00:00:00Z")["updated_until"]
    add_party(
        project=theirs,
        user=cast.bureau,
        organisation=firm,
        role=PartyRole.SUPERVISOR,
        from_on=date(2026, 1, 1),
    )
    assert [row["code"] for row in api.results("projects", updated_since=since)] == [theirs.code]


def test_people_see_by_session_what_they_see_on_pages(cast: Cast, theirs: Project) -> None:
    assert SECRET in cast.client("bureau").get("/api/v1/projects/").content.decode()
    assert SECRET not in cast.client("stranger").get("/api/v1/projects/").content.decode()
    assert cast.client("secadmin").get("/api/v1/projects/").status_code == 403
    assert cast.client().get("/api/v1/projects/").status_code == 401
