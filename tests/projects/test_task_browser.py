"""A task from the bureau's desk down to a phone at the compound, in Chromium; the pages for everybody's eyes."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect

from projects.models import EntryKind, Task, TaskFile, TaskKind, TaskState
from tests.browser import NewPage
from tests.cast import SHENGLI, WEST_STREET, Cast
from tests.compounds.pages import files, picture, sign_in
from tests.projects.builders import make_document, make_unplanned_project
from tests.projects.tasks import day, make_task

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]


def test_a_task_is_given_passed_down_and_reported_from_a_phone(
    new_page: NewPage, committed_cast: Cast, site: str
) -> None:
    cast = committed_cast
    project = make_unplanned_project(cast, "砂石厂小区")
    cast.street, cast.community  # noqa: B018 (come into being)

    desk = sign_in(new_page(), cast, "bureau", site)
    desk.goto(f"/tasks/of/{project.code}/")
    desk.get_by_role("link", name="下达任务").click()
    desk.locator("[name=kind]").select_option(TaskKind.ILLEGAL_STRUCTURES)
    desk.locator("[name=title]").fill("拆除顶楼彩钢棚")
    desk.locator("[name=due_on]").fill(day(10).isoformat())
    desk.locator("[name=quantity_planned]").fill("480")
    desk.locator("[name=places_planned]").fill("7")
    desk.get_by_label("机关、单位或人员").press_sequentially("jdgb", delay=20)
    desk.locator("label", has_text="街道干部己").get_by_role("radio").check()
    desk.get_by_role("button", name="下达", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("拆除顶楼彩钢棚")
    task = Task.objects.get()
    assert (task.person, task.quantity_planned) == (cast.street, Decimal(480))

    street = sign_in(new_page(), cast, "street", site)
    street.goto("/overview/")
    street.get_by_role("link", name="拆除顶楼彩钢棚").click()
    street.get_by_role("link", name="转办").click()
    street.locator(f"[name=hands][value='d:{SHENGLI}']").check()
    street.locator("[name=text]").fill("请先劝拆")
    street.get_by_role("button", name="转办").click()
    expect(street.locator(".tier-here")).to_contain_text("胜利街社区居民委员会")

    phone = sign_in(new_page(width=390, height=844), cast, "community", site)
    phone.goto("/tasks/mine/")
    phone.get_by_role("link", name="拆除顶楼彩钢棚").click()
    phone.get_by_role("link", name="办结上报").click()
    # Photos chosen before the queue's script has loaded go with the form, unshrunk.
    phone.wait_for_load_state()
    lost = f"**/tasks/{task.pk}/evidence/"
    fails = [True]

    def once(route: Route) -> None:
        route.abort() if fails and fails.pop() else route.continue_()

    phone.route(lost, once)
    phone.locator("input[name=photos_]").set_input_files(
        files(picture(size=(3200, 2400)), picture(colour="red"))
    )
    phone.locator("[name=places_done]").fill("7")
    phone.locator("[name=quantity_done]").fill("476.5")
    # Sent at once: the report waits for the photos, also for the one whose sending broke off.
    phone.get_by_role("button", name="办结上报").last.click()
    expect(phone.locator(".thread-done .thread-files img")).to_have_count(2, timeout=20_000)
    task.refresh_from_db()
    assert (task.state, task.quantity_done, task.places_done) == (TaskState.DONE, Decimal("476.5"), 7)
    kept = TaskFile.objects.filter(entry__task=task, entry__kind=EntryKind.DONE).select_related("file")
    assert max(max(one.file.width or 0, one.file.height or 0) for one in kept) == 1600


def test_nobody_is_shut_out_of_the_pages(
    new_page: NewPage, committed_cast: Cast, site: str, axe: Axe
) -> None:
    cast = committed_cast
    project = make_unplanned_project(cast, "砂石厂小区", year=day().year)
    make_document(cast, project, "willingness_record")
    task = make_task(
        cast, project=project, to=WEST_STREET, kind=TaskKind.DAY_CARE, quantity_planned=Decimal(1), due=-2
    )
    mine = make_task(cast, to=SHENGLI)
    milestone = project.milestones.first()
    assert milestone is not None
    pages = {
        "bureau": (
            f"/projects/{project.code}/documents/", f"/projects/{project.code}/documents/add/",
            f"/projects/{project.code}/timetable/", f"/projects/{project.code}/timetable/{milestone.pk}/", "/timeline/",
            "/tasks/", f"/tasks/{task.pk}/", f"/tasks/give/?project={project.code}", "/tasks/totals/",
        ),
        "community": (f"/tasks/{mine.pk}/report/", f"/tasks/{mine.pk}/pass/"),
    }  # fmt: skip
    for person, addresses in pages.items():
        for width, language in ((1440, "en"), (320, "zh-hans")):
            page = sign_in(new_page(width=width, language=language), cast, person, site)
            for address in addresses:
                page.goto(address)
                if width == 1440:
                    axe(page)
                over = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert over <= 0, (address, width)
