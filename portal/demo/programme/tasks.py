"""Tasks between the five tiers. Places and m² of illegal structures and the 27 communities are published; the rest is made up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from directory.models import Organisation, User
from files.models import StoredFile
from portal.demo.figures import Bounds, share_out
from portal.demo.people import HOME_STREET, PREFIX
from portal.demo.places import community_short_name
from portal.demo.published import JINGZHOU, ZAOYANG, divisions, total
from projects.models import EntryKind, Project, Task, TaskEntry, TaskFile, TaskKind, TaskState, Tier


@dataclass(frozen=True, kw_only=True)
class TaskSketch:
    """`due` in days from today; `done` 0–1 is the share that was done."""

    division: str
    kind: str
    title: str
    tier: str
    holder: str
    due: int
    state: str = TaskState.OPEN
    quantity: int | None = None
    places: int | None = None
    organisation: str = ""
    project: Project | None = None
    text: str = ""
    comment: str = ""
    passed_down_from: str = ""


def illegal_structures(random: Random, county: str, streets: list[str]) -> Iterator[TaskSketch]:
    """One for each street, all done: together the published m², in Jingzhou also the published places."""
    weights = [random.uniform(0.4, 1.6) for _street in streets]
    most = total(county, "illegal_structures_area")
    areas = share_out(most, weights, [Bounds(least=1, most=most)] * len(streets))
    places: list[int | None] = [None] * len(streets)
    if county == JINGZHOU:
        whole = total(county, "illegal_structures_removed")
        places = list(share_out(whole, weights, [Bounds(least=1, most=whole)] * len(streets)))
    for street, area, count in zip(streets, areas, places, strict=True):
        yield TaskSketch(
            division=street, kind=TaskKind.ILLEGAL_STRUCTURES, title=f"拆除{divisions()[street]}老旧小区违法建设",
            tier=Tier.STREET, holder=street, due=-random.randint(120, 300), state=TaskState.CLOSED, quantity=area,
            places=count, text="面积合计为公布数字，各街道分解为示例。", passed_down_from=divisions()[county],
        )  # fmt: skip


def day_care(random: Random, communities: list[str]) -> Iterator[TaskSketch]:
    """A day-care point and a health station in each of the 27 communities of Jingzhou's plan."""
    many = total(JINGZHOU, "communities_with_day_care_and_health_station")
    for place, community in enumerate(sorted(random.sample(communities, many))):
        name = community_short_name(community)
        for kind, what in ((TaskKind.DAY_CARE, "日间照料中心"), (TaskKind.HEALTH_STATION, "卫生服务站")):
            state = TaskState.CLOSED if place < 14 else TaskState.DONE if place < 17 else TaskState.OPEN
            due = random.randint(-200, -60) if state != TaskState.OPEN else random.choice((-12, 20, 45, 80))
            yield TaskSketch(
                division=community, kind=kind, title=f"{name}{what}落位", tier=Tier.COMMUNITY, holder=community,
                due=due, state=state, quantity=1, text="27个社区为公布的计划数，进度为示例。",
            )  # fmt: skip


def markets(random: Random, county: str, streets: list[str]) -> Iterator[TaskSketch]:
    town = divisions()[county]
    for street in streets[:5]:
        yield TaskSketch(
            division=street, kind=TaskKind.MARKET_POINT, title=f"{divisions()[street]}微菜场选址", tier=Tier.DEPARTMENT,
            holder=county, organisation=f"{town}商务局", due=random.choice((-20, 15, 40)), quantity=random.randint(1, 3),
            comment="已踏勘两处备选点，待与居民议事会商定。",
        )  # fmt: skip


def relocations(random: Random, county: str, projects: list[Project]) -> Iterator[TaskSketch]:
    """Utilities move their lines in the same window."""
    town = divisions()[county][:2]
    operators = (
        ("供水有限公司", "供水管"),
        ("燃气有限公司", "燃气管"),
        ("供电公司", "电力线"),
        ("通信公司", "通信线"),
    )
    for project in projects:
        firm, line = random.choice(operators)
        is_done = random.random() < 0.4
        yield TaskSketch(
            division=project.division_code, kind=TaskKind.UTILITY_RELOCATION, project=project,
            title=f"{project.compound.name}{line}迁改", tier=Tier.DEPARTMENT, holder=county,
            organisation=f"{town}示例{firm}", due=random.choice((-40, -25)) if is_done else random.choice((-8, 6, 14, 30)),
            state=TaskState.CLOSED if is_done else TaskState.OPEN, quantity=random.randint(40, 400),
            comment="" if is_done else "与小区道路开挖同一窗口期施工。",
        )  # fmt: skip


def general(random: Random, county: str, projects: list[Project]) -> Iterator[TaskSketch]:
    street = HOME_STREET[county]
    told = (
        (
            "核对三无小区名单并报牵头意见",
            Tier.STREET,
            street,
            9,
            TaskState.OPEN,
            "名单与社区台账不一致3处，正在核对。",
        ),
        ("组织居民代表推选", Tier.COMMUNITY, "", 5, TaskState.OPEN, ""),
        ("协调临时停车", Tier.STREET, street, -6, TaskState.OPEN, "已联系交警中队，待答复。"),
        ("施工扰民投诉回复", Tier.COMPOUND, "", -15, TaskState.DONE, "已与施工单位约定午休时段停工。"),
        ("补报开工现场照片", Tier.COMMUNITY, "", -30, TaskState.CLOSED, ""),
        ("排水主管接驳口位置请示", Tier.CITY, county, 12, TaskState.OPEN, "请市政部门明确接驳口。"),
    )
    for (title, tier, holder, due, state, comment), project in zip(told, projects, strict=False):
        yield TaskSketch(
            division=project.division_code, project=project, kind=TaskKind.GENERAL, tier=tier,
            title=f"{title}（{project.compound.name}）", holder=holder or project.division_code, due=due, state=state,
            comment=comment, passed_down_from=divisions()[county] if tier == Tier.COMMUNITY else "",
        )  # fmt: skip


def write_tasks(
    sketches: list[TaskSketch], *, today: date, users: Mapping[str, User], organisations: Mapping[tuple[str, str], int],
    evidence: Mapping[str, StoredFile],
) -> int:  # fmt: skip
    """Given by the bureau of the county; what is done has its report and its evidence in the thread."""
    rows = Task.objects.bulk_create(_task(one, today, users, organisations) for one in sketches)
    names = dict(
        Organisation.objects.in_bulk([row.organisation_id for row in rows if row.organisation_id]).items()
    )
    given, reports = [], []
    for row, one in zip(rows, sketches, strict=True):
        to = names[row.organisation_id].name if row.organisation_id else divisions()[one.holder]
        if one.passed_down_from:
            given.append(TaskEntry(task=row, kind=EntryKind.GIVEN, to_tier=Tier.CITY, to_name=one.passed_down_from, by=row.given_by))  # fmt: skip
            given.append(TaskEntry(task=row, kind=EntryKind.PASSED_DOWN, from_tier=Tier.CITY, from_name=one.passed_down_from, to_tier=one.tier, to_name=to, by=row.given_by))  # fmt: skip
        else:
            given.append(TaskEntry(task=row, kind=EntryKind.GIVEN, to_tier=one.tier, to_name=to, text=one.text, by=row.given_by))  # fmt: skip
        if one.comment:
            given.append(TaskEntry(task=row, kind=EntryKind.COMMENT, text=one.comment, by=row.given_by))
        if one.state in (TaskState.DONE, TaskState.CLOSED):
            reports.append(
                TaskEntry(task=row, kind=EntryKind.DONE, text="已办结，附现场照片。", by=row.given_by)
            )
    TaskEntry.objects.bulk_create(given)
    TaskEntry.objects.bulk_create(reports)
    county_of = {True: ZAOYANG, False: JINGZHOU}
    TaskFile.objects.bulk_create(
        TaskFile(entry=entry, file=evidence[county_of[entry.task.division_id.startswith(ZAOYANG)]])
        for entry in reports
    )
    _finish(rows, sketches, today)
    return len(rows)


def _task(one: TaskSketch, today: date, users: Mapping[str, User], organisations: Mapping[tuple[str, str], int]) -> Task:  # fmt: skip
    county = one.division[:6]
    return Task(
        division_id=one.division, project=one.project, compound=one.project.compound if one.project else None,
        kind=one.kind, title=one.title, text=one.text, quantity_planned=one.quantity, places_planned=one.places,
        tier=one.tier, holder_id=one.holder, due_on=today + timedelta(days=one.due),
        organisation_id=organisations[county, one.organisation] if one.organisation else None,
        given_by=users[f"{PREFIX[county]}-section"],
    )  # fmt: skip


def _finish(rows: list[Task], sketches: list[TaskSketch], today: date) -> None:
    """Done with their whole quantity; closed after the report."""
    done = []
    for row, one in zip(rows, sketches, strict=True):
        if one.state in (TaskState.DONE, TaskState.CLOSED):
            row.state, row.done_on = TaskState.DONE, min(today, row.due_on - timedelta(days=3))
            row.quantity_done = Decimal(one.quantity) if one.quantity is not None else None
            row.places_done = one.places
            done.append(row)
    Task.objects.bulk_update(done, ["state", "done_on", "quantity_done", "places_done"])
    closed = [row.pk for row, one in zip(rows, sketches, strict=True) if one.state == TaskState.CLOSED]
    Task.objects.filter(pk__in=closed).update(state=TaskState.CLOSED)
