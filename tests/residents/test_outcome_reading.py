"""What may be read of an outcome: how the money was divided, and no number that says what single households chose."""

from fractions import Fraction

import pytest
from django.utils import translation

from residents.counting import Count, figures_of
from residents.models import Menu, Outcome
from residents.outcome.deciding import Rules
from residents.outcome.election import Ballot, Completion, Election, Item
from residents.outcome_reading import OfMenu, Reading
from residents.publishing import Rules as Wishing

BUDGET = 90_000
# The price, how many of those who answered have to want it, and how many do.
Wanted = tuple[int, int, int]


def reading(answered: int, *items: Wanted, completion: Completion = Completion.BOTH) -> Reading:
    """Items "1", "2" …: the first `wanted` households want each."""
    election = Election(
        items=[
            Item(id=str(number), position=number, cost=price, needed=needed)
            for number, (price, needed, _wanted) in enumerate(items, start=1)
        ],
        ballots=[
            Ballot.of(str(number) for number, (_, _, wanted) in enumerate(items, start=1) if door < wanted)
            for door in range(answered)
        ],
        budget=BUDGET,
    )
    names = {"1": "楼道扶手", "2": "快递柜", "3": "健身器材"}
    figures = figures_of(Count(election, names, answered), Rules(completion=completion))
    outcome = Outcome(
        menu=Menu(budget=BUDGET, threshold=50), rule="equal_shares", budget=BUDGET, figures=figures
    )
    categories = {1: "improve", 2: "upgrade", 3: "improve"}
    return Reading(outcome, OfMenu(rules=Wishing(needs={}, excludes={}), categories=categories))


def test_a_share_that_was_raised_is_told_with_what_it_was_before_and_what_it_cost() -> None:
    """13 × 5,000 yuan do not reach for 74,000; 13 × 5,693 do."""
    found = reading(18, (74_000, 9, 13))
    assert Fraction(found.figures["share"]) == 5_693
    with translation.override("zh-hans"):
        assert found.shares_in_words == (
            "9 万元平均到参加选择的 18 户，每户先算 5,000 元；为了把钱用足，计算时每户提到 5,693 元，"
            "入选的项目实际一共用 7.4 万元，没有超过 9 万元。"
        )
    assert found.lines[0].supporters == 13


def test_shares_that_are_no_whole_yuan_are_told_to_the_yuan() -> None:
    with translation.override("zh-hans"):
        assert "每户先算 2,093 元左右" in reading(43, (74_000, 22, 26)).shares_in_words


def test_where_no_share_was_raised_nothing_is_said_of_it() -> None:
    assert reading(18, (60_000, 9, 13)).shares_in_words == ""
    assert reading(18, (74_000, 9, 13), completion=Completion.NONE).shares_in_words == ""


def test_a_raised_share_is_no_figure_where_it_would_tell_how_many_want_something() -> None:
    """74,000 / 5,286 are 14 of 18: four do not want it, and they are not told."""
    found = reading(18, (74_000, 9, 14))
    assert found.lines[0].supporters is None
    with translation.override("zh-hans"):
        assert "提高了同样的数" in found.shares_in_words
        assert "5,286" not in found.shares_in_words
        assert found.lines[0].sentence.startswith("参加的住户几乎都想要。")
    assert found.lines[0].payments == ""


@pytest.mark.parametrize("wanted", [0, 1, 4])
def test_few_and_none_are_said_alike(wanted: int) -> None:
    with translation.override("zh-hans"):
        improvement, upgrade = (reading(18, (400_000, needed, wanted)) for needed in (9, 1))
        assert improvement.lines[0].sentence == "想要的户数没有达到需要的 9 户。"
        assert upgrade.lines[0].sentence == "想要的不足 5 户。"
        assert (improvement.more, upgrade.more) == ("", "")


@pytest.mark.parametrize("wanted", [14, 16, 18])
def test_all_and_nearly_all_are_said_alike(wanted: int) -> None:
    """Whether they are in or not."""
    with translation.override("zh-hans"):
        said = {reading(18, (price, 9, wanted)).lines[0].sentence for price in (60_000, 400_000)}
    assert said == {
        "参加的住户几乎都想要。它要用预算 6 万元，想要它的住户那几份凑够了。",
        "参加的住户几乎都想要。轮到它时预算还剩 9 万元，它要 40 万元。",
    }


def test_of_few_who_took_part_no_number_is_told() -> None:
    with translation.override("zh-hans"):
        for wanted in range(9):
            (line,) = reading(8, (60_000, 1, wanted)).lines
            assert line.supporters is None
            assert line.sentence.startswith("参加的住户少，有多少户想要不公布。")


def test_what_a_share_had_left_is_not_told_where_a_few_stand_out_by_it() -> None:
    """13 pay the first; of the 8 that want the second only those pay much who had no part in the first."""
    found = reading(20, (60_000, 10, 13), (20_000, 1, 8), (40_000, 10, 12))
    assert found.tells_all
    paid = {line.name: line.payments for line in found.lines if line.is_in}
    for item_id, reason in found.reasons.items():
        if reason.payments and 0 < reason.payments.payers - reason.payments.at_most < 5:
            assert paid[found.names[item_id]] == ""
    assert any(paid.values())


def test_each_item_says_what_it_needs() -> None:
    found = reading(20, (30_000, 10, 12), (20_000, 1, 6))
    with translation.override("zh-hans"):
        assert {line.requirement for line in found.lines} == {
            "完善类，至少要 10 户想要。", "提升类，不限最少户数。",
        }  # fmt: skip
        assert "提升类不限最少户数" in found.rule_in_words[1]


def test_the_order_tells_nothing_that_the_words_do_not() -> None:
    """Four want the first, nobody the second: they stand as they stand on the menu."""
    for first, second in ((4, 0), (0, 4)):
        assert [line.option_id for line in reading(20, (400_000, 1, first), (400_000, 1, second)).lines] == [
            1,
            2,
        ]
