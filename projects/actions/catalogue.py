"""The works catalogue and the timetable template: published as new versions, never edited."""

from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from projects.errors import CatalogueBelowCounty, CatalogueChanged
from projects.models import CatalogueItem, TimetableTemplate
from projects.models.catalogue import LEVELS_OF_A_CATALOGUE, latest_version
from projects.permissions import can_keep_catalogue


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
def publish_timetable(
    *, division: Division, user: User, lines: list[dict[str, Any]], basis: str
) -> TimetableTemplate:
    """A body's next timetable template; running projects keep their milestones."""
    _demand(division, user)
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    latest = TimetableTemplate.objects.filter(division=division).order_by("-version").first()
    return TimetableTemplate.objects.create(
        division=division,
        version=latest.version + 1 if latest else 1,
        lines=lines,
        basis=clean_line(basis),
        published_by=user,
    )


def _demand(division: Division, user: User) -> None:
    if not can_keep_catalogue(user, division.code):
        raise NotPermitted
    if len(division.code) not in LEVELS_OF_A_CATALOGUE:
        raise CatalogueBelowCounty(name=division.name)
