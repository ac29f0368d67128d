"""From choices to the outcome, by both rules; and into the scheme, departures with their reasons."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import NotPermitted
from projects.actions.schemes import add_work, begin_scheme
from projects.models import SchemeState, WorkOrigin
from residents.actions.menus import relate_options, void_menu
from residents.actions.outcomes import adopt_outcome, beyond_budget, count_menu, is_as_counted
from residents.counting import count_of
from residents.errors.menus import (
    AdoptedNotVoided,
    AlreadyAdopted,
    BeyondBudget,
    DepartureNeedsReason,
    MenuClosed,
    MenuStillOpen,
    NotCounted,
    PaperMayCome,
    PaperOutstanding,
)
from residents.models import Menu, MenuState, OptionRelation, Outcome, OutcomeAdoption
from residents.outcome_reading import Reading
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
    official = count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    assert (official.rule, official.is_official) == ("equal_shares", True)
    assert set(menu.outcomes.values_list("rule", flat=True)) == {"equal_shares", "greedy"}
    reading = Reading(official)
    assert (reading.answered, reading.households) == (8, 8)
    # Where no number is told, the order tells none either: it is the menu's.
    assert [(line.name, line.is_in) for line in reading.lines] == [
        ("充电棚", True), ("健身器材", False), ("加装电梯", False),
    ]  # fmt: skip
    shed, fitness, lift = reading.lines
    # Of eight households no number is told: fewer than five are on one of its sides. How many it needs is.
    assert {line.supporters for line in reading.lines} == {None}
    assert shed.requirement == "完善类，至少要 4 户想要。"
    assert lift.requirement == "提升类，不限最少户数。"
    assert fitness.sentence == "想要的户数没有达到需要的 4 户。"
    assert "加装电梯" in reading.more
    assert is_as_counted(official)
    menu.refresh_from_db()
    assert (menu.state, menu.counted_by) == (MenuState.COUNTED, cast.bureau)
    with pytest.raises(MenuClosed):
        count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)


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
        count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    batch = make_sealed(cast, menu, pieces=1)
    wait_for_close(menu)
    with pytest.raises(PaperOutstanding, match="0/1"):
        count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    type_sheet(cast, batch, doors_of(menu)[0], "充电棚")
    assert count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True).figures["answered"] == 1


def test_the_outcome_goes_into_the_scheme_as_chosen_by_the_residents(cast: Cast) -> None:
    menu = make_chosen(cast)
    with pytest.raises(NotCounted):
        adopt_outcome(menu=menu, user=cast.bureau)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
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
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    lift = menu.options.get(versions__name="加装电梯")
    with pytest.raises(DepartureNeedsReason, match="加装电梯"):
        adopt_outcome(menu=menu, user=cast.bureau, departures={lift.pk: (True, " ")})
    departures = {lift.pk: (True, "争取到省级加梯补助")}
    with pytest.raises(BeyondBudget, match="22 万元"):
        adopt_outcome(menu=menu, user=cast.bureau, departures=departures)
    adoption = adopt_outcome(menu=menu, user=cast.bureau, departures=departures, more_money_is_there=True)
    assert beyond_budget(adoption) == 220_000
    assert list(adoption.departures.values_list("option", "is_taken", "reason")) == [
        (lift.pk, True, "争取到省级加梯补助")
    ]
    # The scheme says it as well: not the residents chose it, and why it is there.
    added = adoption.scheme.lines.get(work_item__catalogue_item=lift.catalogue_item)
    assert (added.work_item.origin, added.note) == (
        WorkOrigin.ADDED, "加装电梯（居民选择未入选，仍然安排：争取到省级加梯补助）",
    )  # fmt: skip
    assert adoption.scheme.lines.count() == 2


def test_what_the_bureau_leaves_out_is_struck_with_its_reason(cast: Cast) -> None:
    menu = make_chosen(cast)
    shed = menu.options.get(versions__name="充电棚")
    scheme = begin_scheme(project=menu.project, user=cast.bureau, reason="")
    add_work(scheme=scheme, user=cast.bureau, item=shed.catalogue_item, quantity=Decimal(1))
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    adopt_outcome(menu=menu, user=cast.bureau, departures={shed.pk: (False, "东门要扩路")})
    assert not scheme.lines.exists()
    assert scheme.strikes.get().reason == "居民选择已入选，不安排：东门要扩路"


def test_what_was_adopted_is_not_voided_not_even_past_the_action(cast: Cast) -> None:
    menu = make_chosen(cast)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    adopt_outcome(menu=menu, user=cast.bureau)
    with pytest.raises(AdoptedNotVoided, match="不能作废"):
        void_menu(menu=menu, user=cast.bureau, reason="选项有误")
    with pytest.raises(IntegrityError, match="its outcome stands in the scheme"), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(state=MenuState.VOIDED, void_reason="选项有误")


def test_what_was_voided_is_not_adopted_not_even_past_the_action(cast: Cast) -> None:
    menu = make_chosen(cast)
    outcome = count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    scheme = begin_scheme(project=menu.project, user=cast.bureau, reason="")
    void_menu(menu=menu, user=cast.bureau, reason="选项有误")
    with pytest.raises(NotCounted):
        adopt_outcome(menu=menu, user=cast.bureau)
    with pytest.raises(IntegrityError, match="only what is counted"), transaction.atomic():
        OutcomeAdoption.objects.create(menu=menu, outcome=outcome, scheme=scheme, adopted_by=cast.bureau)


def test_while_paper_may_still_be_sealed_a_count_has_to_be_confirmed(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon(), paper_hours=2)
    wait_for_close(menu)
    with pytest.raises(PaperMayCome):
        count_menu(menu=menu, user=cast.bureau)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    menu.refresh_from_db()
    assert menu.counted_at is not None
    assert menu.counted_at < menu.paper_until


def test_after_the_time_for_paper_a_count_needs_no_confirmation(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon(), paper_hours=0)
    wait_for_close(menu)
    assert count_menu(menu=menu, user=cast.bureau).is_official


def test_an_outcome_cannot_be_changed_by_the_portal(cast: Cast) -> None:
    menu = make_chosen(cast)
    outcome = count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    with pytest.raises(Exception, match="permission denied"):
        Outcome.objects.filter(pk=outcome.pk).update(figures={})
