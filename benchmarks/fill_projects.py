"""Two years of the made-up city's programme: a project for each compound, brought along the line set by set.

Plans are issued, schemes approved, works started and reported by rows in the order in which life
makes them: every trigger of the programme sees them and accepts them.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from compounds.models import Compound
from delivery.models import Contract, ContractKind, ContractProject, ProgressEntry
from directory.models import Organisation, OrganisationKind, User
from files.models import StoredFile
from projects.actions.projects import next_codes
from projects.lead import lead_by_rule
from projects.models import (
    LINE,
    CatalogueItem,
    Document,
    DocumentKind,
    DocumentVersion,
    LeadKind,
    Milestone,
    MoveKind,
    Plan,
    PlanEntry,
    PlanKind,
    PlanState,
    Programme,
    Project,
    PublicNotice,
    Scheme,
    SchemeLine,
    SchemeState,
    SignOff,
    SignOffKind,
    Stage,
    StageChange,
    TimetableTemplate,
    WorkItem,
    WorkOrigin,
)

YEARS = (2024, 2025)
CHUNK = 2000
# Works of a compound: (catalogue code, least and most quantity).
WORKS = (("B01", 200, 1500), ("B02", 200, 1200), ("B08", 800, 6000), ("I06", 5, 80))
# How many of a hundred stand at which stage.
STANDS = (
    (Stage.WILLINGNESS, 15), (Stage.SCHEME, 15), (Stage.TENDER, 10), (Stage.START, 5), (Stage.CONSTRUCTION, 40),
    (Stage.HANDOVER, 5), (Stage.AFTERCARE, 10),
)  # fmt: skip
# Days after 1 January of the plan year on which a stage is left.
LEFT_ON: dict[str, int] = {
    **{stage: 40 + 15 * place for place, stage in enumerate(LINE)},
    Stage.CONSTRUCTION: 300,
    Stage.ACCEPTANCE: 320,
    Stage.HANDOVER: 340,
}
NOT_REQUIRED = (Stage.WILLINGNESS, Stage.JOINT_REVIEW, Stage.ESTIMATE, Stage.TENDER)
LEAVES: dict[str, DocumentKind] = {
    Stage.START: DocumentKind.START_EVIDENCE,
    Stage.CONSTRUCTION: DocumentKind.COMPLETION_EVIDENCE,
    Stage.ACCEPTANCE: DocumentKind.ACCEPTANCE_CERTIFICATE,
    Stage.HANDOVER: DocumentKind.HANDOVER_LIST,
}


def on(year: int, day: int) -> date:
    return date(year, 1, 1) + timedelta(days=day)


def at(day: date) -> datetime:
    return datetime.combine(day, time(1), tzinfo=UTC)


def add_programme(chance: random.Random, compounds: Sequence[Compound]) -> None:
    """`compounds` are saved ones; half of them are planned for each of the two years."""
    people = User.objects.get(username="clerk"), User.objects.get(username="manager")
    entries = [
        entry
        for at_year, year in enumerate(YEARS)
        for entry in issued_entries(year, compounds[at_year :: len(YEARS)], people)
    ]
    projects = begun(chance, entries, people[1])
    lay_out_timetables(projects)
    goals = dict(zip(projects, chance.choices(*zip(*STANDS, strict=True), k=len(projects)), strict=True))
    travel(chance, goals, people)


# --- Plans ------------------------------------------------------------------------------


@transaction.atomic
def issued_entries(year: int, compounds: Sequence[Compound], people: tuple[User, User]) -> list[PlanEntry]:
    """The counties' annual plans of a year, issued; their entries are returned."""
    clerk, manager = people
    of_county: dict[str, list[Compound]] = defaultdict(list)
    for compound in compounds:
        of_county[compound.community_id[:6]].append(compound)
    plans = Plan.objects.bulk_create(
        Plan(
            division_id=county, kind=PlanKind.ANNUAL, first_year=year, last_year=year, title=f"{county}{year}年度计划",
            target_compounds=len(its), drawn_up_by=clerk,
        )
        for county, its in sorted(of_county.items())
    )  # fmt: skip
    entries = PlanEntry.objects.bulk_create(
        (
            PlanEntry(
                plan=plan, compound=compound, year=year, position=position, added_by=clerk,
                building_count=compound.building_count, household_count=compound.household_count,
                floor_area=compound.floor_area, estimated_investment=Decimal(compound.household_count or 0) * 12000,
            )
            for plan in plans
            for position, compound in enumerate(of_county[plan.division_id], 1)
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    day = on(year, 20)
    mine = Plan.objects.filter(first_year=year)
    mine.update(state=PlanState.SUBMITTED, submitted_by=clerk, submitted_at=at(day))
    mine.update(state=PlanState.APPROVED, decided_by=manager, decided_at=at(day))
    mine.update(
        state=PlanState.ISSUED, document_number=f"样建〔{year}〕1号", issued_on=day, issued_by=manager,
        recorded_issued_at=at(day),
    )  # fmt: skip
    return entries


# --- Projects and their timetables ------------------------------------------------------


@transaction.atomic
def begun(chance: random.Random, entries: Iterable[PlanEntry], manager: User) -> list[Project]:
    entries = list(entries)
    places = sorted({entry.compound.community_id[:digits] for entry in entries for digits in (6, 9)})
    kinds = {6: OrganisationKind.BUREAU, 9: OrganisationKind.STREET_OFFICE}
    leads = {
        lead.division_id: lead
        for lead in Organisation.objects.bulk_create(
            Organisation(name=f"{place}牵头单位", kind=kinds[len(place)], division_id=place)
            for place in places
        )
    }
    clients = Organisation.objects.bulk_create(
        Organisation(name=f"{place}城投公司", kind=OrganisationKind.OTHER, division_id=place)
        for place in places
        if len(place) == 6
    )
    client_of = {client.division_id: client for client in clients}
    of_place: dict[tuple[str, int], list[PlanEntry]] = defaultdict(list)
    for entry in entries:
        of_place[entry.compound.community_id[:6], entry.year].append(entry)
    projects = []
    for (county, year), its in sorted(of_place.items()):
        for code, entry in zip(next_codes(county=county, year=year, count=len(its)), its, strict=True):
            kind = lead_by_rule(entry.compound)
            place = entry.compound.community_id[: 9 if kind == LeadKind.STREET_OFFICE else 6]
            projects.append(
                Project(
                    compound=entry.compound, division_code=entry.compound.community_id, code=code, year=year,
                    plan_entry=entry, lead_kind=kind, lead=leads[place], client=client_of[county], created_by=manager,
                    programmes=chance.choice([[], [Programme.URBAN_RENEWAL], [Programme.PEOPLES_LIVELIHOOD]]),
                )
            )  # fmt: skip
    return Project.objects.bulk_create(projects, batch_size=CHUNK)


@transaction.atomic
def lay_out_timetables(projects: Iterable[Project]) -> None:
    """As `lay_out_timetable` does for one, with the template that all of them share."""
    template = TimetableTemplate.objects.of("")
    lines = sorted(template.lines, key=lambda line: (LINE.index(line["stage"]), line["day"]))
    Milestone.objects.bulk_create(
        (
            Milestone(
                project=project, stage=line["stage"], name=line["name_zh"], name_en=line["name_en"],
                answerable=line["answerable"], planned_on=on(project.year, line["day"]),
                due_on=on(project.year, line["day"]), closes_stage=line["closes"], position=place,
            )
            for project in projects
            for place, line in enumerate(lines)
        ),
        batch_size=CHUNK,
    )  # fmt: skip


# --- Along the line ---------------------------------------------------------------------


def travel(chance: random.Random, goals: dict[Project, str], people: tuple[User, User]) -> None:
    """Stage by stage: what a stage needs is made for all who leave it, then they leave it."""
    paper = a_paper(people[0])
    before: dict[str, Callable[[list[Project]], None]] = {
        Stage.SCHEME: lambda its: approve_schemes(chance, its, people),
        Stage.START: lambda its: sign_contracts(its, paper, people[0]),
        Stage.CONSTRUCTION: lambda its: report_works(its, people[0], share=Decimal(1)),
    }
    for place, stage in enumerate(LINE[:-1]):
        leaving = [project for project, goal in goals.items() if LINE.index(goal) > place]
        if stage in before:
            before[stage](leaving)
        if stage in LEAVES:
            file_documents(leaving, LEAVES[stage], paper, people[0])
        leave(leaving, stage, people[1])
    on_site = [project for project, goal in goals.items() if goal == Stage.CONSTRUCTION]
    for number in range(4):
        report_works(on_site[number::4], people[0], share=Decimal(number) / 4)


@transaction.atomic
def leave(projects: Iterable[Project], stage: str, manager: User) -> None:
    """One row for each is the move itself."""
    kinds: dict[str, MoveKind] = {Stage.START: MoveKind.START, Stage.CONSTRUCTION: MoveKind.COMPLETE}
    kind = MoveKind.NOT_REQUIRED if stage in NOT_REQUIRED else kinds.get(stage, MoveKind.ADVANCE)
    reason = "本项目无需此环节" if kind == MoveKind.NOT_REQUIRED else ""
    following = LINE[LINE.index(stage) + 1]
    StageChange.objects.bulk_create(
        (
            StageChange(
                project=project, kind=kind, from_stage=stage, to_stage=following, reason=reason, by=manager,
                effective_on=on(project.year, LEFT_ON[stage]),
            )
            for project in projects
        ),
        batch_size=CHUNK,
    )  # fmt: skip


@transaction.atomic
def approve_schemes(chance: random.Random, projects: Sequence[Project], people: tuple[User, User]) -> None:
    """Drawn up by one with its works, signed by both offices, a week on notice, approved by another."""
    clerk, manager = people
    items = {
        item.code: item for item in CatalogueItem.objects.of("").filter(code__in=[work[0] for work in WORKS])
    }
    schemes = Scheme.objects.bulk_create(
        (Scheme(project=project, version=1, drawn_up_by=clerk) for project in projects), batch_size=CHUNK
    )
    works = WorkItem.objects.bulk_create(
        (
            WorkItem(project=project, catalogue_item=items[code], origin=WorkOrigin.BASIC, created_by=clerk)
            for project in projects
            for code, _least, _most in WORKS
        ),
        batch_size=CHUNK,
    )
    SchemeLine.objects.bulk_create(
        (
            SchemeLine(
                scheme=schemes[number // len(WORKS)], work_item=work, project=work.project,
                quantity=Decimal(chance.randint(*WORKS[number % len(WORKS)][1:])), unit_cost=work.catalogue_item.unit_cost,
            )
            for number, work in enumerate(works)
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    for year in YEARS:
        its = [scheme for scheme in schemes if scheme.project.year == year]
        approve_of_year(its, on(year, LEFT_ON[Stage.SCHEME]), clerk, manager)


def approve_of_year(schemes: Sequence[Scheme], day: date, clerk: User, manager: User) -> None:
    mine = Scheme.objects.filter(pk__in=[scheme.pk for scheme in schemes])
    mine.update(state=SchemeState.SIGNING, submitted_by=clerk, submitted_at=at(day))
    SignOff.objects.bulk_create(
        (
            SignOff(scheme=scheme, kind=kind, agrees=True, by=clerk)
            for scheme in schemes
            for kind in (SignOffKind.STREET_OFFICE, SignOffKind.COMMUNITY)
        ),
        batch_size=CHUNK,
    )
    week = {"from_on": day - timedelta(days=8), "until_on": day - timedelta(days=1)}
    PublicNotice.objects.bulk_create(
        (PublicNotice(scheme=scheme, places="小区公示栏", posted_by=clerk, **week) for scheme in schemes),
        batch_size=CHUNK,
    )
    mine.update(state=SchemeState.NOTICED)
    mine.update(state=SchemeState.APPROVED, approved_by=manager, approved_on=day)


# --- The site ---------------------------------------------------------------------------


def a_paper(clerk: User) -> StoredFile:
    """A file's row; nobody reads its bytes here."""
    return StoredFile.objects.create(
        sha256="0" * 64, size=1000, media_type="application/pdf", name="材料.pdf", pages=1, uploaded_by=clerk
    )


@transaction.atomic
def file_documents(projects: Iterable[Project], kind: DocumentKind, paper: StoredFile, clerk: User) -> None:
    documents = Document.objects.bulk_create(
        (Document(project=project, kind=kind, title=str(kind.label), added_by=clerk) for project in projects),
        batch_size=CHUNK,
    )
    DocumentVersion.objects.bulk_create(
        (
            DocumentVersion(document=document, number=1, file=paper, uploaded_by=clerk)
            for document in documents
        ),
        batch_size=CHUNK,
    )


@transaction.atomic
def sign_contracts(projects: Iterable[Project], paper: StoredFile, clerk: User) -> None:
    """One contract for the works of a county and year."""
    of_place: dict[tuple[str, int], list[Project]] = defaultdict(list)
    for project in projects:
        of_place[project.division_code[:6], project.year].append(project)
    for (county, year), its in sorted(of_place.items()):
        firm = Organisation.objects.create(
            name=f"{county}建工{year}", kind=OrganisationKind.CONTRACTOR, division_id=county
        )
        contract = Contract.objects.create(
            kind=ContractKind.WORKS, number=f"HT-{year}", title="施工总承包合同", organisation=firm,
            amount=Decimal(1_000_000) * len(its), signed_on=on(year, LEFT_ON[Stage.TENDER]), document=paper,
            division_code=county, filed_by=clerk,
        )  # fmt: skip
        ContractProject.objects.bulk_create(
            (ContractProject(contract=contract, project=project) for project in its), batch_size=CHUNK
        )


@transaction.atomic
def report_works(projects: Sequence[Project], clerk: User, *, share: Decimal) -> None:
    """Of every work item this share of what is planned, a month before the works end."""
    if not share:
        return
    lines = SchemeLine.objects.filter(project__in=projects).values_list(
        "project_id", "project__year", "work_item_id", "quantity"
    )
    ProgressEntry.objects.bulk_create(
        (
            ProgressEntry(
                project_id=project, work_item_id=work, done_on=on(year, LEFT_ON[Stage.CONSTRUCTION] - 30),
                quantity=quantity * share, by=clerk, key=uuid.UUID(int=work), body_digest="0" * 64,
            )
            for project, year, work, quantity in lines.order_by("id")
        ),
        batch_size=CHUNK,
    )  # fmt: skip
