"""The list of projects, what is done with several of them, and where else they show."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from outbox.models import Message
from projects.actions.projects import appoint_manager, edit_project
from projects.actions.stages import advance, cancel, suspend
from projects.models import Milestone, MilestoneMove, Project, Stage
from tests.cast import Cast, make_organisation
from tests.compounds.builders import make_pooled
from tests.projects.builders import make_document, make_project, make_unplanned_project
from tests.projects.pages import at, text_of


@pytest.fixture
def three(cast: Cast) -> list[Project]:
    return [make_unplanned_project(cast, name) for name in ("砂石厂小区", "棉纺小区", "古建小区")]


def found(cast: Cast, query: str, *, as_: str = "bureau") -> set[str]:
    page = text_of(cast.client(as_), f"{at('list')}?{query}")
    return {name for name in ("砂石厂小区", "棉纺小区", "古建小区") if name in page}


# --- The list ----------------------------------------------------------------------------


def test_it_shows_one_s_own_projects_and_what_they_add_up_to(cast: Cast, three: list[Project]) -> None:
    page = text_of(cast.client("bureau"), at("list"))
    assert "<strong>3</strong> 个项目" in page
    assert "其中 3 个缺户数" in page or "3 个未登记户数" in page
    assert "砂石厂小区" not in text_of(cast.client("stranger"), at("list"))


@pytest.mark.parametrize("typed", ["砂石", "ssc", "421003-2026-0001"])
def test_it_is_searched_by_name_pinyin_and_number(cast: Cast, three: list[Project], typed: str) -> None:
    assert found(cast, f"q={typed}") == {"砂石厂小区"}


def test_each_condition_finds_what_it_says(cast: Cast, three: list[Project]) -> None:
    sand, cotton, old = three
    firm = make_organisation("荆州城投", kind="department")
    edit_project(
        project=sand, user=cast.bureau, manager=cast.street, client=firm, programmes=["urban_renewal"]
    )
    make_document(cast, cotton, "willingness_record")
    suspend(project=old, user=cast.bureau, reason="资金")
    for milestone in Milestone.objects.filter(project=cotton, due_on__lt=timezone.localdate()):
        MilestoneMove.objects.create(
            milestone=milestone,
            before=milestone.due_on,
            after=timezone.localdate() + timedelta(days=9),
            reason="延",
            by=cast.bureau,
        )
    for query, names in {
        "year=2026": {"砂石厂小区", "棉纺小区", "古建小区"}, "year=2025": set(), "stage=willingness&stage=plan": {"砂石厂小区", "棉纺小区", "古建小区"},
        "standing=suspended": {"古建小区"}, "standing=under_way": {"砂石厂小区", "棉纺小区", "古建小区"}, "late=true": {"砂石厂小区"},
        "late=false": {"棉纺小区", "古建小区"}, "due_soon=true": {"砂石厂小区", "棉纺小区"}, "ready=true": {"棉纺小区"},
        "manager_name=jd": {"砂石厂小区"},
        f"manager={cast.street.pk}": {"砂石厂小区"}, "has_manager=false": {"棉纺小区", "古建小区"}, "client_name=城投": {"砂石厂小区"},
        "programme=urban_renewal": {"砂石厂小区"}, "planned=true": set(), "origin=before_portal": set(),
        "started_from=2026-01-01": set(), "lead_kind=street_office": set(), "slipping=true": {"棉纺小区"},
    }.items():  # fmt: skip
        assert found(cast, query) == names, query


def test_a_condition_that_cannot_be_read_is_said_and_not_applied(cast: Cast, three: list[Project]) -> None:
    page = text_of(cast.client("bureau"), f"{at('list')}?year=abc&late=maybe&started_from=31.12.")
    assert "砂石厂小区" in page


@pytest.mark.parametrize(
    "key", ["stage", "next_milestone", "percent", "manager", "division", "lead", "county", "-year"]
)
def test_it_is_sorted_by_each_column_page_after_page(cast: Cast, three: list[Project], key: str) -> None:
    assert found(cast, f"sort={key}&cols=county") == {"砂石厂小区", "棉纺小区", "古建小区"}


def test_a_late_milestone_is_said_in_word_and_sign(cast: Cast, three: list[Project]) -> None:
    page = text_of(cast.client("bureau"), f"{at('list')}?q=砂石")
    assert "2026-02-01" in page
    assert "tag-late" in page


def test_the_workbook_has_what_the_screen_shows_and_is_audited(cast: Cast, three: list[Project]) -> None:
    answer: Any = cast.client("bureau").get(
        f"{at('list')}?export=xlsx&cols=code.year.stage.next_milestone.programmes"
    )
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0] == ["小区", "项目编号", "计划年度", "阶段", "下一节点", "专项"]
    assert {row[0] for row in rows[1:]} == {"砂石厂小区", "棉纺小区", "古建小区"}
    assert AuditEntry.objects.filter(action="projects.exported").count() == 1


# --- Several at once ---------------------------------------------------------------------


def bulk(cast: Cast, act: str, projects: list[Project], *, as_: str = "bureau", **sent: Any) -> Any:
    picks = {"pick": [project.pk for project in projects], **sent}
    return cast.client(as_).post(at(f"bulk_{act}"), picks)


def test_somebody_is_named_for_several_and_told_once(cast: Cast, three: list[Project]) -> None:
    street = cast.street
    asked = bulk(cast, "manager", three[:2])
    assert street.name in asked.content.decode()
    done = bulk(cast, "manager", three[:2], step="done", manager=cast.street.pk)
    assert done.status_code == 302
    assert Project.objects.filter(manager=cast.street).count() == 2
    (told,) = Message.objects.filter(recipient=cast.street)
    assert "项目" in told.subject
    assert f"manager={cast.street.pk}" in told.url


def test_nobody_is_named_whose_role_does_not_reach_the_projects(cast: Cast, three: list[Project]) -> None:
    refused = bulk(cast, "manager", three, step="done", manager=cast.stranger.pk)
    assert refused.status_code == 422
    assert not Project.objects.filter(manager__isnull=False).exists()


def test_dates_are_shown_old_beside_new_and_then_moved_with_the_reason(
    cast: Cast, three: list[Project]
) -> None:
    chosen = {"stage": "tender", "by_days": "30", "to": "", "reason": "统一招标"}
    preview = bulk(cast, "dates", three[:2], step="preview", **chosen)
    page = preview.content.decode()
    assert "2026-06-15" in page
    assert "2026-07-15" in page
    assert not MilestoneMove.objects.exists()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert bulk(cast, "dates", three[:2], step="done", seen=seen, **chosen).status_code == 302
    moves = MilestoneMove.objects.all()
    assert {(move.before, move.after, move.reason) for move in moves} == {
        (date(2026, 6, 15), date(2026, 7, 15), "统一招标")
    }
    assert len(moves) == 2


def test_a_date_that_somebody_moved_meanwhile_stops_all_and_is_shown_anew(
    cast: Cast, three: list[Project]
) -> None:
    chosen = {"stage": "tender", "to": "2026-12-01", "by_days": "", "reason": "统一招标"}
    page = bulk(cast, "dates", three, step="preview", **chosen).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    milestone = Milestone.objects.get(project=three[0], stage="tender", closes_stage=True)
    MilestoneMove.objects.create(
        milestone=milestone, before=milestone.due_on, after=date(2026, 8, 1), reason="另议", by=cast.bureau2
    )
    refused = bulk(cast, "dates", three, step="done", seen=seen, **chosen)
    assert refused.status_code == 422
    assert "2026-08-01" in refused.content.decode()
    assert MilestoneMove.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "", "by_days": ""},
        {"to": "2026-12-01", "by_days": "3"},
        {"to": "2026-12-01", "by_days": "", "reason": " "},
    ],
)
def test_dates_need_one_way_to_move_and_a_reason(
    cast: Cast, three: list[Project], wrong: dict[str, str]
) -> None:
    sent = {"stage": "tender", "reason": "统一招标", **wrong}
    assert bulk(cast, "dates", three, step="preview", **sent).status_code == 422


def test_programmes_come_and_go(cast: Cast, three: list[Project]) -> None:
    edit_project(project=three[0], user=cast.bureau, programmes=["dangerous_houses"])
    bulk(cast, "programmes", three, step="done", add=["urban_renewal"], remove=["dangerous_houses"])
    assert {tuple(project.programmes) for project in Project.objects.all()} == {("urban_renewal",)}


def test_a_finished_project_is_left_out_and_said_so(cast: Cast, three: list[Project]) -> None:
    cancel(project=three[0], user=cast.bureau, reason="征收")
    page = bulk(cast, "programmes", three).content.decode()
    assert "所选项目中有 1 个保持不变" in page
    bulk(cast, "programmes", three, step="done", add=["urban_renewal"])
    assert Project.objects.filter(programmes__contains=["urban_renewal"]).count() == 2


def test_all_of_a_filter_is_chosen_without_ticking(cast: Cast, three: list[Project]) -> None:
    sent = {"all": "1", "query": "q=ssc", "step": "done", "add": ["urban_renewal"]}
    cast.client("bureau").post(at("bulk_programmes"), sent)
    assert list(Project.objects.filter(programmes__contains=["urban_renewal"])) == [three[0]]


def test_another_districts_projects_are_not_reached_by_their_keys(cast: Cast, three: list[Project]) -> None:
    bulk(cast, "programmes", three, as_="stranger", step="done", add=["urban_renewal"])
    assert not Project.objects.filter(programmes__contains=["urban_renewal"]).exists()


def test_chosen_rows_leave_as_a_workbook_and_on_paper(cast: Cast, three: list[Project]) -> None:
    exported = bulk(cast, "export", three[:1])
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(exported.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert [row[0] for row in rows[1:]] == ["砂石厂小区"]
    assert "砂石厂小区" in bulk(cast, "print", three[:1]).content.decode()


def test_statements_of_a_bulk_act_do_not_grow(cast: Cast, django_assert_max_num_queries: Any) -> None:
    projects = [make_unplanned_project(cast) for _ in range(8)]
    with django_assert_max_num_queries(12):
        appoint_manager(projects=projects, manager=cast.street, user=cast.bureau)


# --- One cell ----------------------------------------------------------------------------


def test_the_responsible_person_is_changed_in_its_place(cast: Cast, three: list[Project]) -> None:
    client, url = cast.client("bureau"), at("cell_manager", three[0].code)
    assert cast.street.name in text_of(client, url)
    assert client.post(url, {"manager": cast.street.pk}).content.decode() == "街道干部己"
    assert client.post(url, {"manager": ""}).content.decode() == "—"
    assert client.post(url, {"manager": cast.stranger.pk}).status_code == 400
    assert client.post(url, {}).status_code == 400


# --- Elsewhere ---------------------------------------------------------------------------


def test_the_overview_counts_and_each_figure_leads_to_its_list(cast: Cast, three: list[Project]) -> None:
    page = text_of(cast.client("bureau"), "/overview/")
    assert "在办项目" in page
    assert "/projects/?standing=under_way" in page
    assert "/projects/?stage=willingness&amp;standing=active&amp;standing=suspended" in page


def test_what_is_ready_waits_for_those_who_move_it(cast: Cast, three: list[Project]) -> None:
    make_document(cast, three[0], "willingness_record")
    assert "/projects/?ready=true" in text_of(cast.client("bureau"), "/overview/")
    assert "/projects/?ready=true" not in text_of(cast.client("community"), "/overview/")
    # The street office moves only what it leads.
    assert "ready=true" not in text_of(cast.client("street"), "/overview/")


def test_late_dates_wait_for_the_responsible_person(cast: Cast, three: list[Project]) -> None:
    appoint_manager(projects=three[:2], manager=cast.street, user=cast.bureau)
    assert f"/projects/?manager={cast.street.pk}&amp;late=true" in text_of(
        cast.client("street"), "/overview/"
    )


def test_the_search_box_finds_projects_by_pinyin_and_number(cast: Cast, three: list[Project]) -> None:
    for typed in ("ssc", "421003-2026-0001"):
        page = text_of(cast.client("bureau"), f"/search/?q={typed}")
        assert three[0].get_absolute_url() in page, typed


def test_what_is_ready_is_what_has_an_empty_strip(cast: Cast) -> None:
    """The set-wise condition and the lines of the strip say the same."""
    planned = make_project(cast, "已列计划小区")
    three = [make_unplanned_project(cast, name) for name in ("砂石厂小区", "棉纺小区", "古建小区")]
    for project in (planned, three[1], three[2]):
        make_document(cast, project, "willingness_record")
    advance(project=three[2], user=cast.bureau)
    client = cast.client("bureau")
    listed = text_of(client, f"{at('list')}?ready=true")
    for project in [*three, planned]:
        page = text_of(client, project.get_absolute_url())
        assert (project.compound.name in listed) == ("move=advance" in page)


# --- Begun before its plan ---------------------------------------------------------------


def test_a_project_begins_from_the_page_of_a_compound_of_the_pool(cast: Cast) -> None:
    compound = make_pooled(cast, "砂石厂小区")
    client = cast.client("bureau")
    assert at("begin", compound.code) in text_of(client, at("of_compound", compound.code))
    answer = client.post(at("begin", compound.code), {"year": "2027"})
    project = Project.objects.get(compound=compound)
    assert answer["Location"] == project.get_absolute_url()
    assert (project.year, project.stage, project.plan_entry) == (2027, Stage.WILLINGNESS, None)
    page = text_of(client, at("of_compound", compound.code))
    assert project.get_absolute_url() in page
    assert at("begin", compound.code) not in page
    again = client.post(at("begin", compound.code), {"year": "2027"})
    assert again.status_code == 422
