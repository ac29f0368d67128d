"""The previewed rows into the register: set-wise, all or nothing, and only if they still fit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from compounds.actions.register import SCORED_FACTS, next_codes
from compounds.actions.scoring import rescore
from compounds.imports.comparing import Record, Register, changes, stored
from compounds.imports.places import COUNTY, Places
from compounds.imports.roster import wgs84
from compounds.models import BuiltYearCertainty, Cluster, Heritage, ManagementState
from compounds.models.register import CompoundCounter, searched_as
from compounds.positions import CoordinateSystem
from directory.models import Organisation, OrganisationKind
from imports.errors import ChangedSincePreview
from imports.kinds import Row
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress

CHUNK = 1_000
SEARCHED = {"name", "former_names", "address"}

# A staged row's values as a record; the same types as the register's columns.
_VALUES = """json_to_record(r."values") AS v(
    name text, former_names text[], community text, address text, cluster text, built_year int,
    built_year_certainty text, title_owner text, management_state text, has_owners_committee bool,
    has_repair_fund bool, building_count int, staircase_count int, household_count int, floor_area numeric,
    longitude numeric, latitude numeric, coordinate_system text, heritage text, notes text
)"""
# What was computed here for each row, beside it.
_EXTRA = """unnest(%s::int[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])
    AS extra(number, code, search_text, east, north)"""
_OWNER = """(
    SELECT o.id FROM directory_organisation o
    WHERE o.name = v.title_owner AND o.ended_on IS NULL AND o.division_id LIKE left({community}, 6) || '%%'
    ORDER BY o.id LIMIT 1
)"""
_CLUSTER = (
    "(SELECT k.id FROM compounds_cluster k WHERE k.division_id = left({community}, 6) AND k.name = v.cluster)"
)

# Only our own constants are put into the text; what people typed travels as parameters or stands in the rows.
_INSERT = f"""
INSERT INTO compounds_compound (
    code, name, former_names, community_id, address, cluster_id, built_year, built_year_certainty, title_owner_id,
    management_state, has_owners_committee, has_repair_fund, building_count, staircase_count, household_count,
    floor_area, longitude, latitude, coordinate_system, wgs84_longitude, wgs84_latitude, heritage, notes,
    search_text, created_at, updated_at
)
SELECT extra.code, v.name, coalesce(v.former_names, '{{}}'), v.community, coalesce(v.address, ''),
    {_CLUSTER.format(community="v.community")}, v.built_year,
    coalesce(v.built_year_certainty, '{BuiltYearCertainty.UNKNOWN}'), {_OWNER.format(community="v.community")},
    coalesce(v.management_state, '{ManagementState.UNKNOWN}'), v.has_owners_committee, v.has_repair_fund,
    v.building_count, v.staircase_count, v.household_count, v.floor_area, v.longitude, v.latitude,
    coalesce(v.coordinate_system, '{CoordinateSystem.WGS84}'), extra.east, extra.north,
    coalesce(v.heritage, '{Heritage.NONE}'), coalesce(v.notes, ''), extra.search_text, now(), now()
FROM {_EXTRA} JOIN imports_importrow r ON r.run_id = %s AND r.number = extra.number
CROSS JOIN LATERAL {_VALUES}
ORDER BY r.number
"""  # noqa: S608

# A field that the row does not change keeps its value, whatever the cell says.
_CHANGED_TO = "CASE WHEN r.changes -> '{field}' IS NOT NULL THEN {new} ELSE c.{column} END"
_COMMUNITY = "coalesce(v.community, c.community_id)"
_COLUMNS = {
    **{
        field: (field, f"v.{field}")
        for field in (
            "name", "former_names", "address", "built_year", "built_year_certainty", "management_state",
            "has_owners_committee", "has_repair_fund", "building_count", "staircase_count", "household_count",
            "floor_area", "heritage", "notes",
        )
    },
    "community": ("community_id", "v.community"),
    "cluster": ("cluster_id", _CLUSTER.format(community=_COMMUNITY)),
    "title_owner": ("title_owner_id", _OWNER.format(community=_COMMUNITY)),
}  # fmt: skip
# A position is one fact: its parts and its conversion change together.
_POSITION = {
    "longitude": "v.longitude", "latitude": "v.latitude", "coordinate_system": "v.coordinate_system",
    "wgs84_longitude": "extra.east", "wgs84_latitude": "extra.north",
}  # fmt: skip


def _update_statement() -> str:
    sets = [
        f"{column} = {_CHANGED_TO.format(field=field, new=new, column=column)}"
        for field, (column, new) in _COLUMNS.items()
    ]
    sets += [
        f"{column} = CASE WHEN extra.east IS NULL THEN c.{column} ELSE {new} END"
        for column, new in _POSITION.items()
    ]
    sets.append("search_text = coalesce(extra.search_text, c.search_text)")
    return f"""
UPDATE compounds_compound c SET {", ".join(sets)}
FROM {_EXTRA} JOIN imports_importrow r ON r.run_id = %s AND r.number = extra.number
CROSS JOIN LATERAL {_VALUES}
WHERE c.id = r.target_id
"""  # noqa: S608


_UPDATE = _update_statement()


def write_rows(*, run_id: int, places: Places, progress: Progress) -> dict[str, int]:
    """Add and change what the preview showed, in the caller's transaction; returns {verdict: rows}.

    The counters of the counties are locked first: of two imports into a county the second
    waits, then finds the first one's compounds and is refused. Raises `ChangedSincePreview`.
    """
    rows = staged(run_id, (Verdict.NEW, Verdict.CHANGED))
    new = [row for row in rows if row.verdict == Verdict.NEW]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    progress.step(0, len(rows), _("comparing once more"))
    _lock_counters({row.values["community"][:COUNTY] for row in new})
    register = Register(rows, lock=True)
    outdated = sum(1 for row in rows if _is_outdated(row, places, register))
    if outdated:
        raise ChangedSincePreview(count=outdated)
    _add_names(rows, register)
    codes = _codes(new)
    done = 0
    for statement, part in ((_INSERT, new), (_UPDATE, changed)):
        for chunk in _chunks(part):
            _execute(statement, run_id, chunk, codes, register)
            done += len(chunk)
            progress.step(done, len(rows), _("writing"))
    scored = [row.target_id for row in changed if row.target_id and SCORED_FACTS & row.changes.keys()]
    rescore(compound_ids=scored)
    return {Verdict.NEW.value: len(new), Verdict.CHANGED.value: len(changed)}


def _lock_counters(counties: set[str]) -> None:
    CompoundCounter.objects.bulk_create(
        [CompoundCounter(county=county) for county in counties], ignore_conflicts=True
    )
    # In one order, so that two imports over several counties do not wait for each other.
    list(CompoundCounter.objects.select_for_update().filter(county__in=counties).order_by("county"))


def _is_outdated(row: Row, places: Places, register: Register) -> bool:
    """Whether the register, or the right to write there, is no longer what the preview saw."""
    values = row.values
    if "community" in values and not places.is_living(values["community"]):
        return True
    if row.target_id is None:
        return bool(register.named(values["community"], values["name"]))
    record = register.by_pk.get(row.target_id)
    if record is None or record.ended_on is not None or not places.in_scope(record.community):
        return True
    name, community = values.get("name", record.name), values.get("community", record.community)
    taken = any(other.pk != record.pk for other in register.named(community, name))
    return taken or changes(row, record) != row.changes


def _add_names(rows: Sequence[Row], register: Register) -> None:
    """Clusters and units that are named for the first time."""
    clusters, units = set(), set()
    for row in rows:
        community = row.values.get("community")
        if community is None and row.target_id is not None:
            community = register.by_pk[row.target_id].community
        county = str(community)[:COUNTY]
        if "cluster" in row.values:
            clusters.add((county, row.values["cluster"]))
        if "title_owner" in row.values:
            units.add((county, row.values["title_owner"]))
    Cluster.objects.bulk_create(
        [Cluster(division_id=county, name=name) for county, name in sorted(clusters)], ignore_conflicts=True
    )
    known: set[tuple[str, str]] = set()
    for county in {county for county, _name in units}:
        named = Organisation.objects.active().filter(division__code__startswith=county)
        known |= {(county, name) for name in named.values_list("name", flat=True)}
    Organisation.objects.bulk_create(
        [
            Organisation(division_id=county, name=name, kind=OrganisationKind.TITLE_OWNER)
            for county, name in sorted(units - known)
        ],
        ignore_conflicts=True,
    )


def _codes(new: Sequence[Row]) -> dict[int, str]:
    """{row number: code}, in the file's order within each county."""
    by_county: dict[str, list[int]] = defaultdict(list)
    for row in new:
        by_county[row.values["community"][:COUNTY]].append(row.number)
    found: dict[int, str] = {}
    for county in sorted(by_county):
        numbers = by_county[county]
        found |= dict(zip(numbers, next_codes(county=county, count=len(numbers)), strict=True))
    return found


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _execute(
    statement: str, run_id: int, rows: Sequence[Row], codes: dict[int, str], register: Register
) -> None:
    extras = [_extra(row, codes, register) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(list, zip(*extras, strict=True)), run_id])


def _extra(row: Row, codes: dict[int, str], register: Register) -> tuple[Any, ...]:
    """(number, code, search text, WGS-84 longitude, latitude); None where nothing of it changes."""
    record = register.by_pk.get(row.target_id) if row.target_id is not None else None
    position = wgs84(row.values)
    if record is None:
        code = codes[row.number]
        return (row.number, code, _search_text(row, None, code), *(position or (None, None)))
    moved = {"longitude", "latitude", "coordinate_system"} & row.changes.keys()
    text = _search_text(row, record, record.code) if SEARCHED & row.changes.keys() else None
    return (row.number, record.code, text, *(position if moved and position else (None, None)))


def _search_text(row: Row, record: Record | None, code: str) -> str:
    def value(field: str, default: Any) -> Any:
        if record is not None and field not in row.changes:
            return stored(record, field)
        return row.values.get(field, default)

    return searched_as(
        name=value("name", ""),
        former_names=value("former_names", []),
        address=value("address", ""),
        code=code,
    )
