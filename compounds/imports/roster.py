"""From the cells of a roster to the facts of compounds, row by row, with what is wrong and what is doubted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from compounds.imports.places import Places
from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from compounds.positions import CoordinateSystem, to_wgs84
from compounds.reading import amounts, cells, degrees, texts, words, years
from compounds.reading.cells import CellProblem, CellReaders, Reader, keep
from compounds.reading.reasons import OF_FIGURE, Reason
from compounds.reading.totals import REMARKS, TOTALS
from compounds.sanity import Figures, sanity_warnings
from core.sheets import bracket_of
from core.text import comparison_key
from imports.kinds import Remark, Row, Task


class Roster:
    """Reads rows; the same text in a column is read once."""

    def __init__(self, *, task: Task, places: Places) -> None:
        self._task, self._places = task, places
        self._options = task.options
        self._cells = CellReaders(self._made_readers())
        self._system = degrees.system_of(task)

    def _made_readers(self) -> dict[str, Reader]:
        # A year in a roster is hearsay unless somebody answers for it.
        certainty = str(self._options.get("year_certainty") or BuiltYearCertainty.APPROXIMATE)
        listed = words.words
        unit = bracket_of(self._task.mapping.get("floor_area", ""))
        found: dict[str, Reader] = {
            "name": texts.line("name", 80),
            "former_names": texts.former_names,
            "address": texts.line("address", 200),
            "cluster": texts.line("cluster", 60),
            "built_year": years.built_year(certainty),
            "built_year_certainty": listed(
                "built_year_certainty", words.CERTAINTY_WORDS, BuiltYearCertainty.choices
            ),
            "title_owner": texts.line("title_owner", 120),
            "management_state": listed("management_state", words.MANAGEMENT_WORDS, ManagementState.choices),
            "property_firm": words.property_firm,
            "has_owners_committee": listed("has_owners_committee", words.YES_NO_WORDS, words.yes_no_labels()),
            "has_repair_fund": listed("has_repair_fund", words.YES_NO_WORDS, words.yes_no_labels()),
            "building_count": amounts.count("building_count"),
            "staircase_count": amounts.count("staircase_count"),
            "household_count": amounts.count("household_count"),
            "floor_area": amounts.area(unit),
            "longitude": degrees.degrees("longitude"),
            "latitude": degrees.degrees("latitude"),
            "position": degrees.both_degrees,
            "coordinate_system": listed("coordinate_system", words.SYSTEM_WORDS, CoordinateSystem.choices),
            "heritage": listed("heritage", words.HERITAGE_WORDS, Heritage.choices),
            "notes": texts.notes,
        }
        left_out = (
            degrees.POSITION_COLUMNS if degrees.system_of(self._task) == degrees.LEFT_OUT else frozenset()
        )
        return {
            key: reader for key, reader in found.items() if key in self._task.mapping and key not in left_out
        }

    def read(self, row: Row) -> None:
        """Fill the row's values, problems and warnings."""
        for key in self._cells.keys:
            reading = self._cells.of(row, key)
            # An own heading for the management beats what a firm's name says.
            if reading is not None and not (key == "property_firm" and "management_state" in row.values):
                keep(row, key, reading)
        if not self._is_record(row):
            return
        self._place(row)
        self._settle_year(row)
        self._settle_position(row)
        self._settle_former_names(row)
        self._doubt(row)

    def _is_record(self, row: Row) -> bool:
        """Whether the row is a compound's; a line of totals needs no further complaints."""
        name = row.values.get("name")
        if name is not None and cells.name_key(name) in TOTALS:
            totals = _("This is a line of totals, not a compound. Leave it out.")
        elif name is None and "name" not in row.problems and not code_of(row):
            if not _is_remark(row):
                row.problems["name"] = Remark(Reason.NAME_MISSING, _("The name is missing."))
                return True
            totals = _("This is a remark or a line of totals, not a compound. Leave it out.")
        else:
            return True
        row.problems = {"name": Remark(Reason.NOT_A_COMPOUND, totals)}
        row.values, row.warnings = {}, {}
        return False

    def _place(self, row: Row) -> None:
        """The community: of the cell, else of the value that was assigned by hand, else of the whole file."""
        given = row.cells
        text = given.get("community", "")
        if cells.is_nothing(text):
            text = ""
        source = self._options.get("community_heading") or ""
        street, county = given.get("street", ""), given.get("county", "")
        assigned = ""
        if source:
            value = row.extras.get(source, "")
            assigned = self._options.get("community_map", {}).get(value, "")
            # A value nobody assigned is a question; an empty cell says as little as a file without the column.
            whole = "" if value else self._options.get("community")
            if not (assigned or text or whole or code_of(row)):
                row.problems["community"] = _not_chosen(source, value)
                return
        chosen = assigned or text or str(self._options.get("community") or "")
        if code_of(row) and not text:
            # A compound that is known by its code is not moved by a choice made for the whole file.
            return
        if not chosen:
            row.problems["community"] = Remark(Reason.COMMUNITY_MISSING, _why_placeless(street))
            return
        try:
            place = self._places.find(chosen, street="" if chosen != text else street, county=county)
        except CellProblem as problem:
            row.problems["community"] = problem.remark
            return
        row.values["community"] = place.code
        if place.warning is not None:
            row.warnings["community"] = place.warning

    def _settle_year(self, row: Row) -> None:
        values = row.values
        if "built_year" not in values:
            # How sure a year is says nothing without the year.
            values.pop("built_year_certainty", None)
        elif values.get("built_year_certainty") == BuiltYearCertainty.UNKNOWN:
            values["built_year_certainty"] = BuiltYearCertainty.APPROXIMATE

    def _settle_position(self, row: Row) -> None:
        values = row.values
        longitude, latitude = values.pop("longitude", None), values.pop("latitude", None)
        system = values.pop("coordinate_system", None) or self._system
        if longitude is None and latitude is None:
            return
        here = "position" if "position" in row.cells else "longitude"
        if longitude is None or latitude is None:
            missing = "longitude" if longitude is None else "latitude"
            if not {"longitude", "latitude", "position"} & row.problems.keys():
                row.problems[missing if missing in self._task.mapping else here] = Remark(
                    Reason.POSITION_HALF, _("Longitude and latitude are needed together.")
                )
            return
        if _within(longitude, degrees.LATITUDES) and _within(latitude, degrees.LONGITUDES):
            longitude, latitude = latitude, longitude
            row.warnings[here] = Remark(
                Reason.EXCHANGED, _("Longitude and latitude were exchanged; read the right way round.")
            )
        if not (_within(longitude, degrees.LONGITUDES) and _within(latitude, degrees.LATITUDES)):
            row.problems[here] = Remark(
                Reason.POSITION_OUTSIDE,
                _("The position lies outside China: longitude 73–136, latitude 3–54."),
            )
            return
        if not system:
            row.problems["coordinate_system"] = Remark(
                Reason.SYSTEM_UNKNOWN,
                _(
                    "Nothing says which map this position is from. Choose it for the whole file, or leave positions out."
                ),
            )
            return
        values |= {
            "longitude": f"{longitude:.6f}",
            "latitude": f"{latitude:.6f}",
            "coordinate_system": system,
        }

    def _settle_former_names(self, row: Row) -> None:
        """The name in use is no former name."""
        former = row.values.get("former_names")
        if former and "name" in row.values:
            own = comparison_key(row.values["name"])
            row.values["former_names"] = kept = [name for name in former if comparison_key(name) != own]
            if not kept:
                del row.values["former_names"]

    def _doubt(self, row: Row) -> None:
        values = row.values
        area = values.get("floor_area")
        figures = Figures(
            built_year=values.get("built_year"),
            buildings=values.get("building_count"),
            staircases=values.get("staircase_count"),
            households=values.get("household_count"),
            area=Decimal(area) if area is not None else None,
        )
        for warning in sanity_warnings(figures):
            earlier, remark = row.warnings.get(warning.field), Remark(OF_FIGURE[warning.field], warning.text)
            row.warnings[warning.field] = remark if earlier is None else earlier.and_also(remark)


def _is_remark(row: Row) -> bool:
    texts = [cells.levelled(text).replace(" ", "").casefold() for text in (row.lead, *row.cells.values())]
    return any(text in TOTALS or text.startswith(REMARKS) for text in texts)


def _not_chosen(heading: str, value: str) -> Remark:
    if value:
        sentence = _("No community was chosen for “{value}”, so this row cannot be written.")
        return Remark(Reason.COMMUNITY_NOT_CHOSEN, sentence.format(value=cells.quoted(value)))
    sentence = _(
        "The column “{heading}” is empty, so the community is not known and the row cannot be written."
    )
    return Remark(Reason.COMMUNITY_MISSING, sentence.format(heading=heading))


def _why_placeless(street: str) -> str:
    if street:
        return _(
            "No community: a sub-district alone does not say where the compound is. The row cannot be written until"
            " you choose communities by value in the step “Columns”."
        )
    return _(
        "No community: the row cannot be written until you choose one in the step “Columns”, for the whole file or"
        " by the values of a column."
    )


def code_of(row: Row) -> str:
    """The compound's code in the row, levelled; "" for none."""
    text = row.cells.get("code", "")
    return "" if not text or cells.is_nothing(text) else cells.levelled(text).replace(" ", "")


def _within(value: float, limits: tuple[int, int]) -> bool:
    return limits[0] <= value <= limits[1]


def wgs84(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The position of parsed values in WGS-84, to the millionth of a degree."""
    if "longitude" not in values:
        return None
    east, north = to_wgs84(float(values["longitude"]), float(values["latitude"]), values["coordinate_system"])
    return f"{east:.6f}", f"{north:.6f}"
