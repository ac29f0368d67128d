"""From choices to the outcome, by both rules; and into the scheme, departures with their reasons."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.errors import NotPermitted
from projects.models import SchemeState, WorkOrigin
from residents.actions.menus import relate_options
from residents.actions.outcomes import adopt_outcome, count_menu, is_as_counted
from residents.counting import Reading, count_of
from residents.errors.menus import (
    AlreadyAdopted,
    DepartureNeedsReason,
    MenuClosed,
    MenuStillOpen,
    NotCounted,
    PaperOutstanding,
)
from residents.models import Menu, MenuState, OptionRelation, Outcome
from tests.cast import Cast
from tests.residents.menus import (
    doors_of,
    make_menu,
    make_sealed,
    send,
    soon,
    type_sheet,
    wait_for_close,
)

pytestmark = pytest.mark.django_db

# Eight households: the shed is wanted by six, the equipment by three, the lift by five.
WANTS = [
    ("充电棚", "加装电梯"), ("充电棚", "加装电梯"), ("充电棚", "加装电梯"), ("充电棚", "加装电梯"), ("充电棚",),
    ("充电棚", "健身器材"), ("健身器材", "加装电梯"), ("健身器材",),
]  # fmt: skip


def make_chosen(cast: Cast, *, seconds: float = 3) -> Menu:
    """A closed menu with eight choices; budget for shed and equipment, not for the lift."""
    menu = make_menu(cast, doors=8, closes_at=timezone.now() + timedelta(seconds=seconds))
    for door, wants in zip(doors_of(menu), WANTS, strict=True):
        send(cast, menu, door, *wants)
    wait_for_close(menu)
    return menu


def test_the_count_gives_both_rules_and_their_reasons(cast: Cast) -> None:
    menu = make_chosen(cast)
    official = count_menu(menu=menu, user=cast.bureau)
    assert (official.rule, official.is_official) == ("equal_shares", True)
    assert set(menu.outcomes.values_list("rule", flat=True)) == {"equal_shares", "greedy"}
    reading = Reading(official)
    assert (reading.answered, reading.households) == (8, 8)
    assert [(line.name, line.is_in) for line in reading.lines] == [
        ("充电棚", True), ("加装电梯", False), ("健身器材", False),
    ]  # fmt: skip
    shed, lift, fitness = reading.lines
    assert "6" in shed.sentence
    assert lift.supporters == 5
    # Three of eight want it, four are needed; three are too few to be published.
    assert (fitness.supporters, "不足 5 户" in fitness.sentence or "少于 5 户" in fitness.sentence) == (
        None,
        True,
    )
    assert "加装电梯" in reading.more
    assert is_as_counted(official)
    menu.refresh_from_db()
    assert (menu.state, menu.counted_by) == (MenuState.COUNTED, cast.bureau)
    with pytest.raises(MenuClosed):
        count_menu(menu=menu, user=cast.bureau)


def test_the_price_for_the_budget_is_what_others_and_residents_do_not_pay(cast: Cast) -> None:
    menu = make_menu(cast)
    send(cast, menu, doors_of(menu)[0], "充电棚")
    count = count_of(menu)
    assert {count.names[item.id]: item.price for item in count.election.items} == {
        "充电棚": 120_000, "健身器材": 50_000, "加装电梯": 300_000,
    }  # fmt: skip
    assert {count.names[item.id]: item.needed for item in count.election.items}["加装电梯"] == 1


def test_what_excludes_and_needs_each_other_reaches_the_engine(cast: Cast) -> None:
    menu = make_menu(cast, published=False)
    shed, fitness, lift = menu.options.order_by("position")
    relate_options(option=fitness, other=shed, kind=OptionRelation.Kind.EXCLUDES, user=cast.bureau)
    relate_options(option=lift, other=shed, kind=OptionRelation.Kind.REQUIRES, user=cast.bureau)
    election = count_of(menu).election
    assert election.rivals[str(fitness.pk)] == {str(shed.pk)}
    assert election.by_id[str(lift.pk)].requires == {str(shed.pk)}


def test_an_open_menu_and_one_with_paper_outstanding_are_not_counted(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    with pytest.raises(MenuStillOpen):
        count_menu(menu=menu, user=cast.bureau)
    batch = make_sealed(cast, menu, pieces=1)
    wait_for_close(menu)
    with pytest.raises(PaperOutstanding, match="0/1"):
        count_menu(menu=menu, user=cast.bureau)
    type_sheet(cast, batch, doors_of(menu)[0], "充电棚")
    assert count_menu(menu=menu, user=cast.bureau).figures["answered"] == 1


def test_the_outcome_goes_into_the_scheme_as_chosen_by_the_residents(cast: Cast) -> None:
    menu = make_chosen(cast)
    with pytest.raises(NotCounted):
        adopt_outcome(menu=menu, user=cast.bureau)
    count_menu(menu=menu, user=cast.bureau)
    with pytest.raises(NotPermitted):
        adopt_outcome(menu=menu, user=cast.street)
    scheme = adopt_outcome(menu=menu, user=cast.bureau).scheme
    assert scheme.state == SchemeState.DRAFT
    (line,) = scheme.lines.all()
    assert (line.work_item.origin, line.cost) == (WorkOrigin.CHOSEN, Decimal(120_000))
    with pytest.raises(AlreadyAdopted):
        adopt_outcome(menu=menu, user=cast.bureau)


def test_a_departure_needs_a_reason_that_is_kept(cast: Cast) -> None:
    menu = make_chosen(cast)
    count_menu(menu=menu, user=cast.bureau)
    lift = menu.options.get(versions__name="加装电梯")
    with pytest.raises(DepartureNeedsReason, match="加装电梯"):
        adopt_outcome(menu=menu, user=cast.bureau, departures={lift.pk: (True, " ")})
    adoption = adopt_outcome(menu=menu, user=cast.bureau, departures={lift.pk: (True, "争取到省级加梯补助")})
    assert list(adoption.departures.values_list("option", "is_taken", "reason")) == [
        (lift.pk, True, "争取到省级加梯补助")
    ]
    assert adoption.scheme.lines.count() == 2


def test_an_outcome_cannot_be_changed_by_the_portal(cast: Cast) -> None:
    menu = make_chosen(cast)
    outcome = count_menu(menu=menu, user=cast.bureau)
    with pytest.raises(Exception, match="permission denied"):
        Outcome.objects.filter(pk=outcome.pk).update(figures={})
