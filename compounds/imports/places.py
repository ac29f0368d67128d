"""Which community a row means: by code, by name, by sub-district and name, or by what was chosen for the file."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from compounds.reading.cells import CellProblem, is_nothing, quoted
from compounds.reading.reasons import Reason
from core.text import comparison_key, listed
from directory.codes import outermost
from directory.models import Division, DivisionSuccession, SuccessionKind
from imports.kinds import Remark

COUNTY, STREET, COMMUNITY = 6, 9, 12
# What follows a community's, a sub-district's and a county's own name, longest first.
_COMMUNITY_ENDINGS = (
    "社区居民委员会",
    "村村民委员会",
    "社区居委会",
    "村民委员会",
    "居民委员会",
    "村村委会",
    "村委会",
    "居委会",
    "社区",
    "村",
)
_STREET_ENDINGS = ("街道办事处", "街道办", "办事处", "街道", "镇", "乡")
_COUNTY_ENDINGS = ("自治县", "新区", "区", "县", "市")
# Zones that are no administrative county, though their names end like one's.
_ZONES = re.compile("开发|高新|经济|旅游|工业|园区|示范|新区|保税")
_LEADING_CODE = re.compile(r"^([0-9]{12})(?![0-9])\s*[-·:]?\s*(.*)$", re.DOTALL)
_SHORTENED = re.compile(r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$")


@lru_cache(maxsize=100_000)
def _base(key: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if key.endswith(ending) and len(key) > len(ending):
            return key.removesuffix(ending)
    return key


def community_base(name: str) -> str:
    """通会桥社区居民委员会, 通会桥社区 and 通会桥 are one."""
    return _base(comparison_key(name), _COMMUNITY_ENDINGS)


def street_base(name: str) -> str:
    return _base(comparison_key(name), _STREET_ENDINGS)


def county_base(name: str) -> str:
    return _base(comparison_key(name), _COUNTY_ENDINGS)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A community, and a doubt about how it was found."""

    code: str
    warning: Remark | None = None


def narrowed(scopes: tuple[str, ...], within: str) -> tuple[str, ...]:
    """What of the scopes lies within a division; the scope "" is everything."""
    if not within:
        return scopes
    found = [
        within if within.startswith(scope) else scope
        for scope in scopes
        if within.startswith(scope) or scope.startswith(within)
    ]
    return outermost(found)


class Places:
    """The communities within reach, looked up in memory; three statements however long the file.

    `scopes` are the divisions where the person may add compounds; `within` narrows further.
    """

    def __init__(self, *, scopes: tuple[str, ...], within: str = "") -> None:
        self._scopes = narrowed(scopes, within)
        reach = [scope[:COUNTY] if len(scope) > COUNTY else scope for scope in self._scopes]
        rows = (
            Division.objects.below(reach).filter(level__gte=COUNTY)
            if "" not in reach
            else Division.objects.all()
        )
        self.names: dict[str, str] = {}
        ended = []
        for code, name, ended_on in rows.values_list("code", "name", "ended_on"):
            self.names[code] = name
            if ended_on is not None and len(code) == COMMUNITY:
                ended.append(code)
        self._ended = set(ended)
        self._successors = self._followed(ended)
        self._communities: dict[str, list[str]] = defaultdict(list)
        self._streets: dict[str, list[str]] = defaultdict(list)
        for code, name in self.names.items():
            if len(code) == COMMUNITY and code not in self._ended:
                for key in {comparison_key(name), community_base(name)}:
                    self._communities[key].append(code)
            elif len(code) == STREET:
                for key in {comparison_key(name), street_base(name)}:
                    self._streets[key].append(code)
        self._cache: dict[tuple[str, str, str], Place | Remark] = {}

    @staticmethod
    def _followed(ended: list[str]) -> dict[str, str]:
        """{ended community: where its records went}; a split has no single answer."""
        rows = DivisionSuccession.objects.filter(
            old__in=ended, kind__in=[SuccessionKind.RENAMED, SuccessionKind.MERGED]
        )
        return dict(rows.values_list("old_id", "new_id"))

    def in_scope(self, code: str) -> bool:
        return any(code.startswith(scope) for scope in self._scopes)

    def is_living(self, code: str) -> bool:
        """A community within scope that is not dissolved or merged."""
        return (
            len(code) == COMMUNITY and code in self.names and code not in self._ended and self.in_scope(code)
        )

    def choices(self) -> list[tuple[str, str]]:
        """(code, sub-district and name) of every community within scope."""
        return [
            (code, f"{self.names.get(code[:STREET], '')}{name}")
            for code, name in sorted(self.names.items())
            if self.is_living(code)
        ]

    def find(self, community: str, *, street: str = "", county: str = "") -> Place:
        """The community that the cells mean. Raises `CellProblem` that says what would be understood."""
        key = (community, street, county)
        if key not in self._cache:
            try:
                self._cache[key] = self._find(community, street, county)
            except CellProblem as problem:
                self._cache[key] = problem.remark
        found = self._cache[key]
        if isinstance(found, Remark):
            raise CellProblem(found.kinds[0], found)
        return found

    def _find(self, community: str, street: str, county: str) -> Place:
        text = comparison_key(community)
        if coded := _LEADING_CODE.match(text):
            place = self._by_code(coded[1])
        elif text.isdigit() and text.isascii():
            raise CellProblem(
                Reason.COMMUNITY_UNKNOWN,
                _("A community's code has 12 digits; {text} has {count}.").format(
                    text=quoted(text), count=len(text)
                ),
            )
        elif _SHORTENED.match(text):
            raise CellProblem(
                Reason.COMMUNITY_UNKNOWN,
                _(
                    "The spreadsheet shortened the code to {text}. Format the column as text and type it again."
                ).format(text=text),
            )
        else:
            place = self._by_name(community, text, street, county)
        self._check_county(place.code, county)
        return place

    def _by_code(self, code: str) -> Place:
        if code in self._successors:
            new = self._successors[code]
            sentence = _("The community {old} was merged or renamed; {new} is taken.")
            place = self._by_code(new)
            text = sentence.format(old=code, new=f"{new} {self.names.get(new, '')}")
            return Place(code=place.code, warning=Remark(Reason.SUCCESSOR, text))
        if not self.in_scope(code):
            raise CellProblem(Reason.OUTSIDE, _("{code} lies outside your division.").format(code=code))
        if code not in self.names or code in self._ended:
            raise CellProblem(
                Reason.COMMUNITY_UNKNOWN, _("There is no community with the code {code}.").format(code=code)
            )
        return Place(code=code)

    def _by_name(self, community: str, key: str, street: str, county: str) -> Place:
        streets = self._streets_named(street)
        found = self._named(key, streets) or self._named(_base(key, _COMMUNITY_ENDINGS), streets)
        if not found:
            found = self._after_a_street(key)
        inside = [code for code in found if self.in_scope(code)]
        if county and len(inside) > 1:
            inside = [code for code in inside if self._says_county(code, county)] or inside
        if not inside:
            if found:
                raise CellProblem(
                    Reason.OUTSIDE, _("{name} lies outside your division.").format(name=quoted(community))
                )
            raise CellProblem(
                Reason.COMMUNITY_UNKNOWN,
                _(
                    "No community is called “{name}”. Write its 12-digit code, or choose communities by value when uploading."
                ).format(name=quoted(community)),
            )
        if len(inside) > 1:
            which = listed(
                f"{self.names.get(code[:STREET], '')}{self.names[code]} {code}" for code in inside[:4]
            )
            raise CellProblem(
                Reason.COMMUNITY_AMBIGUOUS,
                _("Several communities are called “{name}”: {which}. Write the code.").format(
                    name=quoted(community), which=which
                ),
            )
        return Place(code=inside[0])

    def _named(self, key: str, streets: list[str] | None) -> list[str]:
        found = self._communities.get(key, [])
        return found if streets is None else [code for code in found if code[:STREET] in streets]

    def _streets_named(self, street: str) -> list[str] | None:
        """The sub-districts of this name; None where none is named or known, so that it does not decide."""
        if not street or is_nothing(street):
            return None
        key = comparison_key(street)
        return self._streets.get(key) or self._streets.get(_base(key, _STREET_ENDINGS)) or None

    def _after_a_street(self, key: str) -> list[str]:
        """西城街道民主社区, 荆州区西城街道民主社区: what stands before the community's name narrows it down."""
        rest = key
        for code, name in self.names.items():
            if len(code) == COUNTY and rest.startswith(comparison_key(name)):
                rest = rest.removeprefix(comparison_key(name))
        for length in range(len(rest) - 1, 1, -1):
            if streets := self._streets.get(rest[:length]):
                tail = rest[length:]
                found = self._named(tail, streets) or self._named(_base(tail, _COMMUNITY_ENDINGS), streets)
                if found:
                    return found
        return (
            self._named(rest, None) or self._named(_base(rest, _COMMUNITY_ENDINGS), None)
            if rest != key
            else []
        )

    def _says_county(self, code: str, county: str) -> bool:
        name = self.names.get(code[:COUNTY], "")
        said, known = comparison_key(county), county_base(name)
        return not name or known in said or county_base(county) == known

    def _check_county(self, code: str, county: str) -> None:
        """A row that names another county must not slip into this one by a choice made for the whole file."""
        said = comparison_key(county)
        if not said or is_nothing(county) or self._says_county(code, county) or _ZONES.search(said):
            return
        if said.endswith(("区", "县", "市")):
            raise CellProblem(
                Reason.COUNTY_DIFFERS,
                _("The row says {said}, but the community lies in {county}.").format(
                    said=quoted(county), county=self.names.get(code[:COUNTY], code[:COUNTY])
                ),
            )


def suggestion(places: Places, text: str, options: Mapping[str, str]) -> str:
    """The community that a value of a column most likely means: chosen before, or of that very name."""
    if text in options:
        return options[text]
    try:
        return places.find(text).code
    except CellProblem:
        return ""
