"""What a file's rows are in the register: which compound each means, and what it would change there.

All rows are compared with one statement's worth of the register, in memory; nothing is
decided row by row in the database.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from compounds.imports.places import COUNTY, Places
from compounds.imports.roster import code_of
from compounds.models import BuiltYearCertainty, Cluster, Compound, CompoundQuerySet
from compounds.reading.cells import name_key
from compounds.reading.reasons import Reason
from core.text import comparison_key, first_of, listed
from directory.models import Organisation
from imports.kinds import Remark, Row

ROWS_NAMED = 5


class Record(NamedTuple):
    """A compound as it stands in the register."""

    pk: int
    code: str
    name: str
    former_names: list[str]
    community: str
    address: str
    cluster: str | None
    built_year: int | None
    built_year_certainty: str
    title_owner: str | None
    management_state: str
    has_owners_committee: bool | None
    has_repair_fund: bool | None
    building_count: int | None
    staircase_count: int | None
    household_count: int | None
    floor_area: Any
    longitude: Any
    latitude: Any
    coordinate_system: str
    heritage: str
    notes: str
    ended_on: Any


_PATHS = (
    "pk", "code", "name", "former_names", "community_id", "address", "cluster__name", "built_year", "built_year_certainty",
    "title_owner__name", "management_state", "has_owners_committee", "has_repair_fund", "building_count",
    "staircase_count", "household_count", "floor_area", "longitude", "latitude", "coordinate_system", "heritage", "notes",
    "ended_on",
)  # fmt: skip
_DECIMAL = ("floor_area", "longitude", "latitude")


class Register:
    """The part of the register that a file can mean: the compounds of its communities, and those it names by code."""

    def __init__(self, rows: Sequence[Row], *, lock: bool = False) -> None:
        communities = {row.values["community"] for row in rows if "community" in row.values}
        codes = {code for row in rows if (code := code_of(row))}
        self.by_code: dict[str, Record] = {}
        self._by_name: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._by_former_name: dict[tuple[str, str], Record] = {}
        found = self._records(Compound.objects.living().filter(community_id__in=communities), lock=lock)
        known = {record.code for record in found}
        if codes - known:
            found += self._records(Compound.objects.filter(code__in=codes - known), lock=lock)
        for record in found:
            self.by_code[record.code] = record
            if record.ended_on is None:
                self._by_name[record.community, name_key(record.name)].append(record)
                for former in record.former_names:
                    self._by_former_name[record.community, name_key(former)] = record
        self.by_pk = {record.pk: record for record in found}

    @staticmethod
    def _records(rows: CompoundQuerySet, *, lock: bool) -> list[Record]:
        if lock:
            rows = rows.select_for_update(no_key=True, of=("self",))
        return [Record(*row) for row in rows.order_by("pk").values_list(*_PATHS)]

    def named(self, community: str, name: str) -> list[Record]:
        """Compounds of this name; of spellings that differ in width or case the exact one goes first."""
        found = self._by_name.get((community, name_key(name)), [])
        exact = [record for record in found if record.name.replace(" ", "") == name.replace(" ", "")]
        return exact or found

    def formerly(self, community: str, name: str) -> Record | None:
        return self._by_former_name.get((community, name_key(name)))


class Names:
    """Clusters and title-owner units that are registered, by county and name."""

    def __init__(self, counties: Iterable[str]) -> None:
        counties = set(counties)
        clusters = Cluster.objects.filter(division__in=counties).values_list("division_id", "name", "pk")
        self.clusters = {(county, name): pk for county, name, pk in clusters}
        self.owners: dict[tuple[str, str], int] = {}
        below = Q(pk__in=[])
        for county in counties:
            below |= Q(division__code__startswith=county)
        units = Organisation.objects.active().filter(below).order_by("-pk")
        for division, name, pk in units.values_list("division_id", "name", "pk"):
            # As for a form: of units of one name in a county the first registered is meant.
            self.owners[division[:COUNTY], name] = pk
        self._new = (
            (
                "cluster",
                self.clusters,
                Remark(Reason.NEW_CLUSTER, _("This cluster is new and will be added.")),
            ),
            (
                "title_owner",
                self.owners,
                Remark(
                    Reason.NEW_UNIT,
                    _("This unit is not registered yet; it will be added to the organisations."),
                ),
            ),
        )

    def settle(self, row: Row, county: str) -> None:
        """Put registered rows' keys beside the names; a name that is not registered yet is a warning."""
        for field, known, remark in self._new:
            name = row.values.get(field)
            if name is not None and (county, name) not in known:
                row.warnings.setdefault(field, remark)


def compare(rows: Sequence[Row], *, places: Places, register: Register) -> None:
    """Find each row's compound and what would change; afterwards each row has its verdict."""
    for row in rows:
        _find(row, places, register)
    _refuse_repetitions(rows)
    _warn_of_doubles(rows, places)
    names = Names({county for row in rows if (county := _county(row, register))})
    for row in rows:
        if not row.problems:
            names.settle(row, _county(row, register))
            if row.target_id is not None:
                row.changes = changes(row, register.by_pk[row.target_id])
        row.settle()


def _county(row: Row, register: Register) -> str:
    community = row.values.get("community")
    if community is None and row.target_id is not None:
        community = register.by_pk[row.target_id].community
    return (community or "")[:COUNTY]


def _find(row: Row, places: Places, register: Register) -> None:
    values = row.values
    if code := code_of(row):
        _find_by_code(row, code, places, register)
    elif "community" in values and "name" in values and not {"community", "name"} & row.problems.keys():
        found = register.named(values["community"], values["name"])
        if len(found) > 1:
            codes = listed(record.code for record in found[:ROWS_NAMED])
            sentence = _("Several compounds of this community are written so ({codes}). Give the code.")
            row.problems["name"] = Remark(Reason.NAME_AMBIGUOUS, sentence.format(codes=codes))
        elif found:
            row.target_id = found[0].pk
        elif former := register.formerly(values["community"], values["name"]):
            sentence = _("{name} ({code}) was formerly called so. If it is meant, give its code.")
            text = sentence.format(name=former.name, code=former.code)
            row.warnings.setdefault("name", Remark(Reason.FORMER_NAME, text))


def _find_by_code(row: Row, code: str, places: Places, register: Register) -> None:
    record = register.by_code.get(code)
    # Whoever may not see it learns nothing about it.
    if record is None or not places.in_scope(record.community):
        sentence = _("You have no compound with the code {code}. Leave the cell empty for a new one.")
        row.problems["code"] = Remark(Reason.CODE_UNKNOWN, sentence.format(code=code[:40]))
        return
    if record.ended_on is not None:
        text = _("{name} was merged or split up on {day}.").format(name=record.name, day=record.ended_on)
        row.problems["code"] = Remark(Reason.CODE_ENDED, text)
        return
    row.target_id = record.pk
    name, community = row.values.get("name", record.name), row.values.get("community", record.community)
    others = [other for other in register.named(community, name) if other.pk != record.pk]
    if others:
        text = _("This community already has a compound of this name ({code}).").format(code=others[0].code)
        row.problems.setdefault("name", Remark(Reason.NAME_TAKEN, text))


def _refuse_repetitions(rows: Sequence[Row]) -> None:
    """The same compound twice in a file: a plain repetition is wrong, a contradiction makes both wrong."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if {"name", "community", "code"} & row.problems.keys():
            continue
        values = row.values
        if row.target_id is not None:
            groups["known", row.target_id].append(row)
        if "name" in values and "community" in values:
            groups["named", values["community"], name_key(values["name"])].append(row)
    for group in groups.values():
        if len(group) > 1:
            _refuse_group(group)


def _refuse_group(group: list[Row]) -> None:
    first = group[0]
    if all(row.values == first.values for row in group):
        same = _("Row {number} says the same. Leave this one out.").format(number=first.number)
        for row in group[1:]:
            row.problems.setdefault("name", Remark(Reason.REPEATED, same))
        return
    numbers = [str(row.number) for row in group]
    named = first_of(numbers, ROWS_NAMED)
    sentence = _(
        "Rows {numbers} are the same compound with different facts. Keep one of them, or tell them apart by name."
    )
    for row in group:
        row.problems.setdefault("name", Remark(Reason.CONTRADICTORY, sentence.format(numbers=named)))


def _warn_of_doubles(rows: Sequence[Row], places: Places) -> None:
    """New rows whose name and address stand under another community: mostly a community that was mapped wrong.

    One compound in two communities is possible, so it is a warning. One statement for all rows.
    """
    new = [(row, key) for row in rows if row.target_id is None and (key := _name_and_address(row))]
    within = sorted({key[0] for _row, key in new})
    known: dict[tuple[str, str, str], tuple[str, str]] = {}
    registered = Compound.objects.living().within(within).exclude(address="")
    for code, name, address, community in registered.values_list("code", "name", "address", "community_id"):
        if places.in_scope(community):
            known[community[:COUNTY], name_key(name), comparison_key(address)] = (community, code)
    in_file: dict[tuple[str, str, str], Row] = {}
    for row, key in new:
        community, code = known.get(key, ("", ""))
        other = in_file.setdefault(key, row)
        if code and community != row.values["community"]:
            sentence = _("{code} in another community has the same name and address. Is the community right?")
            row.warnings.setdefault("community", Remark(Reason.ELSEWHERE, sentence.format(code=code)))
        elif other.values["community"] != row.values["community"]:
            sentence = _("Row {number} has the same name and address in another community.")
            text = sentence.format(number=other.number)
            row.warnings.setdefault("community", Remark(Reason.ELSEWHERE, text))


def _name_and_address(row: Row) -> tuple[str, str, str] | None:
    values = row.values
    if row.problems or not values.get("address") or not {"name", "community"} <= values.keys():
        return None
    return values["community"][:COUNTY], name_key(values["name"]), comparison_key(values["address"])


def stored(record: Record, field: str) -> Any:
    """A field as JSON holds it, the same form as in a row's values."""
    value = getattr(record, field)
    return str(value) if field in _DECIMAL and value is not None else value


def changes(row: Row, record: Record) -> dict[str, list[Any]]:
    """{field: [old, new]} as stored, in no language: what the row would change in the record."""
    found = {}
    for field, new in row.values.items():
        old = stored(record, field)
        if old != new and not _means_the_same(row, record, field):
            found[field] = [old, new]
    return found


def _means_the_same(row: Row, record: Record, field: str) -> bool:
    if field == "name":
        return name_key(row.values["name"]) == name_key(record.name)
    if field == "built_year_certainty":
        # "about 1987" in a roster does not make a year doubtful that is known from papers.
        same_year = row.values["built_year"] == record.built_year
        return (
            same_year and record.built_year_certainty == BuiltYearCertainty.CERTAIN and field not in row.cells
        )
    return False
