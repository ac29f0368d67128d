"""A published plan table read into a plan: what a row means, what is refused, what is written."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.models import Compound
from core.sheets import open_bytes
from imports import actions as imports
from imports.errors import ChangedSincePreview
from imports.kinds import kind_of
from imports.models import ImportRun, Verdict
from jobs.progress import Silent
from projects.actions.plans import remove_from_plan, submit_plan
from projects.models import Plan
from tests.cast import Cast
from tests.compounds.builders import do_jobs, make_compound, make_pooled
from tests.projects.builders import make_plan
from tests.spreadsheets import xlsx

HEADINGS = [
    "序号",
    "区划",
    "街道（乡镇）",
    "小区名称",
    "楼栋数",
    "户数",
    "建筑面积",
    "估算投资（万元）",
    "优先理由",
]


def table(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    return xlsx([headings, *rows])


def line(name: str, *, street: str = "", households: Any = "", area: Any = "", invested: Any = "", reason: str = "") -> list[Any]:  # fmt: skip
    return ["", "荆州区", street, name, "", households, area, invested, reason]


def previewed(cast: Cast, plan: Plan, content: bytes, *, by: str = "bureau") -> ImportRun:
    user = getattr(cast, by)
    run = imports.upload(kind=kind_of("plan"), file=io.BytesIO(content), name="计划表.xlsx", user=user)
    found = imports.table_of_run(run)
    run = imports.choose_columns(run=run, table=found, mapping=run.mapping, options={"plan": str(plan.pk)})
    return imports.preview(run=run, progress=Silent())


def write(run: ImportRun) -> ImportRun:
    return imports.write(run=run, progress=Silent())


def verdicts(run: ImportRun) -> list[str]:
    return [row.verdict for row in run.rows.order_by("number")]


def reasons(run: ImportRun) -> list[str]:
    return [kind for row in run.rows.order_by("number") for kind in row.reasons or ()]


def test_a_published_table_becomes_the_plans_list(cast: Cast) -> None:
    one, two = make_pooled(cast, "砂石厂小区"), make_pooled(cast, "广元小区")
    Compound.objects.filter(pk=two.pk).update(building_count=6)
    plan = make_plan(cast)
    content = table(
        line("砂石厂小区", households="320户", area="3.86万㎡", invested="480"), line("广元小区"), ["", "", "", "合计", "", 320, "", "", ""]
    )  # fmt: skip
    run = previewed(cast, plan, content)
    assert verdicts(run) == [Verdict.NEW, Verdict.NEW, Verdict.WRONG]
    assert not plan.entries.exists()
    run.options = {**run.options, imports.LEAVE_OUT: True}
    run.save()
    write(run)
    entries = {entry.compound_id: entry for entry in plan.entries.all()}
    first: Any = entries[one.pk]
    assert (first.household_count, first.floor_area, first.estimated_investment) == (320, 38600, 4_800_000)
    assert entries[two.pk].building_count == 6
    assert first.added_by == cast.bureau


def test_going_before_more_urgent_ones_needs_its_reason_in_the_table(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    make_pooled(cast, "缓", score=2)
    plan = make_plan(cast)
    run = previewed(cast, plan, table(line("缓")))
    assert (verdicts(run), reasons(run)) == ([Verdict.WRONG], ["jumps"])
    row: Any = run.rows.get()
    assert "急" in row.problems["name"]
    run = previewed(cast, plan, table(line("缓", reason="与道路同步")))
    assert verdicts(run) == [Verdict.NEW]
    write(run)
    assert plan.entries.get().jump_reason == "与道路同步"
    # Both in the table: nobody is passed.
    remove_from_plan(plan=plan, compounds=[plan.entries.get().compound], user=cast.bureau)
    assert verdicts(previewed(cast, plan, table(line("缓"), line("急")))) == [Verdict.NEW, Verdict.NEW]


def test_what_is_in_the_plan_is_changed_and_an_empty_cell_changes_nothing(cast: Cast) -> None:
    compound = make_pooled(cast, "甲")
    plan = make_plan(cast, compound)
    plan.entries.update(household_count=100)
    assert verdicts(previewed(cast, plan, table(line("甲")))) == [Verdict.UNCHANGED]
    run = previewed(cast, plan, table(line("甲", households=120)))
    assert verdicts(run) == [Verdict.CHANGED]
    write(run)
    assert plan.entries.get().household_count == 120


def test_a_row_that_is_nobody_or_too_many_says_so(cast: Cast) -> None:
    make_pooled(cast, "甲")
    make_compound(cast, "未入库")
    make_compound(cast, "同名", community="421003001001")
    make_compound(cast, "同名", community="421003002001")
    plan = make_plan(cast)
    run = previewed(
        cast, plan,
        table(
            line("查无此区"), line("未入库"), line("同名"), line("甲", households="很多"), line("甲"), line(""), line("同名", street="东城街道"),
            ["", "", "", "", "", "", "", "", ""],
        ),
    )  # fmt: skip
    assert reasons(run)[:4] == ["unknown", "not_plannable", "ambiguous", "number"]
    assert "repeated" in reasons(run)
    assert verdicts(run).count(Verdict.NEW) == 0
    assert reasons(run)[-1] == "not_plannable"


@pytest.mark.parametrize(
    ("heading", "cell", "yuan"),
    [("估算投资（万元）", "480", 4_800_000), ("估算投资（元）", "4,800,000", 4_800_000), ("投资估算", "0.5亿", 50_000_000), ("总投资", "约480万元", 4_800_000)],
)  # fmt: skip
def test_money_is_read_in_the_unit_that_is_written(cast: Cast, heading: str, cell: str, yuan: int) -> None:
    make_pooled(cast, "甲")
    plan = make_plan(cast)
    write(previewed(cast, plan, table(["甲", cell], headings=["小区名称", heading])))
    invested: Any = plan.entries.get().estimated_investment
    assert invested == yuan


def test_what_changed_since_the_preview_is_not_written(cast: Cast) -> None:
    compound = make_pooled(cast, "甲")
    plan = make_plan(cast)
    run = previewed(cast, plan, table(line("甲", households=120)))
    make_plan(cast, compound, year=2027)
    with pytest.raises(ChangedSincePreview):
        write(run)
    assert not plan.entries.exists()
    run.refresh_from_db()
    assert verdicts(run) == [Verdict.WRONG]


def test_a_submitted_plan_takes_no_table(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast, "甲"))
    make_pooled(cast, "乙")
    run = previewed(cast, plan, table(line("乙")))
    submit_plan(plan=plan, user=cast.bureau)
    with pytest.raises(Exception, match=r".") as refusal:
        write(run)
    assert not isinstance(refusal.value, AssertionError)
    assert plan.entries.count() == 1


def test_nobody_reads_into_another_countys_plan(cast: Cast) -> None:
    plan = make_plan(cast)
    browser: Any = cast.client("stranger")
    assert browser.get(reverse("imports:upload", args=["plan"])).status_code == 200
    run = imports.upload(
        kind=kind_of("plan"), file=io.BytesIO(table(line("甲"))), name="表.xlsx", user=cast.stranger
    )
    with pytest.raises(Exception, match=r"."):
        imports.choose_columns(
            run=run, table=imports.table_of_run(run), mapping=run.mapping, options={"plan": str(plan.pk)}
        )
    outsider: Any = cast.client("street")
    assert outsider.get(reverse("imports:upload", args=["plan"])).status_code == 403


def test_by_hand_the_plan_is_chosen_beside_the_columns(cast: Cast) -> None:
    make_pooled(cast, "甲")
    plan = make_plan(cast)
    browser: Any = cast.client("bureau")
    upload = SimpleUploadedFile("计划表.xlsx", table(line("甲", households=120)))
    at = browser.post(reverse("imports:upload", args=["plan"]), {"file": upload})["Location"]
    page = browser.get(at)
    assert str(plan) in page.content.decode()
    mapping = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert browser.post(at, mapping).status_code == 422
    assert browser.post(at, {**mapping, "plan": plan.pk}).status_code == 302
    do_jobs()
    run = ImportRun.objects.get()
    shown = browser.get(reverse("imports:detail", args=[run.pk])).content.decode()
    assert str(plan) in shown
    assert "120" in shown
    browser.post(reverse("imports:write", args=[run.pk]), {"reason": "年度计划"})
    do_jobs()
    assert plan.entries.get().household_count == 120


def test_what_left_as_a_table_comes_back_unchanged(cast: Cast) -> None:
    compound = make_pooled(cast, "甲")
    Compound.objects.filter(pk=compound.pk).update(household_count=120, floor_area="8000.5", building_count=3)
    plan = make_plan(cast, Compound.objects.get(pk=compound.pk))
    browser: Any = cast.client("bureau")
    content = b"".join(browser.get(reverse("projects:plan_sheet", args=[plan.pk])).streaming_content)
    assert open_bytes(content).read("").rows[1][3] == "甲"
    assert verdicts(previewed(cast, plan, content)) == [Verdict.UNCHANGED]


def test_the_statements_do_not_grow_with_the_rows(cast: Cast) -> None:
    for number in range(6):
        make_pooled(cast, f"小区{number}")
    plan = make_plan(cast)
    kind = kind_of("plan")

    def statements(count: int) -> int:
        content = table(*(line(f"小区{number}") for number in range(count)))
        run = imports.upload(kind=kind, file=io.BytesIO(content), name="表.xlsx", user=cast.bureau)
        run.options = {**run.options, "plan": str(plan.pk)}
        found = imports.table_of_run(run)
        with CaptureQueriesContext(connection) as captured:
            imports.examined(kind=kind, table=found, task=imports.task_of(run, found), progress=Silent())
        return len(captured)

    assert statements(1) == statements(6)
