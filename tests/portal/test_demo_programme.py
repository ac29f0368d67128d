"""The demo's programme: published sums and months exact, every stage there, dates as the triggers want them."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, F, Max, Min, Sum

from delivery.models import Contract, ProgressEntry, ProgressPhoto, ProgressSource
from directory.models import User
from portal.demo.pool import current_year
from portal.demo.published import JINGZHOU, ZAOYANG, plan_of_2022, quantity, total
from projects.models import (
    LINE,
    Document,
    GoLive,
    Milestone,
    MilestoneMove,
    Objection,
    Origin,
    Plan,
    PlanKind,
    PlanState,
    Project,
    Scheme,
    SchemeState,
    SiteVisit,
    Stage,
    StageChange,
    Standing,
    Task,
    TaskKind,
    TaskState,
    WorkItemProgress,
)
from tests.portal.demo_database import DAY


@pytest.fixture(autouse=True)
def demo(loaded: None, db: None) -> None:
    """The demo is there; what the test changes is undone after it."""


def of(county: str, **facts: Any) -> Any:
    return Project.objects.filter(division_code__startswith=county, **facts)


# --- The published sums -----------------------------------------------------------------


def planned(county: str, *codes: str) -> Decimal:
    """What the schemes in force plan, in the catalogue's unit."""
    rows = WorkItemProgress.objects.filter(
        project__division_code__startswith=county, work_item__catalogue_item__code__in=codes
    )
    return rows.aggregate(sum=Sum("planned", default=Decimal(0)))["sum"]


@pytest.mark.parametrize(
    ("figure", "codes", "scale"),
    [
        ("road_resurfaced", ("B08",), 1), ("water_sewer_gas_pipes", ("B01", "B02", "B06"), 1000),
        ("low_voltage_lines", ("B05",), 1000), ("parking_places", ("I06",), 1), ("ev_chargers", ("I07",), 1),
        ("fitness_sets", ("I12",), 1), ("security_sets", ("B10",), 1), ("management_rooms", ("I13",), 1),
    ],
)  # fmt: skip
def test_zaoyangs_works_add_up_to_the_published_totals(
    figure: str, codes: tuple[str, ...], scale: int
) -> None:
    assert planned(ZAOYANG, *codes) == quantity(ZAOYANG, figure) * scale


def test_the_shipped_totals_are_those_of_the_newspaper() -> None:
    """A copy that somebody "corrected" would make the test above prove nothing."""
    figures = ("road_resurfaced", "water_sewer_gas_pipes", "low_voltage_lines", "parking_places", "ev_chargers",
               "fitness_sets", "security_sets", "management_rooms")  # fmt: skip
    shipped = [quantity(ZAOYANG, figure) for figure in figures]
    assert shipped == [1_035_000, Decimal("27.3"), Decimal("144.2"), 6_180, 412, 370, 412, 78]


def test_zaoyang_has_its_64_80_and_94_projects() -> None:
    counted = dict(of(ZAOYANG).values_list("year").annotate(Count("pk")))
    assert counted == {2022: 64, 2024: 80, 2025: 94}
    issued = Plan.objects.issued().filter(division=ZAOYANG, kind=PlanKind.ANNUAL)
    assert dict(issued.values_list("first_year").annotate(Count("entries"))) == counted


def test_jingzhous_plan_of_2022_keeps_its_batches_months_households_and_investment() -> None:
    plan = Plan.objects.with_sums().get(division=JINGZHOU, first_year=2022)
    assert (plan.listed_compounds, plan.listed_households) == (30, 4_551)  # type: ignore[attr-defined]
    assert plan.listed_investment == 151_000_000  # type: ignore[attr-defined]
    projects = of(JINGZHOU, year=2022).select_related("compound__cluster")
    assert projects.count() == 30
    for row in plan_of_2022():
        named = projects.filter(compound__name=row.name) if row.compounds == 1 else projects.filter(compound__cluster__name=row.name)  # fmt: skip
        assert named.count() == row.compounds
        for project in named:
            assert project.completed_on is not None
            assert (project.completed_on.year, project.completed_on.month) == (row.completes_on.year, row.completes_on.month)  # fmt: skip
            if row.starts_on is None:
                assert project.planned_start_on is None
                continue
            assert project.planned_start_on == row.starts_on
            assert (project.planned_completion_on.year, project.planned_completion_on.month) == (row.completes_on.year, row.completes_on.month)  # fmt: skip
            assert project.started_on.replace(day=1) == row.starts_on
            assert f"第{row.batch}批" in project.notes


def test_illegal_structures_and_the_27_communities_are_as_published() -> None:
    removed = Task.objects.filter(kind=TaskKind.ILLEGAL_STRUCTURES)
    for county in (JINGZHOU, ZAOYANG):
        sums = removed.filter(division__code__startswith=county).aggregate(area=Sum("quantity_done"), places=Sum("places_done"))  # fmt: skip
        assert sums["area"] == total(county, "illegal_structures_area")
        assert sums["places"] == (
            total(JINGZHOU, "illegal_structures_removed") if county == JINGZHOU else None
        )
    for kind in (TaskKind.DAY_CARE, TaskKind.HEALTH_STATION):
        communities = Task.objects.filter(kind=kind).values_list("division_id", flat=True)
        assert len(set(communities)) == len(communities) == 27


# --- Everything occurs ------------------------------------------------------------------


def test_every_stage_and_standing_occurs() -> None:
    assert set(Project.objects.values_list("stage", flat=True)) == set(LINE)
    assert set(Project.objects.values_list("standing", flat=True)) == set(Standing.values)
    finished = Project.objects.filter(origin=Origin.BEFORE_PORTAL)
    assert finished.count() == 30 + 64 + 80
    assert set(finished.values_list("stage", flat=True)) == {Stage.AFTERCARE}
    assert not finished.exclude(percent_done=100).exists()


def test_going_live_was_set_by_two_administrators() -> None:
    for go_live in GoLive.objects.select_related("proposed_by", "confirmed_by"):
        assert go_live.confirmed_by is not None
        assert {go_live.proposed_by.username[3:], go_live.confirmed_by.username[3:]} == {"system", "security"}
    assert set(GoLive.objects.values_list("division", flat=True)) == {JINGZHOU, ZAOYANG}


def test_plans_are_in_every_hand() -> None:
    year = current_year(DAY)
    states = {
        (plan.division_id, plan.kind, plan.first_year, plan.version): plan.state
        for plan in Plan.objects.all()
    }
    assert states[ZAOYANG, PlanKind.FIVE_YEAR, 2021, 1] == PlanState.ISSUED
    assert states[JINGZHOU, PlanKind.ANNUAL, 2025, 1] == PlanState.SUPERSEDED
    assert states[JINGZHOU, PlanKind.ANNUAL, 2025, 2] == PlanState.ISSUED
    assert states[ZAOYANG, PlanKind.ANNUAL, year + 1, 1] == PlanState.SUBMITTED
    assert states[JINGZHOU, PlanKind.ANNUAL, year + 1, 1] == PlanState.DRAFT
    assert states["4210", PlanKind.ANNUAL, 2025, 1] == PlanState.ISSUED
    assert Plan.objects.exclude(drawn_up_by__name__startswith="示例").count() == 0


def test_schemes_are_at_every_point_of_their_way() -> None:
    states = Counter(Scheme.objects.values_list("state", flat=True))
    assert states[SchemeState.DRAFT] >= 2
    assert states[SchemeState.SIGNING] >= 1
    assert states[SchemeState.NOTICED] >= 3
    assert Objection.objects.filter(answered_on__isnull=True).count() >= 2
    assert Objection.objects.filter(answered_on__isnull=False).exists()
    assert Scheme.objects.filter(version=2, state=SchemeState.NOTICED).exists()
    assert Scheme.objects.filter(from_before=True).count() == 174


def test_some_wait_for_a_document_and_some_dates_are_missed() -> None:
    kinds = Document.objects.valid().values("project_id", "kind")
    accepted = {row["project_id"] for row in kinds if row["kind"] == "acceptance_certificate"}
    waiting = set(Project.objects.filter(stage=Stage.ACCEPTANCE).values_list("pk", flat=True))
    assert waiting - accepted
    assert waiting & accepted
    assert 5 < Milestone.objects.late_on(DAY).values("project").distinct().count() < 80
    assert MilestoneMove.objects.exists()


def test_tasks_are_open_overdue_reported_and_closed() -> None:
    states = Counter(Task.objects.values_list("state", flat=True))
    assert {TaskState.OPEN, TaskState.DONE, TaskState.CLOSED} <= states.keys()
    assert Task.objects.overdue_on(DAY).exists()
    assert set(Task.objects.values_list("kind", flat=True)) == set(TaskKind.values)
    assert {"street", "community", "department", "compound", "city"} <= set(
        Task.objects.values_list("tier", flat=True)
    )


# --- Dates ------------------------------------------------------------------------------


def test_progress_runs_up_to_the_day_of_loading() -> None:
    site = ProgressEntry.objects.filter(source=ProgressSource.SITE)
    assert 0 <= (DAY - site.aggregate(last=Max("done_on"))["last"]).days <= 7
    assert site.filter(done_on__gt=DAY).count() == 0
    assert not site.filter(done_on__lt=F("project__started_on")).exists()
    assert not site.filter(done_on__gt=F("project__completed_on")).exists()
    building = Project.objects.filter(stage=Stage.CONSTRUCTION)
    assert 0 < building.aggregate(least=Min("percent_done"))["least"] < 100
    assert ProgressPhoto.objects.exists()


def test_days_of_the_line_are_in_order() -> None:
    last: dict[int, date] = {}
    for project, day in StageChange.objects.order_by("pk").values_list("project_id", "effective_on"):
        assert last.get(project, day) <= day <= DAY
        last[project] = day
    contracts = Contract.objects.prefetch_related("projects")
    assert all(contract.signed_on <= (project.started_on or DAY) for contract in contracts for project in contract.projects.all())  # fmt: skip


def test_the_contractors_account_has_sites_of_its_own() -> None:
    user = User.objects.get(username="jz-contractor")
    seen = Project.objects.visible_to(user)
    assert seen.filter(stage=Stage.CONSTRUCTION).exists()
    assert seen.count() < of(JINGZHOU).count()
    assert ProgressEntry.objects.filter(by=user).exists()


def test_papers_are_few_files_and_marked() -> None:
    documents = Document.objects.filter(project__isnull=False)
    assert documents.exclude(title__contains="示例").count() == 0
    assert documents.values("versions__file").distinct().count() <= 6
    assert SiteVisit.objects.exclude(participants__contains="示例").count() == 0
