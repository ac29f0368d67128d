"""What stands on a compound's letters, read from the register, the round under way and the menu that is published.

The papers are Chinese whoever prints them (`residents.letters.content`), so these words are no translations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from compounds.models import Compound
from directory.models import Division, Organisation, OrganisationKind
from projects.models import Category
from projects.shares import NobodyPays, Sharer, Shares, preview
from projects.shares import ShareRule as Rule
from residents.actions.letters import clear_text
from residents.errors.letters import NobodyToCall
from residents.home.contacts import office_of
from residents.letters.content import (
    Contact,
    Letter,
    LetterRound,
    PaperItem,
    PaperMenu,
    RepresentativeLetter,
)
from residents.models import (
    AccessCode,
    Household,
    Menu,
    MenuState,
    OptionRelation,
    OptionVersion,
    Precedence,
    Representative,
    Round,
    current_versions,
)

PRECEDENCE: dict[str, str] = {
    Precedence.LATEST: "网上和纸质都交了的，以最后交的为准。",
    Precedence.PAPER: "交了签字的纸质单子，就以纸质为准；没有交纸质的，以最后在网上交的为准。",
    Precedence.FIRST: "以最先交的为准，交了以后不能再改。",
}


@dataclass(frozen=True)
class Lettering:
    """The letters of one compound: what is the same on all of them, and each household's shares by item."""

    about: LetterRound
    shares: tuple[Shares | None, ...]

    def letter(self, household: Household, code: AccessCode) -> Letter:
        """`household` with its building."""
        return Letter(
            building=household.building.number,
            staircase=household.staircase,
            unit=household.unit,
            code=clear_text(code),
            shares=tuple(_about(share, household.pk) for share in self.shares),
        )

    def letters(self, doors: Sequence[Household], codes: Mapping[int, AccessCode]) -> Iterator[Letter]:
        return (self.letter(door, codes[door.pk]) for door in doors if door.pk in codes)


def _about(shares: Shares | None, household_id: int) -> int | None:
    return shares.about(household_id) if shares and household_id in shares.by_household else None


def lettering_of(compound: Compound, *, address: str, note: str = "") -> Lettering:
    """`address` ends in /r/. Raises `NobodyToCall` where neither a round nor an office gives a number."""
    contact = contact_of(compound)
    menu = menu_on_letters(compound, timezone.now())
    on_offer = [version for version in current_versions(menu) if version.option.is_on_offer] if menu else []
    about = LetterRound(
        compound=compound.name,
        community=_place(compound),
        address=address,
        contact=contact,
        sender=sender_of(compound),
        dated=timezone.localdate(),
        until=menu.closes_at if menu else None,
        note=note,
        menu=_paper_menu(menu, on_offer, contact) if menu and on_offer else None,
    )
    return Lettering(about, tuple(shares_on_offer(on_offer, compound)))


def menu_on_letters(compound: Compound, now: datetime) -> Menu | None:
    """What is published and not yet closed: letters go out before it opens, too."""
    menus = Menu.objects.filter(project__compound=compound, state=MenuState.PUBLISHED, closes_at__gt=now)
    return menus.order_by("-id").first()


def contact_of(compound: Compound) -> Contact:
    """The round under way; at the desk between two rounds the committee's or street office's own number."""
    visits = Round.objects.running().filter(compound=compound).first()
    place = compound.community.name.replace("居民委员会", "居委会")
    if visits is not None:
        return Contact(who=visits.contact, phone=visits.contact_phone, place=place)
    office = office_of(compound.community_id)
    if office is None:
        raise NobodyToCall
    return Contact(who=office.name, phone=office.phone, place=place)


def sender_of(compound: Compound) -> str:
    """The street office or the town's government."""
    street = compound.community_id[:9]
    office = (
        Organisation.objects.active().filter(division=street, kind=OrganisationKind.STREET_OFFICE).first()
    )
    if office is not None:
        return office.name
    name = Division.objects.filter(code=street).values_list("name", flat=True).first() or ""
    return f"{name}{'办事处' if name.endswith('街道') else '人民政府'}" if name else compound.community.name


def _place(compound: Compound) -> str:
    return "".join(Division.objects.way_names(compound.community_id, from_digits=6))


# --- The menu on the back ---------------------------------------------------------------


def _paper_menu(menu: Menu, on_offer: list[OptionVersion], contact: Contact) -> PaperMenu:
    basic = [version for version in current_versions(menu) if version.option.category == Category.BASIC]
    rules = _rules(menu, on_offer)
    return PaperMenu(
        title=menu.title,
        basic=tuple(version.name for version in basic),
        items=tuple(
            PaperItem(
                name=version.name, text=version.text, price=version.cost, subsidy=version.subsidy,
                residents_pay=version.residents_pay, rule=rules.get(version.option_id, ""),
            )
            for version in on_offer
        ),
        hand_in=f"交到{contact.place}，或者交给上门的工作人员。",
        precedence=PRECEDENCE[menu.precedence],
        most=menu.most,
    )  # fmt: skip


def _rules(menu: Menu, on_offer: list[OptionVersion]) -> dict[int, str]:
    """与第3项只能选一个; items that are done in any case are no condition."""
    place = {version.option_id: number for number, version in enumerate(on_offer, start=1)}
    found: dict[int, list[str]] = {}
    for one in OptionRelation.objects.filter(menu=menu).order_by("id"):
        if one.option_id not in place or one.other_id not in place:
            continue
        if one.kind == OptionRelation.Kind.EXCLUDES:
            found.setdefault(one.option_id, []).append(f"与第{place[one.other_id]}项只能选一个")
            found.setdefault(one.other_id, []).append(f"与第{place[one.option_id]}项只能选一个")
        else:
            found.setdefault(one.option_id, []).append(f"要和第{place[one.other_id]}项一起选")
    return {option: "；".join(words) for option, words in found.items()}


def shares_on_offer(on_offer: list[OptionVersion], compound: Compound) -> Iterator[Shares | None]:
    """Of each item once for the whole register; None where nothing can be told."""
    doors = Household.objects.living().filter(compound=compound)
    sharers = [Sharer(*row) for row in doors.values_list("pk", "exclusive_area", "floor")] if on_offer else []
    for version in on_offer:
        total = version.residents_pay.quantize(Decimal("0.01"))
        try:
            yield preview(total, sharers, Rule(version.share_rule))
        except NobodyPays:
            yield None


def doors_to_print(compound: Compound, building_id: int | None) -> QuerySet[Household]:
    """In the order in which one walks."""
    doors = Household.objects.living().filter(compound=compound).select_related("building").by_door()
    return doors.filter(building=building_id) if building_id else doors


# --- Representatives --------------------------------------------------------------------


def representatives_letter(person: Representative, code: AccessCode, *, address: str) -> RepresentativeLetter:
    compound = person.compound
    return RepresentativeLetter(
        compound=compound.name,
        community=_place(compound),
        name=person.name,
        term=_term(person),
        address=address,
        code=clear_text(code),
        contact=contact_of(compound),
        sender=sender_of(compound),
        dated=timezone.localdate(),
    )


def _term(person: Representative) -> str:
    begins = _month(person.from_on)
    return f"{begins}至{_month(person.term_until)}" if person.term_until else f"{begins}起"


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"
