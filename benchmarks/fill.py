"""Fills the benchmark database: a made-up city of 10,000 compounds and as many projects. `python -m benchmarks.fill`.

Rows are made in bulk by the portal's own models and actions, so that they fit whatever
the tables look like today; the same numbers come out each time.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import django

django.setup()

# Models exist only after the set-up.
from django.db import transaction  # noqa: E402

from benchmarks.fill_projects import add_programme  # noqa: E402
from compounds.actions.register import derive, next_codes  # noqa: E402
from compounds.actions.scoring import rescore  # noqa: E402
from compounds.models import (  # noqa: E402
    Batch,
    Building,
    BuiltYearCertainty,
    Cluster,
    Compound,
    ConditionSurvey,
    Heritage,
    ManagementState,
    PoolEntry,
    SurveyFinding,
    SurveyState,
    Topic,
)
from compounds.numbers import building_number_key  # noqa: E402
from directory.models import Division, Organisation, OrganisationKind, RoleAssignment, User  # noqa: E402
from directory.powers import Role  # noqa: E402

CITY = "4290"
COUNTIES, STREETS, COMMUNITIES, COMPOUNDS = 10, 5, 10, 20
BUILDINGS = 8
CHUNK = 2000
NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
WORDS = (
    "砂石厂",
    "光武",
    "广元",
    "棉纺厂",
    "建设",
    "人民",
    "新华",
    "机床厂",
    "供销社",
    "粮食局",
    "邮电",
    "沿江",
)
KINDS = ("小区", "家属院", "宿舍", "花园", "新村")


def add_places() -> list[Division]:
    """A province, a city, its counties, streets and communities; the communities are returned."""
    rows = [("42", "样例省", None), (CITY, "样例市", "42")]
    for county in range(1, COUNTIES + 1):
        county_code = f"{CITY}{county:02d}"
        rows.append((county_code, f"第{county}区", CITY))
        for street in range(1, STREETS + 1):
            street_code = f"{county_code}{street:03d}"
            rows.append((street_code, f"第{street}街道", county_code))
            rows += [
                (f"{street_code}{at:03d}", f"第{at}社区居民委员会", street_code)
                for at in range(1, COMMUNITIES + 1)
            ]
    divisions = [Division(code=code, name=name, parent_id=parent) for code, name, parent in rows]
    for level in (2, 4, 6, 9, 12):
        Division.objects.bulk_create([division for division in divisions if len(division.code) == level])
    return [division for division in divisions if len(division.code) == 12]


def add_people() -> User:
    """The bureau's manager and a service user, both for the whole city; the manager is returned."""
    manager, clerk, service = (
        User.objects.create(username="manager", name="局长", home_division=CITY),
        User.objects.create(username="clerk", name="科员", home_division=CITY),
        User.objects.create(username="service", name="数据接口", home_division=CITY, is_service=True),
    )
    for user, role in ((manager, Role.BUREAU_MANAGER), (clerk, Role.BUREAU_MANAGER), (service, Role.SERVICE)):
        RoleAssignment.objects.create(user=user, role=role, division_id=CITY, starts_on=date(2020, 1, 1))
    return manager


def made_compound(
    chance: random.Random,
    number: int,
    code: str,
    community: Division,
    owners: list[Organisation],
    cluster: Cluster,
) -> Compound:
    households = chance.randint(40, 900)
    year = chance.choice([None, *range(1965, 2003)])
    compound = Compound(
        code=code,
        name=f"{chance.choice(WORDS)}{chance.choice(KINDS)}{number}",
        community=community,
        address=f"样例路{number}号",
        cluster=chance.choice([None, cluster]),
        built_year=year,
        built_year_certainty=BuiltYearCertainty.APPROXIMATE if year else BuiltYearCertainty.UNKNOWN,
        title_owner=chance.choice([None, None, *owners[:8]]),
        management_state=chance.choice(ManagementState.values),
        has_owners_committee=chance.choice([None, True, False]),
        has_repair_fund=chance.choice([None, True, False]),
        building_count=BUILDINGS,
        staircase_count=BUILDINGS * 3,
        household_count=households,
        floor_area=Decimal(households * 8531) / 100,
        longitude=Decimal(f"112.{chance.randint(100000, 900000)}"),
        latitude=Decimal(f"30.{chance.randint(100000, 900000)}"),
        coordinate_system=chance.choice(["wgs84", "gcj02"]),
        heritage=chance.choice(Heritage.values),
    )
    derive(compound)
    return compound


def add_compounds(chance: random.Random, communities: list[Division]) -> list[Compound]:
    owners = Organisation.objects.bulk_create(
        Organisation(name=f"样例单位{at}", kind=OrganisationKind.TITLE_OWNER, division_id=CITY)
        for at in range(40)
    )
    clusters = {
        code: Cluster.objects.create(division_id=code, name=f"{code[-3:]}片区")
        for code in sorted({community.code[:9] for community in communities})
    }
    here = Counter(community.code[:6] for community in communities)
    # By the portal's own counter: whoever adds a compound by hand gets the next number.
    codes = {
        county: iter(next_codes(county=county, count=here[county] * COMPOUNDS)) for county in sorted(here)
    }
    compounds = [
        made_compound(
            chance,
            at * COMPOUNDS + place,
            next(codes[community.code[:6]]),
            community,
            owners,
            clusters[community.code[:9]],
        )
        for at, community in enumerate(communities)
        for place in range(COMPOUNDS)
    ]
    return Compound.objects.bulk_create(compounds, batch_size=CHUNK)


def add_buildings(compounds: list[Compound]) -> None:
    Building.objects.bulk_create(
        (
            Building(
                compound=compound,
                division_code=compound.community_id,
                number=f"{number}号楼",
                number_key=building_number_key(f"{number}号楼"),
                floors=6,
                staircase_count=3,
                household_count=(compound.household_count or 0) // BUILDINGS,
                floor_area=Decimal("4200.50"),
            )
            for compound in compounds
            for number in range(1, BUILDINGS + 1)
        ),
        batch_size=CHUNK,
    )


def add_surveys(chance: random.Random, compounds: list[Compound], manager: User) -> None:
    """A confirmed survey for four of five, scored by the portal's own formula."""
    clerk = User.objects.get(username="clerk")
    surveyed = [compound for compound in compounds if chance.random() < 0.8]
    surveys = ConditionSurvey.objects.bulk_create(
        [
            ConditionSurvey(
                compound=compound,
                division_code=compound.community_id,
                surveyed_on=date(2025, 1, 1) + timedelta(days=chance.randint(0, 300)),
                asked_households=100,
                wishing_households=chance.randint(30, 100),
                filled_by=clerk,
            )
            for compound in surveyed
        ],
        batch_size=CHUNK,
    )
    SurveyFinding.objects.bulk_create(
        (
            SurveyFinding(survey=survey, topic=topic, score=chance.randint(0, 4))
            for survey in surveys
            for topic in Topic.values
        ),
        batch_size=CHUNK,
    )
    everything = ConditionSurvey.objects.all()
    everything.update(state=SurveyState.SUBMITTED, submitted_by=clerk, submitted_at=NOW)
    everything.update(state=SurveyState.CONFIRMED, decided_by=manager, decided_at=NOW)
    rescore(compound_ids=[compound.pk for compound in surveyed])


def add_pool(chance: random.Random, compounds: list[Compound], manager: User) -> None:
    PoolEntry.objects.bulk_create(
        (
            PoolEntry(
                compound=compound,
                division_code=compound.community_id,
                batch=chance.choice([Batch.RESERVE, Batch.RESERVE, Batch.PREPARING, Batch.IMPLEMENTING]),
                moved_by=manager,
                moved_at=NOW - timedelta(days=chance.randint(0, 400)),
            )
            for compound in compounds
            if chance.random() < 0.6
        ),
        batch_size=CHUNK,
    )


def main() -> None:
    chance = random.Random(20260105)
    with transaction.atomic():
        communities = add_places()
        manager = add_people()
        compounds = add_compounds(chance, communities)
        add_buildings(compounds)
        add_surveys(chance, compounds, manager)
        add_pool(chance, compounds, manager)
    # Set by set: a project is touched by whatever comes to hang on it, and old versions can go in between.
    add_programme(chance, compounds)


if __name__ == "__main__":
    main()
