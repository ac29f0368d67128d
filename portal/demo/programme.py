"""The programme of the demo: plans, projects, schemes, works, tasks and progress, with dates up to the day of loading.

    programme_plans.py    plans by the actions of the pages; published lists and targets
    programme_works.py    works; Zaoyang's add up to the published totals
    programme_walks.py    how far each project has come, and when
    programme_schemes.py  schemes at every point of their way
    programme_site.py     papers, contracts, progress entries, milestones, visits
    programme_tasks.py    tasks between the tiers
    programme_papers.py   small PDFs, each marked as made up

What was finished before the go-live comes in as the backlog import writes it; plans are issued by the actions, which
begin the projects; the rest is written set-wise, under all triggers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from compounds.models import Batch, Compound, PoolEntry, Topic
from delivery.models import ProgressEntry, ProgressPhoto
from directory.models import Division, Organisation, User
from files.models import StoredFile
from portal.demo import dice
from portal.demo.people import CITY, FIRMS, HOME_STREET, PREFIX, bureau_name, worker_username
from portal.demo.photos import VARIANTS
from portal.demo.places import IN_TOWN
from portal.demo.pool import current_year
from portal.demo.programme_papers import store_papers
from portal.demo.programme_plans import INVESTMENT_OF_2022, MADE_UP, PlanOffice, share_investment
from portal.demo.programme_schemes import OBJECTIONS, Running, SchemeWriter, Signers
from portal.demo.programme_site import (
    finish_inner_milestones,
    milestone_moves,
    progress_entries,
    progress_photos,
    write_contracts,
    write_papers,
    write_visits,
)
from portal.demo.programme_tasks import (
    TaskSketch,
    day_care,
    general,
    illegal_structures,
    markets,
    relocations,
    write_tasks,
)
from portal.demo.programme_walks import (
    JINGZHOU_2025,
    JINGZHOU_CURRENT,
    ZAOYANG_2025,
    Aim,
    Step,
    walks,
)
from portal.demo.programme_works import Works, works_of_jingzhou, works_of_zaoyang
from portal.demo.published import JINGZHOU, ZAOYANG, total
from portal.demo.register import CompoundSketch, Stage
from projects.actions.approvals import post_notice, record_objection, sign_off
from projects.actions.backlog import ProjectBefore, WorkBefore, enter_projects_from_before
from projects.actions.catalogue import TimetableLine, publish_timetable
from projects.actions.documents import add_document, add_programme_document
from projects.actions.go_live import confirm_go_live, propose_go_live
from projects.actions.projects import begin_project
from projects.actions.schemes import add_work, new_version, submit_scheme
from projects.actions.stages import advance
from projects.models import (
    LINE,
    CatalogueItem,
    DocumentKind,
    Milestone,
    MilestoneMove,
    ObjectionChannel,
    PartyRole,
    Plan,
    PlanKind,
    Project,
    ProjectParty,
    SignOffKind,
    StageChange,
    Standing,
    TimetableTemplate,
)
from projects.models import Programme as Umbrella
from projects.models import Stage as ProjectStage

COUNTIES = (JINGZHOU, ZAOYANG)
# Made up: after the years whose projects were finished by then.
LIVE_FROM = {JINGZHOU: date(2023, 1, 1), ZAOYANG: date(2025, 1, 1)}
ISSUED = {2022: date(2022, 3, 10), 2024: date(2024, 2, 22), 2025: date(2025, 2, 26)}
# Jingzhou's made-up plans run into the next spring: days after 1 January of the plan year.
LATER_DAYS: dict[tuple[str, bool], int] = {
    (ProjectStage.START, True): 240, (ProjectStage.CONSTRUCTION, False): 380, (ProjectStage.CONSTRUCTION, True): 440,
    (ProjectStage.ACCEPTANCE, True): 470, (ProjectStage.HANDOVER, True): 500,
}  # fmt: skip
NEXT_YEAR = {JINGZHOU: 8, ZAOYANG: 40}
PLANNED_LATE = "原址拟建社区食堂，改造范围调整。"


class World(Protocol):
    """What the steps before have written."""

    today: date
    sketches: list[CompoundSketch]
    compounds: list[Compound]
    users: dict[str, User]
    organisation_ids: dict[tuple[str, str], int]

    def drawn(self, topic: str, variant: int, user: User) -> StoredFile: ...


@dataclass
class ProgrammeCounts:
    projects: int = 0
    works: int = 0
    progress_entries: int = 0
    tasks: int = 0
    documents: int = 0


@dataclass
class Demo:
    """The steps share what they wrote."""

    world: World
    counts: ProgrammeCounts = field(default_factory=ProgrammeCounts)
    papers: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    works: dict[int, Works] = field(default_factory=dict)
    plans: dict[tuple[str, int], Plan] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    contractors: dict[int, Organisation] = field(default_factory=dict)

    def steps(self) -> list[Callable[[], None]]:
        return [
            self.go_live, self.share_works, self.enter_finished, self.plan_what_was_published, self.plan_what_runs,
            self.begin_running, self.write_schemes, self.write_papers_and_contracts, self.walk_to_the_site,
            self.report_progress, self.walk_on, self.move_dates, self.amend_and_look_ahead, self.change_a_scheme,
            self.give_tasks,
        ]  # fmt: skip

    # --- Who and what

    def person(self, county: str, key: str) -> User:
        return self.world.users[f"{PREFIX[county]}-{key}"]

    def office(self, county: str) -> PlanOffice:
        return PlanOffice(
            division=county, drawer=self.person(county, "section"), chief=self.person(county, "bureau")
        )

    def firms(self, county: str, kind: str) -> list[Organisation]:
        """The demo's firms of a kind in the county, the first one first."""
        town = bureau_name(county)[:2]
        names = [name.format(town=town) for name, its_kind in FIRMS if its_kind == kind]
        found = Organisation.objects.filter(division=county, name__in=names).in_bulk(field_name="pk").values()
        return sorted(found, key=lambda firm: names.index(firm.name))

    def of(self, county: str, *stages: Stage) -> list[tuple[Compound, CompoundSketch]]:
        pairs = zip(self.world.compounds, self.world.sketches, strict=True)
        return [(row, one) for row, one in pairs if one.county == county and one.stage in stages]

    @property
    def year(self) -> int:
        return current_year(self.world.today)

    # --- Going live, works

    def go_live(self) -> None:
        for county in COUNTIES:
            division = Division.objects.get(pk=county)
            proposed = propose_go_live(
                division=division, user=self.person(county, "system"), live_from=LIVE_FROM[county]
            )
            confirm_go_live(go_live=proposed, user=self.person(county, "security"))
        self.papers = dict.fromkeys(COUNTIES, store_papers(self.person(JINGZHOU, "section")))
        shipped: list[TimetableLine] = TimetableTemplate.objects.of(JINGZHOU).lines
        lines: list[TimetableLine] = [
            {**line, "day": LATER_DAYS.get((line["stage"], line["closes"]), line["day"])} for line in shipped
        ]
        publish_timetable(
            division=Division.objects.get(pk=JINGZHOU), user=self.person(JINGZHOU, "bureau"), lines=lines,
            basis="示例：跨年度实施",
        )  # fmt: skip

    def share_works(self) -> None:
        zaoyang = self.of(ZAOYANG, Stage.COMPLETED, Stage.IMPLEMENTING)
        shared = works_of_zaoyang(dice("works zaoyang"), [sketch for _row, sketch in zaoyang])
        self.works = {row.pk: works for (row, _sketch), works in zip(zaoyang, shared, strict=True)}
        random = dice("works jingzhou")
        for row, sketch in self.of(JINGZHOU, Stage.PLAN_2022, Stage.IMPLEMENTING):
            self.works[row.pk] = works_of_jingzhou(random, sketch)
        self.counts.works = sum(map(len, self.works.values()))

    # --- What was finished before

    def enter_finished(self) -> None:
        random = dice("finished")
        for county in COUNTIES:
            items = {item.code: item for item in CatalogueItem.objects.of(county)}
            firms = {kind: self.firms(county, kind) for kind in (PartyRole.CONTRACTOR, PartyRole.DESIGNER, PartyRole.SUPERVISOR)}  # fmt: skip
            pairs = self.of(county, Stage.PLAN_2022, Stage.COMPLETED)
            moves = self._moves([row for row, _sketch in pairs])
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
                            for code, amount in sorted(self.works[row.pk].items())
                        ],
                    )
                )  # fmt: skip
            entered = enter_projects_from_before(
                projects=befores, user=self.person(county, "section"),
                document=self.papers[county][DocumentKind.BEFORE_PORTAL],
            )  # fmt: skip
            self.counts.projects += len(entered)
        self._published_months()

    @staticmethod
    def _moves(compounds: Sequence[Compound]) -> dict[int, tuple[date, date]]:
        """{compound: (into the batch 实施, out of the pool)}, as its way through the pool tells."""
        found: dict[int, dict[str, date]] = {row.pk: {} for row in compounds}
        rows = PoolEntry.objects.filter(compound__in=found, batch__in=(Batch.IMPLEMENTING, Batch.OUT))
        for compound, batch, at in rows.values_list("compound_id", "batch", "moved_at"):
            found[compound][batch] = at.date()
        return {pk: (its[Batch.IMPLEMENTING], its[Batch.OUT]) for pk, its in found.items()}

    def _published_months(self) -> None:
        """Start and completion of Jingzhou's plan of 2022 by month, as published: from its first day to its last."""
        planned = {row.pk: sketch.planned for row, sketch in self.of(JINGZHOU, Stage.PLAN_2022)}
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

    # --- Plans

    def plan_what_was_published(self) -> None:
        office = self.office(JINGZHOU)
        plan = office.draw_up(
            2022, notes="名单、批次、月份、户数和总投资为公布内容；各小区投资分解为示例。",
            compounds=total(JINGZHOU, "compounds_of_the_2022_plan"),
            households=total(JINGZHOU, "households_of_the_2022_plan"), investment=INVESTMENT_OF_2022,
        )  # fmt: skip
        office.take_in(plan, [row for row, _sketch in self.of(JINGZHOU, Stage.PLAN_2022)])
        share_investment(plan, INVESTMENT_OF_2022)
        self.plans[JINGZHOU, 2022] = office.issue(plan, on=ISSUED[2022], number="1")
        office = self.office(ZAOYANG)
        for year in (2022, 2024):
            listed = [row for row, sketch in self.of(ZAOYANG, Stage.COMPLETED) if sketch.plan_year == year]
            plan = office.draw_up(
                year, notes="小区个数为公布数字；名单和投资为示例。",
                compounds=total(ZAOYANG, "compounds_planned", period=str(year)),
            )  # fmt: skip
            office.take_in(plan, listed)
            share_investment(plan)
            self.plans[ZAOYANG, year] = office.issue(plan, on=ISSUED[year], number="1")

    def plan_what_runs(self) -> None:
        self._annual(
            ZAOYANG, 2025, [row for row, _sketch in self.of(ZAOYANG, Stage.IMPLEMENTING)],
            notes="94个为公布数字，应于2025年12月31日前完工；名单、投资和各项目进度为示例。",
        )  # fmt: skip
        under_way = self.of(JINGZHOU, Stage.IMPLEMENTING)
        self._annual(
            JINGZHOU, 2025, [row for row, sketch in under_way if not sketch.is_current], notes=MADE_UP
        )
        current = [row for row, sketch in under_way if sketch.is_current]
        self._annual(JINGZHOU, self.year, current, notes=MADE_UP)
        self._long_plan()
        city = self._city()
        plan = city.draw_up(2025, notes=MADE_UP, compounds=len(under_way))
        city.issue(plan, on=ISSUED[2025] + timedelta(days=12), number="2")
        city.draw_up(self.year + 1, notes=MADE_UP)

    def _city(self) -> PlanOffice:
        users = self.world.users
        return PlanOffice(division=CITY, drawer=users["jzs-section"], chief=users["jzs-bureau"])

    def _annual(self, county: str, year: int, listed: Sequence[Compound], *, notes: str) -> None:
        office = self.office(county)
        plan = office.draw_up(year, notes=notes, compounds=len(listed))
        office.take_in(plan, listed)
        share_investment(plan)
        on = ISSUED.get(year, date(year, 2, 18))
        self.plans[county, year] = office.issue(plan, on=on, number="3")
        add_programme_document(
            plan=self.plans[county, year], user=office.drawer, kind=DocumentKind.OVERALL_SCHEME, dated_on=on,
            title="总体改造方案（示例）", file=self.papers[county][DocumentKind.OVERALL_SCHEME],
        )  # fmt: skip

    def _long_plan(self) -> None:
        office = self.office(ZAOYANG)
        plan = office.draw_up(
            2021, kind=PlanKind.FIVE_YEAR, compounds=total(ZAOYANG, "compounds_target"),
            notes="目标300个为公布数字；已公布年度计划的小区列于各年。",
        )  # fmt: skip
        for year in (2022, 2024, 2025):
            entries = self.plans[ZAOYANG, year].entries.select_related("compound")
            office.take_in(plan, [entry.compound for entry in entries], year=year)
        office.issue(plan, on=date(2021, 3, 18), number="2")

    # --- Projects that run

    def begin_running(self) -> None:
        for (county, year), aims in self._aims().items():
            rows = Project.objects.filter(plan_entry__plan=self.plans[county, year]).select_related(
                "compound"
            )
            projects = {project.compound_id: project for project in rows}
            found = [
                (row, sketch) for row, sketch in self.of(county, Stage.IMPLEMENTING) if row.pk in projects
            ]
            drawn = walks(
                dice(f"walks {county} {year}"), [sketch for _row, sketch in found], aims,
                issued_on=ISSUED.get(year, date(year, 2, 18)), today=self.world.today, is_current=year not in ISSUED,
            )  # fmt: skip
            self.running += [
                Running(project=projects[row.pk], walk=walk, works=self.works[row.pk])
                for (row, _sketch), walk in zip(found, drawn, strict=True)
            ]
        self.counts.projects += len(self.running)
        self._facts()

    def _aims(self) -> dict[tuple[str, int], list[Aim]]:
        return {
            (ZAOYANG, 2025): ZAOYANG_2025, (JINGZHOU, 2025): JINGZHOU_2025, (JINGZHOU, self.year): JINGZHOU_CURRENT,
        }  # fmt: skip

    def _facts(self) -> None:
        for county in COUNTIES:
            keys = [one.project.pk for one in self.running if one.project.division_code.startswith(county)]
            rows = Project.objects.filter(pk__in=keys)
            rows.update(
                client=Organisation.objects.get(name=bureau_name(county)),
                manager=self.person(county, "section"),
            )
            rows.filter(pk__in=keys[::3]).update(programmes=[Umbrella.PEOPLES_LIVELIHOOD])
            rows.filter(pk__in=keys[1::5]).update(programmes=[Umbrella.URBAN_RENEWAL])

    def write_schemes(self) -> None:
        signers = {
            county: Signers(
                drawer=self.person(county, "section"), chief=self.person(county, "bureau"),
                street=self.person(county, "street"),
                workers={code: self.world.users[worker_username(code)] for code in self._communities(county)},
            )
            for county in COUNTIES
        }  # fmt: skip
        SchemeWriter(self.running, random=dice("schemes"), today=self.world.today, signers=signers).write()

    def _communities(self, county: str) -> list[str]:
        return sorted({one.community for one in self.world.sketches if one.county == county})

    def write_papers_and_contracts(self) -> None:
        sections = {county: self.person(county, "section") for county in COUNTIES}
        self.counts.documents = write_papers(self.running, self.papers, sections)
        builders = {county: self.firms(county, PartyRole.CONTRACTOR) for county in COUNTIES}
        self.contractors = write_contracts(self.running, users=sections, firms=builders, papers=self.papers)
        parties = []
        for one in self.running:
            county = one.project.division_code[:6]
            asked = {
                PartyRole.DESIGNER: self.firms(county, PartyRole.DESIGNER)[0]
                if one.walk.has_scheme
                else None,
                PartyRole.CONTRACTOR: self.contractors.get(one.project.pk),
                PartyRole.SUPERVISOR: self.firms(county, PartyRole.SUPERVISOR)[0]
                if one.project.pk in self.contractors
                else None,
            }
            from_on = (
                one.walk.left(ProjectStage.TENDER) or one.walk.left(ProjectStage.PLAN) or self.world.today
            )
            parties += [
                ProjectParty(project=one.project, organisation=firm, role=role, from_on=from_on)
                for role, firm in asked.items()
                if firm is not None
            ]
        ProjectParty.objects.bulk_create(parties)

    # --- Along the line

    def walk_to_the_site(self) -> None:
        for stage in LINE[: LINE.index(ProjectStage.CONSTRUCTION)]:
            self._leave(stage)

    def walk_on(self) -> None:
        for stage in LINE[LINE.index(ProjectStage.CONSTRUCTION) :]:
            self._leave(stage)
        self._move(
            [(one, step) for one in self.running for step in one.walk.steps if step.before == step.after]
        )

    def _leave(self, stage: str) -> None:
        """All projects that leave a stage do so in one statement."""
        self._move(
            [
                (one, step)
                for one in self.running
                for step in one.walk.steps
                if step.before == stage and step.after != stage
            ]
        )

    def _move(self, moves: Sequence[tuple[Running, Step]]) -> None:
        StageChange.objects.bulk_create(
            StageChange(
                project=one.project, kind=step.kind, from_stage=step.before, to_stage=step.after, effective_on=step.on,
                reason=step.reason, by=self.person(one.project.division_code[:6], "section"),
            )
            for one, step in moves
        )  # fmt: skip

    def report_progress(self) -> None:
        own = {county: self.person(county, "contractor") for county in COUNTIES}
        reporters = {}
        for one in self.running:
            county = one.project.division_code[:6]
            firm = self.contractors.get(one.project.pk)
            is_theirs = firm is not None and firm.pk == own[county].organisation_id
            worker = self.world.users[worker_username(one.project.division_code)]
            reporters[one.project.pk] = own[county] if is_theirs else worker
        rows = progress_entries(dice("progress"), self.running, today=self.world.today, reporters=reporters)
        entries = ProgressEntry.objects.bulk_create(rows, batch_size=1000)
        self.counts.progress_entries = len(entries)
        ProgressPhoto.objects.bulk_create(progress_photos(entries, self._pictures()))

    def _pictures(self) -> list[StoredFile]:
        user = self.person(JINGZHOU, "section")
        topics = (Topic.ROADS, Topic.PIPES, Topic.PARKING)
        return [self.world.drawn(topic, variant, user) for topic in topics for variant in range(VARIANTS)]

    def move_dates(self) -> None:
        finish_inner_milestones(self.running)
        active = [one for one in self.running if one.walk.aim.standing == Standing.ACTIVE]
        sections = {county: self.person(county, "section") for county in COUNTIES}
        moves = milestone_moves(dice("dates"), active, today=self.world.today, movers=sections)
        MilestoneMove.objects.bulk_create(moves)
        write_visits(
            dice("visits"), self.running, today=self.world.today, users=sections, pictures=self._pictures()
        )

    # --- What is in hand these days

    def amend_and_look_ahead(self) -> None:
        office = self.office(JINGZHOU)
        cancelled = [
            one.project.compound for one in self.running if one.walk.aim.standing == Standing.CANCELLED
        ]
        office.amend(
            self.plans[JINGZHOU, 2025], without=cancelled, reason=PLANNED_LATE, on=self.world.today - timedelta(days=9),
            number="5",
        )  # fmt: skip
        self._begin_ahead_of_the_plan()
        for county in COUNTIES:
            self.office(county).next_year(
                self.year + 1, count=NEXT_YEAR[county], is_submitted=county == ZAOYANG
            )

    def _begin_ahead_of_the_plan(self) -> None:
        """Residents were asked before the plan: such a project waits at the stage of the plan."""
        row, _sketch = self.of(JINGZHOU, Stage.PREPARING)[0]
        section = self.person(JINGZHOU, "section")
        project = begin_project(compound=row, user=section, year=self.year + 1)
        add_document(
            project=project, user=section, kind=DocumentKind.WILLINGNESS_RECORD, title="居民改造意愿征集表（示例）",
            file=self.papers[JINGZHOU][DocumentKind.WILLINGNESS_RECORD], dated_on=self.world.today,
        )  # fmt: skip
        advance(project=project, user=section, effective_on=self.world.today)
        self.counts.projects += 1

    def change_a_scheme(self) -> None:
        """A change of an approved scheme, on notice, with an objection that waits; the approved one holds meanwhile."""
        here = [
            one for one in self.running
            if one.walk.aim.stage == ProjectStage.CONSTRUCTION and one.walk.aim.standing == Standing.ACTIVE
            and one.project.division_code.startswith(tuple(HOME_STREET.values()))
        ]  # fmt: skip
        if not here:
            return
        one, today = here[0], self.world.today
        code = one.project.division_code
        county, worker = code[:6], self.world.users[worker_username(code)]
        section = self.person(county, "section")
        scheme = new_version(project=one.project, user=section, reason="居民议事会要求增设适老化坡道。")
        ramps = CatalogueItem.objects.of(county).get(code="I04")
        add_work(scheme=scheme, user=section, item=ramps, quantity=Decimal(6))
        submit_scheme(scheme=scheme, user=section)
        sign_off(
            scheme=scheme, user=self.person(county, "street"), kind=SignOffKind.STREET_OFFICE, agrees=True
        )
        sign_off(scheme=scheme, user=worker, kind=SignOffKind.COMMUNITY, agrees=True)
        post_notice(
            scheme=scheme, user=worker, from_on=today - timedelta(days=2), until_on=today + timedelta(days=4),
            places="小区大门公示栏",
        )  # fmt: skip
        record_objection(
            scheme=scheme, user=worker, received_on=today - timedelta(days=1), channel=ObjectionChannel.MEETING,
            text=OBJECTIONS[0][0], raised_by="一楼住户",
        )  # fmt: skip

    def give_tasks(self) -> None:
        random = dice("tasks")
        sketches: list[TaskSketch] = []
        for county in COUNTIES:
            streets = sorted({code[:9] for code in self._communities(county)})
            here = [one.project for one in self.running if one.project.division_code.startswith(county)]
            building = [
                one.project for one in self.running
                if one.project.division_code.startswith(county) and one.walk.aim.stage == ProjectStage.CONSTRUCTION
            ]  # fmt: skip
            sketches += illegal_structures(random, county, streets)
            sketches += markets(random, county, streets)
            sketches += relocations(random, county, building)
            sketches += general(random, county, here)
        communities = [code for code in Division.objects.filter(code__startswith=JINGZHOU, level=12).order_by("code").values_list("code", flat=True) if code[:9] in IN_TOWN[JINGZHOU]]  # fmt: skip
        sketches += day_care(random, communities)
        evidence = {county: self.papers[county][DocumentKind.MEETING] for county in COUNTIES}
        self.counts.tasks = write_tasks(
            sketches, today=self.world.today, users=self.world.users, organisations=self.world.organisation_ids,
            evidence=evidence,
        )  # fmt: skip


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
