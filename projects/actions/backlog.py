"""Projects from before the portal, entered as they stood: many at once, with their works and one paper that proves them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from directory.models import Organisation, User
from files.models import StoredFile
from jobs.progress import Progress, Silent
from projects.actions.projects import next_codes
from projects.actions.timetable import lay_out_timetable
from projects.errors import AfterGoLive, GoLiveMissing, ProjectUnfinished
from projects.lead import lead_by_rule, lead_organisation
from projects.models import (
    CatalogueItem,
    Category,
    GoLive,
    MoveKind,
    Origin,
    Project,
    ProjectParty,
    Scheme,
    SchemeLine,
    SchemeState,
    Stage,
    StageChange,
    WorkItem,
    WorkOrigin,
    nearest_go_live,
)
from projects.permissions import can_enter_backlog

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class WorkBefore:
    """Works of that time: quantities in the unit of the catalogue item, cost in yuan per unit (else the usual one)."""

    item: CatalogueItem
    planned: Decimal
    done: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectBefore:
    """Where a project stood on `effective_on`. `parties` are {role: organisation}; `investment` in yuan."""

    compound: Compound
    year: int
    stage: str
    effective_on: date
    started_on: date | None = None
    completed_on: date | None = None
    client: Organisation | None = None
    parties: Mapping[str, Organisation] = field(default_factory=dict)
    investment: Decimal | None = None
    notes: str = ""
    works: Sequence[WorkBefore] = ()

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(
            day for day in (self.effective_on, self.started_on, self.completed_on) if day is not None
        )

    @property
    def is_unfinished(self) -> bool:
        return self.stage != Stage.AFTERCARE


@dataclass(frozen=True, kw_only=True)
class DoneBefore:
    """What was done of a work item before the portal, and the day by which."""

    work_item: WorkItem
    quantity: Decimal
    done_on: date


# The building site keeps what was done; it lies above and says here how (`take_done_works`).
TakeDone = Callable[[Sequence[DoneBefore], User], None]
_takers: list[TakeDone] = []


def take_done_works(taker: TakeDone) -> None:
    _takers.append(taker)


@transaction.atomic
def enter_projects_from_before(
    *, projects: Sequence[ProjectBefore], user: User, document: StoredFile, progress: Progress | None = None
) -> list[Project]:
    """All or none. Shown as from before the portal for ever; every date lies before the go-live of the place.

    Works become the project's approved scheme, marked as taken over: signatures and notice of that time
    are on the paper.
    """
    progress = progress or Silent()
    locked = Compound.objects.select_for_update(no_key=True).order_by("pk")
    compounds = locked.in_bulk({one.compound.pk for one in projects})
    for code in {compound.community_id for compound in compounds.values()}:
        if not can_enter_backlog(user, code):
            raise NotPermitted
    _refuse_after_go_live(projects, compounds)
    _refuse_unfinished(projects)
    entered = list(zip(_new_projects(projects, compounds, user, document), projects, strict=True))
    with _all_finished_at_the_end():
        Project.objects.bulk_create([row for row, _before in entered], batch_size=ROWS_AT_ONCE)
        for done, (project, before) in enumerate(entered):
            progress.step(done, len(entered), _("timetables"))
            if before.is_unfinished:
                lay_out_timetable(project=project, from_stage=before.stage)
        _put_where_they_stood(entered, user)
    progress.step(len(entered), len(entered), _("works"))
    _take_over_works(entered, user)
    return list(Project.objects.filter(pk__in=[row.pk for row, _before in entered]).order_by("pk"))


@contextmanager
def _all_finished_at_the_end() -> Iterator[None]:
    """Every project begins at the first stage, so for a moment a finished one is unfinished beside another.

    That a compound has one unfinished project is asked once all stand where they stood.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS project_one_unfinished DEFERRED")
        yield
        with constraints_as_refusals(Project):
            cursor.execute("SET CONSTRAINTS project_one_unfinished IMMEDIATE")


def _refuse_after_go_live(projects: Sequence[ProjectBefore], compounds: Mapping[int, Compound]) -> None:
    known: dict[str, GoLive | None] = {}
    for one in projects:
        code = compounds[one.compound.pk].community_id
        if code not in known:
            known[code] = nearest_go_live(code)
        go_live = known[code]
        if go_live is None:
            raise GoLiveMissing(place=compounds[one.compound.pk].community.name)
        for day in one.days:
            if day >= go_live.live_from:
                raise AfterGoLive(day=day.isoformat(), live_from=go_live.live_from.isoformat())


def _refuse_unfinished(projects: Sequence[ProjectBefore]) -> None:
    asked = [one.compound for one in projects if one.is_unfinished]
    found = Project.objects.unfinished().filter(compound__in=asked).select_related("compound").first()
    if found is not None:
        raise ProjectUnfinished(name=found.compound.name)


def _new_projects(
    projects: Sequence[ProjectBefore], compounds: Mapping[int, Compound], user: User, document: StoredFile
) -> list[Project]:
    """In the order given, so that their numbers follow the paper."""
    places = [(compounds[one.compound.pk].community_id[:6], one.year) for one in projects]
    # In one order, so that two people entering several years do not wait for each other for ever.
    numbers = {
        (county, year): iter(next_codes(county=county, year=year, count=places.count((county, year))))
        for county, year in sorted(set(places))
    }
    leads: dict[tuple[str, str], Organisation | None] = {}
    rows = []
    for one, place in zip(projects, places, strict=True):
        compound = compounds[one.compound.pk]
        kind = lead_by_rule(compound)
        asked = (kind, compound.community_id)
        if asked not in leads:
            leads[asked] = lead_organisation(*asked)
        rows.append(
            Project(
                compound=compound, division_code=compound.community_id, code=next(numbers[place]), year=one.year,
                origin=Origin.BEFORE_PORTAL, before_portal_document=document, lead_kind=kind, lead=leads[asked],
                client=one.client, reported_investment=one.investment, notes=one.notes, created_by=user,
            )
        )  # fmt: skip
    return rows


def _put_where_they_stood(entered: Sequence[tuple[Project, ProjectBefore]], user: User) -> None:
    changes = [
        StageChange(
            project=project, kind=MoveKind.ENTERED, from_stage=Stage.WILLINGNESS, to_stage=before.stage, by=user,
            effective_on=before.effective_on, started_on=before.started_on, completed_on=before.completed_on,
        )
        for project, before in entered
    ]  # fmt: skip
    with constraints_as_refusals(StageChange, Project):
        StageChange.objects.bulk_create(changes, batch_size=ROWS_AT_ONCE)
    parties = [
        ProjectParty(project=project, organisation=organisation, role=role, from_on=min(before.days))
        for project, before in entered
        for role, organisation in before.parties.items()
    ]
    with constraints_as_refusals(ProjectParty):
        ProjectParty.objects.bulk_create(parties, batch_size=ROWS_AT_ONCE)


# --- Works ------------------------------------------------------------------------------


def _take_over_works(entered: Sequence[tuple[Project, ProjectBefore]], user: User) -> None:
    with_works = [(project, before) for project, before in entered if before.works]
    schemes = Scheme.objects.bulk_create(
        [
            Scheme(
                project=project, version=1, from_before=True, drawn_up_by=user,
                summary=_("Taken over from before the portal. Where no unit cost was told, it is the usual one of the catalogue."),
            )
            for project, _before in with_works
        ],
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    items = _work_items(with_works, user)
    _lines(with_works, schemes, items)
    by_day: dict[date, list[int]] = defaultdict(list)
    for scheme, (_project, before) in zip(schemes, with_works, strict=True):
        # The day by which the works had been decided upon: they began then at the latest.
        by_day[before.started_on or before.effective_on].append(scheme.pk)
    for day, keys in by_day.items():
        Scheme.objects.filter(pk__in=keys).update(
            state=SchemeState.APPROVED, approved_by=user, approved_on=day
        )
    done = [
        DoneBefore(
            work_item=item, quantity=work.done, done_on=before.completed_on or before.effective_on
        )
        for (_project, before), its_items in zip(with_works, items, strict=True)
        for work, item in zip(before.works, its_items, strict=True)
        if work.done
    ]  # fmt: skip
    for take in _takers if done else ():
        take(done, user)


def _work_items(with_works: Sequence[tuple[Project, ProjectBefore]], user: User) -> list[list[WorkItem]]:
    """For each project those of its works, in their order."""
    made = [
        [
            WorkItem(
                project=project, catalogue_item=work.item, created_by=user,
                origin=WorkOrigin.BASIC if work.item.category == Category.BASIC else WorkOrigin.ADDED,
            )
            for work in before.works
        ]
        for project, before in with_works
    ]  # fmt: skip
    WorkItem.objects.bulk_create([item for its in made for item in its], batch_size=ROWS_AT_ONCE)
    return made


def _lines(
    with_works: Sequence[tuple[Project, ProjectBefore]],
    schemes: Sequence[Scheme],
    items: Sequence[Sequence[WorkItem]],
) -> None:
    lines = [
        SchemeLine(
            scheme=scheme, work_item=item, project=project, quantity=work.planned,
            unit_cost=work.item.unit_cost if work.unit_cost is None else work.unit_cost,
        )
        for (project, before), scheme, its in zip(with_works, schemes, items, strict=True)
        for work, item in zip(before.works, its, strict=True)
    ]  # fmt: skip
    with constraints_as_refusals(SchemeLine):
        SchemeLine.objects.bulk_create(lines, batch_size=ROWS_AT_ONCE)
