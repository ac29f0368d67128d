"""Before the portal: the day of going live, works shared out, projects that were finished by then."""

from collections.abc import Sequence
from datetime import date, timedelta

from compounds.models import Batch, Compound, PoolEntry
from directory.models import Division, Organisation
from portal.demo import dice
from portal.demo.people import bureau_name
from portal.demo.programme.papers import store_papers
from portal.demo.programme.scene import COUNTIES, Scene
from portal.demo.programme.works import works_of_jingzhou, works_of_zaoyang
from portal.demo.published import JINGZHOU, ZAOYANG
from portal.demo.register import CompoundSketch, Stage
from projects.actions.backlog import ProjectBefore, WorkBefore, enter_projects_from_before
from projects.actions.catalogue import TimetableLine, publish_timetable
from projects.actions.go_live import confirm_go_live, propose_go_live
from projects.models import CatalogueItem, DocumentKind, Milestone, PartyRole, Project, TimetableTemplate
from projects.models import Stage as ProjectStage

# Made up: after the years whose projects were finished by then.
LIVE_FROM = {JINGZHOU: date(2023, 1, 1), ZAOYANG: date(2025, 1, 1)}
# Jingzhou's made-up plans run into the next spring: days after 1 January of the plan year.
LATER_DAYS: dict[tuple[str, bool], int] = {
    (ProjectStage.START, True): 240, (ProjectStage.CONSTRUCTION, False): 380, (ProjectStage.CONSTRUCTION, True): 440,
    (ProjectStage.ACCEPTANCE, True): 470, (ProjectStage.HANDOVER, True): 500,
}  # fmt: skip
PARTIES = (PartyRole.CONTRACTOR, PartyRole.DESIGNER, PartyRole.SUPERVISOR)


def go_live(scene: Scene) -> None:
    for county in COUNTIES:
        division = Division.objects.get(pk=county)
        proposed = propose_go_live(
            division=division, user=scene.person(county, "system"), live_from=LIVE_FROM[county]
        )
        confirm_go_live(go_live=proposed, user=scene.person(county, "security"))
    scene.papers = dict.fromkeys(COUNTIES, store_papers(scene.person(JINGZHOU, "section")))
    shipped: list[TimetableLine] = TimetableTemplate.objects.of(JINGZHOU).lines
    lines: list[TimetableLine] = [
        {**line, "day": LATER_DAYS.get((line["stage"], line["closes"]), line["day"])} for line in shipped
    ]
    publish_timetable(
        division=Division.objects.get(pk=JINGZHOU), user=scene.person(JINGZHOU, "bureau"), lines=lines,
        basis="示例：跨年度实施",
    )  # fmt: skip


def share_works(scene: Scene) -> None:
    zaoyang = scene.of(ZAOYANG, Stage.COMPLETED, Stage.IMPLEMENTING)
    shared = works_of_zaoyang(dice("works zaoyang"), [sketch for _row, sketch in zaoyang])
    scene.works = {row.pk: works for (row, _sketch), works in zip(zaoyang, shared, strict=True)}
    random = dice("works jingzhou")
    for row, sketch in scene.of(JINGZHOU, Stage.PLAN_2022, Stage.IMPLEMENTING):
        scene.works[row.pk] = works_of_jingzhou(random, sketch)
    scene.counts.works = sum(map(len, scene.works.values()))


def enter_finished(scene: Scene) -> None:
    random = dice("finished")
    for county in COUNTIES:
        items = {item.code: item for item in CatalogueItem.objects.of(county)}
        firms = {role: scene.firms(county, role) for role in PARTIES}
        pairs = scene.of(county, Stage.PLAN_2022, Stage.COMPLETED)
        moves = _moves([row for row, _sketch in pairs])
        client = Organisation.objects.get(name=bureau_name(county))
        befores = []
        for row, sketch in pairs:
            implementing, out = moves[row.pk]
            befores.append(
                ProjectBefore(
                    compound=row, year=sketch.plan_year or 2022, stage=ProjectStage.AFTERCARE, effective_on=out,
                    started_on=implementing, completed_on=max(implementing, out - timedelta(days=random.randint(1, 4))),
                    client=client, notes=_published_note(sketch),
                    parties={role.value: random.choice(its) for role, its in firms.items()},
                    works=[
                        WorkBefore(item=items[code], planned=amount, done=amount)
                        for code, amount in sorted(scene.works[row.pk].items())
                    ],
                )
            )  # fmt: skip
        entered = enter_projects_from_before(
            projects=befores, user=scene.person(county, "section"),
            document=scene.papers[county][DocumentKind.BEFORE_PORTAL],
        )  # fmt: skip
        scene.counts.projects += len(entered)
    _published_months(scene)


def _moves(compounds: Sequence[Compound]) -> dict[int, tuple[date, date]]:
    """{compound: (into the batch 实施, out of the pool)}, as its way through the pool tells."""
    found: dict[int, dict[str, date]] = {row.pk: {} for row in compounds}
    rows = PoolEntry.objects.filter(compound__in=found, batch__in=(Batch.IMPLEMENTING, Batch.OUT))
    for compound, batch, at in rows.values_list("compound_id", "batch", "moved_at"):
        found[compound][batch] = at.date()
    return {pk: (its[Batch.IMPLEMENTING], its[Batch.OUT]) for pk, its in found.items()}


def _published_months(scene: Scene) -> None:
    """Start and completion of Jingzhou's plan of 2022 by month, as published: from its first day to its last."""
    planned = {row.pk: sketch.planned for row, sketch in scene.of(JINGZHOU, Stage.PLAN_2022)}
    milestones = []
    for project in Project.objects.filter(compound__in=planned):
        published = planned[project.compound_id]
        if published is None or published.starts_on is None:
            continue
        ends = (published.completes_on + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        for place, (stage, name, english, day, done) in enumerate((
            (ProjectStage.START, "开工", "Start of works", published.starts_on, project.started_on),
            (ProjectStage.CONSTRUCTION, "完工", "Works completed", ends, project.completed_on),
        )):  # fmt: skip
            milestones.append(
                Milestone(
                    project=project, division_code=project.division_code, stage=stage, name=name, name_en=english,
                    planned_on=day, due_on=day, done_on=done, closes_stage=True, position=place,
                )
            )  # fmt: skip
    Milestone.objects.bulk_create(milestones)


def _published_note(sketch: CompoundSketch) -> str:
    planned = sketch.planned
    if planned is None:
        return f"{sketch.plan_year}年计划（示例名单）。"
    if planned.starts_on is None:
        return "2022年计划：2021年10月初已完工（公布）。"
    return (
        f"2022年计划第{planned.batch}批：计划{planned.starts_on.month}月开工、{planned.completes_on.month}月完工（公布）；"
        "实际日期为示例。"
    )
