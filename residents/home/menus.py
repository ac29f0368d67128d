"""The menu as one household sees it: what is on show, what it ticked, its own share, what counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.core.cache import cache
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.board import ResidentCard
from core.figures import money
from core.text import listed
from projects.models import Category
from projects.shares import NobodyPays, Sharer, preview
from projects.shares import ShareRule as Rule
from residents.actions.choices import DECLINE, EITHER, WANT, pairs_that_do_not_go_together
from residents.home.words import plain_day, plain_moment
from residents.models import Choice, ChoiceDraft, Household, Menu, MenuState, OptionVersion, current_versions
from residents.session import Resident

SHOWN = (MenuState.PUBLISHED, MenuState.COUNTED, MenuState.VOIDED)
SHARES_KEPT = 3600


@dataclass(frozen=True)
class Offer:
    """One question: an item on offer, about what this household would pay of it, and what it ticked ("" for nothing).

    `before` is the version that this household saw when it chose, where another one is on show by now.
    """

    version: OptionVersion
    place: int
    share: int
    answer: str
    before: OptionVersion | None

    @property
    def has_changed(self) -> bool:
        return self.before is not None

    @property
    def paid_by(self) -> str:
        """A sentence: who pays which part of the price, so that the parts add up to it."""
        version = self.version
        if version.charged == version.cost:
            return _("All of it comes from the renovation's money.")
        parts = [
            words.format(sum=money(part), rule=version.get_share_rule_display())
            for part, words in (
                (version.subsidy, _("subsidies {sum}")),
                (version.charged, _("the renovation's money {sum}")),
                (version.residents_pay, _("all homes together {sum} ({rule})")),
            )
            if part
        ]
        return _("Of this: {parts}.").format(parts=listed(parts))

    @property
    def is_wanted(self) -> bool:
        return self.answer == WANT


class OpenMenu:
    """A menu with what one household has ticked, sent and pays. Reads each thing once."""

    def __init__(self, menu: Menu, resident: Resident, now: datetime) -> None:
        self.menu, self.resident, self.now = menu, resident, now

    @property
    def is_open(self) -> bool:
        return self.menu.is_open_at(self.now)

    @cached_property
    def versions(self) -> list[OptionVersion]:
        return current_versions(self.menu)

    @property
    def included(self) -> list[OptionVersion]:
        """Basic works: done in any case."""
        return [version for version in self.versions if version.option.category == Category.BASIC]

    @property
    def on_show(self) -> list[OptionVersion]:
        return [version for version in self.versions if version.option.is_on_offer]

    @cached_property
    def sent(self) -> Choice | None:
        """The choice that counts."""
        return Choice.objects.filter(menu=self.menu, household=self.resident.household_id).counting().first()

    @property
    def receipt_text(self) -> str:
        return receipt_in_two(self.sent.receipt) if self.sent else ""

    @cached_property
    def draft(self) -> dict[str, str] | None:
        found = ChoiceDraft.objects.filter(menu=self.menu, household=self.resident.household_id).first()
        return found.answers if found else None

    @cached_property
    def shares(self) -> Mapping[int, int]:
        return shares_of(self.menu, self.resident, self.on_show)

    @cached_property
    def offers(self) -> list[Offer]:
        return [
            Offer(version, place, self.shares.get(version.pk, 0), self._answer(version), self._before(version))
            for place, version in enumerate(self.on_show, start=1)
        ]  # fmt: skip

    @cached_property
    def _seen(self) -> dict[int, OptionVersion]:
        """By option, what this household saw when it chose."""
        if self.sent is None:
            return {}
        known = {version.pk: version for version in self.versions}
        if not known.keys() >= set(self.sent.seen):
            known = {version.pk: version for version in OptionVersion.objects.filter(pk__in=self.sent.seen)}
        return {known[pk].option_id: known[pk] for pk in self.sent.seen if pk in known}

    def _before(self, version: OptionVersion) -> OptionVersion | None:
        seen = self._seen.get(version.option_id)
        return seen if seen is not None and seen.pk != version.pk else None

    def _answer(self, version: OptionVersion) -> str:
        if self.draft is not None:
            return self.draft.get(str(version.option_id), "")
        return self.sent_answers.get(version.option_id, "")

    @cached_property
    def sent_answers(self) -> dict[int, str]:
        """By option: what was said of an earlier text or price counts, so it stands here too."""
        if self.sent is None:
            return {}
        wanted, declined = set(self.sent.wanted), set(self.sent.declined)
        return {
            option: WANT if version.pk in wanted else DECLINE if version.pk in declined else EITHER
            for option, version in self._seen.items()
        }

    @property
    def wanted(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.is_wanted]

    @property
    def received(self) -> list[Offer]:
        """What the choice that counts wants, whatever is ticked since."""
        return [offer for offer in self.offers if self.sent_answers.get(offer.version.option_id) == WANT]

    @property
    def total(self) -> int:
        """About what this household would pay of all it wants, in yuan."""
        return sum(offer.share for offer in self.wanted)

    @property
    def unanswered(self) -> Offer | None:
        """The first question without an answer."""
        return next((offer for offer in self.offers if not offer.answer), None)

    @property
    def changed(self) -> list[Offer]:
        """What got another text or price since this household's choice was sent."""
        return [offer for offer in self.offers if offer.has_changed]

    @property
    def is_dirty(self) -> bool:
        """Something is ticked that was not sent."""
        return self.draft is not None

    @property
    def is_scarce(self) -> bool:
        """Whether the budget does not reach for everything on offer."""
        return sum(version.charged for version in self.on_show) > self.menu.budget

    @cached_property
    def conflicts(self) -> list[str]:
        return pairs_that_do_not_go_together(self.menu, [offer.version.pk for offer in self.wanted])

    @property
    def is_too_much(self) -> bool:
        return self.menu.most is not None and len(self.wanted) > self.menu.most

    @property
    def contact(self) -> tuple[str, str]:
        """Whom to call about it: the round's role and number."""
        visits = self.menu.round
        return (visits.contact, visits.contact_phone) if visits else ("", "")


def receipt_in_two(receipt: str) -> str:
    """As it stands on the receipt: 4K7M 2PQX."""
    return f"{receipt[:4]} {receipt[4:]}"


def shares_of(menu: Menu, resident: Resident, versions: list[OptionVersion]) -> dict[int, int]:
    """Whole yuan, about, by version: what this household would pay of each item.

    Worked out from the whole register of the compound, so it is kept for a while: under a key that
    changes with the prices and with the register.
    """
    doors = Household.objects.living().filter(compound=resident.compound_id)
    stamp = doors.aggregate(last=Max("updated_at"), count=Count("pk"))
    last = stamp["last"].timestamp() if stamp["last"] else 0
    newest = max((version.pk for version in versions), default=0)
    key = f"menu-shares:{menu.pk}:{newest}:{stamp['count']}:{last}:{resident.household_id}"
    known: dict[int, int] | None = cache.get(key)
    if known is None:
        sharers = [Sharer(*row) for row in doors.values_list("pk", "exclusive_area", "floor")]
        known = {version.pk: _share(version, resident, sharers) for version in versions}
        cache.set(key, known, SHARES_KEPT)
    return known


def _share(version: OptionVersion, resident: Resident, sharers: list[Sharer]) -> int:
    if not version.residents_pay or not sharers:
        return 0
    total = version.residents_pay.quantize(Decimal("0.01"))
    try:
        return preview(total, sharers, Rule(version.share_rule)).about(resident.household_id)
    except (NobodyPays, KeyError):
        return 0


# --- The home page ----------------------------------------------------------------------


def menus_of(resident: Resident) -> list[Menu]:
    """The menus of the compound that residents may see, newest first; read once a page."""
    if "menus" not in resident.shared:
        found = Menu.objects.filter(project__compound=resident.compound_id, state__in=SHOWN)
        resident.shared["menus"] = list(found.select_related("round").order_by("-id")[:3])
    menus: list[Menu] = resident.shared["menus"]
    return menus


def open_menus(resident: Resident) -> Iterator[ResidentCard]:
    """What can be chosen now; a representative's code opens the compound's page, not a household's choice."""
    if resident.is_representative:
        return
    now = timezone.now()
    for menu in menus_of(resident):
        if menu.is_open_at(now):
            yield _open_card(OpenMenu(menu, resident, now))


def _open_card(shown: OpenMenu) -> ResidentCard:
    menu = shown.menu
    until = _until(menu)
    url = reverse("residents:choose", args=[menu.pk])
    if shown.sent is None:
        begun = shown.is_dirty
        return ResidentCard(
            title=menu.title, tag=_("not submitted yet") if begun else "", tone="late",
            lines=(until, _("It takes a few minutes. Nothing counts before you press “Submit” at the end.")),
            url=url, action=_("Go on choosing") if begun else _("Begin to choose"),
        )  # fmt: skip
    counts = _("What counts now is what was received on {moment}.").format(
        moment=plain_moment(shown.sent.received_at)
    )
    if shown.is_dirty:
        return ResidentCard(
            title=menu.title, tag=_("change not submitted"), tone="late",
            lines=(_("You have changed something and not submitted it."), counts, until),
            url=reverse("residents:check", args=[menu.pk]), action=_("Check and submit the change"),
        )  # fmt: skip
    if shown.changed:
        names = "、".join(offer.version.name for offer in shown.changed)
        return ResidentCard(
            title=menu.title, tag=_("please look again"), tone="late",
            lines=(_("Since you chose, a price or a text has changed: {names}. Your choice counts as it is unless you change it.").format(names=names), until),
            url=url, action=_("Look at what has changed"),
        )  # fmt: skip
    return ResidentCard(
        title=menu.title, tag=_("submitted"), tone="ok",
        lines=(_("Your choice was received on {moment}.").format(moment=plain_moment(shown.sent.received_at)), until),
        url=url, action=_("See or change my choice"),
    )  # fmt: skip


def _until(menu: Menu) -> str:
    until = _("You can choose until {moment}.").format(moment=plain_moment(menu.closes_at))
    if menu.first_close is None:
        return until
    before = _("It was to close on {moment}: {reason}").format(
        moment=plain_moment(menu.first_close), reason=menu.prolong_reason
    )
    return f"{until} {before}"


def closed_menus(resident: Resident) -> Iterator[ResidentCard]:
    """What was chosen, and what came of it; whether this household's own choice is among it."""
    now = timezone.now()
    closed = [
        menu for menu in menus_of(resident) if menu.state != MenuState.PUBLISHED or menu.closes_at <= now
    ]
    receipts = _receipts_of(resident, closed)
    for menu in closed:
        if menu.state == MenuState.VOIDED:
            yield ResidentCard(
                title=menu.title, tag=_("does not count"), tone="late",
                lines=(_("This choice does not count: {reason}").format(reason=menu.void_reason),),
            )  # fmt: skip
        else:
            yield _closed_card(menu, resident, receipts.get(menu.pk, ""))


def _receipts_of(resident: Resident, menus: list[Menu]) -> dict[int, str]:
    """By menu: the receipt of the household's choice that counts, once it is closed."""
    asked = [menu.pk for menu in menus if menu.state != MenuState.VOIDED]
    if not asked or resident.is_representative:
        return {}
    sent = Choice.objects.filter(menu__in=asked, household=resident.household_id).counting()
    return {choice.menu_id: choice.receipt for choice in sent}


def _closed_card(menu: Menu, resident: Resident, receipt: str) -> ResidentCard:
    own = () if resident.is_representative else (_own_choice(menu, receipt),)
    if menu.state == MenuState.COUNTED:
        return ResidentCard(
            title=menu.title, tag=_("counted"), tone="ok",
            lines=(_("The choices are counted: see what is done, and why."), *own),
            url=_own(resident, "residents:result", menu), action=_("See the result"),
        )  # fmt: skip
    when = menu.result_on
    line = (
        _("The result comes on {day}.").format(day=plain_day(when)) if when else _("The result comes soon.")
    )
    return ResidentCard(
        title=menu.title, tag=_("being counted"), lines=(_("The choice is closed."), line, *own),
        url=_own(resident, "residents:receipt", menu) if receipt else "", action=_("See my receipt"),
    )  # fmt: skip


def _own_choice(menu: Menu, receipt: str) -> str:
    if receipt:
        return _("Your home’s choice was received, receipt {receipt}.").format(
            receipt=receipt_in_two(receipt)
        )
    if menu.state == MenuState.COUNTED:
        return _("Your home took no part in this choice.")
    # Sealed paper is still being typed.
    return _("No choice of your home is registered yet. What came on paper is entered before the count.")


def _own(resident: Resident, name: str, menu: Menu) -> str:
    """A page behind a household's letter; a representative's code does not open it."""
    return "" if resident.is_representative else reverse(name, args=[menu.pk])
