"""Plans of the demo: what was published, what runs, next year's, and one amended."""

from collections.abc import Sequence
from datetime import date, timedelta

from compounds.models import Compound
from portal.demo.people import CITY
from portal.demo.programme.plan_office import (
    INVESTMENT_OF_2022,
    ISSUED,
    MADE_UP,
    PlanOffice,
    issued_on,
    share_investment,
)
from portal.demo.programme.scene import COUNTIES, Scene
from portal.demo.published import JINGZHOU, ZAOYANG, total
from portal.demo.register import Stage
from projects.actions.documents import add_document, add_programme_document
from projects.actions.projects import begin_project
from projects.actions.stages import advance
from projects.models import DocumentKind, PlanKind, Standing

NEXT_YEAR = {JINGZHOU: 8, ZAOYANG: 40}
PLANNED_LATE = "原址拟建社区食堂，改造范围调整。"


def plan_what_was_published(scene: Scene) -> None:
    office = scene.office(JINGZHOU)
    plan = office.draw_up(
        2022, notes="名单、批次、月份、户数和总投资为公布内容；各小区投资分解为示例。",
        compounds=total(JINGZHOU, "compounds_of_the_2022_plan"),
        households=total(JINGZHOU, "households_of_the_2022_plan"), investment=INVESTMENT_OF_2022,
    )  # fmt: skip
    office.take_in(plan, [row for row, _sketch in scene.of(JINGZHOU, Stage.PLAN_2022)])
    share_investment(plan, INVESTMENT_OF_2022)
    scene.plans[JINGZHOU, 2022] = office.issue(plan, on=ISSUED[2022], number="1")
    office = scene.office(ZAOYANG)
    for year in (2022, 2024):
        listed = [row for row, sketch in scene.of(ZAOYANG, Stage.COMPLETED) if sketch.plan_year == year]
        plan = office.draw_up(
            year, notes="小区个数为公布数字；名单和投资为示例。",
            compounds=total(ZAOYANG, "compounds_planned", period=str(year)),
        )  # fmt: skip
        office.take_in(plan, listed)
        share_investment(plan)
        scene.plans[ZAOYANG, year] = office.issue(plan, on=ISSUED[year], number="1")


def plan_what_runs(scene: Scene) -> None:
    _annual(
        scene, ZAOYANG, 2025, [row for row, _sketch in scene.of(ZAOYANG, Stage.IMPLEMENTING)],
        notes="94个为公布数字，应于2025年12月31日前完工；名单、投资和各项目进度为示例。",
    )  # fmt: skip
    under_way = scene.of(JINGZHOU, Stage.IMPLEMENTING)
    _annual(scene, JINGZHOU, 2025, [row for row, sketch in under_way if not sketch.is_current], notes=MADE_UP)
    current = [row for row, sketch in under_way if sketch.is_current]
    _annual(scene, JINGZHOU, scene.year, current, notes=MADE_UP)
    _long_plan(scene)
    city = _city(scene)
    plan = city.draw_up(2025, notes=MADE_UP, compounds=len(under_way))
    city.issue(plan, on=ISSUED[2025] + timedelta(days=12), number="2")
    city.draw_up(scene.year + 1, notes=MADE_UP)


def _city(scene: Scene) -> PlanOffice:
    users = scene.world.users
    return PlanOffice(division=CITY, drawer=users["jzs-section"], chief=users["jzs-bureau"])


def _annual(scene: Scene, county: str, year: int, listed: Sequence[Compound], *, notes: str) -> None:
    office = scene.office(county)
    plan = office.draw_up(year, notes=notes, compounds=len(listed))
    office.take_in(plan, listed)
    share_investment(plan)
    on = issued_on(year)
    scene.plans[county, year] = office.issue(plan, on=on, number="3")
    add_programme_document(
        plan=scene.plans[county, year], user=office.drawer, kind=DocumentKind.OVERALL_SCHEME, dated_on=on,
        title="总体改造方案（示例）", file=scene.papers[county][DocumentKind.OVERALL_SCHEME],
    )  # fmt: skip


def _long_plan(scene: Scene) -> None:
    office = scene.office(ZAOYANG)
    plan = office.draw_up(
        2021, kind=PlanKind.FIVE_YEAR, compounds=total(ZAOYANG, "compounds_target"),
        notes="目标300个为公布数字；已公布年度计划的小区列于各年。",
    )  # fmt: skip
    for year in (2022, 2024, 2025):
        entries = scene.plans[ZAOYANG, year].entries.select_related("compound")
        office.take_in(plan, [entry.compound for entry in entries], year=year)
    office.issue(plan, on=date(2021, 3, 18), number="2")


def amend_and_look_ahead(scene: Scene) -> None:
    office = scene.office(JINGZHOU)
    cancelled = [one.project.compound for one in scene.running if one.walk.aim.standing == Standing.CANCELLED]
    office.amend(
        scene.plans[JINGZHOU, 2025], without=cancelled, reason=PLANNED_LATE, on=scene.world.today - timedelta(days=9),
        number="5",
    )  # fmt: skip
    _begin_ahead_of_the_plan(scene)
    for county in COUNTIES:
        scene.office(county).next_year(
            scene.year + 1, count=NEXT_YEAR[county], is_submitted=county == ZAOYANG
        )


def _begin_ahead_of_the_plan(scene: Scene) -> None:
    """Residents were asked before the plan: such a project waits at the stage of the plan."""
    row, _sketch = scene.of(JINGZHOU, Stage.PREPARING)[0]
    section = scene.person(JINGZHOU, "section")
    project = begin_project(compound=row, user=section, year=scene.year + 1)
    add_document(
        project=project, user=section, kind=DocumentKind.WILLINGNESS_RECORD, title="居民改造意愿征集表（示例）",
        file=scene.papers[JINGZHOU][DocumentKind.WILLINGNESS_RECORD], dated_on=scene.world.today,
    )  # fmt: skip
    advance(project=project, user=section, effective_on=scene.world.today)
    scene.counts.projects += 1
