"""Projects by the API: what is told of one, page by page, since when, and what it costs."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateField, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.actions.register import update_compound
from delivery.curve import planned_on, written
from projects.actions.projects import add_party, add_related_work, edit_project
from projects.actions.stages import cancel, send_back, suspend
from projects.actions.timetable import add_milestone
from projects.api.bodies import planned_percent
from projects.models import PartyRole, Project, Stage
from tests.apiclient import V1, Api, faults
from tests.cast import SHENGLI, Cast, make_organisation
from tests.delivery.builders import on_site, report
from tests.projects.builders import bring_to, entry_of, make_document, make_project, make_unplanned_project
from tests.projects.schemes import make_approved_scheme, make_scheme


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def codes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]


def test_a_project_as_it_is_told(cast: Cast, api: Api) -> None:
    project = make_project(cast, "砂石厂小区")
    client = make_organisation("荆州城投", kind="other")
    edit_project(project=project, user=cast.bureau, client=client, programmes=["urban_renewal"])
    update_compound(
        compound=project.compound,
        user=cast.bureau,
        building_count=3,
        household_count=120,
        floor_area=Decimal("9876.50"),
    )
    bring_to(cast, project, Stage.SCHEME)
    make_approved_scheme(cast, project, {"B01": 800})
    project.refresh_from_db()
    (row,) = api.results("projects")
    planned = row.pop("planned_percent")
    assert planned is not None
    assert row == {
        "code": project.code,
        "compound": {"code": project.compound.code, "name": "砂石厂小区"},
        "community": {"code": SHENGLI, "name": "胜利街社区居民委员会"},
        "year": 2026,
        "plan": {"id": entry_of(project).plan_id, "document_number": "荆区住建〔2026〕1号"},
        "origin": "portal",
        "programmes": ["urban_renewal"],
        "lead_kind": project.lead_kind,
        "lead": None,
        "client": {"id": client.pk, "name": "荆州城投"},
        "stage": "scheme",
        "standing": "active",
        "started_on": None,
        "completed_on": None,
        "planned_start_on": str(project.planned_start_on),
        "planned_completion_on": str(project.planned_completion_on),
        "forecast_completion_on": str(project.forecast_completion_on),
        "percent_done": "0.00",
        "last_progress_on": None,
        "building_count": 3,
        "household_count": 120,
        "floor_area": "9876.50",
        "estimate": "480000.0000",
        "updated_at": project.updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_what_is_not_known_is_null(cast: Cast, api: Api) -> None:
    project = make_unplanned_project(cast)
    make_scheme(cast, project)
    (row,) = api.results("projects")
    empty = ("plan", "lead", "client", "started_on", "completed_on", "estimate", "last_progress_on")
    assert [row[name] for name in empty] == [None] * len(empty)


def test_the_planned_percentage_is_todays(cast: Cast) -> None:
    """Held against the arithmetic of the curve, around both ends and in between."""
    make_unplanned_project(cast)
    spring, winter, today = date(2026, 3, 1), date(2026, 11, 30), timezone.localdate()
    for start, completion in (
        (spring, winter), (today, today), (today, today + timedelta(days=6)), (today + timedelta(days=1), today + timedelta(9)),
        (today - timedelta(days=9), today - timedelta(days=1)), (winter, spring),
    ):  # fmt: skip
        days = [Value(day, DateField()) for day in (start, completion)]
        found = Project.objects.values_list(planned_percent(*days), flat=True).get()
        told = planned_on(today, start=start, completion=completion)
        assert found == (None if told is None else str(written(told)))


# --- Filters ----------------------------------------------------------------------------


@pytest.fixture
def several(cast: Cast) -> dict[str, Project]:
    """One just begun, one cancelled, one suspended with a scheme, each of its year."""
    halted = bring_to(cast, make_project(cast, "停院", year=2024), Stage.SCHEME)
    begun = make_unplanned_project(cast, "新院", year=2026)
    gone = make_unplanned_project(cast, "撤院", year=2025)
    cancel(project=gone, user=cast.bureau, reason="拆迁")
    suspend(project=halted, user=cast.bureau, reason="等批复")
    edit_project(project=begun, user=cast.bureau, programmes=["complete_community"])
    return {"begun": begun, "gone": gone, "halted": halted}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("year=2025", {"gone"}),
        ("stage=scheme", {"halted"}),
        ("stage=scheme&stage=willingness", {"begun", "gone", "halted"}),
        ("standing=cancelled", {"gone"}),
        ("standing=under_way", {"begun", "halted"}),
        ("finished=true", {"gone"}),
        ("finished=false", {"begun", "halted"}),
        ("programme=complete_community", {"begun"}),
        ("planned=true", {"halted"}),
        ("origin=before_portal", set()),
        ("started_from=2020-01-01", set()),
        ("division=421003001", {"begun", "gone", "halted"}),
        ("division=421003002", set()),
        ("q=tingyuan", {"halted"}),
        ("q=%E5%81%9C", {"halted"}),
    ],
)
def test_filters(api: Api, several: dict[str, Project], query: str, expected: set[str]) -> None:
    found = api.request(f"{V1}/projects/", query).json()["results"]
    assert set(codes(found)) == {several[name].code for name in expected}


def test_by_compound_lead_and_client(cast: Cast, api: Api, several: dict[str, Project]) -> None:
    firm = make_organisation("城投", kind="other")
    edit_project(project=several["begun"], user=cast.bureau, client=firm)
    code = several["begun"].code
    assert codes(api.results("projects", compound=several["begun"].compound.code)) == [code]
    assert codes(api.results("projects", client=firm.pk)) == [code]
    assert codes(api.results("projects", client_name="chengtou")) == [code]
    assert api.results("projects", lead=firm.pk) == []


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("manager=1", "no such parameter"),
        ("manager_name=x", "no such parameter"),
        ("stage=building", "building"),
        ("year=1999", "2000"),
        ("started_from=20/11/2026", "2026-11-20"),
        ("started_from=2026-02-30", "2026-11-20"),
        ("completed_to=2026-11-20T00:00:00Z", "2026-11-20"),
        ("late=yes", "yes"),
        ("sort=stage", "One of"),
        ("updated_since=2026-01-01", "date, time and zone"),
        ("format=json", "no such parameter"),
    ],
)
def test_what_cannot_be_used_is_named(api: Api, query: str, fault: str) -> None:
    found = faults(api.request(f"{V1}/projects/", query))
    (name,) = found
    assert query.startswith(name)
    assert fault in found[name]


def test_late_is_asked_anew_each_day(cast: Cast, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    make_unplanned_project(cast)
    assert api.results("projects", late="true")
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda *args: real(*args).replace(year=2025, month=12, day=1))
    assert api.results("projects", late="true") == []


# --- Pages and order --------------------------------------------------------------------


@pytest.mark.parametrize(
    "sort", ["code", "-code", "name", "-year", "planned_start_on", "-started_on", "updated_at"]
)
def test_every_row_comes_once_in_order(cast: Cast, api: Api, sort: str) -> None:
    for at in range(5):
        make_unplanned_project(cast, f"小区{at}", year=2024 + at % 3)
    whole = api.results("projects", sort=sort)
    pages = list(api.pages("projects", sort=sort, page_size=2))
    assert [len(page["results"]) for page in pages] == [2, 2, 1]
    assert [row for page in pages for row in page["results"]] == whole
    assert len(set(codes(whole))) == 5


# --- Changes ----------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Cast, Project], Any]] = {
    "facts": lambda cast, project: edit_project(project=project, user=cast.bureau, programmes=["urban_renewal"]),
    "standing": lambda cast, project: suspend(project=project, user=cast.bureau, reason="停"),
    "stage": lambda cast, project: send_back(project=project, user=cast.bureau, reason="重来"),
    "milestone": lambda cast, project: add_milestone(
        project=project, user=cast.bureau, stage=Stage.SCHEME, name="踏勘", planned_on=date(2026, 5, 1)
    ),
    "document": lambda cast, project: make_document(cast, project, "meeting"),
    "scheme": make_approved_scheme,
    "party": lambda cast, project: add_party(
        project=project, user=cast.bureau, organisation=make_organisation("设计院", kind="designer"),
        role=PartyRole.DESIGNER, from_on=date(2026, 1, 1),
    ),
    "related": lambda cast, project: add_related_work(
        project=project, user=cast.bureau, kind="gas", name="燃气管道迁改"
    ),
    "compound": lambda cast, project: update_compound(
        compound=project.compound, user=cast.bureau, household_count=321
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_told_counts_as_a_change(cast: Cast, api: Api, change: str) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    before = timezone.now()
    assert api.results("projects", updated_since=before.isoformat()) == []
    CHANGES[change](cast, project)
    assert codes(api.results("projects", updated_since=before.isoformat())) == [project.code]


def test_what_the_project_does_not_tell_of_its_compound_is_no_change(cast: Cast, api: Api) -> None:
    project = make_unplanned_project(cast)
    before = timezone.now()
    update_compound(compound=project.compound, user=cast.bureau, address="新址")
    assert api.results("projects", updated_since=before.isoformat()) == []


def test_progress_is_a_change_of_project_and_works(cast: Cast, api: Api) -> None:
    project = on_site(cast)
    before = timezone.now()
    report(cast, project, 25)
    since = {"updated_since": before.isoformat()}
    (row,) = api.results("projects", **since)
    assert (row["code"], row["percent_done"]) == (project.code, "12.50")
    assert [(work["item"]["code"], work["done"]) for work in api.results("works", **since)] == [
        ("B01", "25.00"), ("B02", "0.00"),
    ]  # fmt: skip


# --- What it costs ----------------------------------------------------------------------


def counted(api: Api, path: str, **parameters: Any) -> int:
    api.get(path, **parameters)
    with CaptureQueriesContext(connection) as captured:
        assert api.get(path, **parameters).status_code == 200
    return len(captured)


def test_a_list_costs_the_same_for_one_row_and_for_many(cast: Cast, api: Api) -> None:
    make_approved_scheme(cast, bring_to(cast, make_project(cast), Stage.SCHEME))
    paths = ("projects", "works", "indicators", "plans", "catalogue")
    before = {path: counted(api, path) for path in paths}
    assert set(before.values()) == {2}
    for at in range(3):
        make_approved_scheme(cast, bring_to(cast, make_project(cast, year=2023 - at), Stage.SCHEME))
    assert {path: counted(api, path) for path in paths} == before


def test_a_detail_costs_the_same_however_much_there_is(cast: Cast, api: Api) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    assert counted(api, f"projects/{project.code}") == 7
    make_approved_scheme(cast, project)
    add_milestone(project=project, user=cast.bureau, stage="scheme", name="踏勘", planned_on=date(2026, 5, 1))
    assert counted(api, f"projects/{project.code}") == 7
    assert counted(api, f"plans/{entry_of(project).plan_id}") == 3
