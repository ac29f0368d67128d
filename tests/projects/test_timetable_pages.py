"""The timetable of a project and the timeline of a year: what moves, what is late, who sees it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.errors import NotPermitted
from projects.actions.stages import cancel, suspend
from projects.actions.timetable import add_milestone, finish_milestone, move_milestone, remove_milestone
from projects.errors import DateInFuture, MilestoneDone, MilestoneOfStage, ReasonNeeded
from projects.models import Milestone, MilestoneMove, Project, Stage
from projects.projectlog import changes_of
from projects.timeline import Axis, days_late, first_of_next_month, picture
from tests.cast import MINSHENG, Cast, make_organisation
from tests.projects.builders import bring_to, make_project, make_unplanned_project
from tests.projects.elsewhere import make_project_in, make_project_in_zaoyang


def address(project: Project, name: str = "timetable", *more: Any) -> str:
    return reverse(f"projects:{name}", args=[project.code, *more])


def milestone(project: Project, stage: str = Stage.CONSTRUCTION, *, closes: bool = True) -> Milestone:
    found = project.milestones.filter(stage=stage, closes_stage=closes).first()
    assert found is not None
    return found


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


# --- Acts --------------------------------------------------------------------------------


def test_a_date_moves_with_its_reason_and_the_old_one_stays_to_be_seen(cast: Cast) -> None:
    project = make_project(cast)
    one = milestone(project)
    before = one.due_on
    client = cast.client("street")
    here = address(project, "milestone_move", one.pk)
    assert client.post(here, {"to": before + timedelta(days=8), "reason": " "}).status_code == 422
    assert client.post(here, {"to": before, "reason": "未变"}).status_code == 422
    assert client.post(here, {"to": before + timedelta(days=8), "reason": "雨季影响"}).status_code == 302
    project.refresh_from_db()
    assert project.forecast_completion_on == before + timedelta(days=8)
    assert project.planned_completion_on == before
    page = text(client.get(address(project)))
    for shown in ("雨季影响", before.isoformat(), "街道干部己"):
        assert shown in page


def test_a_milestone_of_ones_own_is_added_done_opened_and_removed(cast: Cast) -> None:
    project = make_project(cast)
    office = make_organisation("荆州区供水公司", kind="utility")
    client = cast.client("bureau")
    sent = {"stage": Stage.CONSTRUCTION, "name": "强弱电入地", "planned_on": "2026-08-31", "answerable": "contractor",
            "organisation": office.pk}  # fmt: skip
    assert client.post(address(project, "milestone_add"), sent).status_code == 302
    one = project.milestones.get(name="强弱电入地")
    assert (one.due_on, one.organisation) == (date(2026, 8, 31), office)
    day = timezone.localdate()
    assert client.post(address(project, "milestone_done", one.pk), {"done_on": day + timedelta(days=1)}).status_code == 422  # fmt: skip
    assert client.post(address(project, "milestone_done", one.pk), {"done_on": day}).status_code == 302
    with pytest.raises(MilestoneDone):
        move_milestone(milestone=one, user=cast.bureau, to=day, reason="x")
    assert client.post(address(project, "milestone_reopen", one.pk)).status_code == 302
    assert (
        client.post(address(project, "milestone_assign", one.pk), {"answerable": "lead"}).status_code == 302
    )
    one.refresh_from_db()
    assert (one.done_on, one.answerable, one.organisation) == (None, "lead", None)
    assert client.post(address(project, "milestone_remove", one.pk)).status_code == 302
    assert not project.milestones.filter(name="强弱电入地").exists()


def test_what_ends_a_stage_is_done_by_leaving_it_and_stays(cast: Cast) -> None:
    project = make_project(cast)
    one = milestone(project)
    for act in (
        lambda: finish_milestone(milestone=one, user=cast.bureau, done_on=timezone.localdate()),
        lambda: remove_milestone(milestone=one, user=cast.bureau),
    ):
        with pytest.raises(MilestoneOfStage):
            act()
    with pytest.raises(DateInFuture):
        finish_milestone(milestone=one, user=cast.bureau, done_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(ReasonNeeded):
        move_milestone(milestone=one, user=cast.bureau, to=one.due_on + timedelta(days=1), reason="")


def test_who_does_not_keep_the_project_moves_nothing(cast: Cast) -> None:
    project = make_project(cast)
    one = milestone(project)
    for person in ("community", "auditor"):
        assert cast.client(person).get(address(project)).status_code == 200
        assert cast.client(person).get(address(project, "milestone", one.pk)).status_code == 200
        assert cast.client(person).post(address(project, "milestone_move", one.pk), {}).status_code == 403
    with pytest.raises(NotPermitted):
        add_milestone(
            project=project, user=cast.finance, stage="start", name="x", planned_on=date(2026, 1, 1)
        )
    for name in ("milestone", "milestone_move", "milestone_done"):
        assert cast.client("stranger").post(address(project, name, one.pk)).status_code in (404, 405)
    cancel(project=project, user=cast.bureau, reason="整体征收")
    assert cast.client("bureau").post(address(project, "milestone_move", one.pk), {}).status_code == 403


def test_who_marked_a_milestone_done_and_when_is_told_on_its_page_and_in_the_history(cast: Cast) -> None:
    project = make_project(cast)
    one = add_milestone(
        project=project, user=cast.bureau, stage="scheme", name="管线交底", planned_on=date(2026, 6, 1)
    )
    client, yesterday = cast.client("bureau2"), timezone.localdate() - timedelta(days=1)
    client.post(address(project, "milestone_done", one.pk), {"done_on": yesterday})
    shown = words(client.get(address(project, "milestone", one.pk)))
    assert f"{yesterday} 节点完成：管线交底 {cast.bureau2.name}" in shown
    cast.client("bureau").post(address(project, "milestone_reopen", one.pk))
    cast.client("bureau").post(address(project, "milestone_assign", one.pk), {"answerable": "client"})
    shown = words(client.get(address(project, "milestone", one.pk)))
    assert all(
        said in shown for said in ("节点重新打开：管线交底", "调整责任主体：管线交底", cast.bureau.name)
    )
    client.post(address(project, "milestone_remove", one.pk))
    history = [(change.what, change.who) for change in changes_of(project, kind="date")[0]]
    assert history == [
        ("移除节点：管线交底", cast.bureau2.name),
        ("调整责任主体：管线交底", cast.bureau.name),
        ("节点重新打开：管线交底", cast.bureau.name),
        ("节点完成：管线交底", cast.bureau2.name),
    ]


def test_no_shell_moves_a_date_past_its_reason(cast: Cast) -> None:
    one = milestone(make_project(cast))
    for change in (
        {"due_on": date(2027, 1, 1)},
        {"planned_on": date(2027, 1, 1)},
        {"done_on": date(2026, 1, 1)},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Milestone.objects.filter(pk=one.pk).update(**change)
    for move in ({"reason": ""}, {"before": one.due_on + timedelta(days=1)}):
        facts = {"before": one.due_on, "after": date(2027, 1, 1), "reason": "雨", "by": cast.bureau} | move
        with pytest.raises(DatabaseError), transaction.atomic():
            MilestoneMove.objects.create(milestone=one, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()


# --- What the page says ------------------------------------------------------------------


def test_late_is_said_in_words_with_its_days(cast: Cast) -> None:
    project = make_project(cast, year=timezone.localdate().year - 1)
    client = cast.client("bureau")
    one = milestone(project)
    days = (timezone.localdate() - one.due_on).days
    page = text(client.get(address(project)))
    assert f"{days} 天" in page or f"{days} days" in page
    assert 'class="tag late"' in page or "tag-late" in page
    suspend(project=project, user=cast.bureau, reason="资金未到位")
    line = next(
        line for _label, lines in client.get(address(project)).context["groups"] for line in lines if line.milestone.pk == one.pk
    )  # fmt: skip
    assert not line.is_overdue


@pytest.mark.parametrize(
    ("due", "done", "is_active", "days"),
    [
        (10, None, True, 10), (-5, None, True, 0), (-5, None, False, -5), (3, 1, True, 1), (0, -2, True, -2),
        (40, None, True, 40),
    ],
)  # fmt: skip
def test_days_late_are_counted_from_the_first_plan(
    due: int, done: int | None, is_active: bool, days: int
) -> None:
    """Planned for today; offsets in days. What is overdue runs on until today."""
    today = date(2026, 6, 15)
    one = Milestone(
        planned_on=today, due_on=today + timedelta(days=due), done_on=None if done is None else today + timedelta(days=done)
    )  # fmt: skip
    assert days_late(one, today=today, is_active=is_active) == days


def test_the_picture_holds_every_day_and_today(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    drawn = picture(list(project.milestones.all()), today=date(2028, 2, 29), is_active=True)
    assert drawn is not None
    assert len(drawn.rows) == 10
    assert drawn.axis.holds(date(2028, 2, 29))
    assert float(drawn.today_x) <= float(drawn.axis.right)
    for row in drawn.rows:
        assert float(row.planned.width) > 0


def test_months_of_an_axis_are_whole() -> None:
    axis = Axis.around([date(2026, 12, 31), date(2026, 2, 28)], left=0, width=100)
    assert (axis.first, axis.last) == (date(2026, 2, 1), date(2027, 1, 1))
    assert len(axis.ticks) == 11
    assert axis.at(date(2030, 1, 1)) == 100
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)


# --- The year ----------------------------------------------------------------------------


def test_the_year_shows_late_ones_first_and_only_ones_own_division(cast: Cast) -> None:
    year = timezone.localdate().year
    timely = make_unplanned_project(cast, "按期小区", year=year)
    late = make_unplanned_project(cast, "滞后小区", year=year)
    for one in timely.milestones.all():
        move_milestone(milestone=one, user=cast.bureau, to=date(year + 1, 12, 1), reason="顺延")
    elsewhere = make_project_in_zaoyang(cast, "枣阳小区", year=year)
    page = cast.client("bureau").get(reverse("projects:timeline"))
    assert [row.project.pk for row in page.context["rows"]] == [late.pk, timely.pk]
    assert elsewhere.compound.name not in page.content.decode()
    assert page.context["rows"][0].overdue_days > 0
    assert cast.client("contractor").get(reverse("projects:timeline")).status_code in (200, 403)
    assert cast.client("nobody").get(reverse("projects:timeline")).status_code == 403


def test_the_year_is_narrowed_by_its_address_and_garbage_is_left_out(cast: Cast) -> None:
    this = timezone.localdate().year
    old = make_unplanned_project(cast, "去年小区", year=this - 1)
    new = make_project_in(cast, "东城小区", community=MINSHENG, year=this)
    client, here = cast.client("bureau"), reverse("projects:timeline")

    def shown(query: str) -> set[int]:
        return {row.project.pk for row in client.get(f"{here}?{query}").context["rows"]}

    assert shown("") == {new.pk}
    assert shown(f"year={this - 1}") == {old.pk}
    assert shown("earlier=true") == {old.pk, new.pk}
    assert shown("q=dc") == {new.pk}
    assert shown("stage=tender") == set()
    assert shown("late=nonsense&stage=nonsense&year=99999&programme=x") == {new.pk}
    assert client.get(f"{here}?year=２０２６").status_code == 200


def test_many_projects_cost_as_many_statements_as_one(cast: Cast) -> None:
    year = timezone.localdate().year
    client, here = cast.client("bureau"), reverse("projects:timeline")

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(here).status_code == 200
        return len(seen)

    project = make_unplanned_project(cast, year=year)
    statements()
    one = statements()
    for _serial in range(4):
        make_unplanned_project(cast, year=year)
    assert statements() == one
    assert 3 < one <= 14
    tab = address(project)
    client.get(tab)
    with CaptureQueriesContext(connection) as seen:
        client.get(tab)
    assert len(seen) <= 22
