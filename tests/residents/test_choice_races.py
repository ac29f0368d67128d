"""The same ballot fifty times, two of a family at once, the close and a price in between. Faults 1 to 4, 12 and 13."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from residents.actions.choices import choose
from residents.actions.menus import revise_option
from residents.actions.paper import confirm_sheet, reverse_choice
from residents.errors.menus import MenuClosed, OnShowChanged
from residents.models import Choice, Household
from tests.cast import Cast
from tests.database import Databases
from tests.races import at_once, refusals
from tests.residents.menus import (
    at_the_desk,
    code_of,
    doors_of,
    make_menu,
    make_sealed,
    on_show,
    send,
    type_sheet,
)

GUARD = "choice_lands"


def test_the_same_choice_fifty_times_at_once_is_one(committed_cast: Cast) -> None:
    cast = committed_cast
    menu = make_menu(cast)
    door, key = doors_of(menu)[0], uuid.uuid4()
    code, shown = code_of(cast, door), on_show(menu)

    def tap() -> Choice:
        return choose(
            menu=menu, household=door, code=code, seen=shown.values(), wanted=[shown["充电棚"]], key=key
        )

    answers = at_once(*[tap] * 50)
    assert refusals(answers) == []
    assert {choice.pk for choice in answers} == {Choice.objects.get().pk}


def test_two_of_a_family_at_once_leave_one_that_counts(committed_cast: Cast) -> None:
    assert _family(committed_cast) == (1, 8, 0)


def test_without_the_lock_only_the_index_holds(committed_cast: Cast, databases: Databases) -> None:
    """The negative control: it is the household's lock that lets both land in order."""
    with _without_lock(databases):
        counting, _kept, refused = _family(committed_cast)
    assert counting <= 1
    assert refused > 0


def _family(cast: Cast) -> tuple[int, int, int]:
    """How many count, are kept, were refused, when eight phones of one household send at once."""
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    code, shown = code_of(cast, door), on_show(menu)
    versions = list(shown.values())

    def tap(number: int) -> Choice:
        """Each phone wants something else: what says the same as what counts would be the same choice."""
        wanted = [pk for place, pk in enumerate(versions) if number >> place & 1]
        return choose(menu=menu, household=door, code=code, seen=versions, wanted=wanted, key=uuid.uuid4())

    answers = at_once(*[lambda number=number: tap(number) for number in range(8)])
    kept = Choice.objects.filter(menu=menu)
    return kept.counting().count(), kept.count(), len(refusals(answers))


@contextmanager
def _without_lock(databases: Databases) -> Iterator[None]:
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid"
            " WHERE t.tgname LIKE %s",
            [f"pgtrigger_{GUARD}_%"],
        )
        ((whole,),) = cursor.fetchall()
        weak = whole.replace("WHERE id = NEW.household_id FOR NO KEY UPDATE", "WHERE id = NEW.household_id")
        assert weak != whole
        # Between looking for the choice that holds the slot and landing.
        cursor.execute(weak.replace("RETURN NEW;", "PERFORM pg_sleep(0.05); RETURN NEW;"))
        try:
            yield
        finally:
            cursor.execute(whole)


def test_paper_confirmed_while_the_household_sends_ends_with_one(committed_cast: Cast) -> None:
    cast = committed_cast
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    code = code_of(cast, door)
    sheet = type_sheet(cast, make_sealed(cast, menu), door, "加装电梯", confirmed=False)
    desk = at_the_desk(cast, menu, door, "健身器材")
    street, community = cast.street, cast.community
    answers = at_once(
        lambda: confirm_sheet(choice=sheet, user=street),
        lambda: send(cast, menu, door, "充电棚", code=code),
        lambda: reverse_choice(choice=desk, user=community, reason="看错"),
        lambda: send(cast, menu, door, "健身器材", code=code),
    )
    assert refusals(answers) == []
    assert Choice.objects.filter(menu=menu).counting().count() == 1


def test_no_choice_lands_after_the_close(committed_cast: Cast) -> None:
    cast = committed_cast
    menu = make_menu(cast, doors=8, closes_at=timezone.now() + timedelta(seconds=3))
    codes = {door: code_of(cast, door) for door in doors_of(menu)}
    shown = on_show(menu)

    def late(door: Household) -> list[object]:
        found: list[object] = []
        while timezone.now() < menu.closes_at + timedelta(seconds=0.3):
            try:
                found.append(
                    choose(
                        menu=menu,
                        household=door,
                        code=codes[door],
                        seen=shown.values(),
                        wanted=[],
                        key=uuid.uuid4(),
                    )
                )
            except MenuClosed as closed:
                found.append(closed)
        return found

    at_once(*[lambda door=door: late(door) for door in list(codes)[:4]])
    assert not Choice.objects.filter(menu=menu, entered_at__gte=menu.closes_at).exists()
    assert Choice.objects.filter(menu=menu).exists()


def test_a_price_edited_while_residents_choose_is_seen_or_refused(committed_cast: Cast) -> None:
    cast = committed_cast
    menu = make_menu(cast, doors=8)
    codes = {door: code_of(cast, door) for door in doors_of(menu)}
    shown, bureau = on_show(menu), cast.bureau
    option = menu.options.order_by("position")[0]

    def edit() -> object:
        return revise_option(
            option=option, user=bureau, expected_version=1, reason="询价", cost=Decimal(99_000)
        )

    def tap(door: Household) -> object:
        return choose(
            menu=menu, household=door, code=codes[door], seen=shown.values(), wanted=[shown["充电棚"]], key=uuid.uuid4()
        )  # fmt: skip

    answers = at_once(edit, *[lambda door=door: tap(door) for door in codes])
    assert all(isinstance(refusal, OnShowChanged) for refusal in refusals(answers))
    # Whoever came before it is told later: the version on show is none that they saw. Nobody comes after it.
    new = on_show(menu)["充电棚"]
    landed = list(Choice.objects.filter(menu=menu))
    assert all(new not in choice.seen for choice in landed)
    for door in codes.keys() - {choice.household for choice in landed}:
        with pytest.raises(OnShowChanged):
            tap(door)
