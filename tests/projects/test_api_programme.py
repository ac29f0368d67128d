"""Details, works, indicators, plans and catalogue by the API."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from directory.models import Division
from directory.powers import Role
from projects.actions.catalogue import publish_item
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.actions.plans import amend_plan, draw_up_plan
from projects.actions.projects import add_party, add_related_work, end_party
from projects.actions.stages import cancel, send_back
from projects.actions.timetable import move_milestone
from projects.models import LINE, CatalogueItem, PartyRole, Plan, PlanKind, Project, Stage
from tests.apiclient import Api, demand_problem, faults
from tests.cast import (
    EAST_STREET,
    JINGZHOU,
    SHENGLI,
    WEST_STREET,
    ZAOYANG,
    Cast,
    make_organisation,
    make_user,
)
from tests.compounds.builders import make_pooled
from tests.delivery.builders import a_paper, on_site, report
from tests.projects.builders import bring_to, entry_of, make_plan, make_project
from tests.projects.schemes import make_approved_scheme, make_scheme


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def detail(api: Api, project: Project) -> dict[str, Any]:
    found: dict[str, Any] = api.json(f"projects/{project.code}")
    return found


# --- Detail -----------------------------------------------------------------------------


def test_the_detail_says_what_the_list_says_and_more(cast: Cast, api: Api) -> None:
    project = make_project(cast)
    whole = detail(api, project)
    (row,) = api.results("projects")
    assert row.items() <= whole.items()
    assert whole["created_at"]
    assert whole["works"] == whole["parties"] == whole["related_works"] == []


def test_stages_tell_what_became_of_them(cast: Cast, api: Api) -> None:
    project = on_site(cast)
    today = str(project.started_on)
    stages = {stage["stage"]: stage for stage in detail(api, project)["stages"]}
    assert list(stages) == list(LINE)
    assert {name: stage["state"] for name, stage in stages.items()} == {
        "willingness": "done", "plan": "done", "scheme": "done", "joint_review": "not_required",
        "estimate": "not_required", "tender": "not_required", "start": "done", "construction": "here",
        "acceptance": "ahead", "handover": "ahead", "aftercare": "ahead",
    }  # fmt: skip
    assert (stages["start"]["entered_on"], stages["start"]["left_on"]) == (today, today)
    assert stages["construction"]["left_on"] is None
    assert stages["construction"]["planned_on"] == str(project.planned_completion_on)


def test_what_lies_before_the_portal_is_unknown(cast: Cast, api: Api) -> None:
    system, security = (
        make_user(role=role, division="4210")
        for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
    )
    go_live = propose_go_live(
        division=Division.objects.get(pk="4210"), user=system, live_from=date(2025, 1, 1)
    )
    confirm_go_live(go_live=go_live, user=security)
    day = date(2023, 5, 1)
    project = enter_project_from_before(
        compound=make_pooled(cast), user=cast.bureau, year=2023, stage="construction", effective_on=day, started_on=day,
        document=a_paper(cast),
    )  # fmt: skip
    whole = detail(api, project)
    assert (whole["origin"], whole["started_on"]) == ("before_portal", "2023-05-01")
    states = [(stage["state"], stage["entered_on"], stage["left_on"]) for stage in whole["stages"]]
    assert states[:7] == [("unknown", None, None)] * 7
    assert states[7] == ("here", "2023-05-01", None)


def test_what_was_gone_back_on_is_forgotten(cast: Cast, api: Api) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    make_approved_scheme(cast, project)
    bring_to(cast, project, Stage.JOINT_REVIEW)
    send_back(project=project, user=cast.bureau, reason="重做方案")
    stages = {stage["stage"]: stage for stage in detail(api, project)["stages"]}
    assert (stages["scheme"]["state"], stages["scheme"]["left_on"]) == ("here", None)
    assert (stages["joint_review"]["state"], stages["joint_review"]["entered_on"]) == ("ahead", None)


def test_milestones_keep_their_first_date(cast: Cast, api: Api) -> None:
    project = make_project(cast)
    milestone = project.milestones.get(stage=Stage.CONSTRUCTION, closes_stage=True)
    move_milestone(milestone=milestone, user=cast.bureau, to=date(2027, 3, 1), reason="冬季停工")
    told = [line for line in detail(api, project)["milestones"] if line["closes_stage"]]
    (line,) = [line for line in told if line["stage"] == "construction"]
    assert (line["planned_on"], line["due_on"]) == (milestone.planned_on.isoformat(), "2027-03-01")
    assert detail(api, project)["forecast_completion_on"] == "2027-03-01"


def test_parties_and_related_works(cast: Cast, api: Api) -> None:
    project = make_project(cast)
    firm, gas = make_organisation("荆建", kind="contractor"), make_organisation("燃气公司", kind="utility")
    party = add_party(
        project=project,
        user=cast.bureau,
        organisation=firm,
        role=PartyRole.CONTRACTOR,
        from_on=date(2026, 3, 1),
    )
    end_party(party=party, user=cast.bureau, until_on=date(2026, 5, 1))
    add_related_work(
        project=project,
        user=cast.bureau,
        kind="gas",
        name="燃气迁改",
        organisation=gas,
        planned_from=date(2026, 4, 1),
    )
    whole = detail(api, project)
    assert whole["parties"] == [
        {
            "role": "contractor", "organisation": {"id": firm.pk, "name": "荆建"},
            "from_on": "2026-03-01", "until_on": "2026-05-01",
        }
    ]  # fmt: skip
    assert whole["related_works"] == [
        {
            "kind": "gas", "name": "燃气迁改", "organisation": {"id": gas.pk, "name": "燃气公司"},
            "planned_from": "2026-04-01", "planned_until": None,
        }
    ]  # fmt: skip


def test_nobodys_name_is_told(cast: Cast, api: Api) -> None:
    project = on_site(cast)
    Project.objects.filter(pk=project.pk).update(manager=cast.street, notes="联系人李四 13900000000")
    report(cast, project, 5, note="张三到场")
    for path in (
        "projects",
        f"projects/{project.code}",
        "works",
        "plans",
        f"plans/{entry_of(project).plan_id}",
    ):
        text = api.get(path).content.decode()
        for name in (cast.street.name, cast.bureau.name, cast.community.name, "李四", "张三"):
            assert name not in text, path


# --- Works and indicators ---------------------------------------------------------------


def test_a_work_as_it_is_told(cast: Cast, api: Api) -> None:
    project = on_site(cast, works=(("B01", "100", "300"),))
    report(cast, project, 40)
    (work,) = api.results("works")
    assert work.pop("updated_at")
    assert work == {
        "id": project.work_items.get().pk,
        "item": {
            "code": "B01", "version": 1, "division": None, "name_zh": "供水管网改造", "name_en": "Water-supply pipes",
        },
        "category": "basic", "aspect": "infrastructure", "indicator": "water_pipe_km", "unit": "m",
        "location": "", "treatment": "alter", "origin": "basic",
        "planned": "100.00", "done": "40.00", "cost": "30000.0000",
        "project": project.code, "year": project.year,
        "compound": {"code": project.compound.code, "name": project.compound.name},
        "community": {"code": SHENGLI, "name": "胜利街社区居民委员会"},
    }  # fmt: skip
    (same,) = detail(api, project)["works"]
    assert same.items() <= work.items()


def test_what_no_office_approved_is_no_work(cast: Cast, api: Api) -> None:
    make_scheme(cast, make_project(cast))
    assert api.results("works") == api.results("indicators") == []


def test_works_by_indicator_project_year_and_category(cast: Cast, api: Api) -> None:
    first = on_site(cast)
    second = on_site(cast, works=(("B08", "90.5", "110"), ("I06", "12", "5000")))
    assert {work["project"] for work in api.results("works", indicator="water_pipe_km")} == {first.code}
    assert len(api.results("works", project=second.code)) == 2
    assert len(api.results("works", year=first.year)) == 2
    assert [work["item"]["code"] for work in api.results("works", category="improve")] == ["I06"]
    assert len(api.results("works", item="B08", aspect="infrastructure", division=WEST_STREET)) == 1
    assert api.results("works", division=EAST_STREET) == []
    assert [len(page["results"]) for page in api.pages("works", page_size=3)] == [3, 1]


def test_indicators_add_up_exactly_and_kilometres_are_kilometres(cast: Cast, api: Api) -> None:
    first = on_site(cast, works=(("B01", "800.25", "600"), ("B08", "90.5", "110")))
    on_site(cast, works=(("B01", "1200.5", "600"),))
    report(cast, first, "333.33")
    pipes, roads = sorted(api.results("indicators"), key=lambda line: line["indicator"], reverse=True)
    assert pipes == {
        "indicator": "water_pipe_km", "unit": "km", "planned": "2.00075", "done": "0.33333",
        "cost": "1200450.0000", "projects": 2,
    }  # fmt: skip
    assert roads == {
        "indicator": "road_resurfaced_m2", "unit": "m2", "planned": "90.50", "done": "0.00", "cost": "9955.0000",
        "projects": 1,
    }  # fmt: skip
    (this_year,) = api.results("indicators", year=first.year - 1)
    assert this_year["planned"] == "1.20050"
    assert api.results("indicators", division=EAST_STREET) == []
    assert len(list(api.pages("indicators", page_size=1))) == 2


def test_cancelled_projects_do_not_count(cast: Cast, api: Api) -> None:
    project = on_site(cast)
    cancel(project=project, user=cast.bureau, reason="拆迁")
    assert api.results("indicators") == []
    assert len(api.results("indicators", standing="cancelled")) == 2


def test_an_indicator_in_two_units_has_two_lines(cast: Cast, api: Api) -> None:
    item = CatalogueItem.objects.get(code="B01", division=None)
    facts = {name: getattr(item, name) for name in ("name_zh", "category", "aspect", "indicator")}
    costs = dict.fromkeys(("unit_cost_low", "unit_cost", "unit_cost_high"), Decimal(500))
    CatalogueItem.objects.create(code="X01", unit="place", **facts, **costs)
    on_site(cast, works=(("B01", "100", "300"), ("X01", "2", "500")))
    assert [(line["unit"], line["planned"]) for line in api.results("indicators")] == [
        ("km", "0.10000"), ("place", "2.00"),
    ]  # fmt: skip


# --- Plans ------------------------------------------------------------------------------


def test_a_plan_as_it_is_told(cast: Cast, api: Api) -> None:
    project = make_project(cast, "砂石厂小区")
    plan = entry_of(project).plan
    (row,) = api.results("plans")
    nothing = {"compounds": 1, "buildings": 0, "households": 0, "floor_area": "0.00", "investment": "0.00"}
    entry = entry_of(project)
    known = {"buildings": entry.building_count, "households": entry.household_count}
    assert row == {
        "id": plan.pk,
        "division": {"code": JINGZHOU, "name": "荆州区"},
        "kind": "annual",
        "first_year": 2026,
        "last_year": 2026,
        "version": 1,
        "state": "issued",
        "title": "荆州区2026年度计划",
        "document_number": "荆区住建〔2026〕1号",
        "issued_on": "2026-01-15",
        "targets": dict.fromkeys(("compounds", "households", "floor_area", "investment")),
        "listed": {**nothing, **{name: value or 0 for name, value in known.items()}},
    }
    whole = api.json(f"plans/{plan.pk}")
    assert row.items() <= whole.items()
    (told,) = whole["entries"]
    assert (told["compound"]["name"], told["in_force"], told["project"]) == ("砂石厂小区", True, project.code)


def make_city_plan() -> Plan:
    manager = make_user(role=Role.BUREAU_MANAGER, division="4210")
    return draw_up_plan(
        division=Division.objects.get(pk="4210"), user=manager, kind=PlanKind.ANNUAL, first_year=2026,
        title="荆州市2026年度计划", target_compounds=5,
    )  # fmt: skip


def test_a_city_lists_what_its_counties_have_in_force(cast: Cast) -> None:
    api = Api(make_user(role=Role.SERVICE, division="4210", is_service=True))
    city = make_city_plan()
    assert api.json(f"plans/{city.pk}")["listed"]["compounds"] == 0
    project = make_project(cast)
    amended = amend_plan(plan=entry_of(project).plan, user=cast.bureau, reason="增补")
    told = api.json(f"plans/{city.pk}")
    assert (told["listed"]["compounds"], told["targets"]["compounds"], told["entries"]) == (1, 5, [])
    assert {row["id"] for row in api.results("plans", year=2026)} == {
        city.pk,
        amended.pk,
        entry_of(project).plan_id,
    }


def test_drafts_above_are_not_seen_and_replaced_versions_only_when_asked_for(cast: Cast, api: Api) -> None:
    city = make_city_plan()
    draft = make_plan(cast, year=2027)
    assert [row["id"] for row in api.results("plans")] == [draft.pk]
    demand_problem(api.get(f"plans/{city.pk}"), 404, "not_found")
    assert api.results("plans", state="superseded") == []
    assert [row["id"] for row in api.results("plans", year=2027, kind="annual", state="draft")] == [draft.pk]


def test_the_entries_of_a_plan_are_those_of_the_callers_places(cast: Cast) -> None:
    plan = entry_of(make_project(cast)).plan
    east = Api(make_user(role=Role.SERVICE, division=EAST_STREET, is_service=True))
    told = east.json(f"plans/{plan.pk}")
    assert (told["entries"], told["listed"]["compounds"]) == ([], 1)


def test_an_id_beyond_all_plans(api: Api) -> None:
    for key in ("0", "9999999999999999999999", "2147483648"):
        demand_problem(api.get(f"plans/{key}"), 404, "not_found")


# --- Catalogue --------------------------------------------------------------------------


def test_the_catalogue_is_the_one_in_force(cast: Cast, api: Api) -> None:
    shipped = {row["code"]: row for row in api.results("catalogue", page_size=500)}
    assert len(shipped) == 47
    assert shipped["B01"]["unit_cost"] == "600.00"
    item = CatalogueItem.objects.get(code="B01", division=None)
    facts: Any = {name: getattr(item, name) for name in PUBLISHED}
    publish_item(
        division=Division.objects.get(pk=JINGZHOU),
        user=cast.bureau,
        code="B01",
        facts={**facts, "unit_cost": Decimal(700)},
    )
    for asked in ({}, {"division": JINGZHOU}, {"division": SHENGLI}):
        (ours,) = [row for row in api.results("catalogue", page_size=500, **asked) if row["code"] == "B01"]
        assert (ours["unit_cost"], ours["division"]) == ("700.00", JINGZHOU)
    (above,) = [row for row in api.results("catalogue", page_size=500, division="42") if row["code"] == "B01"]
    assert (above["unit_cost"], above["division"]) == ("600.00", None)
    assert api.results("catalogue", division=ZAOYANG) == []
    assert "division" in faults(api.get("catalogue", division="4"))
    assert {row["category"] for row in api.results("catalogue", category="upgrade")} == {"upgrade"}
    assert [row["code"] for row in api.results("catalogue", indicator="lifts", offered="true")] == ["I15"]


PUBLISHED = (
    "name_zh", "name_en", "category", "aspect", "unit", "indicator", "unit_cost_low", "unit_cost_high",
    "warranty_years", "topics",
)  # fmt: skip
