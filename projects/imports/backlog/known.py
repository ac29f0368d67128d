"""What the register knows that a list of old projects can mean: compounds, organisations, works, projects, go-lives."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompounds
from compounds.reading.cells import CellProblem, levelled, name_key
from directory.models import Division, Organisation
from directory.powers import Power
from imports.kinds import Task
from projects.imports.backlog.reasons import Why
from projects.models import CatalogueItem, Origin, Project, Stage, Standing, nearest_go_live

COUNTY = 6
EVERYWHERE = ("",)


def scopes_of(user: Any) -> tuple[str, ...]:
    """Where the person may enter old projects; the server's shell may look everywhere."""
    return EVERYWHERE if user is None else user.scopes_for(Power.LEAD_PROJECTS)


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

    @cached_property
    def compounds(self) -> KnownCompounds:
        """Those of the person's places, and in the division that the whole file is for."""
        limit = str(self._task.options.get("county") or self._task.division)
        return KnownCompounds(scopes=scopes_of(self._task.user), within=limit)

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


def counties(user: Any) -> list[tuple[str, str]]:
    """(code, name) of the counties where the person may enter old projects."""
    found: list[tuple[str, str]] = []
    for scope in scopes_of(user):
        rows = Division.objects.filter(code__startswith=scope, level=COUNTY) if len(scope) <= COUNTY else Division.objects.filter(code=scope[:COUNTY])  # fmt: skip
        found += rows.order_by("code").values_list("code", "name")
    return sorted(set(found))
