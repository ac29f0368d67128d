"""Rosters of compounds as a kind of import: columns, choices, preview and writing put together."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.imports.comparing import Register, compare
from compounds.imports.places import Places, suggestion
from compounds.imports.roster import Roster
from compounds.imports.writing import write_rows
from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from compounds.positions import CoordinateSystem
from compounds.reading.cells import CellProblem
from compounds.reading.degrees import LEFT_OUT, POSITION_COLUMNS, system_named, system_of
from compounds.reading.reasons import Reason
from compounds.sheets import COMPOUND_COLUMNS, COMPOUND_NOTES
from core.figures import thousands
from core.sheets import SheetColumn, heading_key
from core.text import listed
from directory.models import Division
from directory.powers import Power
from imports.errors import TooManyValues
from imports.kinds import Field, ImportKind, Row, Task, ValueQuestion
from jobs.progress import Progress

MOST_VALUES = 300
# A list of more communities than this would be slower than typing a code.
MOST_SUGGESTED = 3_000
STEP = 500
SHELL_SCOPE = ("",)
# Headings of what is larger than a community, the narrowest first.
AREA_HEADINGS = (
    "街道", "所属街道", "所在街道", "街道名称", "镇街", "乡镇", "商圈", "所属商圈", "所在商圈", "板块", "所属板块", "区域板块", "片区", "区域",
    "所属区域", "所在区域", "区县", "所属区县", "行政区", "sub-district", "business circle", "bizcircle", "area", "district",
)  # fmt: skip

# Fields of the preview and the file's columns that feed them, in this order.
_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("name", ("name",)),
    ("community", ("community", "street", "county")),
    ("code", ("code",)),
    ("address", ("address",)),
    ("built_year", ("built_year",)),
    ("built_year_certainty", ("built_year_certainty",)),
    ("building_count", ("building_count",)),
    ("staircase_count", ("staircase_count",)),
    ("household_count", ("household_count",)),
    ("floor_area", ("floor_area",)),
    ("management_state", ("management_state", "property_firm")),
    ("title_owner", ("title_owner",)),
    ("has_owners_committee", ("has_owners_committee",)),
    ("has_repair_fund", ("has_repair_fund",)),
    ("cluster", ("cluster",)),
    ("longitude", ("longitude", "position")),
    ("latitude", ("latitude", "position")),
    ("coordinate_system", ("coordinate_system",)),
    ("heritage", ("heritage",)),
    ("former_names", ("former_names",)),
    ("notes", ("notes",)),
)
_LABELS: dict[str, dict[Any, Any]] = {
    "built_year_certainty": dict(BuiltYearCertainty.choices),
    "management_state": dict(ManagementState.choices),
    "heritage": dict(Heritage.choices),
    "coordinate_system": dict(CoordinateSystem.choices),
}
# What maps the three systems belong to, for people who only know where their roster came from.
SYSTEM_CHOICES = (
    (CoordinateSystem.BD09.value, _("Baidu map (BD-09): most rosters of property portals")),
    (CoordinateSystem.GCJ02.value, _("Amap or Tencent map (GCJ-02): most phone apps")),
    (CoordinateSystem.WGS84.value, _("GPS or survey (WGS-84, CGCS2000, Tianditu)")),
    (LEFT_OUT, _("I do not know: leave the positions out")),
)
CERTAINTY_CHOICES = (
    (BuiltYearCertainty.APPROXIMATE.value, _("approximate: from a portal or from memory")),
    (BuiltYearCertainty.CERTAIN.value, _("certain: taken from papers")),
)
# Headings beneath which a position may stand.
_POSITION_HEADING = re.compile("经|纬|坐标|定位|lng|lon|lat|coord|position|gcj|bd-?09|wgs")
_AMOUNTS = {"building_count", "staircase_count", "household_count", "floor_area"}


def scopes_of(user: Any) -> tuple[str, ...]:
    """Where the person may add compounds; the server's shell may everywhere."""
    return SHELL_SCOPE if user is None else user.scopes_for(Power.CREATE_COMPOUNDS)


def places_of(task: Task) -> Places:
    return Places(scopes=scopes_of(task.user), within=task.division)


class CompoundOptions(forms.Form):
    """What a roster does not say itself."""

    community = forms.CharField(
        label=_("Community of the whole file"), required=False, max_length=120,
        help_text=_("For files that name no community. Type its name or its 12-digit code."),
    )  # fmt: skip
    community_heading = forms.ChoiceField(
        label=_("Communities by the values of a column"), required=False,
        help_text=_("For files that only name a district, an area or a street: in the next step you choose a community for each value."),
    )  # fmt: skip
    coordinate_system = forms.ChoiceField(
        label=_("Positions in this file come from"), required=False,
        choices=[("", _("— please choose if the file has positions —")), *SYSTEM_CHOICES],
        help_text=_("Chinese maps shift positions, each in its own way: read as the wrong one, a compound stands up to a kilometre beside its place."),
    )  # fmt: skip
    year_certainty = forms.ChoiceField(
        label=_("Built years in this file are"), required=False, choices=CERTAINTY_CHOICES,
        help_text=_("For years written plainly, such as 1987 or 1987年建成; “about 1990” and “the eighties” are always approximate."),
    )  # fmt: skip

    def __init__(self, data: Any, *, headings: Sequence[str], places: Places, **options: Any) -> None:
        super().__init__(data, **options)
        self._places = places
        heading: Any = self.fields["community_heading"]
        heading.choices = [("", _("— not needed —")), *((label, label) for label in headings)]
        suggested = places.choices()
        self.datalists = {"communities": suggested if len(suggested) <= MOST_SUGGESTED else []}
        self.fields["community"].widget.attrs["list"] = "communities"

    def clean_community(self) -> str:
        return community_named(self._places, self.cleaned_data["community"])


def community_named(places: Places, text: str) -> str:
    """The code of what a person typed, "" for nothing."""
    if not text.strip():
        return ""
    try:
        return places.find(text.strip()).code
    except CellProblem as problem:
        raise forms.ValidationError(str(problem)) from problem


def _system_of_headings(headings: Sequence[str]) -> str:
    """What the headings of positions name, if they agree."""
    positions = [heading for heading in headings if _POSITION_HEADING.search(heading.casefold())]
    named = {system_named(heading) for heading in positions} - {""}
    return named.pop() if len(named) == 1 else ""


def _origin(task: Task) -> str:
    system = system_of(task)
    if system == LEFT_OUT:
        return _now("left out")
    if not system:
        return _now("as the column of the coordinate system says")
    return str(dict(SYSTEM_CHOICES)[system])


class CompoundImport(ImportKind):
    key = "compounds"
    title = _("Import compounds")
    list_title = _("Compounds")
    noun = pgettext_lazy("count", "compounds")
    reason_label = _("Reason, for the history of each compound")
    columns = COMPOUND_COLUMNS
    notes = COMPOUND_NOTES
    reasons = dict(Reason.choices)

    def may_import(self, user: Any) -> bool:
        return bool(scopes_of(user))

    def list_url(self) -> str:
        return reverse("compounds:list")

    def template_columns(self, user: Any) -> Sequence[SheetColumn]:
        communities = [f"{code} {name}" for code, name in Places(scopes=scopes_of(user)).choices()]
        found: list[SheetColumn] = []
        for column in super().template_columns(user):
            choices = tuple(communities[:MOST_SUGGESTED]) if column.key == "community" else column.choices
            found.append(
                SheetColumn(
                    key=column.key, heading=column.heading, kind=column.kind, width=column.width, note=column.note,
                    number_format=column.number_format, example=column.example, choices=choices,
                    # Neither can be missing in a sheet that is filled in from nothing.
                    required=column.key in {"name", "community"},
                )
            )  # fmt: skip
        return found

    def options_form(
        self,
        data: Mapping[str, Any] | None,
        *,
        headings: Sequence[str],
        initial: Mapping[str, Any],
        user: Any,
    ) -> forms.Form:
        start = {
            "community_heading": self._area_heading(headings),
            "coordinate_system": _system_of_headings(headings),
            "year_certainty": BuiltYearCertainty.APPROXIMATE.value,
            **initial,
        }
        return CompoundOptions(data, headings=headings, places=Places(scopes=scopes_of(user)), initial=start)

    def _area_heading(self, headings: Sequence[str]) -> str:
        """Where no column names the community, the narrowest one that says where a compound is."""
        by_key = {heading_key(heading): heading for heading in headings}
        if any(heading_key(name) in by_key for name in self.column("community").names):
            return ""
        return next((by_key[key] for name in AREA_HEADINGS if (key := heading_key(name)) in by_key), "")

    def missing_columns(self, task: Task) -> list[str]:
        missing = super().missing_columns(task)
        if not (
            {"community", "code"} & task.mapping.keys()
            or task.options.get("community")
            or self.extra_headings(task)
        ):
            missing.append(str(self.column("community").heading))
        return missing

    def undecided(self, task: Task) -> dict[str, str]:
        positions = POSITION_COLUMNS & task.mapping.keys()
        if not positions or "coordinate_system" in positions or system_of(task):
            return {}
        question = _now(
            "The file has positions ({headings}). Choose where they come from, or leave them out."
        )
        headings = listed(task.mapping[key] for key in sorted(positions, reverse=True))
        return {"coordinate_system": question.format(headings=headings)}

    def decisions(self, task: Task) -> Sequence[tuple[str, str]]:
        options, found = task.options, []
        if community := options.get("community"):
            name = Division.objects.filter(code=community).values_list("name", flat=True).first() or ""
            found.append((_now("Community of the whole file"), f"{name} {community}".strip()))
        for heading in self.extra_headings(task):
            found.append((_now("Communities by the values of a column"), heading))
        if "built_year" in task.mapping:
            chosen = options.get("year_certainty") or BuiltYearCertainty.APPROXIMATE
            found.append((_now("Built years in this file are"), str(dict(CERTAINTY_CHOICES)[chosen])))
        if POSITION_COLUMNS & task.mapping.keys():
            found.append((_now("Positions in this file come from"), _origin(task)))
        return found

    def extra_headings(self, task: Task) -> Sequence[str]:
        heading = task.options.get("community_heading") or ""
        return (heading,) if heading and heading in task.headings else ()

    def question(self, task: Task, rows: Sequence[Row]) -> ValueQuestion | None:
        headings = self.extra_headings(task)
        if not headings:
            return None
        (heading,) = headings
        counted = Counter(text for row in rows if (text := row.extras.get(heading)))
        if len(counted) > MOST_VALUES:
            raise TooManyValues(heading=heading, count=len(counted), limit=MOST_VALUES)
        places, before = places_of(task), task.options.get("community_map", {})
        choices = places.choices()
        named = dict(choices)
        values = []
        for text, count in counted.most_common():
            code = suggestion(places, text, before)
            values.append((text, count, f"{code} {named.get(code, '')}".strip() if code else ""))
        return ValueQuestion(
            option="community_map",
            heading=heading,
            title=_now("Assign communities"),
            help=_now(
                "Rows of a value without a community are not imported; you can come back to this step. Rows where the column is empty take the community of the whole file, if you chose one."
            ),
            values=tuple(values),
            choices=tuple(choices if len(choices) <= MOST_SUGGESTED else ()),
        )

    def answer(self, question: ValueQuestion, text: str, *, task: Task) -> str:
        return community_named(places_of(task), text)

    def fields(self, task: Task) -> Sequence[Field]:
        used = {"name", "community", *task.mapping}
        if "built_year" in used:
            # How sure the years are is chosen for the file, and shown for each of them.
            used.add("built_year_certainty")
        if POSITION_COLUMNS & used:
            used = used - POSITION_COLUMNS if system_of(task) == LEFT_OUT else used | {"coordinate_system"}
        missing = {"community": _("no community found")}
        return [
            Field(key=key, label=self.column(key).heading, columns=columns, missing=missing.get(key, ""))
            for key, columns in _FIELDS
            if used.intersection((key, *columns))
        ]

    def words(self, rows: Sequence[Row]) -> Callable[[str, Any], str]:
        codes = {row.values.get("community") for row in rows}
        codes |= {code for row in rows for code in row.changes.get("community", ())}
        names = dict(Division.objects.filter(code__in=codes - {None}).values_list("code", "name"))

        def word(field: str, value: Any) -> str:
            if value is None or value == "" or value == []:
                return ""
            if field == "community":
                return names.get(value, value)
            if field in _LABELS:
                return str(_LABELS[field].get(value, value))
            if isinstance(value, bool):
                return _now("yes") if value else _now("no")
            if isinstance(value, list):
                return "、".join(map(str, value))
            return thousands(Decimal(value)) if field in _AMOUNTS else str(value)

        return word

    def examine(self, rows: Sequence[Row], task: Task, progress: Progress) -> None:
        places = places_of(task)
        roster = Roster(task=task, places=places)
        for done, row in enumerate(rows):
            roster.read(row)
            if done % STEP == 0:
                progress.step(done, len(rows), _now("checking"))
        compare(rows, places=places, register=Register(rows))
        progress.step(len(rows), len(rows), _now("compared with the register"))

    def write(self, run_id: int, task: Task, progress: Progress) -> dict[str, int]:
        return write_rows(run_id=run_id, places=places_of(task), progress=progress)
