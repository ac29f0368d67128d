"""Which compound a row of somebody's list means: by code, by name, by a former name. Read once for a whole file."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compounds.imports.places import narrowed
from compounds.models import Compound
from compounds.reading.cells import CellProblem, levelled, name_key, quoted
from core.text import listed
from imports.kinds import Remark

NAMED = 3
# A code, perhaps with the name behind it, as the templates' lists write it.
_CODE = re.compile(r"([0-9]{6}-[0-9]{4,})(?:\s+.*)?")
# Names of which less than this share of signs agrees are not offered as what was meant.
NEAR = 0.3


class Meant(models.TextChoices):
    """Kinds of remarks about the compound of a row."""

    COMPOUND_MISSING = "compound_missing", _("no compound")
    COMPOUND_UNKNOWN = "compound_unknown", _("unknown compound")
    COMPOUND_AMBIGUOUS = "compound_ambiguous", _("several compounds of this name")
    COMPOUND_ENDED = "compound_ended", _("compound merged or split")
    FORMER_NAME_USED = "former_name_used", _("former name of the compound")


class KnownCompound(NamedTuple):
    pk: int
    code: str
    name: str
    former_names: list[str]
    community: str
    community_name: str
    ended_on: date | None

    def lies_in(self, community: str) -> bool:
        """Whether it lies in the community that a row writes; "" names none."""
        if not community:
            return True
        plain = levelled(community).replace(" ", "")
        return self.community == plain or name_key(plain).removesuffix("居委会") in name_key(
            self.community_name
        )

    def formerly(self) -> Remark:
        doubt = _now("{name} ({code}) was formerly called so.").format(name=self.name, code=self.code)
        return Remark(Meant.FORMER_NAME_USED, doubt)


class KnownCompounds:
    """The compounds of these places and, of them, those within a division ("" is everywhere)."""

    def __init__(self, *, scopes: tuple[str, ...], within: str = "") -> None:
        self._places = narrowed(scopes, within)

    def covers(self, community: str) -> bool:
        """Whether a community lies in the places."""
        return community.startswith(self._places)

    @cached_property
    def all(self) -> list[KnownCompound]:
        rows = Compound.objects.within(self._places).order_by("pk").values_list(
            "pk", "code", "name", "former_names", "community_id", "community__name", "ended_on"
        )  # fmt: skip
        return [KnownCompound(*row) for row in rows]

    @cached_property
    def living(self) -> list[KnownCompound]:
        return [one for one in self.all if one.ended_on is None]

    @cached_property
    def by_code(self) -> dict[str, KnownCompound]:
        return {one.code: one for one in self.all}

    @cached_property
    def by_pk(self) -> dict[int, KnownCompound]:
        return {one.pk: one for one in self.all}

    @cached_property
    def _by_name(self) -> dict[str, list[KnownCompound]]:
        return self._named(lambda one: [one.name])

    @cached_property
    def _by_former_name(self) -> dict[str, list[KnownCompound]]:
        return self._named(lambda one: one.former_names)

    def _named(self, names: Callable[[KnownCompound], Iterable[str]]) -> dict[str, list[KnownCompound]]:
        found: dict[str, list[KnownCompound]] = defaultdict(list)
        for one in self.living:
            for name in names(one):
                found[name_key(name)].append(one)
        return found

    def find(self, text: str, *, community: str = "") -> tuple[KnownCompound, bool]:
        """By code or name; whether the name is a former one. Raises `CellProblem`."""
        plain = levelled(text)
        coded = _CODE.fullmatch(plain)
        one = self.by_code.get(coded[1] if coded else plain.replace(" ", ""))
        if one is not None:
            if one.ended_on is not None:
                sentence = _now("{name} was merged or split up on {day}.")
                raise CellProblem(Meant.COMPOUND_ENDED, sentence.format(name=one.name, day=one.ended_on))
            return one, False
        for index, is_former in ((self._by_name, False), (self._by_former_name, True)):
            found = [one for one in index.get(name_key(text), []) if one.lies_in(community)]
            if len(found) > 1:
                codes = listed(one.code for one in found[:NAMED])
                sentence = _now("Several compounds are called so ({codes}). Give the code.")
                raise CellProblem(Meant.COMPOUND_AMBIGUOUS, sentence.format(codes=codes))
            if found:
                return found[0], is_former
        raise CellProblem(Meant.COMPOUND_UNKNOWN, self._unknown(plain))

    def _unknown(self, plain: str) -> str:
        near = self._nearest(plain)
        if not near:
            return _now("The register has no compound “{text}” here.").format(text=quoted(plain))
        names = listed(f"{one.name} ({one.code})" for one in near)
        sentence = _now("The register has no compound “{text}” here. The nearest: {names}")
        return sentence.format(text=quoted(plain), names=names)

    def _nearest(self, text: str) -> list[KnownCompound]:
        """By the signs and pairs of signs that two names share: fast enough for thousands of names."""
        wanted = _pieces(text)
        scored = []
        for one, pieces in self._living_pieces:
            shared = len(wanted & pieces)
            if shared:
                scored.append((-2 * shared / (len(wanted) + len(pieces)), one.code, one))
        return [one for score, _code, one in sorted(scored)[:NAMED] if score < -NEAR]

    @cached_property
    def _living_pieces(self) -> Sequence[tuple[KnownCompound, frozenset[str]]]:
        return [(one, _pieces(one.name)) for one in self.living]


def _pieces(name: str) -> frozenset[str]:
    key = name_key(name)
    return frozenset(key) | frozenset(key[at : at + 2] for at in range(len(key) - 1))
