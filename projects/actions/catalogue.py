"""The works catalogue and the timetable template: published as new versions, never edited."""

from decimal import Decimal
from itertools import pairwise
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from projects.errors import (
    CatalogueBelowCounty,
    CatalogueChanged,
    ItemNotOffered,
    ReasonNeeded,
    TimetableChanged,
    TimetableInvalid,
)
from projects.models import LINE, Answerable, CatalogueItem, Stage, TimetableTemplate
from projects.models.catalogue import LEVELS_OF_A_CATALOGUE, latest_version
from projects.permissions import can_keep_catalogue

LONGEST_NAME = 80
# Days after 1 January of the plan year: three years at most.
LATEST_DAY = 3 * 365


class TimetableLine(TypedDict):
    """A milestone of the template; `day` counts from 1 January of the plan year, which is 0."""

    stage: str
    name_zh: str
    name_en: str
    answerable: str
    day: int
    closes: bool


class ItemFacts(TypedDict, total=False):
    """What may be said of an item; costs in yuan per unit."""

    name_zh: str
    name_en: str
    category: str
    aspect: str
    unit: str
    indicator: str
    unit_cost_low: Decimal
    unit_cost: Decimal
    unit_cost_high: Decimal
    warranty_years: int
    topics: list[str]
    is_offered: bool
    basis: str


COPIED = ("name_zh", "name_en", "category", "aspect", "unit", "indicator", "unit_cost_low", "unit_cost",
          "unit_cost_high", "warranty_years", "topics")  # fmt: skip


@transaction.atomic
def publish_item(
    *, division: Division, user: User, code: str, facts: ItemFacts, expected_version: int | None = None
) -> CatalogueItem:
    """A body's next version of the item `code`; projects keep the version they were planned with.

    `expected_version` is the version that the form showed; another publisher in between is a refusal.
    """
    _demand(division, user)
    # The division's row makes two publishers wait for each other: versions have no gap and no twin.
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    latest = latest_version(division=division, code=code)
    if expected_version is not None and expected_version != latest:
        raise CatalogueChanged(code=code)
    item = CatalogueItem(division=division, code=code, version=latest + 1, published_by=user, **facts)
    item.name_zh, item.name_en = clean_line(item.name_zh), clean_line(item.name_en)
    item.basis = clean_line(item.basis)
    with constraints_as_refusals(CatalogueItem):
        item.save(force_insert=True)
    return item


@transaction.atomic
def withdraw_item(*, division: Division, user: User, code: str, basis: str) -> CatalogueItem:
    """A version that is no longer offered here. Projects that planned it keep it; publishing it again offers it."""
    _demand(division, user)
    current = CatalogueItem.objects.of(division.code).filter(code=code).first()
    if current is None or not current.is_offered:
        raise ItemNotOffered(code=code)
    if not clean_line(basis):
        raise ReasonNeeded
    facts: Any = {name: getattr(current, name) for name in COPIED}
    return publish_item(
        division=division, user=user, code=code, facts={**facts, "basis": basis, "is_offered": False}
    )


@transaction.atomic
def publish_timetable(
    *, division: Division, user: User, lines: list[TimetableLine], basis: str, expected_version: int | None = None
) -> TimetableTemplate:  # fmt: skip
    """A body's next timetable template; running projects keep their milestones."""
    _demand(division, user)
    cleaned = [_clean_line(number, line) for number, line in enumerate(lines, 1)]
    _refuse_impossible(cleaned)
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    latest = TimetableTemplate.objects.filter(division=division).order_by("-version").first()
    version = latest.version if latest else 0
    if expected_version is not None and expected_version != version:
        raise TimetableChanged
    return TimetableTemplate.objects.create(
        division=division,
        version=version + 1,
        lines=sorted(cleaned, key=lambda line: (LINE.index(line["stage"]), line["day"])),
        basis=clean_line(basis),
        published_by=user,
    )


def _clean_line(number: int, line: TimetableLine) -> TimetableLine:
    """Raises `TimetableInvalid` with the number of the line."""
    made = TimetableLine(
        stage=line["stage"], name_zh=clean_line(line["name_zh"]), name_en=clean_line(line.get("name_en", "")),
        answerable=line["answerable"], day=line["day"], closes=bool(line["closes"]),
    )  # fmt: skip
    problem = ""
    if made["stage"] not in LINE or made["answerable"] not in Answerable.values:
        problem = _("unknown stage or body")
    elif not made["name_zh"] or max(len(made["name_zh"]), len(made["name_en"])) > LONGEST_NAME:
        problem = _("a milestone has a name of at most {length} characters").format(length=LONGEST_NAME)
    elif not 0 <= made["day"] <= LATEST_DAY:
        problem = _("the date lies within the plan year or the two after it")
    if problem:
        raise TimetableInvalid(
            explanation=_("Line {number}: {problem}.").format(number=number, problem=problem)
        )
    return made


def _refuse_impossible(lines: list[TimetableLine]) -> None:
    """One milestone at most ends a stage; the start and the end of the works have theirs; they follow each other."""
    closing = [line for line in lines if line["closes"]]
    stages = [line["stage"] for line in closing]
    twice = next((stage for stage in stages if stages.count(stage) > 1), None)
    if twice:
        words = _("Two milestones end the stage “{stage}”.")
        raise TimetableInvalid(explanation=words.format(stage=Stage(twice).label))
    for stage in (Stage.START, Stage.CONSTRUCTION):
        if stage not in stages:
            words = _("A milestone must end the stage “{stage}”: the project's planned dates come from it.")
            raise TimetableInvalid(explanation=words.format(stage=stage.label))
    ordered = sorted(closing, key=lambda line: LINE.index(line["stage"]))
    for earlier, later in pairwise(ordered):
        if later["day"] < earlier["day"]:
            words = _("“{later}” lies before “{earlier}”, but its stage comes after.")
            raise TimetableInvalid(
                explanation=words.format(later=later["name_zh"], earlier=earlier["name_zh"])
            )


def _demand(division: Division, user: User) -> None:
    if not can_keep_catalogue(user, division.code):
        raise NotPermitted
    if len(division.code) not in LEVELS_OF_A_CATALOGUE:
        raise CatalogueBelowCounty(name=division.name)
