"""The page of a project: where it stands, what it lacks, what happened; who sees it, how many statements it takes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.board import Figure, FigureValue, MissingLine, MissingSource, board
from projects.actions.projects import add_party, add_related_work, end_party
from projects.actions.stages import cancel, pass_as_not_required, send_back, suspend
from projects.actions.timetable import move_milestone
from projects.models import Milestone, Stage
from tests.cast import JINGZHOU, Cast, make_organisation, make_user
from tests.projects.builders import bring_to, make_document, make_project, make_unplanned_project
from tests.projects.pages import at, text_of


def test_it_shows_where_the_project_stands_and_what_it_lacks(cast: Cast) -> None:
    project = make_unplanned_project(cast, "砂石厂小区")
    page = text_of(cast.client("bureau"), project.get_absolute_url())
    assert "下一步（计划）还缺：1 项" in page
    assert f'{at("document_add", project.code)}?kind=willingness_record">居民意愿征集记录' in page
    assert "拟列入 2026 年计划" in page


def test_with_nothing_missing_it_offers_the_next_stage_to_whoever_moves_it(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    make_document(cast, project, "willingness_record")
    way_on = f"{at('stage_move', project.code)}?move=advance"
    assert way_on in text_of(cast.client("bureau"), project.get_absolute_url())
    assert way_on not in text_of(cast.client("street"), project.get_absolute_url())


def test_a_passed_stage_says_that_it_was_not_required_and_why(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    pass_as_not_required(project=project, user=cast.bureau, reason="职工代表大会已通过")
    page = text_of(cast.client("bureau"), project.get_absolute_url())
    assert 'title="职工代表大会已通过"' in page
    assert "无需办理" in page


def test_a_suspended_project_says_since_when_and_why_instead_of_what_lacks(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    suspend(project=project, user=cast.bureau, reason="资金未到位")
    page = text_of(cast.client("bureau"), project.get_absolute_url())
    assert "起暂停" in page
    assert "资金未到位" in page
    assert "还缺" not in page


def test_a_cancelled_project_offers_no_move_and_no_form(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    cancel(project=project, user=cast.bureau, reason="整体征收")
    page = text_of(cast.client("bureau"), project.get_absolute_url())
    assert at("stage_move", project.code) not in page
    assert at("edit", project.code) not in page


def test_upper_floors_add_lines_and_figures_without_being_known_here(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    line = MissingSource(
        subject="project_stage", key="test", position=99,
        lines=lambda user, project: [MissingLine(text="三名居民代表", url="/somewhere/")],
    )  # fmt: skip
    figure = Figure(
        subject="project", key="test", position=99,
        values=lambda request, project: [FigureValue(label="到位资金", value="250", unit="万元")],
    )  # fmt: skip
    board.register(line)
    board.register(figure)
    try:
        page = text_of(cast.client("bureau"), project.get_absolute_url())
    finally:
        board.forget(line)
        board.forget(figure)
    assert "下一步（计划）还缺：2 项" in page
    assert '<a href="/somewhere/">三名居民代表</a>' in page
    assert "到位资金" in page


def test_the_forecast_stands_against_the_first_plan_in_days(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    last = Milestone.objects.get(project=project, stage=Stage.CONSTRUCTION, closes_stage=True)
    move_milestone(milestone=last, user=cast.bureau, to=last.due_on + timedelta(days=8), reason="雨季")
    assert "▲ 比计划晚 8 天" in text_of(cast.client("bureau"), project.get_absolute_url())


def test_the_history_tells_moves_dates_facts_and_parties_each_once(cast: Cast) -> None:
    project = make_project(cast)
    client = cast.client("bureau")
    client.post(at("edit", project.code), {"lead_kind": "bureau", "notes": "与道路同步", "version": 0})
    project = bring_to(cast, project, Stage.SCHEME)
    send_back(project=project, user=cast.bureau, reason="计划调整", effective_on=timezone.localdate())
    first = Milestone.objects.get(project=project, stage=Stage.SCHEME, closes_stage=True)
    move_milestone(milestone=first, user=cast.bureau2, to=date(2026, 12, 24), reason="公示延长")
    firm = make_organisation("第二建筑公司", kind="contractor")
    party = add_party(
        project=project, user=cast.bureau, organisation=firm, role="contractor", from_on=date(2026, 3, 1)
    )
    end_party(party=party, user=cast.bureau, until_on=date(2026, 10, 1))
    page = text_of(client, at("history", project.code))
    for words in ("由方案退回计划", "计划调整", "调整节点日期", "公示延长", "科长戊", "第二建筑公司自 2026-03-01 起作为施工单位参与",
                  "参与至 2026-10-01"):  # fmt: skip
        assert page.count(words) == 1, words
    # The project's row changes with each of these; only what people changed is told.
    assert page.count("<strong>基本信息变更</strong>") == text_of(client, f"{at('history', project.code)}?kind=project").count("<strong>基本信息变更</strong>")  # fmt: skip
    assert "由方案退回计划" not in text_of(client, f"{at('history', project.code)}?kind=project")


@pytest.mark.parametrize("nonsense", ["9e99", "-1", "0", "99999999999"])
def test_a_page_of_the_history_that_cannot_be_is_the_first(cast: Cast, nonsense: str) -> None:
    project = make_unplanned_project(cast)
    assert "建立项目" in text_of(cast.client("bureau"), f"{at('history', project.code)}?page={nonsense}")


def test_a_firm_sees_the_project_while_it_takes_part_and_nothing_of_the_register(cast: Cast) -> None:
    project = make_unplanned_project(cast, "砂石厂小区")
    firm = make_organisation("第二建筑公司", kind="contractor")
    builder = make_user("builder", role="contractor_user", division=JINGZHOU, organisation=firm)
    client = cast.client()
    client.force_login(builder)
    assert client.get(project.get_absolute_url()).status_code == 404
    party = add_party(
        project=project, user=cast.bureau, organisation=firm, role="contractor", from_on=date(2026, 3, 1)
    )
    page = text_of(client, project.get_absolute_url())
    assert 'href="/compounds/' not in page
    assert 'href="/plans/' not in page
    assert "砂石厂小区" in text_of(client, at("list"))
    end_party(party=party, user=cast.bureau, until_on=date(2026, 10, 1))
    assert client.get(project.get_absolute_url()).status_code == 404


# --- Statements --------------------------------------------------------------------------

# How many statements each page takes at most, signing in included; what upper floors put on a project's page counts too.
RECORDED = {
    "detail": 24,
    "history": 22,
    "edit": 10,
    "stage_move": 6,
    "list": 7,
    "list_panel": 7,
    "of_compound": 9,
}


def counted(cast: Cast, project: Any) -> dict[str, int]:
    pages = {name: at(name, project.code) for name in ("detail", "history", "edit", "stage_move")}
    pages |= {"list": at("list"), "list_panel": f"{at('list')}?filters=1"}
    pages["of_compound"] = at("of_compound", project.compound.code)
    client, found = cast.client("bureau"), {}
    for name, url in pages.items():
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        found[name] = len(captured)
    return found


def test_statements_are_recorded_and_constant_in_the_rows(cast: Cast) -> None:
    project = make_project(cast)
    firm = make_organisation("第二建筑公司", kind="contractor")
    add_party(
        project=project, user=cast.bureau, organisation=firm, role="contractor", from_on=date(2026, 3, 1)
    )
    add_related_work(project=project, user=cast.bureau, kind="roads", name="西门路大修", organisation=firm)
    milestone = Milestone.objects.get(project=project, stage=Stage.SCHEME, closes_stage=True)
    move_milestone(milestone=milestone, user=cast.bureau, to=date(2026, 12, 1), reason="雨季")
    first = counted(cast, project)
    for number in range(8):
        other = make_organisation(f"设计院{number}")
        add_party(
            project=project, user=cast.bureau, organisation=other, role="designer", from_on=date(2026, 3, 1)
        )
        add_related_work(
            project=project, user=cast.bureau, kind="gas", name=f"燃气{number}", organisation=other
        )
        move_milestone(milestone=milestone, user=cast.bureau2, to=date(2026, 12, 2 + number), reason="雨季")
        make_unplanned_project(cast)
    assert {name: count for name, count in first.items() if count > RECORDED[name]} == {}
    later = counted(cast, project)
    assert {name: count for name, count in later.items() if count > first[name]} == {}
    assert first["list"] <= 12
