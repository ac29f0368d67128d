"""What the reasons say is so, and the sentences say what the reasons know."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given, settings

from residents.outcome.deciding import Outcome, Rules, decide
from residents.outcome.election import Election
from residents.outcome.larger_budget import Gain
from residents.outcome.reasons import Payments, Reason, Why
from residents.outcome.words import amount, because, line, more_money, payments
from tests.effort import examples
from tests.residents.outcome_oracle import Table, chosen_by, table_for
from tests.residents.test_outcome_rules import elections, rules

NAMES = {"a": "充电棚", "b": "健身器材"}
PLAIN = Reason(item="a", why=Why.NOBODY, price=120_000, supporters=132, answered=200, needed=1)


def sure(_table: Table, _outcome: Outcome, _reason: Reason) -> bool:
    return True


def paid_by_shares(table: Table, outcome: Outcome, reason: Reason) -> bool:
    paid = reason.payments
    if paid is None:
        return reason.price == 0
    bounds = paid.least * paid.payers <= reason.price <= paid.most * paid.payers
    return bounds and paid.most <= (outcome.share or 0) and paid.payers <= len(table.fans(reason.item))


def in_the_queue(table: Table, outcome: Outcome, reason: Reason) -> bool:
    """The rank counts the items that enough households want; the last rank is a chosen one's."""
    items = [name for name, item in table.items.items() if name not in table.locked]
    queue = sorted(
        (name for name in items if len(table.fans(name)) >= table.items[name].needed), key=table.queue_key
    )
    won = [queue.index(name) + 1 for name in outcome.won]
    return (reason.rank, reason.ranked) == (
        queue.index(reason.item) + 1,
        len(queue),
    ) and reason.last_rank == max(won, default=None)


def short_of_money(table: Table, outcome: Outcome, reason: Reason) -> bool:
    left, missing = reason.left or 0, reason.missing or 0
    last = outcome.left == left or not reason.rank or (reason.last_rank or 0) > reason.rank
    queued = in_the_queue(table, outcome, reason) if reason.rank else outcome.share is not None
    return left + missing == reason.price and 0 <= outcome.left <= left < reason.price and last and queued


def short_of_shares(table: Table, outcome: Outcome, reason: Reason) -> bool:
    table.equal_shares(outcome.share or Fraction(0))
    left = sum(table.has[number] for number in table.fans(reason.item))
    return (reason.together, reason.missing) == (left, reason.price - left) and left < reason.price


IS_SO: Mapping[Why, Callable[[Table, Outcome, Reason], bool]] = {
    Why.LOCKED: lambda table, _, reason: reason.item in table.locked,
    Why.SHARES: paid_by_shares,
    Why.LEFT_OVER: lambda table, outcome, reason: reason.item not in table.equal_shares(outcome.share or Fraction(0)),
    Why.QUEUE: in_the_queue,
    Why.NOBODY: lambda table, _, reason: not table.fans(reason.item),
    Why.TOO_FEW: lambda table, _, reason: 0 < len(table.fans(reason.item)) < table.items[reason.item].needed,
    Why.RIVAL: lambda table, outcome, reason: reason.other in {*outcome.won, *table.locked}
    and (reason.other in table.items[reason.item].excludes or reason.item in table.items[reason.other].excludes),
    Why.WAITING: lambda table, outcome, reason: reason.other in table.items[reason.item].requires
    and reason.other not in {*outcome.won, *table.locked},
    Why.SHARES_SHORT: short_of_shares,
    Why.MONEY_SHORT: short_of_money,
}  # fmt: skip


@settings(max_examples=examples(600), deadline=None)
@given(elections, rules)
def test_every_reason_is_so_and_its_sentence_has_its_figures(election: Election, how: Rules) -> None:
    outcome, chosen = decide(election, how), chosen_by(election, how)
    table = table_for(election, how.utility)
    names = {item.id: f"<{item.id}>" for item in election.items}
    for name, reason in outcome.reasons.items():
        assert reason.is_in is (name in chosen or name in table.locked)
        assert reason.place == (chosen.index(name) + 1 if name in chosen else None)
        assert (reason.supporters, reason.answered) == (len(table.fans(name)), len(table.households))
        assert reason.price == table.price(name)
        assert IS_SO[reason.why](table, outcome, reason), reason
        with translation.override("en"):
            assert figures_in(because(reason, names)) == figures_of(reason), reason
            assert figures_in(payments(reason)) == figures_of_payments(reason), reason


def figures_in(sentence: str) -> Counter[str]:
    return Counter(re.findall(r"(?:about |less than )?¥[\d,.]*\d|(?<![¥\d.,])\d+", sentence))


def figures_of(reason: Reason) -> Counter[str]:
    """What a sentence has to name, each as often as it has to."""
    if reason.why is Why.LOCKED:
        return Counter()
    said: list[object] = []
    if reason.supporters:
        said = [reason.supporters, *([reason.answered, reason.needed] if reason.needed > 1 else [])]
    paid = reason.payments
    if reason.why is Why.SHARES and paid:
        said += [amount(reason.price)]
    elif reason.why is Why.QUEUE:
        said += [reason.rank]
    elif reason.why is Why.SHARES_SHORT:
        said += [amount(reason.price)]
        said += [amount(reason.together), amount(reason.missing or 0)] if reason.together else []
    elif reason.why is Why.MONEY_SHORT:
        said += [amount(reason.price), amount(reason.left or 0), amount(reason.missing or 0)]
        if reason.rank:
            said += [reason.rank]
            said += [reason.last_rank] if reason.last_rank and reason.last_rank < reason.rank else []
    return Counter(map(str, said))


def figures_of_payments(reason: Reason) -> Counter[str]:
    """Who paid and how much, rounded to the cent."""
    paid = reason.payments
    if paid is None:
        return Counter()
    cents = [Fraction(max(round(one * 100), 1), 100) for one in (paid.most, paid.least)]
    if paid.at_most == paid.payers:
        return Counter([str(paid.payers), amount(reason.price), amount(cents[0])])
    rest = paid.payers - paid.at_most
    return Counter(
        [str(paid.payers), str(paid.at_most), str(rest), amount(reason.price), *map(amount, cents)]
    )


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (120_000, "12 万元", "¥120,000"),
        (123_500, "12.35 万元", "¥123,500"),
        (123_450, "123,450 元", "¥123,450"),
        (9_999, "9,999 元", "¥9,999"),
        (Fraction("909.09"), "909.09 元", "¥909.09"),
        (Fraction("0.1"), "0.10 元", "¥0.10"),
        (Fraction(10_000, 11), "909.09 元左右", "about ¥909.09"),
        (Fraction(999_999_999, 1000), "100 万元左右", "about ¥1,000,000"),
        (Fraction(1, 1000), "0.01 元以内", "less than ¥0.01"),
        (0, "0 元", "¥0"),
    ],
)
def test_amounts(number: Fraction, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert amount(number) == chinese
    with translation.override("en"):
        assert amount(number) == english


@pytest.mark.parametrize(
    ("reason", "chinese", "english"),
    [
        (
            replace(PLAIN, why=Why.QUEUE, needed=101, rank=3),
            "充电棚：入选。参加选择的 200 户里有 132 户想要，至少要 101 户。它排在第 3，钱够。",
            "充电棚: chosen. 132 of 200 households that answered want it; 101 are needed. It was number 3 in the queue, and the money reached.",
        ),
        (
            replace(PLAIN, why=Why.SHARES, payments=Payments(payers=132, least=Fraction(10_000, 11), most=Fraction(10_000, 11), at_most=132)),
            "充电棚：入选。132 户想要。它要用预算 12 万元，想要它的住户那几份凑够了。",
            "充电棚: chosen. 132 households want it. It needs ¥120,000 of the budget, and the shares of those who want it reach for that.",
        ),
        (
            replace(PLAIN, item="b", why=Why.MONEY_SHORT, supporters=58, rank=9, last_rank=7, left=12_000, price=50_000, missing=38_000),
            "健身器材：没有入选。58 户想要。它排在第 9；钱用到第 7 项为止，还剩 1.2 万元，它要 5 万元，差 3.8 万元。",
            ("健身器材: not chosen. 58 households want it. It was number 9 in the queue. The money went as far as number 7; "
            "¥12,000 was left, and it needs ¥50,000: ¥38,000 too little."),
        ),
        (
            replace(PLAIN, why=Why.WAITING, supporters=1, other="b"),
            "充电棚：没有入选。1 户想要。它要和“健身器材”一起做才行，而“健身器材”没有入选。",
            "充电棚: not chosen. 1 household wants it. It needs “健身器材”, which was not chosen.",
        ),
        (
            replace(PLAIN, supporters=0),
            "充电棚：没有入选。没有住户想要。",
            "充电棚: not chosen. No household wants it.",
        ),
        (
            replace(PLAIN, why=Why.LOCKED),
            "充电棚：必做。基础项目，不用选，钱先留出来。",
            "充电棚: included. Basic work: done in any case and paid for first.",
        ),
    ],
)  # fmt: skip
def test_sentences_for_neighbours(reason: Reason, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert line(reason, NAMES) == chinese
    with translation.override("en"):
        assert line(reason, NAMES) == english


@pytest.mark.parametrize(
    ("least", "at_most", "chinese", "english"),
    [
        (
            Fraction(10_000, 11), 132,
            "它的 12 万元由 132 户的预算份额承担，每户 909.09 元。",
            "The shares of 132 households paid its ¥120,000, ¥909.09 each.",
        ),
        (
            Fraction(29, 100), 131,
            "它的 12 万元由 132 户的预算份额承担：其中 131 户各承担 909.09 元；另外 1 户的份额前面已经用掉一部分，剩多少承担多少，最少的一户 0.29 元。",
            ("The shares of 132 households paid its ¥120,000: 131 of them ¥909.09 each; of the 1 other the share had been used "
            "in part, and it paid the ¥0.29 that were left."),
        ),
    ],
)  # fmt: skip
def test_sentences_for_whoever_checks_the_count(
    least: Fraction, at_most: int, chinese: str, english: str
) -> None:
    paid = Payments(payers=132, least=least, most=Fraction(10_000, 11), at_most=at_most)
    reason = replace(PLAIN, why=Why.SHARES, payments=paid)
    with translation.override("zh-hans"):
        assert payments(reason) == chinese
    with translation.override("en"):
        assert payments(reason) == english


def test_what_more_money_adds() -> None:
    gain = Gain(extra=12_000, gained=("a",), lost=("b",), grain=None)
    with translation.override("zh-hans"):
        assert more_money(gain, NAMES) == "预算再多 1.2 万元，“充电棚”就能入选，但“健身器材”就选不上了。"
        assert more_money(replace(gain, lost=()), NAMES) == "预算再多 1.2 万元，“充电棚”也能入选。"
    with translation.override("en"):
        assert (
            more_money(gain, NAMES)
            == "With ¥12,000 more, “充电棚” would be chosen; “健身器材” would no longer be."
        )
