"""Divisions and organisations by the API: one's own, and what lies above and below."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.models import Division, DivisionSuccession, OrganisationKind, SuccessionKind
from tests.apiclient import Api, demand_problem, faults, make_stranger, names
from tests.cast import EAST_STREET, JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_organisation


def codes(rows: list[dict[str, str]]) -> list[str]:
    return [row["code"] for row in rows]


def test_divisions_are_ones_own_and_the_way_up(cast: Cast) -> None:
    found = codes(Api(cast.service).results("divisions"))
    assert found == sorted(found)
    assert {"42", "4210", JINGZHOU, SHENGLI} <= set(found)
    assert not [code for code in found if code.startswith("4206")]


def test_a_division_as_it_is_told(cast: Cast) -> None:
    assert Api(cast.service).json(f"divisions/{JINGZHOU}") == {
        "code": "421003", "name": "荆州区", "level": "county", "parent": "4210", "ended_on": None, "successors": [],
    }  # fmt: skip
    assert Api(cast.service).json("divisions/42")["parent"] is None


def test_another_districts_division_is_not_there(cast: Cast) -> None:
    demand_problem(Api(cast.service).get(f"divisions/{ZAOYANG}"), 404, "not_found")
    demand_problem(Api(make_stranger()).get(f"divisions/{JINGZHOU}"), 404, "not_found")
    assert Api(cast.service).results("divisions", division=ZAOYANG) == []


def test_divisions_by_level_place_and_name(cast: Cast) -> None:
    api = Api(cast.service)
    assert codes(api.results("divisions", level="street")) == [WEST_STREET, EAST_STREET]
    assert codes(api.results("divisions", level=["city", "county"])) == ["4210", JINGZHOU]
    assert codes(api.results("divisions", division=WEST_STREET)) == [WEST_STREET, SHENGLI, "421003001002"]
    assert codes(api.results("divisions", q="民生")) == ["421003002001"]


def test_an_ended_division_names_what_came_after_it(cast: Cast) -> None:
    Division.objects.filter(code=SHENGLI).update(ended_on=date(2025, 6, 1))
    DivisionSuccession.objects.create(
        old_id=SHENGLI, new_id="421003001002", kind=SuccessionKind.MERGED, effective_on=date(2025, 6, 1)
    )
    api = Api(cast.service)
    assert SHENGLI not in codes(api.results("divisions"))
    assert codes(api.results("divisions", ended="true")) == [SHENGLI]
    assert SHENGLI in codes(api.results("divisions", ended="any"))
    assert api.json(f"divisions/{SHENGLI}")["successors"] == [
        {"code": "421003001002", "kind": "merged", "effective_on": "2025-06-01"}
    ]


def test_organisations(cast: Cast) -> None:
    office = make_organisation("西城街道办事处", kind=OrganisationKind.STREET_OFFICE, division=WEST_STREET)
    far = make_organisation("枣阳住建局", kind=OrganisationKind.BUREAU, division=ZAOYANG)
    firm = make_organisation("枣阳施工队", kind=OrganisationKind.CONTRACTOR, division=ZAOYANG)
    api = Api(cast.service)
    assert names(api.results("organisations")) == ["西城街道办事处", "枣阳施工队"]
    assert names(api.results("organisations", kind="street_office")) == ["西城街道办事处"]
    assert names(api.results("organisations", q="施工")) == ["枣阳施工队"]
    assert names(api.results("organisations", division=JINGZHOU)) == ["西城街道办事处"]
    assert names(api.results("organisations", sort="-id")) == ["枣阳施工队", "西城街道办事处"]
    assert api.json(f"organisations/{office.pk}")["division"] == {"code": WEST_STREET, "name": "西城街道"}
    assert api.json(f"organisations/{firm.pk}")["kind"] == "contractor"
    demand_problem(api.get(f"organisations/{far.pk}"), 404, "not_found")


def test_numbers_that_are_nobodys(cast: Cast) -> None:
    for key in ("0", "9" * 30, str(2**63), "x", "-1", "１"):
        demand_problem(Api(cast.service).get(f"organisations/{key}"), 404, "not_found")


def test_parameters_of_these_lists_are_checked_too(cast: Cast) -> None:
    api = Api(cast.service)
    assert "level" in faults(api.get("divisions", level="planet"))
    assert "sort" in faults(api.get("divisions", sort="name"))
    assert "sort" in faults(api.get("organisations", sort="kind"))
    assert "page_size" in faults(api.get("divisions", page_size=0))
    assert "x" in faults(api.get(f"divisions/{JINGZHOU}", x=1))


def test_statements_do_not_grow_with_the_rows(cast: Cast) -> None:
    api = Api(cast.service)
    counts = []
    for _more in range(2):
        for path in ("divisions", "organisations"):
            api.results(path)
            with CaptureQueriesContext(connection) as captured:
                api.results(path)
            counts.append(len(captured))
        for _organisation in range(10):
            make_organisation()
    assert counts == [2, 2, 2, 2]
