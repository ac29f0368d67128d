"""A kept outcome in sentences of the reader's language: what residents, the notice board and programs may learn of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.figures import percent
from projects.models import Category
from residents.models import Menu, OptionRelation, Outcome, OutcomeRule
from residents.outcome.larger_budget import Gain
from residents.outcome.reasons import Reason
from residents.outcome.words import amount, because, more_money, payments
from residents.publishing import Rules, is_small, published_support
from residents.untold import is_wanted_by_most, untold, without_shares


@dataclass(frozen=True, kw_only=True)
class OfMenu:
    """What a reading needs beside the kept figures: what can be wanted together, and the options' categories."""

    rules: Rules
    categories: Mapping[int, str]


def of_menu(menu: Menu) -> OfMenu:
    return OfMenu(
        rules=rules_of_wishing(menu, menu.relations.all()),
        categories=dict(menu.options.values_list("id", "category")),
    )


def rules_of_wishing(menu: Menu, relations: Iterable[OptionRelation]) -> Rules:
    """By option, as the engine names them. An exclusion is stored once and read from both of its sides."""
    needs: dict[str, set[str]] = {}
    excludes: dict[str, set[str]] = {}
    for one in relations:
        if one.kind == OptionRelation.Kind.REQUIRES:
            needs.setdefault(str(one.option_id), set()).add(str(one.other_id))
        else:
            excludes.setdefault(str(one.option_id), set()).add(str(one.other_id))
            excludes.setdefault(str(one.other_id), set()).add(str(one.option_id))
    return Rules(needs=needs, excludes=excludes, most=menu.most)


@dataclass(frozen=True)
class Line:
    """An item of an outcome as residents read it. `supporters` None: it would tell of a few, or of everybody.

    `requirement` is its category and how many households it needs. `payments` is for the office: what the shares
    paid, "" where that would tell how many they were.
    """

    option_id: int
    name: str
    is_in: bool
    supporters: int | None
    sentence: str
    requirement: str
    payments: str
    place: int


class Reading:
    """`of`: what is known of the menu already; read from the database where it is not given."""

    def __init__(self, outcome: Outcome, of: OfMenu | None = None) -> None:
        self.outcome, self.figures = outcome, outcome.figures
        self.names: dict[str, str] = self.figures["names"]
        self._of = of

    @cached_property
    def of(self) -> OfMenu:
        return self._of or of_menu(self.outcome.menu)

    @property
    def answered(self) -> int:
        return int(self.figures["answered"])

    @property
    def households(self) -> int:
        return int(self.figures["households"])

    @property
    def spent(self) -> Fraction:
        return Fraction(self.figures["cost"])

    @property
    def left(self) -> Fraction:
        return Fraction(self.figures["left"])

    @cached_property
    def reasons(self) -> dict[str, Reason]:
        return {item_id: Reason.from_json(data) for item_id, data in self.figures["reasons"].items()}

    @cached_property
    def support(self) -> dict[str, int | None]:
        """How many want each item, where it may be told."""
        supporters = {item_id: reason.supporters for item_id, reason in self.reasons.items()}
        return published_support(self.answered, supporters, self.of.rules)

    @property
    def tells_all(self) -> bool:
        """Whether the support of every item is told: then a sum of shares tells nothing that is not."""
        return all(told is not None for told in self.support.values())

    @cached_property
    def lines(self) -> list[Line]:
        """Those that are in first, in the order in which they were chosen; then the others by the support that is told."""
        won: list[str] = self.figures["won"]
        out = sorted(
            (one for one in self.reasons if one not in won), key=lambda one: (-self._rank(one), int(one))
        )
        return [
            self._line(self.reasons[item_id], place) for place, item_id in enumerate((*won, *out), start=1)
        ]

    def _rank(self, item_id: str) -> int:
        """The order must not tell what the words do not."""
        told, reason = self.support[item_id], self.reasons[item_id]
        if told is not None:
            return told
        return self.answered if reason.supporters >= reason.needed and is_wanted_by_most(reason) else 0

    def _line(self, reason: Reason, place: int) -> Line:
        told = self.support[reason.item]
        if told is None:
            sentence = untold(reason, self.names)
        else:
            sentence = (because if self.tells_all else without_shares)(reason, self.names)
        return Line(
            option_id=int(reason.item), name=self.names[reason.item], is_in=reason.is_in, supporters=told,
            sentence=sentence, requirement=self._requirement(reason), payments=self._payments(reason), place=place,
        )  # fmt: skip

    def _payments(self, reason: Reason) -> str:
        """Not where a few stand out by what their shares still had, or where a sum tells how many want something."""
        paid = reason.payments
        if paid is None or not self.tells_all:
            return ""
        stand_out = is_small(paid.at_most) or is_small(paid.payers - paid.at_most)
        return "" if stand_out else payments(reason)

    def _requirement(self, reason: Reason) -> str:
        if self.of.categories.get(int(reason.item)) == Category.UPGRADE:
            return _("Upgrade: no least number of households.")
        return ngettext(
            "Improvement: at least {count} household must want it.",
            "Improvement: at least {count} households must want it.",
            reason.needed,
        ).format(count=reason.needed)

    @property
    def rule_in_words(self) -> tuple[str, str, str]:
        """How it was counted: the rule, what improvements need, how ties are broken."""
        if self.outcome.rule == OutcomeRule.EQUAL_SHARES:
            rule = _(
                "Every household that chose had the same share of the budget. An item is done when those who want it can pay its price together from their shares; they pay as equally as possible."
            )
        else:
            rule = _(
                "The items are taken in the order of how many households want them, as long as the money reaches."
            )
        return (
            rule,
            _(
                "Improvements need at least {percent} of the households that chose; upgrades need no least number."
            ).format(percent=percent(self.outcome.menu.threshold / 100)),
            _("Of two items that are level the cheaper one goes first, then the one that more households want."),
        )  # fmt: skip

    @property
    def shares_in_words(self) -> str:
        """That the shares were raised, and how far; "" where they were not.

        A share that was raised until an item could be paid for is its price divided by those who want it. So its
        figure stands there only if nobody learns a number from it that is not told.
        """
        share = self.figures["share"]
        if share is None or not self.answered:
            return ""
        budget = Fraction(self.outcome.budget)
        first = budget / self.answered
        if Fraction(share) <= first:
            return ""
        if self.tells_all:
            sentence = _(
                "{budget} divided among the {answered} households that chose are {first} each to begin with. So that the money is used, the count raised each share to {share}; what was chosen needs {spent} altogether, not more than the {budget} there are."
            )
        else:
            sentence = _(
                "{budget} divided among the {answered} households that chose are {first} each to begin with. So that the money is used, the count raised everybody’s share by the same sum; what was chosen needs {spent} altogether, not more than the {budget} there are."
            )
        return sentence.format(
            budget=amount(budget), answered=self.answered, first=_to_the_yuan(first), share=_to_the_yuan(Fraction(share)),
            spent=amount(self.spent),
        )  # fmt: skip

    @property
    def more(self) -> str:
        """What a larger budget would add; "" when nothing would come in, or when its sum would tell how many want something."""
        kept = self.figures["more"]
        if kept is None:
            return ""
        gain = Gain(
            extra=Fraction(kept["extra"]), gained=tuple(kept["gained"]), lost=tuple(kept["lost"]),
            grain=None if kept["grain"] is None else Fraction(kept["grain"]),
        )  # fmt: skip
        # What the rest of the budget lacks of a price is known to anybody.
        is_plain = (
            not gain.lost and gain.extra == sum(self.reasons[one].price for one in gain.gained) - self.left
        )
        return more_money(gain, self.names) if self.tells_all or is_plain else ""


def _to_the_yuan(number: Fraction) -> str:
    whole = round(number)
    return amount(whole) if whole == number else _("about {amount}").format(amount=amount(whole))
