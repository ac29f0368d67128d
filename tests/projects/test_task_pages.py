"""Pages of tasks: mine, given, all; giving, passing on, reporting; files behind permission; totals; statements."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from core.sheets import open_bytes
from projects.actions.tasks import add_evidence, comment, pass_on
from projects.models import EntryKind, Task, TaskFile, TaskKind, TaskState
from tests.cast import JINGZHOU, SHENGLI, WEST_STREET, Cast, make_organisation
from tests.compounds.builders import make_compound
from tests.compounds.pages import picture
from tests.files.documents import pdf
from tests.projects.builders import make_project
from tests.projects.tasks import day, firm, make_done, make_photo, make_task, named, office

LIST = "/tasks/"


def address(task: Task, name: str = "task", *more: Any) -> str:
    return reverse(f"projects:{name}", args=[task.pk, *more])


def shown(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


# --- Lists -------------------------------------------------------------------------------


def test_mine_given_by_me_and_all_of_my_division(cast: Cast) -> None:
    make_task(cast, to=WEST_STREET, title="街道的事")
    make_task(cast, to=SHENGLI, title="社区的事", due=-2)
    done = make_task(cast, to=SHENGLI, title="已报的事")
    make_done(cast, done, by="community")

    def titles(person: str, query: str) -> set[str]:
        page = shown(cast.client(person).get(f"{LIST}?{query}"))
        return {title for title in ("街道的事", "社区的事", "已报的事") if title in page}

    assert titles("bureau", "show=waiting") == set()
    assert titles("community", "show=waiting") == {"社区的事"}
    assert titles("bureau", "show=given") == {"街道的事", "社区的事", "已报的事"}
    assert titles("bureau", "show=to_close") == {"已报的事"}
    assert titles("street", "") == {"街道的事", "社区的事", "已报的事"}
    assert titles("street", "overdue=true") == {"社区的事"}
    assert titles("street", "holder=胜利") == {"社区的事", "已报的事"}
    assert titles("street", "state=done&kind=general&tier=community") == {"已报的事"}
    assert titles("stranger", "") == set()
    assert cast.client("street").get(f"{LIST}?show=x&tier=x&project=9e99&due_from=x").status_code == 200
    page = shown(cast.client("community").get(f"{LIST}?show=waiting"))
    assert "tag-late" in page
    assert cast.client("community").get("/tasks/mine/").status_code == 302


def test_the_list_goes_out_as_a_workbook(cast: Cast) -> None:
    make_task(cast, title="=1+1", kind=TaskKind.MARKET_POINT, quantity_planned=3)
    answer: Any = cast.client("bureau").get(f"{LIST}?export=xlsx")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet[-1][0] == "=1+1"
    assert cast.client("liaison").get(f"{LIST}?export=xlsx").status_code == 403


def test_the_overview_and_the_top_bar_say_what_waits(cast: Cast) -> None:
    make_task(cast, to=SHENGLI, title="清理楼道", due=-1)
    page = shown(cast.client("community").get("/overview/"))
    assert "清理楼道" in page
    assert "/tasks/mine/" in page
    assert "show=waiting" in page
    assert "my-tasks" not in shown(cast.client("auditor").get("/overview/"))


def test_chosen_tasks_are_handed_over_after_asking_to_whom(cast: Cast) -> None:
    mine = [make_task(cast, to=WEST_STREET) for _serial in range(2)]
    other = make_task(cast, by="street", hands=named(cast.bureau2))
    make_done(cast, other, by="bureau2")
    client, here = cast.client("street"), reverse("projects:tasks_hand_over")
    picks = {"pick": [task.pk for task in (*mine, other)]}
    page = client.post(here, picks)
    assert (page.context["count"], page.context["left_out"]) == (2, 1)
    cast.community  # noqa: B018 (comes into being)
    found = client.post(here, picks | {"find": "1", "hands_q": "庚"})
    assert f'value="p:{cast.community.pk}"' in found.content.decode()
    assert client.post(here, picks | {"step": "done", "hands": "p:999999"}).status_code == 422
    answer = client.post(here, picks | {"step": "done", "hands": f"p:{cast.community.pk}", "text": "调岗"})
    assert answer.status_code == 302
    assert {Task.objects.get(pk=task.pk).person for task in mine} == {cast.community}
    assert client.post(here, {}).status_code == 400


# --- Giving ------------------------------------------------------------------------------


def give(**changes: Any) -> dict[str, Any]:
    sent = {
        "kind": "general",
        "title": "清理楼道杂物",
        "text": "",
        "due_on": day(7),
        "hands": f"d:{SHENGLI}",
        "hands_q": "",
    }
    return {name: value for name, value in (sent | changes).items() if value is not None}


def test_a_task_is_given_from_a_project_a_compound_a_task_or_alone(cast: Cast) -> None:
    project = make_project(cast)
    client, here = cast.client("bureau"), reverse("projects:task_give")
    cases = {
        f"?project={project.code}": give(), f"?compound={project.compound.code}": give(hands=f"c:{project.compound.pk}"),
        "": give(division=WEST_STREET, hands=f"d:{WEST_STREET}"),
    }  # fmt: skip
    for query, sent in cases.items():
        assert client.get(here + query).status_code == 200
        answer = client.post(here + query, sent)
        assert answer.status_code == 302, answer.content.decode()
    of_project, of_compound, alone = Task.objects.order_by("pk")
    assert (of_project.project, of_compound.compound, of_compound.tier) == (
        project,
        project.compound,
        "compound",
    )
    assert alone.division_id == WEST_STREET
    assert cast.client("street").post(f"{here}?parent={alone.pk}", give(division=SHENGLI)).status_code == 302
    assert alone.parts.count() == 1
    for page in (reverse("projects:project_tasks", args=[project.code]), reverse("projects:compound_tasks", args=[project.compound.code])):  # fmt: skip
        assert "清理楼道杂物" in client.get(page).content.decode()
    for query in ("?parent=9999999", "?parent=x", "?project=nothing", "?compound=0"):
        assert client.get(here + query).status_code == 404


@pytest.mark.parametrize("wrong", [{"title": " "}, {"due_on": day(-1)}, {"hands": "d:420683"}, {"hands": None}, {"quantity_planned": "1e400"}, {"places_planned": "-1"}, {"kind": "x"}])  # fmt: skip
def test_what_cannot_be_is_said_at_the_form(cast: Cast, wrong: dict[str, Any]) -> None:
    project = make_project(cast)
    here = f"{reverse('projects:task_give')}?project={project.code}"
    assert cast.client("bureau").post(here, give(**wrong)).status_code == 422
    assert not Task.objects.exists()


def test_without_scripts_somebody_is_found_and_what_was_typed_stays(cast: Cast) -> None:
    project = make_project(cast)
    cast.community  # noqa: B018 (comes into being)
    here = f"{reverse('projects:task_give')}?project={project.code}"
    page = cast.client("bureau").post(here, give(hands=None, hands_q="庚", find="1", title="写了一半"))
    assert page.status_code == 200
    text = page.content.decode()
    assert f'value="p:{cast.community.pk}"' in text
    assert "写了一半" in text


def test_the_finder_shows_nobody_of_places_that_one_does_not_see(cast: Cast) -> None:
    here = reverse("projects:task_hands")
    client = cast.client("bureau")
    assert "胜利街社区" in client.get(here, {"hands_place": SHENGLI}).content.decode()
    assert client.get(here, {"hands_place": "420683001001", "hands_q": "光武"}).status_code == 404
    assert cast.client("nobody").get(here, {"hands_place": SHENGLI}).status_code == 403
    assert client.get(here, {"hands_place": SHENGLI, "hands_q": "%' OR 1=1 --\u202e𠮷"}).status_code == 200
    assert client.get(here).status_code == 404


def test_somebody_without_the_power_gives_nothing(cast: Cast) -> None:
    project = make_project(cast)
    for person, status in (("auditor", 403), ("contractor", 404), ("stranger", 404)):
        page = cast.client(person).get(f"{reverse('projects:task_give')}?project={project.code}")
        assert page.status_code in (status, 403), person


# --- One task ----------------------------------------------------------------------------


def test_the_page_shows_the_path_the_thread_and_what_one_may_do(cast: Cast) -> None:
    task = make_task(cast, to=WEST_STREET, due=-3)
    pass_on(task=task, user=cast.street, hands=office(SHENGLI), text="请社区先摸排")
    page = shown(cast.client("community").get(address(task)))
    for words in ("请社区先摸排", "西城街道", 'aria-current="step"', address(task, "task_report"), "3"):
        assert words in page
    watching = shown(cast.client("auditor").get(address(task)))
    for act in ("task_report", "task_pass", "task_comment", "task_due", "task_cancel"):
        assert address(task, act) not in watching
    assert cast.client("stranger").get(address(task)).status_code == 404


def test_passed_on_reported_returned_and_closed_over_pages(cast: Cast) -> None:
    task = make_task(
        cast, to=WEST_STREET, kind=TaskKind.ILLEGAL_STRUCTURES, quantity_planned=100, places_planned=2
    )
    street, community, bureau = (cast.client(name) for name in ("street", "community", "bureau"))
    assert (
        street.post(address(task, "task_pass"), {"hands": f"d:{SHENGLI}", "text": "请办"}).status_code == 302
    )
    report = address(task, "task_report")
    figures = {"quantity_done": "98.5", "places_done": "2", "done_on": day(), "text": ""}
    assert community.post(report, figures).status_code == 422
    sent = figures | {
        "photos_": [picture(), picture(colour="red")],
        "attachments": SimpleUploadedFile("单.pdf", pdf()),
    }
    assert community.post(report, sent).status_code == 302
    assert TaskFile.objects.filter(entry__kind=EntryKind.DONE).count() == 3
    assert street.post(address(task, "task_return"), {"reason": ""}).status_code == 409
    assert bureau.post(address(task, "task_return"), {"reason": "照片不清"}).status_code == 302
    again = community.get(report)
    assert str(again.context["form"]["quantity_done"].value()) == "98.50"
    assert community.post(report, figures | {"photos_": picture(colour="blue")}).status_code == 302
    assert bureau.post(address(task, "task_close")).status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.CLOSED
    assert community.get(report).status_code == 200
    assert community.post(report, sent).status_code in (200, 422)


def test_comments_carry_attachments_and_days_move_with_a_reason(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI)
    community = cast.client("community")
    wrong = SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    here = address(task, "task_comment")
    assert community.post(here, {"text": "见附件", "attachments": wrong}).status_code == 422
    assert not task.entries.filter(kind=EntryKind.COMMENT).exists()
    files = [SimpleUploadedFile("a.pdf", pdf()), SimpleUploadedFile("b.pdf", pdf(2))]
    assert community.post(here, {"text": "见附件", "attachments": files}).status_code == 302
    assert TaskFile.objects.count() == 2
    assert community.post(here, {"text": " "}).status_code == 422
    assert community.post(address(task, "task_due"), {"due_on": day(9), "reason": "下雨"}).status_code == 403
    assert (
        cast.client("bureau")
        .post(address(task, "task_due"), {"due_on": day(9), "reason": "下雨"})
        .status_code
        == 302
    )
    assert cast.client("bureau").post(address(task, "task_cancel"), {"reason": "不再需要"}).status_code == 302


def test_files_of_a_task_are_nobody_elses(cast: Cast) -> None:
    task, other = make_task(cast, to=SHENGLI), make_task(cast, to=SHENGLI)
    comment(task=task, user=cast.community, text="照片", files=[make_photo(cast.community)])
    file = TaskFile.objects.get()
    waiting = add_evidence(task=task, user=cast.community, file=file.file, key=uuid4())
    pages = [("task_file", file.pk), ("task_file_preview", file.pk), ("task_evidence_photo", waiting.pk)]
    for name, pk in pages:
        answer: Any = cast.client("street").get(address(task, name, pk))
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        b"".join(answer.streaming_content)
        assert cast.client("stranger").get(address(task, name, pk)).status_code == 404
        assert cast.client("street").get(address(other, name, pk)).status_code == 404


def test_a_photo_sent_twice_by_a_phone_is_one(cast: Cast) -> None:
    task, key = make_task(cast, to=SHENGLI), uuid4()
    client = cast.client("community")
    for _serial in range(2):
        assert (
            client.post(address(task, "task_evidence"), {"photo": picture(), "key": key}).status_code == 201
        )
    assert task.evidence.count() == 1
    assert (
        client.post(address(task, "task_report"), {"remove_photo": task.evidence.get().pk}).status_code == 200
    )
    assert task.evidence.count() == 0
    assert client.post(address(task, "task_evidence"), {"photo": picture(), "key": "x"}).status_code == 400
    assert cast.client("liaison").post(address(task, "task_evidence"), {}).status_code == 403


def test_a_firm_sees_its_task_and_reports_it(cast: Cast) -> None:
    body = make_organisation("施工公司", kind="contractor")
    cast.contractor.organisation = body
    cast.contractor.save()
    task = make_task(cast, hands=firm(body))
    client = cast.client("contractor")
    assert client.get(f"{LIST}?show=waiting").status_code == 200
    assert client.get(address(task)).status_code == 200
    assert client.post(address(task, "task_report"), {"done_on": day(), "text": "完成"}).status_code == 302


# --- Totals and statements ---------------------------------------------------------------


def test_totals_are_opened_a_step_at_a_time(cast: Cast) -> None:
    make_task(cast, kind=TaskKind.ILLEGAL_STRUCTURES, quantity_planned=1200, places_planned=12)
    client, here = cast.client("bureau"), reverse("projects:task_totals")
    county = shown(client.get(here))
    assert "西城街道" in county
    assert "0 / 1,200" in county
    assert "胜利街社区" in shown(client.get(f"{here}?division={WEST_STREET}"))
    assert "1,200" not in shown(cast.client("stranger").get(f"{here}?division={JINGZHOU}"))
    assert client.get(f"{here}?division=x").status_code == 200


def test_totals_leave_as_a_workbook_where_one_may_export_and_the_audit_hears(cast: Cast) -> None:
    make_task(cast, kind=TaskKind.ILLEGAL_STRUCTURES, quantity_planned=1200, places_planned=12, due=-1)
    make_task(cast, kind=TaskKind.DAY_CARE, quantity_planned=2)
    here = reverse("projects:task_totals")
    answer: Any = cast.client("bureau").get(f"{here}?division={JINGZHOU}&export=xlsx")
    heads, *rows = open_bytes(b"".join(answer.streaming_content)).read().rows
    kinds = [head.partition(" · ")[0] for head in heads[2:]]
    first = slice(2, 2 + kinds.count(kinds[0]))
    assert [row[1] for row in rows] == ["西城街道", "合计"]
    # Tasks, overdue ones, places and area: planned, done.
    assert [row[first] for row in rows] == [["1", "1", "12", "0", "1200", "0"]] * 2
    entry = AuditEntry.objects.get(action="task_totals.exported")
    assert entry.detail["rows"] == 1
    assert here in cast.client("bureau").get(here).content.decode()
    assert cast.client("liaison").get(here).status_code == 200
    assert cast.client("liaison").get(f"{here}?export=xlsx").status_code == 403


def test_many_tasks_cost_as_many_statements_as_one(cast: Cast) -> None:
    project = make_project(cast)
    client = cast.client("bureau")

    def fill(count: int) -> Task:
        for _serial in range(count):
            task = make_task(cast, project=project, kind=TaskKind.DAY_CARE, quantity_planned=1, due=-1)
            comment(task=task, user=cast.community, text="照片", files=[make_photo(cast.community)] * 2)
            comment(task=whole, user=cast.community, text="照片", files=[make_photo(cast.community)])
            make_task(cast, project=project, parent=whole)
        return task

    whole = make_task(cast, project=project)
    pages = {
        LIST: 12, f"{LIST}?show=waiting": 12, address(whole): 16, reverse("projects:task_totals"): 12,
        reverse("projects:project_tasks", args=[project.code]): 24,
        # Each app of the house asks something here.
        "/overview/": 28,
        reverse("projects:compound_tasks", args=[project.compound.code]): 20,
    }  # fmt: skip

    def counts() -> dict[str, int]:
        found = {}
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(page).status_code == 200
            found[page] = len(seen)
        return found

    fill(1)
    few = counts()
    assert min(few.values()) > 3
    fill(4)
    assert counts() == few
    assert {page: count for page, count in few.items() if count > pages[page]} == {}


def test_a_compound_without_a_project_has_tasks_too(cast: Cast) -> None:
    compound = make_compound(cast, "棉纺小区")
    page = cast.client("street").get(reverse("projects:compound_tasks", args=[compound.code]))
    assert f"?compound={compound.code}" in page.content.decode()
