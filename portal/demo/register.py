"""Compounds and buildings as sketches: Jingzhou's add up to the published totals, Zaoyang has its 412."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from random import Random

from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from portal.demo import dice
from portal.demo.figures import BuildingSketch, Figures, make_buildings, split_figures
from portal.demo.naming import Name, Namer, address, published
from portal.demo.places import (
    OLD_CITY,
    as_recorded,
    community_of_published,
    community_short_name,
    community_weights,
    position,
    urban_communities,
)
from portal.demo.published import JINGZHOU, ZAOYANG, PlannedName, plan_of_2022, total
from portal.demo.words import COMPOUND_NOTES


class Stage(StrEnum):
    """How far a compound has come in the demo. Only the plan's compounds have a published history."""

    PLAN_2022 = "plan_2022"
    COMPLETED = "completed"
    IMPLEMENTING = "implementing"
    PREPARING = "preparing"
    RESERVE = "reserve"
    REFUSED = "refused"
    NEW = "new"


@dataclass(kw_only=True)
class CompoundSketch:
    """`need` 0–1 is how badly off it is: surveys and batches follow from it. `owner` "" = nobody answers for it."""

    name: Name
    community: str
    address: str
    built_year: int | None
    certainty: str
    figures: Figures
    stage: Stage
    need: float
    owner: str
    management: str
    committee: bool | None
    fund: bool | None
    heritage: str
    cluster: str = ""
    position: tuple[Decimal, Decimal, str] | None = None
    notes: str = ""
    former_names: list[str] = field(default_factory=list)
    planned: PlannedName | None = None
    plan_year: int | None = None
    # Planned for the year in which the demo is loaded.
    is_current: bool = False
    buildings: list[BuildingSketch] = field(default_factory=list)
    staircases: int | None = None

    @property
    def county(self) -> str:
        return self.community[:6]


# Not published: how the 30 compounds of the plan share in the district's buildings and area.
PLAN_BUILDINGS, PLAN_AREA = 324, 419_400
# Not published for Zaoyang at all: sizes as in small county towns.
ZAOYANG_BUILDINGS, ZAOYANG_HOUSEHOLDS, ZAOYANG_AREA = 1_912, 37_460, 3_163_500

# Stages of the compounds that are in no published plan; made up.
JINGZHOU_STAGES = {
    Stage.IMPLEMENTING: 28, Stage.PREPARING: 10, Stage.RESERVE: 19, Stage.REFUSED: 2, Stage.NEW: 6
}  # fmt: skip
# Of Jingzhou's that are under way so many stand in the made-up plan of 2025, the others in that of the current year.
JINGZHOU_OF_2025 = 9
ZAOYANG_REST = {Stage.PREPARING: 58, Stage.RESERVE: 92, Stage.REFUSED: 6, Stage.NEW: 18}
# How badly off compounds of a stage are: urgent first.
NEED = {
    Stage.PLAN_2022: (0.55, 1.0), Stage.COMPLETED: (0.5, 1.0), Stage.IMPLEMENTING: (0.62, 1.0),
    Stage.PREPARING: (0.48, 0.8), Stage.RESERVE: (0.25, 0.66), Stage.REFUSED: (0.1, 0.3), Stage.NEW: (0.2, 0.9),
}  # fmt: skip
MANAGED_WITHOUT_OWNER = {
    ManagementState.NONE: 52, ManagementState.COMMUNITY: 22, ManagementState.SELF_MANAGED: 16,
    ManagementState.PROFESSIONAL: 8, ManagementState.UNKNOWN: 2,
}  # fmt: skip


def jingzhou() -> list[CompoundSketch]:
    """95 compounds: the 30 of the plan, 砂石厂小区 and 64 with made-up names."""
    random = dice(f"register {JINGZHOU}")
    plan = [(name, planned) for planned in plan_of_2022() for name in _names_of(planned)]
    many = total(JINGZHOU, "compounds_renovated") - len(plan)
    households = total(JINGZHOU, "households_of_the_2022_plan")
    planned_figures = split_figures(
        random,
        compounds=_sizes(random, len(plan)),
        buildings=PLAN_BUILDINGS,
        households=households,
        area=PLAN_AREA,
    )
    other_figures = split_figures(
        random, compounds=_sizes(random, many), buildings=total(JINGZHOU, "buildings") - PLAN_BUILDINGS,
        households=total(JINGZHOU, "households") - households, area=total(JINGZHOU, "floor_area") - PLAN_AREA,
    )  # fmt: skip
    stages = _shuffled(random, JINGZHOU_STAGES)
    named = {"砂石厂小区": Stage.IMPLEMENTING}
    sketches = _sketch_all(
        random, JINGZHOU, [(published(name.text), Stage.PLAN_2022) for name, _planned in plan],
        planned_figures,
    )  # fmt: skip
    for sketch, (name, planned) in zip(sketches, plan, strict=True):
        sketch.planned, sketch.cluster = planned, name.cluster
    sketches += _sketch_rest(random, JINGZHOU, stages, named, other_figures, taken=sketches)
    under_way = sorted(
        (one for one in sketches if one.stage == Stage.IMPLEMENTING), key=lambda one: -one.need
    )
    for sketch in under_way[JINGZHOU_OF_2025:]:
        sketch.is_current = True
    return _finish(random, sketches)


def zaoyang() -> list[CompoundSketch]:
    """412 compounds: those of the plans of 2022 and 2024 done, the 94 of 2025 under way, the rest waiting."""
    random = dice(f"register {ZAOYANG}")
    years = [
        year for year in (2022, 2024) for _one in range(total(ZAOYANG, "compounds_planned", period=str(year)))
    ]
    random.shuffle(years)
    counts = {
        Stage.COMPLETED: len(years),
        Stage.IMPLEMENTING: total(ZAOYANG, "compounds_planned", period="2025"),
        **ZAOYANG_REST,
    }
    stages = _shuffled(random, counts)
    if len(stages) != total(ZAOYANG, "compounds_renovated"):
        raise ValueError("the stages do not add up to the published number of compounds")
    figures = split_figures(
        random, compounds=_sizes(random, len(stages)), buildings=ZAOYANG_BUILDINGS,
        households=ZAOYANG_HOUSEHOLDS, area=ZAOYANG_AREA,
    )  # fmt: skip
    named = {
        "沙店小区": Stage.COMPLETED, "西路小区": Stage.COMPLETED, "广元小区": Stage.IMPLEMENTING, "盛隆小区": Stage.COMPLETED,
    }  # fmt: skip
    sketches = _sketch_rest(random, ZAOYANG, stages, named, figures, taken=[])
    done = [sketch for sketch in sketches if sketch.stage == Stage.COMPLETED]
    for sketch, year in zip(done, years, strict=True):
        sketch.plan_year = year
    return _finish(random, sketches)


@dataclass(frozen=True, kw_only=True)
class _PlannedCompound:
    text: str
    cluster: str


def _names_of(planned: PlannedName) -> list[_PlannedCompound]:
    """A cluster of three is three compounds, told apart by us; its name is the cluster's."""
    cluster = planned.name if planned.name.endswith("片区") else ""
    if planned.compounds == 1:
        return [_PlannedCompound(text=planned.name, cluster=cluster)]
    stem = planned.name.removesuffix("片区")
    return [
        _PlannedCompound(text=f"{stem}{part}区", cluster=cluster) for part in "一二三"[: planned.compounds]
    ]


def _sizes(random: Random, many: int) -> list[float]:
    return [random.lognormvariate(0, 0.75) for _compound in range(many)]


def _shuffled(random: Random, counts: dict[Stage, int]) -> list[Stage]:
    stages = [stage for stage, many in counts.items() for _compound in range(many)]
    random.shuffle(stages)
    return stages


def _sketch_rest(
    random: Random, county: str, stages: list[Stage], named: dict[str, Stage], figures: list[Figures],
    *, taken: list[CompoundSketch],
) -> list[CompoundSketch]:  # fmt: skip
    """First the compounds with published names (in the stages the reports tell of), then made-up ones."""
    rest = list(stages)
    for stage in named.values():
        rest.remove(stage)
    names: list[tuple[Name | None, Stage]] = [(published(text), stage) for text, stage in named.items()]
    names += [(None, stage) for stage in rest]
    return _sketch_all(random, county, names, figures, taken=taken)


def _sketch_all(
    random: Random, county: str, names: Iterable[tuple[Name | None, Stage]], figures: list[Figures],
    *, taken: Iterable[CompoundSketch] = (),
) -> list[CompoundSketch]:  # fmt: skip
    communities = urban_communities(county)
    weights = community_weights(county, communities)
    namer = Namer(random, county, {sketch.name.text for sketch in taken})
    sketches = []
    for (name, stage), figure in zip(names, figures, strict=True):
        community = random.choices(communities, weights)[0]
        if name is not None:
            community = community_of_published(name.text) or community
        sketches.append(_sketch(random, name or namer.next(community), community, stage, figure))
    return sketches


def _sketch(random: Random, name: Name, community: str, stage: Stage, figures: Figures) -> CompoundSketch:
    need = random.uniform(*NEED[stage])
    # The worse off, the older; estates for sale came with the reform of the nineties.
    built = random.randint(1990, 2000) if name.estate else round(2000 - 24 * need + random.uniform(-4, 3))
    built = max(1974, min(2000, built))
    owner = name.unit if name.unit and random.random() < 0.72 else ""
    management = _management(random, owner)
    return CompoundSketch(
        name=name, community=community, address=address(random, community[:6], name), built_year=built,
        certainty=random.choices((BuiltYearCertainty.CERTAIN, BuiltYearCertainty.APPROXIMATE), weights=(70, 30))[0],
        figures=figures, stage=stage, need=need, owner=owner, management=management,
        committee=management == ManagementState.PROFESSIONAL or (None if random.random() < 0.08 else random.random() < 0.15),
        fund=None if random.random() < 0.2 else built >= 1998 and random.random() < 0.5,
        heritage=_heritage(random, community), notes=random.choice(COMPOUND_NOTES) if random.random() < 0.2 else "",
    )  # fmt: skip


def _management(random: Random, owner: str) -> ManagementState:
    if owner and random.random() < 0.7:
        return ManagementState.TITLE_OWNER
    return random.choices(list(MANAGED_WITHOUT_OWNER), list(MANAGED_WITHOUT_OWNER.values()))[0]


def _heritage(random: Random, community: str) -> Heritage:
    """The old city of Jingzhou is a protected historic city: everything in it is at least in a control zone."""
    if community[:9] not in OLD_CITY:
        return Heritage.NONE
    return random.choices(
        (Heritage.CONTROL_ZONE, Heritage.HISTORIC_DISTRICT, Heritage.LISTED), weights=(80, 18, 2)
    )[0]


def _finish(random: Random, sketches: list[CompoundSketch]) -> list[CompoundSketch]:
    """Case records, oddities as real rosters have them, positions, buildings."""
    for sketch in sketches:
        _tell_known_case(sketch)
    ordinary = [one for one in sketches if one.planned is None and one.name.text not in KNOWN_CASES]
    _make_implausible(random, ordinary)
    for sketch in sketches:
        if random.random() < 0.96:
            sketch.position = as_recorded(random, position(random, sketch.community))
        sketch.buildings = make_buildings(random, sketch.figures, built_year=sketch.built_year or 1988)
        if sketch.name.text == "西路小区":
            sketch.buildings = _with_eight_lifts(sketch.buildings)
        if sketch.staircases is None:
            sketch.staircases = sum(building.staircases for building in sketch.buildings)
    _let_buildings_differ(random, ordinary)
    _join_clusters(ordinary)
    return sketches


# What the two reports tell about single compounds.
KNOWN_CASES = {
    "砂石厂小区": "报道所记：20世纪80年代建，原荆州市砂石公司职工宿舍；空地变菜地、停车难、老旧水管漏水、垃圾无人清理。",
    "广元小区": "报道所记：道路破损、管网老化、设施缺乏；2025年改造道路、管网、屋面防水、非机动车棚、路灯和监控、道路标线。",
    "西路小区": "报道所记：6层无电梯，改造时加装电梯8部。",
    "沙店小区": "报道所记：改造后由红色物业牵头制定小区管理公约。",
    "盛隆小区": "报道所记：完整社区建设试点，闲置幼儿园改作综合服务中心。",
}


def _tell_known_case(sketch: CompoundSketch) -> None:
    sketch.notes = KNOWN_CASES.get(sketch.name.text, sketch.notes)
    if sketch.name.text == "砂石厂小区":
        sketch.built_year, sketch.certainty = 1985, BuiltYearCertainty.APPROXIMATE
        sketch.owner, sketch.management, sketch.committee = "砂石公司", ManagementState.TITLE_OWNER, False
        sketch.address = "南环路36号"
        sketch.former_names, sketch.need = ["砂石公司职工宿舍"], 0.93
    if sketch.name.text == "西路小区":
        sketch.figures = Figures(buildings=4, households=96, area=Decimal("8256.0"))
    if sketch.planned is not None and sketch.planned.batch == 0:
        sketch.notes = "2021年10月初完工，早于2022年计划公布。"


def _with_eight_lifts(buildings: list[BuildingSketch]) -> list[BuildingSketch]:
    """Six storeys and eight lifts, as reported: one for each of two staircases in four buildings."""
    return [replace(one, floors=6, staircases=2, lifts=2) for one in buildings]


def _make_implausible(random: Random, ordinary: list[CompoundSketch]) -> None:
    """A few figures that draw a warning; households move to a neighbour, so that the sums stay."""
    odd = random.sample([one for one in ordinary if one.figures.buildings >= 6], 4)
    roomy, few, flat, unknown = sorted(odd, key=lambda one: one.figures.households)
    largest = max((one for one in ordinary if one not in odd), key=lambda one: one.figures.households)
    # Staircases counted as buildings: three households a "building".
    left = few.figures.households - 3 * few.figures.buildings
    _hand_over(few, largest, households=left, area=few.figures.area * left / few.figures.households)
    # Land area entered as floor area.
    _hand_over(largest, roomy, households=0, area=270 * roomy.figures.households - roomy.figures.area)
    young = next(one for one in ordinary if one.stage == Stage.REFUSED and one not in odd)
    young.built_year, young.certainty = 2003, BuiltYearCertainty.CERTAIN
    flat.staircases = flat.figures.buildings - 2
    unknown.built_year, unknown.certainty = None, BuiltYearCertainty.UNKNOWN


def _hand_over(giver: CompoundSketch, taker: CompoundSketch, *, households: int, area: Decimal) -> None:
    tenths = area.quantize(Decimal("0.1"))
    give, take = giver.figures, taker.figures
    giver.figures = replace(give, households=give.households - households, area=give.area - tenths)
    taker.figures = replace(take, households=take.households + households, area=take.area + tenths)


def _let_buildings_differ(random: Random, ordinary: list[CompoundSketch]) -> None:
    """In some compounds the buildings do not add up to the declared figures, in some none is listed yet."""
    for sketch in random.sample(ordinary, len(ordinary) // 9):
        if len(sketch.buildings) > 1 and random.random() < 0.5:
            sketch.buildings.pop()
        else:
            first = sketch.buildings[0]
            sketch.buildings[0] = replace(first, households=first.households + random.randint(1, 4))
    for sketch in random.sample([one for one in ordinary if one.stage == Stage.NEW], 3):
        sketch.buildings = []


def _join_clusters(ordinary: list[CompoundSketch]) -> None:
    """Neighbours in the three communities with most compounds are planned together."""
    waiting = [one for one in ordinary if one.stage in (Stage.PREPARING, Stage.RESERVE)]
    by_community: dict[str, list[CompoundSketch]] = {}
    for sketch in waiting:
        by_community.setdefault(sketch.community, []).append(sketch)
    fullest = sorted(by_community, key=lambda code: (-len(by_community[code]), code))[:3]
    for community in fullest:
        for sketch in by_community[community][:4]:
            sketch.cluster = f"{community_short_name(community).removesuffix('社区')}片区"


def all_compounds() -> list[CompoundSketch]:
    return [*jingzhou(), *zaoyang()]
