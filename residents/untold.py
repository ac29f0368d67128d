"""Sentences about an item without how many want it: where the number would tell what single households chose.

Not only the number is left out. Also what it can be worked out from: what their shares have left, the place in the
queue, and the difference between nobody and a few, between all and all but a few.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.suppression import FEWEST_PUBLISHED
from residents.outcome.reasons import Reason, Why
from residents.outcome.words import amount, because, wanted

# With so many, "most" and "fewer than five" are at least five numbers each; with so many more, "most" is "nearly all".
FEWEST_IN_WORDS = 2 * FEWEST_PUBLISHED - 1
NEARLY_ALL = 16


def is_wanted_by_most(reason: Reason) -> bool:
    """All want it, or all but fewer than five."""
    return reason.answered >= FEWEST_IN_WORDS and reason.answered - reason.supporters < FEWEST_PUBLISHED


def untold(reason: Reason, names: Mapping[str, str]) -> str:
    """One or two short sentences, like `because`."""
    if reason.why is Why.LOCKED:
        return because(reason, names)
    if reason.supporters < reason.needed and reason.needed > 1:
        return _("Fewer households want it than the {needed} that it needs.").format(needed=reason.needed)
    money = _money(reason, names.get(reason.other or "", ""))
    if reason.answered < FEWEST_IN_WORDS:
        number = _("So few households took part that it is not told how many want it.")
    elif reason.supporters < FEWEST_PUBLISHED:
        number = _("Fewer than {count} households want it.").format(count=FEWEST_PUBLISHED)
        # Why a few did not get it would tell them from nobody.
        money = money if reason.is_in else ""
    elif is_wanted_by_most(reason):
        number = (
            _("Nearly all households that took part want it.")
            if reason.answered >= NEARLY_ALL
            else _("Most households that took part want it.")
        )
    else:
        number = _("How many want it is not told: it would tell of a few households.")
    return _("{one} {two}").format(one=number, two=money) if money else number


def without_shares(reason: Reason, names: Mapping[str, str]) -> str:
    """How many want it is told, and not what their shares have left: that would tell how many want something else."""
    if reason.why is not Why.SHARES_SHORT:
        return because(reason, names)
    return _("{one} {two}").format(one=wanted(reason), two=_money(reason, ""))


def _money(reason: Reason, other: str) -> str:
    """What decided, in figures of the budget and of prices alone."""
    price = amount(reason.price)
    if reason.is_in and not reason.price:
        return _("It costs this budget nothing.")
    return {
        Why.SHARES: _("It needs {price} of the budget, and the shares of those who want it reach for that."),
        Why.LEFT_OVER: _(
            "It did not get in by shares of the budget; it is paid for with what they left over."
        ),
        Why.QUEUE: _("Its turn came, and the money reached."),
        Why.RIVAL: _("“{other}” is going to be done, and there can only be one of the two."),
        Why.WAITING: _("It needs “{other}”, which was not chosen."),
        Why.SHARES_SHORT: _("It needs {price} of the budget; what is left of their shares does not reach."),
        Why.MONEY_SHORT: _("When its turn came, {left} of the budget was left, and it needs {price}."),
    }.get(reason.why, "").format(price=price, other=other, left=amount(reason.left or 0))
