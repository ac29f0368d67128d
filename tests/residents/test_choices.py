"""One slot per household: what lands, what counts, what is refused, whichever way it came in."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError
from residents.actions.choices import choose, keep_draft
from residents.actions.landing import CHANGES_A_DAY
from residents.actions.letters import revoke_code
from residents.actions.menus import prolong_menu, publish_menu, relate_options, revise_option, void_menu
from residents.actions.outcomes import count_menu
from residents.actions.paper import (
    confirm_sheet,
    confirm_spoiled,
    count_batch,
    reverse_choice,
    reverse_spoiled,
    seal_batch,
    spoil_sheet,
)
from residents.errors.households import ReasonNeeded
from residents.errors.menus import (
    AlreadyChosen,
    BatchFull,
    ChangedTooOften,
    CountsDiffer,
    LetterNotValid,
    MenuClosed,
    MenuNotOpenYet,
    NothingToConfirm,
    NotTogether,
    OnShowChanged,
    OwnChoiceStays,
    PaperOutstanding,
    ResultBeforeClose,
    SamePersonConfirms,
    TooManyWanted,
)
from residents.errors.opinions import KeyUsed
from residents.models import AccessCode, Choice, ChoiceDraft, Menu, MenuState, OptionRelation, SpoiledSheet
from tests.cast import Cast
from tests.residents.builders import make_doors
from tests.residents.menus import (
    at_the_desk,
    code_of,
    doors_of,
    make_menu,
    make_sealed,
    on_show,
    send,
    soon,
    type_sheet,
    wait_for_close,
)

pytestmark = pytest.mark.django_db


def counts(menu: Menu, household: Any) -> str:
    """The channel of the choice that counts, "" for none."""
    found = Choice.objects.filter(menu=menu, household=household).counting().values_list("channel", flat=True)
    return ",".join(found)


def test_a_later_choice_supersedes_the_earlier_one_and_both_are_kept(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    first = send(cast, menu, door, "充电棚")
    second = send(cast, menu, door, "健身器材")
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert list(Choice.objects.filter(menu=menu).counting()) == [second]
    assert second.wanted == [on_show(menu)["健身器材"]]


def test_a_household_does_not_change_its_mind_for_ever(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    code_of(cast, door)
    names = ("充电棚", "健身器材")
    for turn in range(CHANGES_A_DAY):
        last = send(cast, menu, door, names[turn % 2], code=AccessCode.objects.live().get(household=door))
    with pytest.raises(ChangedTooOften):
        send(cast, menu, door, names[0])
    assert list(Choice.objects.filter(menu=menu).counting()) == [last]


def test_what_says_the_same_again_keeps_its_receipt(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    first = send(cast, menu, door, "充电棚")
    keep_draft(menu=menu, household=door, answers={menu.options.all()[0].pk: "want"})
    again = send(cast, menu, door, "充电棚")
    assert (again.pk, again.receipt, again.is_repeated) == (first.pk, first.receipt, True)
    assert not ChoiceDraft.objects.exists()
    # Something else in between: then the first content is a new choice.
    send(cast, menu, door, "健身器材")
    assert send(cast, menu, door, "充电棚").pk != first.pk
    assert Choice.objects.filter(menu=menu).counting().count() == 1


def test_the_same_key_again_is_the_same_choice_and_another_body_is_refused(cast: Cast) -> None:
    menu = make_menu(cast)
    door, key = doors_of(menu)[0], uuid.uuid4()
    first = send(cast, menu, door, "充电棚", key=key)
    assert send(cast, menu, door, "充电棚", key=key) == first
    with pytest.raises(KeyUsed):
        send(cast, menu, door, "健身器材", key=key)
    assert Choice.objects.count() == 1


def test_what_does_not_go_together_or_is_too_much_is_refused(cast: Cast) -> None:
    menu = make_menu(cast, published=False, most=2)
    shed, fitness, lift = menu.options.order_by("position")
    relate_options(option=shed, other=fitness, kind=OptionRelation.Kind.EXCLUDES, user=cast.bureau)
    relate_options(option=lift, other=fitness, kind=OptionRelation.Kind.REQUIRES, user=cast.bureau)
    publish_menu(menu=menu, user=cast.bureau)
    door = doors_of(menu)[0]
    with pytest.raises(NotTogether, match="充电棚 ✕ 健身器材"):
        send(cast, menu, door, "充电棚", "健身器材")
    with pytest.raises(NotTogether, match="加装电梯 → 健身器材"):
        send(cast, menu, door, "加装电梯")
    with pytest.raises(TooManyWanted):
        send(cast, menu, door, "充电棚", "健身器材", "加装电梯")
    assert send(cast, menu, door, "健身器材", "加装电梯").counts_from is not None


def test_a_price_changed_in_between_sends_the_page_back_and_marks_earlier_choices(cast: Cast) -> None:
    menu = make_menu(cast)
    before, late = doors_of(menu)[:2]
    early = send(cast, menu, before, "充电棚")
    shown = on_show(menu)
    option = menu.options.order_by("position")[0]
    revise_option(
        option=option, user=cast.bureau, expected_version=1, reason="询价后调整", cost=Decimal(130_000)
    )
    with pytest.raises(OnShowChanged):
        choose(
            menu=menu, household=late, code=code_of(cast, late), seen=shown.values(), wanted=[shown["充电棚"]],
            key=uuid.uuid4(),
        )  # fmt: skip
    assert not set(on_show(menu).values()) <= set(early.seen)


def test_a_choice_lands_in_its_time_only(cast: Cast) -> None:
    early = make_menu(cast, opens_at=timezone.now() + timedelta(minutes=1))
    with pytest.raises(MenuNotOpenYet):
        send(cast, early, doors_of(early)[0])
    menu = make_menu(cast, closes_at=soon())
    door, other = doors_of(menu)[:2]
    code = code_of(cast, other)
    assert send(cast, menu, door).counts_from is not None
    wait_for_close(menu)
    with pytest.raises(MenuClosed):
        send(cast, menu, other, code=code)


def test_a_revoked_letter_and_a_strange_door_choose_nothing(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    code = code_of(cast, door)
    revoke_code(code=code, user=cast.community, reason="信件丢失")
    with pytest.raises(LetterNotValid):
        send(cast, menu, door, code=code)
    (stranger, *_others) = make_doors(cast)
    with pytest.raises(DomainError):
        send(cast, menu, stranger)
    assert not Choice.objects.exists()


Act = Callable[[Cast, Menu, Any], Any]


def by_web(cast: Cast, menu: Menu, door: Any) -> Any:
    return send(cast, menu, door, "充电棚")


def by_desk(cast: Cast, menu: Menu, door: Any) -> Any:
    return at_the_desk(cast, menu, door, "健身器材")


def by_paper(cast: Cast, menu: Menu, door: Any) -> Any:
    return type_sheet(cast, make_sealed(cast, menu, received_at=timezone.now()), door, "加装电梯")


@pytest.mark.parametrize(
    ("precedence", "acts", "counting"),
    [
        ("latest", [by_web, by_desk], "desk"),
        ("latest", [by_web, by_paper], "paper"),
        ("latest", [by_paper, by_web], "web"),
        ("paper", [by_paper, by_web], "paper"),
        ("paper", [by_web, by_paper], "paper"),
        ("paper", [by_web, by_desk], "desk"),
        ("first", [by_desk, by_paper], "desk"),
    ],
)
def test_the_declared_precedence_says_which_choice_counts(
    cast: Cast, precedence: str, acts: list[Act], counting: str
) -> None:
    menu = make_menu(cast, precedence=precedence)
    door = doors_of(menu)[0]
    for act in acts:
        act(cast, menu, door)
    assert counts(menu, door) == counting
    assert Choice.objects.filter(menu=menu, household=door).count() == 2


def test_where_the_first_stays_a_household_hears_that_it_has_chosen(cast: Cast) -> None:
    menu = make_menu(cast, precedence="first")
    door = doors_of(menu)[0]
    send(cast, menu, door, "充电棚")
    with pytest.raises(AlreadyChosen):
        send(cast, menu, door, "健身器材")


def test_paper_received_in_time_counts_though_it_is_typed_after_the_close(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    batch = make_sealed(cast, menu)
    wait_for_close(menu)
    door = doors_of(menu)[0]
    choice = type_sheet(cast, batch, door, "充电棚", confirmed=False)
    assert counts(menu, door) == ""
    with pytest.raises(SamePersonConfirms):
        confirm_sheet(choice=choice, user=cast.community)
    assert confirm_sheet(choice=choice, user=cast.street).counts_from is not None
    assert counts(menu, door) == "paper"
    with pytest.raises(BatchFull):
        spoil_sheet(batch=batch, user=cast.community, reason="多出一张")


def test_nobody_alone_sets_a_paper_aside_and_a_mistake_is_reversed(cast: Cast) -> None:
    menu = make_menu(cast, closes_at=soon())
    batch = make_sealed(cast, menu)
    wait_for_close(menu)
    spoiled = spoil_sheet(batch=batch, user=cast.community, reason="没有签名")
    with pytest.raises(SamePersonConfirms):
        confirm_spoiled(spoiled=spoiled, user=cast.community)
    # Unconfirmed, it holds the count; in the database too.
    with pytest.raises(PaperOutstanding):
        count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    with pytest.raises(IntegrityError, match="piece by piece"), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(state=MenuState.COUNTED)
    confirm_spoiled(spoiled=spoiled, user=cast.street)
    with pytest.raises(NothingToConfirm):
        confirm_spoiled(spoiled=spoiled, user=cast.street)
    # It was signed on the back: reversed, the piece is free to be typed.
    with pytest.raises(ReasonNeeded):
        reverse_spoiled(spoiled=spoiled, user=cast.street, reason=" ")
    reverse_spoiled(spoiled=spoiled, user=cast.street, reason="背面有签名")
    with pytest.raises(NothingToConfirm):
        reverse_spoiled(spoiled=spoiled, user=cast.street, reason="再撤销一次")
    door = doors_of(menu)[0]
    type_sheet(cast, batch, door, "充电棚")
    assert counts(menu, door) == "paper"
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    with pytest.raises(IntegrityError, match="counted"), transaction.atomic():
        SpoiledSheet.objects.create(batch=batch, reason="多", by=cast.community)
    with pytest.raises(IntegrityError, match="as it was recorded"), transaction.atomic():
        SpoiledSheet.objects.filter(pk=spoiled.pk).update(reason="别的理由")


def test_a_pile_is_sealed_by_two_people_who_count_the_same(cast: Cast) -> None:
    menu = make_menu(cast)
    batch = count_batch(
        menu=menu, user=cast.community, pieces=3, received_at=timezone.now(), kept_where="居委会"
    )
    with pytest.raises(SamePersonConfirms):
        seal_batch(batch=batch, user=cast.community, pieces=3)
    with pytest.raises(CountsDiffer):
        seal_batch(batch=batch, user=cast.street, pieces=4)
    assert seal_batch(batch=batch, user=cast.street, pieces=3).sealed_at is not None


def test_a_sheet_typed_for_the_wrong_door_is_reversed_and_gives_the_slot_back(cast: Cast) -> None:
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    own = send(cast, menu, door, "充电棚")
    wrong = type_sheet(cast, make_sealed(cast, menu), door, "加装电梯")
    assert counts(menu, door) == "paper"
    reverse_choice(choice=wrong, user=cast.community, reason="门牌看错")
    assert counts(menu, door) == "web"
    with pytest.raises(OwnChoiceStays):
        reverse_choice(choice=own, user=cast.community, reason="误操作")


def test_an_open_menu_is_prolonged_never_shortened_and_voided_with_its_reason(cast: Cast) -> None:
    menu = make_menu(cast)
    later = menu.closes_at + timedelta(days=1)
    first, early = menu.closes_at, timezone.localdate(menu.closes_at)
    with pytest.raises(ReasonNeeded):
        prolong_menu(menu=menu, user=cast.bureau, closes_at=later, reason=" ")
    with pytest.raises(ResultBeforeClose):
        prolong_menu(menu=menu, user=cast.bureau, closes_at=later, reason="多数人在外地", result_on=early)
    menu = prolong_menu(menu=menu, user=cast.bureau, closes_at=later, reason="多数人在外地")
    menu = prolong_menu(menu=menu, user=cast.bureau, closes_at=later + timedelta(days=1), reason="仍有人未回")
    assert (menu.closes_at, menu.first_close) == (later + timedelta(days=1), first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(closes_at=later + timedelta(days=9), first_close=later)
    with pytest.raises(IntegrityError), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(prolong_reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(closes_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Menu.objects.filter(pk=menu.pk).update(budget=1)
    void_menu(menu=menu, user=cast.bureau, reason="清单有误")
    with pytest.raises(MenuClosed):
        send(cast, menu, doors_of(menu)[0])


@pytest.mark.parametrize(
    "change",
    [
        {"wanted": []}, {"superseded_at": timezone.now()}, {"counts_from": None}, {"channel": "desk"},
        {"reversed_at": timezone.now(), "reversed_by_id": 1, "reverse_reason": "x"},
    ],
)  # fmt: skip
def test_no_shell_changes_what_a_household_sent(cast: Cast, change: dict[str, Any]) -> None:
    menu = make_menu(cast)
    choice = send(cast, menu, doors_of(menu)[0], "充电棚")
    before = Choice.objects.filter(pk=choice.pk).values().get()
    try:
        with transaction.atomic():
            Choice.objects.filter(pk=choice.pk).update(**change)
    except IntegrityError:
        pass
    assert Choice.objects.filter(pk=choice.pk).values().get() == before
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Choice.objects.filter(pk=choice.pk).delete()
