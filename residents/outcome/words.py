"""Sentences for neighbours, made of the figures of a reason, and true of them.

The figures are kept, the words are made in the reader's language; names of items come from whoever asks.
"""

from collections.abc import Mapping
from fractions import Fraction

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from residents.outcome.election import Number
from residents.outcome.larger_budget import Gain
from residents.outcome.reasons import Reason, Why

WAN = 10_000


def line(reason: Reason, names: Mapping[str, str]) -> str:
    """The item, whether it is in, and why: as on the notice board."""
    return _("{item}: {verdict}. {because}").format(
        item=names[reason.item], verdict=verdict(reason), because=because(reason, names)
    )


def verdict(reason: Reason) -> str:
    if reason.why is Why.LOCKED:
        return _("included")
    return _("chosen") if reason.is_in else _("not chosen")


def because(reason: Reason, names: Mapping[str, str]) -> str:
    """One or two short sentences."""
    if reason.why is Why.LOCKED:
        return _("Basic work: done in any case and paid for first.")
    money = _money(reason, names.get(reason.other or "", ""))
    if not money:
        return wanted(reason)
    return _("{one} {two}").format(one=wanted(reason), two=money)


def payments(reason: Reason) -> str:
    """How the shares of the budget paid for it, to the cent: for those who check the count; "" where none paid."""
    paid = reason.payments
    if paid is None:
        return ""
    poorer = paid.payers - paid.at_most
    if not poorer:
        sentence = ngettext(
            "The share of {payers} household paid its {price}: {most}.",
            "The shares of {payers} households paid its {price}, {most} each.",
            paid.payers,
        )
    else:
        sentence = ngettext(
            "The shares of {payers} households paid its {price}: {at_most} of them {most} each; of the {poorer} other the share had been used in part, and it paid the {least} that were left.",
            "The shares of {payers} households paid its {price}: {at_most} of them {most} each; of the {poorer} others the shares had been used in part, and they paid what was left, {least} the least.",
            poorer,
        )
    return sentence.format(
        payers=paid.payers, price=amount(reason.price), least=_to_the_cent(paid.least), most=_to_the_cent(paid.most),
        at_most=paid.at_most, poorer=poorer,
    )  # fmt: skip


def more_money(gain: Gain, names: Mapping[str, str]) -> str:
    """What the budget lacks for a further item."""
    gained, lost = (_("”, “").join(names[item_id] for item_id in some) for some in (gain.gained, gain.lost))
    if gain.lost:
        sentence = _("With {extra} more, “{gained}” would be chosen; “{lost}” would no longer be.")
    else:
        sentence = _("With {extra} more, “{gained}” would be chosen too.")
    return sentence.format(extra=amount(gain.extra), gained=gained, lost=lost)


def amount(number: Number) -> str:
    """12.35 万元, 909.09 元, ¥123,500; rounded to the cent it says so."""
    exact = Fraction(number)
    cents = round(exact * 100)
    if exact and not cents:
        return _("less than {amount}").format(amount=_written(1))
    written = _written(cents)
    return written if cents == exact * 100 else _("about {amount}").format(amount=written)


def _to_the_cent(number: Fraction) -> str:
    """Rounded without a word about it, where several sums stand in a row; still not nothing."""
    return _written(max(round(number * 100), 1))


def _written(cents: int) -> str:
    yuan, rest = divmod(cents, 100)
    plain = f"{yuan:,}" + (f".{rest:02}" if rest else "")
    if not (get_language() or "").startswith("zh"):
        return f"¥{plain}"
    if yuan >= WAN and not rest and yuan % 100 == 0:
        wan, hundreds = divmod(yuan, WAN)
        return f"{wan:,}" + (f".{hundreds // 100:02}".rstrip("0") if hundreds else "") + " 万元"
    return f"{plain} 元"


def wanted(reason: Reason) -> str:
    """How many want it; of an improvement also how many it needs."""
    if not reason.supporters:
        return _("No household wants it.")
    if reason.needed > 1:
        return ngettext(
            "{count} of {answered} households that answered wants it; {needed} are needed.",
            "{count} of {answered} households that answered want it; {needed} are needed.",
            reason.supporters,
        ).format(count=reason.supporters, answered=reason.answered, needed=reason.needed)
    return ngettext("{count} household wants it.", "{count} households want it.", reason.supporters).format(
        count=reason.supporters
    )


def _money(reason: Reason, other: str) -> str:
    """The second sentence, where the first does not say it all."""
    if reason.why is Why.SHARES:
        return _paid(reason)
    if reason.why is Why.SHARES_SHORT:
        return _shares_short(reason)
    if reason.why is Why.MONEY_SHORT:
        return _money_short(reason)
    return {
        Why.LEFT_OVER: _(
            "It did not get in by shares of the budget; it is paid for with what they left over."
        ),
        Why.QUEUE: _("It was number {rank} in the queue, and the money reached."),
        Why.RIVAL: _("“{other}” is going to be done, and there can only be one of the two."),
        Why.WAITING: _("It needs “{other}”, which was not chosen."),
    }.get(reason.why, "").format(rank=reason.rank, other=other)


def _paid(reason: Reason) -> str:
    """For whoever lives there: a sum for each household would read like a bill."""
    if reason.payments is None:
        return _("It costs this budget nothing.")
    return _("It needs {price} of the budget, and the shares of those who want it reach for that.").format(
        price=amount(reason.price)
    )


def _shares_short(reason: Reason) -> str:
    if reason.together:
        sentence = _(
            "It needs {price} of the budget; of their shares {together} is left, {missing} too little."
        )
    else:
        sentence = _("It needs {price} of the budget; of their shares nothing is left.")
    return _with_sums(sentence, reason)


def _money_short(reason: Reason) -> str:
    if reason.rank is None:
        sentence = _(
            "It did not get in by shares of the budget. Of what they left over there was {left} when its "
            "turn came; it needs {price}, that is {missing} too little."
        )
    elif reason.last_rank is not None and reason.last_rank < reason.rank:
        sentence = _(
            "It was number {rank} in the queue. The money went as far as number {last_rank}; {left} was left, "
            "and it needs {price}: {missing} too little."
        )
    else:
        sentence = _(
            "It was number {rank} in the queue. When its turn came, {left} was left, and it needs {price}: "
            "{missing} too little."
        )
    return _with_sums(sentence, reason)


def _with_sums(sentence: str, reason: Reason) -> str:
    return sentence.format(
        price=amount(reason.price),
        left=amount(reason.left or 0),
        together=amount(reason.together or 0),
        missing=amount(reason.missing or 0),
        rank=reason.rank,
        last_rank=reason.last_rank,
    )
