"""What the register knows that a list of old projects can mean: compounds, organisations, works, projects, go-lives."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from compounds.models import Compound
from compounds.reading.cells import CellProblem, levelled, name_key, quoted
from directory.models import Division, Organisation
from directory.powers import Power
from imports.kinds import Task
from projects.imports.backlog.reasons import Why
from projects.models import CatalogueItem, Origin, Project, Stage, Standing, nearest_go_live

NAMED = 3
COUNTY = 6
EVERYWHERE = ("",)


def scopes_of(user: Any) -> tuple[str, ...]:
    """Where the person may enter old projects; the server's shell may look everywhere."""
    return EVERYWHERE if user is None else user.scopes_for(Power.LEAD_PROJECTS)


def within(code: str, task: Task) -> bool:
    """Whether a place is the person's, and in the division that the whole file is for."""
    limit = str(task.options.get("county") or task.division)
    return code.startswith(limit) and any(code.startswith(scope) for scope in scopes_of(task.user))


class KnownCompound(NamedTuple):
    pk: int
    code: str
    name: str
    former_names: list[str]
    community: str
    community_name: str
    ended_on: date | None


class KnownProject(NamedTuple):
    compound: int
    year: int
    is_from_before: bool
    is_unfinished: bool
    stage: str
    started_on: date | None
    completed_on: date | None


class Known:
    """Read once for a whole file; every look-up is in memory."""

    def __init__(self, task: Task) -> None:
        self._task = task

    # --- Compounds

    @cached_property
    def compounds(self) -> list[KnownCompound]:
        limit = str(self._task.options.get("county") or self._task.division)
        scopes = [scope for scope in scopes_of(self._task.user) if scope.startswith(limit)]
        found = Compound.objects.within(scopes or [limit]).order_by("pk")
        rows = found.values_list(
            "pk", "code", "name", "former_names", "community_id", "community__name", "ended_on"
        )
        return [one for one in (KnownCompound(*row) for row in rows) if within(one.community, self._task)]

    @cached_property
    def by_code(self) -> dict[str, KnownCompound]:
        return {one.code: one for one in self.compounds}

    @cached_property
    def _by_name(self) -> dict[str, list[KnownCompound]]:
        return self._named(lambda one: [one.name])

    @cached_property
    def _by_former_name(self) -> dict[str, list[KnownCompound]]:
        return self._named(lambda one: one.former_names)

    def _named(self, names: Any) -> dict[str, list[KnownCompound]]:
        found: dict[str, list[KnownCompound]] = defaultdict(list)
        for one in self.compounds:
            if one.ended_on is None:
                for name in names(one):
                    found[name_key(name)].append(one)
        return found

    def compound(self, text: str, *, community: str = "") -> tuple[KnownCompound, bool]:
        """By code or name; whether the name is a former one. Raises `CellProblem`."""
        plain = levelled(text)
        one = self.by_code.get(plain.replace(" ", ""))
        if one is not None:
            if one.ended_on is not None:
                sentence = _("{name} was merged or split up on {day}.").format(
                    name=one.name, day=one.ended_on
                )
                raise CellProblem(Why.COMPOUND_ENDED, sentence)
            return one, False
        for index, is_former in ((self._by_name, False), (self._by_former_name, True)):
            found = [one for one in index.get(name_key(text), []) if _lies_in(one, community)]
            if len(found) > 1:
                codes = "、".join(one.code for one in found[:NAMED])
                sentence = _("Several compounds are called so ({codes}). Give the code or the community.")
                raise CellProblem(Why.COMPOUND_AMBIGUOUS, sentence.format(codes=codes))
            if found:
                return found[0], is_former
        raise CellProblem(Why.COMPOUND_UNKNOWN, self._unknown(plain))

    def _unknown(self, plain: str) -> str:
        near = self._nearest(plain)
        if not near:
            return _("The register has no compound “{text}” here.").format(text=quoted(plain))
        names = "、".join(f"{one.name} ({one.code})" for one in near)
        return _("The register has no compound “{text}” here. The nearest: {names}").format(
            text=quoted(plain), names=names
        )

    def _nearest(self, text: str) -> list[KnownCompound]:
        """By the signs and pairs of signs that two names share: fast enough for thousands of names."""
        wanted = _pieces(text)
        scored = []
        for one, pieces in self._pieces:
            shared = len(wanted & pieces)
            if shared:
                scored.append((-2 * shared / (len(wanted) + len(pieces)), one.code, one))
        return [one for score, _code, one in sorted(scored)[:NAMED] if score < -0.3]

    @cached_property
    def _pieces(self) -> list[tuple[KnownCompound, frozenset[str]]]:
        return [(one, _pieces(one.name)) for one in self.compounds if one.ended_on is None]

    # --- Go-live and projects

    def live_from(self, community: str) -> date | None:
        county = community[:COUNTY]
        if county not in self._live:
            # A sub-district has no day of its own: days are set for counties and what lies above them.
            found = nearest_go_live(community)
            self._live[county] = found.live_from if found else None
        return self._live[county]

    @cached_property
    def _live(self) -> dict[str, date | None]:
        return {}

    def projects_of(self, compounds: Sequence[int]) -> dict[int, list[KnownProject]]:
        rows = Project.objects.filter(compound__in=compounds).values_list(
            "compound_id", "year", "origin", "standing", "stage", "started_on", "completed_on"
        )
        found: dict[int, list[KnownProject]] = defaultdict(list)
        for compound, year, origin, standing, stage, started_on, completed_on in rows:
            unfinished = standing != Standing.CANCELLED and stage != Stage.AFTERCARE
            found[compound].append(
                KnownProject(
                    compound,
                    year,
                    origin == Origin.BEFORE_PORTAL,
                    unfinished,
                    stage,
                    started_on,
                    completed_on,
                )
            )
        return found

    # --- Works

    def items(self, community: str) -> dict[str, CatalogueItem]:
        """{code or name's key: item in force} at a place."""
        county = community[:COUNTY]
        if county not in self._items:
            found: dict[str, CatalogueItem] = {}
            for item in CatalogueItem.objects.of(county).offered():
                for name in (item.code, item.name_zh, item.name_en, f"{item.code}{item.name_zh}"):
                    if name:
                        found.setdefault(name_key(name), item)
            self._items[county] = found
        return self._items[county]

    @cached_property
    def _items(self) -> dict[str, dict[str, CatalogueItem]]:
        return {}

    # --- Organisations

    @cached_property
    def _organisations(self) -> tuple[dict[str, int], dict[str, list[tuple[int, str]]]]:
        """({credit code: id}, {key of the name: [(id, division)]})."""
        codes: dict[str, int] = {}
        names: dict[str, list[tuple[int, str]]] = defaultdict(list)
        rows = Organisation.objects.active().order_by("pk")
        for pk, name, credit_code, division in rows.values_list("pk", "name", "credit_code", "division_id"):
            if credit_code:
                codes[credit_code] = pk
            names[name_key(name)].append((pk, division))
        return codes, names

    def organisation(self, text: str, *, county: str) -> int | None:
        """Its id, None for a name that is not registered; raises `CellProblem`.

        Of several with one name the county's own goes first: a firm may be registered in two.
        """
        codes, names = self._organisations
        plain = levelled(text).replace(" ", "").upper()
        if plain in codes:
            return codes[plain]
        if len(plain) == 18 and plain.isascii():
            sentence = _("No organisation with the credit code {code} is registered. Write its name instead.")
            raise CellProblem(Why.FIRM_UNKNOWN, sentence.format(code=plain))
        found = names.get(name_key(text), [])
        near = [pk for pk, division in found if division.startswith(county)] or [
            pk for pk, _division in found
        ]
        if len(near) > 1:
            sentence = _("Several organisations are called so. Write the credit code.")
            raise CellProblem(Why.FIRM_AMBIGUOUS, sentence)
        return near[0] if near else None


def _lies_in(one: KnownCompound, community: str) -> bool:
    if not community:
        return True
    plain = levelled(community).replace(" ", "")
    return one.community == plain or name_key(plain).removesuffix("居委会") in name_key(one.community_name)


def _pieces(name: str) -> frozenset[str]:
    key = name_key(name)
    return frozenset(key) | frozenset(key[at : at + 2] for at in range(len(key) - 1))


def counties(user: Any) -> list[tuple[str, str]]:
    """(code, name) of the counties where the person may enter old projects."""
    found: list[tuple[str, str]] = []
    for scope in scopes_of(user):
        rows = Division.objects.filter(code__startswith=scope, level=COUNTY) if len(scope) <= COUNTY else Division.objects.filter(code=scope[:COUNTY])  # fmt: skip
        found += rows.order_by("code").values_list("code", "name")
    return sorted(set(found))
