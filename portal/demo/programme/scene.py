"""What the steps of the programme share: people, firms and compounds of the demo, and what earlier steps wrote."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from compounds.models import Compound
from directory.models import Organisation, User
from files.models import StoredFile
from portal.demo.people import FIRMS, PREFIX, bureau_name
from portal.demo.pool import current_year
from portal.demo.programme.plan_office import PlanOffice
from portal.demo.programme.walks import Walk
from portal.demo.programme.works import Works
from portal.demo.published import JINGZHOU, ZAOYANG
from portal.demo.register import CompoundSketch, Stage
from projects.models import Plan, Project, WorkItem

COUNTIES = (JINGZHOU, ZAOYANG)


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


@dataclass(kw_only=True)
class Running:
    """A project of the portal with its way and its works."""

    project: Project
    walk: Walk
    works: Works
    items: dict[str, WorkItem] = field(default_factory=dict)

    @property
    def county(self) -> str:
        return self.project.division_code[:6]

    @property
    def cost(self) -> Decimal:
        return sum(
            (amount * self.items[code].catalogue_item.unit_cost for code, amount in self.works.items()),
            Decimal(0),
        )


@dataclass
class Scene:
    """Who and what there is, and what the steps share of what they wrote."""

    world: World
    counts: ProgrammeCounts = field(default_factory=ProgrammeCounts)
    papers: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    works: dict[int, Works] = field(default_factory=dict)
    plans: dict[tuple[str, int], Plan] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    contractors: dict[int, Organisation] = field(default_factory=dict)

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

    def communities(self, county: str) -> list[str]:
        return sorted({one.community for one in self.world.sketches if one.county == county})
