"""Menus as tests need them: a compound with doors, three items on offer, open now."""

import io
import time
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from files.actions import store_document
from files.models import StoredFile
from projects.models import CatalogueItem
from residents.actions.choices import choose, enter_choice
from residents.actions.letters import issue_codes
from residents.actions.menus import add_option, draw_up_menu, publish_menu
from residents.actions.paper import confirm_sheet, count_batch, enter_sheet, seal_batch
from residents.models import AccessCode, Choice, Household, Menu, Option, PaperBatch, current_versions
from tests.cast import Cast
from tests.projects.builders import PDF, make_unplanned_project
from tests.residents.builders import make_doors, make_round

# name, category, price in yuan
ITEMS = [("充电棚", "improve", 120_000), ("健身器材", "improve", 50_000), ("加装电梯", "upgrade", 300_000)]


def catalogue_item(category: str, place: int = 0) -> CatalogueItem:
    return CatalogueItem.objects.filter(category=category).order_by("code")[place]


def make_menu(
    cast: Cast, *, published: bool = True, doors: int = 4, opens_at: datetime | None = None,
    closes_at: datetime | None = None, items: list[tuple[str, str, int]] = ITEMS, **facts: Any,
) -> Menu:  # fmt: skip
    """A menu with `items`, open for a day unless said otherwise; its compound has `doors` doors."""
    project = make_unplanned_project(cast)
    make_doors(cast, project.compound, floors=1, doors=doors)
    now = timezone.now()
    given = {"title": "选择改造项目", "budget": Decimal(200_000), **facts}
    menu = draw_up_menu(
        project=project, user=cast.bureau, round=make_round(cast, project.compound),
        opens_at=opens_at or now - timedelta(hours=1), closes_at=closes_at or now + timedelta(days=1), **given,
    )  # fmt: skip
    for place, (name, category, cost) in enumerate(items):
        make_option(cast, menu, name, category, cost, place=place)
    return publish_menu(menu=menu, user=cast.bureau) if published else menu


def make_option(
    cast: Cast, menu: Menu, name: str, category: str, cost: int, *, place: int = 0, **facts: Any
) -> Option:
    given = {"text": f"{name}，装在东门旁。", "quantity": Decimal(1), **facts}
    return add_option(
        menu=menu, user=cast.bureau, catalogue_item=catalogue_item(category, place), name=name, cost=Decimal(cost), **given
    )  # fmt: skip


def soon() -> datetime:
    """A close that a test can wait for: no role of the portal can move it back."""
    return timezone.now() + timedelta(seconds=1.5)


def wait_for_close(menu: Menu) -> None:
    time.sleep(max(0, (menu.closes_at - timezone.now()).total_seconds()) + 0.01)


def doors_of(menu: Menu) -> list[Household]:
    return list(Household.objects.living().filter(compound=menu.project.compound_id).by_door())


def code_of(cast: Cast, household: Household) -> AccessCode:
    return issue_codes(households=[household], user=cast.community)[household.pk]


def on_show(menu: Menu) -> dict[str, int]:
    """The version on show of each item on offer, by its name."""
    return {version.name: version.pk for version in current_versions(menu) if version.option.is_on_offer}


def send(
    cast: Cast, menu: Menu, household: Household, *wanted: str, key: uuid.UUID | None = None, **how: Any
) -> Choice:  # fmt: skip
    """The household wants these items, by name."""
    shown = on_show(menu)
    return choose(
        menu=menu, household=household, code=how.pop("code", None) or code_of(cast, household), seen=shown.values(),
        wanted=[shown[name] for name in wanted], key=key or uuid.uuid4(), **how,
    )  # fmt: skip


def make_scan(cast: Cast) -> StoredFile:
    return store_document(file=io.BytesIO(PDF), name="签字表.pdf", user=cast.community)


def at_the_desk(cast: Cast, menu: Menu, household: Household, *wanted: str, **how: Any) -> Choice:
    shown = on_show(menu)
    return enter_choice(
        menu=menu, household=household, user=cast.community, channel="desk", sheet=make_scan(cast), seen=shown.values(),
        wanted=[shown[name] for name in wanted], key=uuid.uuid4(), **how,
    )  # fmt: skip


def make_sealed(
    cast: Cast, menu: Menu, pieces: int = 1, *, received_at: datetime | None = None
) -> PaperBatch:
    batch = count_batch(
        menu=menu, user=cast.community, pieces=pieces, received_at=received_at or timezone.now(), kept_where="居委会保险柜"
    )  # fmt: skip
    return seal_batch(batch=batch, user=cast.street, pieces=pieces)


def type_sheet(
    cast: Cast, batch: PaperBatch, household: Household, *wanted: str, confirmed: bool = True
) -> Choice:
    shown = on_show(batch.menu)
    choice = enter_sheet(
        batch=batch, household=household, user=cast.community, sheet=make_scan(cast), seen=shown.values(),
        wanted=[shown[name] for name in wanted], key=uuid.uuid4(),
    )  # fmt: skip
    return confirm_sheet(choice=choice, user=cast.street) if confirmed else choice
