"""The building site of the demo: papers, contracts, progress entries, milestones and visits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from uuid import NAMESPACE_URL, uuid5

from delivery.actions.contracts import file_contract
from delivery.actions.progress import body_digest
from delivery.models import ContractKind, ProgressEntry, ProgressPhoto
from directory.models import Organisation, User
from files.models import StoredFile
from portal.demo import SEED
from portal.demo.programme.papers import TITLES
from portal.demo.programme.scene import Running
from projects.models import (
    EVIDENCE,
    LINE,
    Document,
    DocumentKind,
    DocumentVersion,
    Milestone,
    MilestoneMove,
    SiteVisit,
    SiteVisitPhoto,
    Stage,
    Standing,
)
from projects.models.line import WORKS_DONE_OR_LATER

CENT = Decimal("0.01")
PROJECTS_OF_A_CONTRACT = 8
MOVED_BECAUSE = (
    "与供水主管改造同一窗口期实施，节点顺延。",
    "汛期连续降雨，室外管网施工顺延。",
    "居民要求错开中高考时段，节点顺延。",
)
PURPOSES = ("方案现场踏勘", "施工图会审前踏勘", "管线迁改现场协调", "隐蔽工程现场核对")
CONCLUSIONS = (
    "主排水接驳口高程满足要求；消防通道需拆除一处花坛。",
    "弱电线缆可沿东墙入地，燃气管线需避让2处。",
    "化粪池位置与图纸不符，设计单位一周内复核。",
    "同意按现状标高铺设透水路面，雨水口增加4处。",
)
PARTICIPANTS = "住建局、街道办事处、社区、设计单位、监理单位、居民代表（示例）"


# --- Papers -----------------------------------------------------------------------------


def write_papers(
    running: Sequence[Running], papers: Mapping[str, Mapping[str, StoredFile]], keepers: Mapping[str, User]
) -> int:
    """What each stage that was left behind asked for; a project whose papers lack has none for its own stage."""
    rows = [row for one in running for row in _papers_of(one, keepers[one.county])]
    Document.objects.bulk_create(rows, batch_size=1000)
    DocumentVersion.objects.bulk_create(
        [
            DocumentVersion(
                document=row, number=1, file=papers[row.project.division_code[:6]][row.kind], uploaded_by=row.added_by
            )
            for row in rows
            if row.project is not None
        ],
        batch_size=1000,
    )  # fmt: skip
    return len(rows)


def _papers_of(one: Running, keeper: User) -> Iterator[Document]:
    kinds = {**EVIDENCE, Stage.SCHEME: DocumentKind.COMPOUND_SCHEME, Stage.START: DocumentKind.START_EVIDENCE,
             Stage.CONSTRUCTION: DocumentKind.COMPLETION_EVIDENCE}  # fmt: skip
    walk = one.walk
    for stage, kind in kinds.items():
        left = walk.left(stage)
        is_here = stage == walk.aim.stage and not walk.aim.lacks and stage == Stage.ACCEPTANCE
        if left is None and not is_here:
            continue
        yield Document(
            project=one.project, kind=kind, stage=stage, title=TITLES.get(kind, "移交清单（示例）"), added_by=keeper,
            dated_on=left or walk.last_on,
        )  # fmt: skip


# --- Contracts --------------------------------------------------------------------------


def write_contracts(
    running: Sequence[Running], *, users: Mapping[str, User], firms: Mapping[str, Sequence[Organisation]],
    papers: Mapping[str, Mapping[str, StoredFile]],
) -> dict[int, Organisation]:  # fmt: skip
    """One for about eight projects that start one after the other; signed before the first of them.

    Returns {project: the firm of its works contract}; the first contract of a county is that of its first firm,
    for which the demo's account works.
    """
    by_county: dict[str, list[Running]] = defaultdict(list)
    for one in running:
        if LINE.index(one.walk.aim.stage) >= LINE.index(Stage.START):
            by_county[one.county].append(one)
    contractors: dict[int, Organisation] = {}
    count = 0
    for county, found in by_county.items():
        found.sort(key=lambda one: (one.walk.started_on or date.max, one.project.code))
        for start in range(0, len(found), PROJECTS_OF_A_CONTRACT):
            part = found[start : start + PROJECTS_OF_A_CONTRACT]
            firm = firms[county][start // PROJECTS_OF_A_CONTRACT % len(firms[county])]
            count += 1
            signed = min(_left_tender(one) for one in part)
            amount = sum((one.cost for one in part), Decimal(0)) * Decimal("0.96")
            file_contract(
                user=users[county], projects=[one.project for one in part], kind=ContractKind.WORKS,
                number=f"示例-{signed.year}-{count:02d}", title=f"老旧小区改造施工合同（示例第{count}标段）",
                organisation=firm, amount=amount.quantize(CENT, ROUND_HALF_UP), signed_on=signed,
                document=papers[county][DocumentKind.CONTRACT],
            )  # fmt: skip
            contractors |= {one.project.pk: firm for one in part}
    return contractors


def _left_tender(one: Running) -> date:
    left = one.walk.left(Stage.TENDER)
    if left is None:
        raise ValueError("no contract before the tender")
    return left


# --- Progress ---------------------------------------------------------------------------


def progress_entries(
    random: Random, running: Sequence[Running], *, today: date, reporters: Mapping[int, User]
) -> list[ProgressEntry]:
    """Of what is built all of it; of what is being built a part, the last of it in these days.

    `reporters` are by project: the contractor's person where the firm has one, else the office.
    """
    rows = []
    for one in running:
        if one.walk.started_on is not None:
            rows += list(_entries_of(random, one, today=today, reporters=reporters))
    return rows


def _entries_of(
    random: Random, one: Running, *, today: date, reporters: Mapping[int, User]
) -> Iterator[ProgressEntry]:
    walk = one.walk
    begun = walk.started_on or today
    is_built = walk.aim.stage in WORKS_DONE_OR_LATER
    end = walk.completed_on or (min(walk.last_on or today, today) if walk.aim.standing != Standing.ACTIVE else today)  # fmt: skip
    length = max((end - begun).days, 1)
    pace = random.uniform(0.35, 1.0)
    for place, (code, amount) in enumerate(sorted(one.works.items())):
        share = 1.0 if is_built else max(0.0, min(1.0, pace * 1.6 - place * 0.16))
        times = 2 if is_built else 3
        whole = (
            amount
            if is_built
            else (amount * Decimal(str(round(share, 2)))).quantize(Decimal(1), ROUND_HALF_UP)
        )
        for turn, part in enumerate(_parts(whole, times), 1):
            if part:
                # The last report of a site that is at work came within the last week.
                day = begun + timedelta(
                    days=max(0, length * turn // times - random.randint(0, min(6, length)))
                )
                yield _entry(one, code, part, min(day, end), reporters)


def _parts(whole: Decimal, times: int) -> list[Decimal]:
    """Whole pieces as long as there are enough of them; together exactly the whole."""
    if whole < 2 * times:
        return [whole]
    part = (whole / times).quantize(Decimal(1), ROUND_HALF_UP)
    return [*[part] * (times - 1), whole - part * (times - 1)]


def _entry(
    one: Running, code: str, quantity: Decimal, day: date, reporters: Mapping[int, User]
) -> ProgressEntry:
    by = reporters[one.project.pk]
    item = one.items[code]
    return ProgressEntry(
        project=one.project, work_item=item, done_on=day, quantity=quantity, by=by,
        organisation_id=by.organisation_id,
        key=uuid5(NAMESPACE_URL, f"{SEED}/{one.project.code}/{code}/{day}/{quantity}"),
        body_digest=body_digest(work_item=item.pk, quantity=quantity, done_on=day, note=""),
    )  # fmt: skip


def progress_photos(entries: Sequence[ProgressEntry], pictures: Sequence[StoredFile]) -> list[ProgressPhoto]:
    """On a few of the latest entries."""
    latest = sorted(entries, key=lambda entry: (entry.done_on, str(entry.key)))[-40:]
    return [
        ProgressPhoto(
            entry=entry, file=pictures[place % len(pictures)], caption="示例照片", by=entry.by,
            key=uuid5(NAMESPACE_URL, f"{SEED}/photo/{entry.key}"),
        )
        for place, entry in enumerate(latest)
    ]  # fmt: skip


# --- Milestones -------------------------------------------------------------------------


def milestone_moves(
    random: Random, running: Sequence[Running], *, today: date, movers: Mapping[str, User]
) -> list[MilestoneMove]:
    """Open milestones of what is under way: dates around today, some of them missed by days."""
    open_ones = Milestone.objects.filter(
        project__in=[one.project.pk for one in running], done_on__isnull=True
    )
    by_project: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in open_ones.order_by("position"):
        by_project[milestone.project_id].append(milestone)
    rows = []
    for one in running:
        day = today + timedelta(days=random.choice((-22, -9, -4, 6, 12, 19, 27)))
        reason = random.choice(MOVED_BECAUSE)
        for milestone in by_project[one.project.pk]:
            # What lies within a stage comes a week before its end.
            after = day if milestone.closes_stage else day - timedelta(days=7)
            if milestone.due_on < after:
                rows.append(
                    MilestoneMove(
                        milestone=milestone, before=milestone.due_on, after=after, reason=reason,
                        by=movers[one.county],
                    )
                )  # fmt: skip
            if milestone.closes_stage:
                day = max(day, milestone.due_on) + timedelta(days=random.randint(20, 32))
    return rows


def finish_inner_milestones(running: Sequence[Running]) -> None:
    """Site visit, notice, pipes: done where their stage is behind the project."""
    by_project = {one.project.pk: one.walk for one in running}
    rows = list(Milestone.objects.filter(project__in=by_project, closes_stage=False))
    done = []
    for row in rows:
        left = by_project[row.project_id].left(row.stage)
        if left is not None:
            row.done_on = left - timedelta(days=3)
            done.append(row)
    Milestone.objects.bulk_update(done, ["done_on"])


# --- Visits -----------------------------------------------------------------------------


def write_visits(
    random: Random, running: Sequence[Running], *, today: date, users: Mapping[str, User], pictures: Sequence[StoredFile]
) -> int:  # fmt: skip
    chosen = [one for one in running if one.walk.has_scheme and random.random() < 0.55]
    visits = SiteVisit.objects.bulk_create(
        SiteVisit(
            project=one.project, visited_on=(one.walk.left(Stage.SCHEME) or today) - timedelta(days=random.randint(12, 25)),
            participants=PARTICIPANTS, purpose=random.choice(PURPOSES), conclusion=random.choice(CONCLUSIONS),
            recorded_by=users[one.county],
        )
        for one in chosen
    )  # fmt: skip
    SiteVisitPhoto.objects.bulk_create(
        SiteVisitPhoto(
            visit=visit, file=pictures[place % len(pictures)], caption="示例照片",
            key=uuid5(NAMESPACE_URL, f"{SEED}/visit/{visit.project.code}"),
        )
        for place, visit in enumerate(visits)
        if place % 2
    )  # fmt: skip
    return len(visits)
