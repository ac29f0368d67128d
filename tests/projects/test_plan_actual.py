"""Planned against actual: on a day, as it was known at a moment; "no plan" where nothing is planned."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from compounds.models import Compound
from directory.models import Division
from files.actions import store_document
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.actions.plans import amend_plan, approve_plan, issue_plan, remove_from_plan, submit_plan
from projects.actions.stages import cancel
from projects.models import Project
from projects.plan_figures.actual import ActualLine, actual
from tests.cast import JINGZHOU, MINSHENG, SHENGLI, Cast
from tests.compounds.builders import make_compound, make_pooled
from tests.projects.builders import PDF, make_issued_plan

YEAR = 2025


def browser(cast: Cast, who: str) -> Any:
    """Signed in as one of the cast."""
    return cast.client(who)


def whole(on: date, *, scope: str = JINGZHOU, year: int = YEAR, as_recorded: Any = None) -> ActualLine:
    moment = as_recorded or timezone.now()
    return actual(year=year, scopes=[scope], digits=9, on=on, as_recorded=moment)[1]


def enter(
    cast: Cast, compound: Compound, *, started: date | None, completed: date | None = None, year: int = YEAR
) -> Project:
    """A project of the year from before the portal: the shortest way to dates in the past."""
    if not Division.objects.filter(pk=JINGZHOU, go_live__isnull=False).exists():
        division = Division.objects.get(pk=JINGZHOU)
        proposed = propose_go_live(division=division, user=cast.sysadmin, live_from=date(2026, 6, 1))
        confirm_go_live(go_live=proposed, user=cast.secadmin)
    stage = "acceptance" if completed else "construction" if started else "scheme"
    return enter_project_from_before(
        compound=compound, user=cast.bureau, year=year, stage=stage, effective_on=date(2025, 12, 31),
        started_on=started, completed_on=completed,
        document=store_document(file=io.BytesIO(PDF), name="证明.pdf", user=cast.bureau),
    )  # fmt: skip


@pytest.fixture
def three(cast: Cast) -> list[Compound]:
    """Of the plan of 2025: one completed in September, one started in May, one not begun; 100 households each."""
    made = [make_pooled(cast, name) for name in ("甲", "乙", "丙")]
    Compound.objects.filter(pk__in=[one.pk for one in made]).update(household_count=100, floor_area=5000)
    made = list(Compound.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))
    make_issued_plan(cast, *made, year=YEAR)
    return made


def test_nothing_planned_is_no_plan_and_never_nought_percent(cast: Cast) -> None:
    enter(cast, make_compound(cast, "计划外"), started=date(2025, 4, 1))
    found = whole(date(2025, 12, 31))
    assert (found.planned, found.started, found.outside) == (0, 1, 1)
    assert found.start_rate is None
    assert found.completion_rate is None
    page = browser(cast, "bureau").get(reverse("projects:plan_actual"), {"year": YEAR, "on": "2025-12-31"})
    assert "无计划" in page.content.decode()


def test_what_had_happened_by_a_day(cast: Cast) -> None:
    names = [make_compound(cast, name, household_count=100) for name in ("甲", "乙", "丙")]
    enter(cast, names[0], started=date(2025, 3, 1), completed=date(2025, 9, 30))
    enter(cast, names[1], started=date(2025, 5, 1))
    enter(cast, names[2], started=None)
    days = {
        date(2025, 2, 28): (0, 0),
        date(2025, 3, 1): (1, 0),
        date(2025, 9, 29): (2, 0),
        date(2025, 9, 30): (2, 1),
    }
    assert {day: (whole(day).started, whole(day).completed) for day in days} == days
    assert whole(date(2025, 9, 30)).started_households == 200
    assert whole(date(2025, 9, 30), year=2024).started == 0


def test_planned_is_the_version_in_force_on_the_day(cast: Cast, three: list[Compound]) -> None:
    assert whole(date(2026, 1, 14)).planned == 0
    assert whole(date(2026, 1, 15)).planned == 3
    cancel(project=Project.objects.get(compound=three[2]), user=cast.bureau, reason="征收")
    plan = three[0].plan_entries.get().plan
    amended = amend_plan(plan=plan, user=cast.bureau, reason="征收")
    remove_from_plan(plan=amended, compounds=[three[2]], user=cast.bureau)
    submit_plan(plan=amended, user=cast.bureau)
    approve_plan(plan=amended, user=cast.bureau2)
    before = timezone.now()
    issue_plan(plan=amended, user=cast.bureau2, document_number="二", issued_on=date(2026, 3, 1))
    assert (whole(date(2026, 2, 28)).planned, whole(date(2026, 3, 1)).planned) == (3, 2)
    # A report that is run again with the knowledge of its own day gives the same.
    assert whole(date(2026, 3, 1), as_recorded=before).planned == 3
    assert whole(date(2026, 3, 1)).planned_households == 200


def test_what_was_recorded_later_is_unknown_to_an_earlier_moment(cast: Cast) -> None:
    before = timezone.now()
    enter(cast, make_compound(cast), started=date(2025, 3, 1))
    assert whole(date(2025, 12, 31), as_recorded=before).started == 0
    assert whole(date(2025, 12, 31)).started == 1


def test_a_cancelled_project_counts_until_the_day_it_was_cancelled(cast: Cast) -> None:
    project = enter(cast, make_compound(cast), started=date(2025, 3, 1))
    cancel(project=project, user=cast.bureau, reason="征收", effective_on=date(2026, 2, 1))
    assert whole(date(2026, 1, 31)).started == 1
    assert whole(date(2026, 2, 1)).started == 0


def test_each_division_has_its_line_and_rates_are_exact(cast: Cast) -> None:
    one = make_pooled(cast, "甲")
    other = make_compound(cast, "乙", community=MINSHENG)
    make_issued_plan(cast, one, year=YEAR)
    enter(cast, other, started=date(2025, 3, 1))
    lines, total = actual(
        year=YEAR, scopes=[JINGZHOU], digits=9, on=timezone.localdate(), as_recorded=timezone.now()
    )
    assert [(line.code, line.planned, line.started) for line in lines] == [
        (SHENGLI[:9], 1, 0),
        (MINSHENG[:9], 0, 1),
    ]
    assert lines[0].start_rate == 0
    assert lines[1].start_rate is None
    assert total.start_rate == Decimal(1)


def test_the_page_counts_only_what_one_may_see(cast: Cast) -> None:
    make_issued_plan(cast, make_pooled(cast, "甲"), year=YEAR)
    address = reverse("projects:plan_actual")
    asked = {"year": YEAR, "on": "2026-02-01"}
    assert browser(cast, "bureau").get(address, asked).context["whole"].planned == 1
    assert browser(cast, "stranger").get(address, asked).context["whole"].planned == 0
    assert browser(cast, "stranger").get(address, {**asked, "division": JINGZHOU}).status_code == 404
    # Of the city, which lies above, the bureau of a county counts its own part.
    assert browser(cast, "bureau").get(address, {**asked, "division": "4210"}).context["whole"].planned == 1
    assert browser(cast, "bureau").get(address, {"year": "x", "on": "31", "recorded": "?"}).status_code == 200


def test_the_figures_lead_to_the_projects_behind_them(cast: Cast) -> None:
    make_issued_plan(cast, make_pooled(cast, "甲"), year=YEAR)
    client = browser(cast, "bureau")
    page = client.get(reverse("projects:plan_actual"), {"year": YEAR})
    ((_line, links),) = page.context["lines"]
    found = client.get(links["planned"])
    assert found.context["list"].count == 1
    assert client.get(links["started"]).context["list"].count == 0
    deeper = client.get(reverse("projects:plan_actual") + links["deeper"])
    assert [line.name for line, _links in deeper.context["lines"]] == ["胜利街社区居民委员会"]
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    recorded = client.get(reverse("projects:plan_actual"), {"year": YEAR, "recorded": yesterday})
    assert recorded.context["whole"].planned == 0
