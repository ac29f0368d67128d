"""The result of a menu as it hangs on the notice board, read from the kept outcome.

The paper is Chinese whoever prints it (`residents.letters.content`), so these words are no translations.
"""

from decimal import Decimal

from django.utils import timezone, translation

from projects.models import Category
from residents.errors.letters import NobodyToCall
from residents.lettering import contact_of, sender_of
from residents.letters.content import Contact, NoticeItem, ResultNotice
from residents.models import Departure, Menu, OptionVersion, Outcome, OutcomeAdoption, current_versions
from residents.outcome_reading import Line, Reading


def notice_of(menu: Menu, outcome: Outcome) -> ResultNotice:
    """`menu` with its project's compound and round. Who asks, and where they may object, is said in any case."""
    compound = menu.project.compound
    versions = current_versions(menu)
    on_show = {version.option_id: version for version in versions}
    adoption = OutcomeAdoption.objects.filter(menu=menu).first()
    departures = {one.option_id: one for one in adoption.departures.all()} if adoption else {}
    contact = _contact(menu)
    with translation.override("zh-hans"):
        reading = Reading(outcome)
        return ResultNotice(
            compound=compound.name,
            title="改造项目选择结果",
            households=reading.households,
            answered=reading.answered,
            budget=menu.budget,
            spent=Decimal(round(reading.spent)),
            rule="".join((*reading.rule_in_words, reading.shares_in_words)),
            basic=tuple(one.name for one in versions if one.option.category == Category.BASIC),
            items=tuple(
                _item(line, on_show[line.option_id], departures.get(line.option_id)) for line in reading.lines
            ),
            objections=f"可以打下面的电话，也可以到{contact.place}说；每一条都会登记，都有答复。",
            contact=contact,
            sender=sender_of(compound),
            dated=timezone.localdate(outcome.computed_at),
        )


def _item(line: Line, version: OptionVersion, departure: Departure | None) -> NoticeItem:
    return NoticeItem(
        name=line.name, is_in=line.is_in, supporters=line.supporters, sentence=line.sentence, cost=version.cost,
        subsidy=version.subsidy, residents_pay=version.residents_pay, requirement=line.requirement,
        note=_departs(departure) if departure else "",
    )  # fmt: skip


def _departs(departure: Departure) -> str:
    what = "改造方案仍然安排了这一项" if departure.is_taken else "改造方案没有安排这一项"
    return f"{what}：{departure.reason}"


def _contact(menu: Menu) -> Contact:
    """Whom residents call now; where nobody gives a number any more, whom the round named."""
    try:
        return contact_of(menu.project.compound)
    except NobodyToCall:
        visits = menu.round
        return (
            Contact(who=visits.contact, phone=visits.contact_phone)
            if visits
            else Contact(who="社区居委会", phone="")
        )
