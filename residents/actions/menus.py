"""改造菜单: drawn up from the scheme, published, changed by versions, prolonged, voided."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers, violated_constraint
from core.text import clean_line, clean_text
from directory.models import User
from files.models import StoredFile
from projects.models import (
    CatalogueItem,
    Category,
    Project,
    Scheme,
    WorkItem,
)
from projects.models.line import UNDER_CONSTRUCTION_OR_LATER
from residents.actions.rounds import start_round
from residents.errors.households import CompoundReshaped, ReasonNeeded
from residents.errors.menus import (
    AdoptedNotVoided,
    MenuClosed,
    MenuIncomplete,
    MenuNotDraft,
    OptionChanged,
    ResultBeforeClose,
)
from residents.errors.opinions import OnlyLater
from residents.models import (
    AccessCode,
    Household,
    Menu,
    MenuState,
    Option,
    OptionRelation,
    OptionVersion,
    OutcomeAdoption,
    Round,
    ShareRule,
)
from residents.permissions import can_run_menus

TRIGGERS = {
    "begins_in_living_compound": CompoundReshaped,
    "options_stay_once_published": MenuNotDraft,
    "menu_stays_as_published": MenuNotDraft,
    "option_version_in_its_time": MenuClosed,
}

# Two weekends are better; less than a week misses whoever works away.
USUAL_DAYS = 7


class MenuFacts(TypedDict, total=False):
    scheme: Scheme | None
    round: Round | None
    title: str
    introduction: str
    rule: str
    completion: str
    budget: Decimal
    threshold: Decimal
    most: int | None
    precedence: str
    opens_at: datetime
    closes_at: datetime
    paper_hours: int
    result_on: object


class NewRound(NamedTuple):
    """A round of visits that begins with the menu."""

    title: str
    contact: str
    contact_phone: str


class VersionFacts(TypedDict, total=False):
    """Words and prices of an option; sums in yuan."""

    name: str
    text: str
    picture: StoredFile | None
    quantity: Decimal
    cost: Decimal
    subsidy: Decimal
    residents_pay: Decimal
    share_rule: str
    funding: str


@transaction.atomic
def draw_up_menu(
    *, project: Project, user: User, new_round: NewRound | None = None, **facts: Unpack[MenuFacts]
) -> Menu:
    """Begin a menu for a project; the basic works of its scheme are shown as included from the start.

    With `new_round` the compound's round of visits begins with it, or neither does.
    """
    if not can_run_menus(user, project.division_code):
        raise NotPermitted
    if new_round is not None:
        facts["round"] = start_round(compound=project.compound, user=user, **new_round._asdict())
    with constraints_as_refusals(Menu):
        menu = Menu.objects.create(project=project, drawn_up_by=user, **facts)
    if menu.scheme is not None:
        _take_basic_works(menu, menu.scheme, user)
    return menu


def _take_basic_works(menu: Menu, scheme: Scheme, user: User) -> None:
    lines = scheme.lines.filter(work_item__catalogue_item__category=Category.BASIC, cost__gt=0)
    for line in lines.select_related("work_item__catalogue_item"):
        item = line.work_item.catalogue_item
        add_option(
            menu=menu, user=user, catalogue_item=item, work_item=line.work_item, name=item.name[:60],
            text=line.work_item.location or item.name, quantity=line.quantity,
            cost=line.cost.quantize(Decimal("0.01")), funding="",
        )  # fmt: skip


@transaction.atomic
def change_menu(*, menu: Menu, user: User, **facts: Unpack[MenuFacts]) -> Menu:
    """Everything may change while it is being drawn up."""
    menu = _lock_draft(menu, user)
    for name, value in facts.items():
        setattr(menu, name, value)
    with constraints_as_refusals(Menu):
        menu.save()
    return menu


@transaction.atomic
def add_option(
    *, menu: Menu, user: User, catalogue_item: CatalogueItem, work_item: WorkItem | None = None,
    **facts: Unpack[VersionFacts],
) -> Option:  # fmt: skip
    """Put an item on the menu, after those there are, with its first version."""
    menu = _lock_draft(menu, user)
    last = menu.options.aggregate(last=Max("position"))["last"] or 0
    with refusals_of_triggers(TRIGGERS):
        option = Option.objects.create(
            menu=menu, position=last + 1, catalogue_item=catalogue_item, work_item=work_item,
            category=catalogue_item.category,
        )  # fmt: skip
    _write_version(option, user, 1, facts)
    option.refresh_from_db()
    return option


@transaction.atomic
def order_options(*, menu: Menu, user: User, option_ids: Sequence[int]) -> None:
    """The options in this order; those not named follow in theirs."""
    menu = _lock_draft(menu, user)
    wanted = {pk: place for place, pk in enumerate(option_ids)}
    options = sorted(menu.options.all(), key=lambda one: (wanted.get(one.pk, len(wanted)), one.position))
    for place, option in enumerate(options, start=1):
        option.position = place
    Option.objects.bulk_update(options, ["position"])


@transaction.atomic
def relate_options(*, option: Option, other: Option, kind: str, user: User) -> OptionRelation:
    """`option` and `other` exclude each other, or `option` is only had together with `other`."""
    menu = _lock_draft(option.menu, user)
    if kind == OptionRelation.Kind.EXCLUDES and option.pk > other.pk:
        option, other = other, option
    if other.menu_id != menu.pk:
        raise OptionChanged
    OptionRelation.objects.filter(option__in=[option, other], other__in=[option, other]).delete()
    with constraints_as_refusals(OptionRelation):
        return OptionRelation.objects.create(menu=menu, option=option, other=other, kind=kind)


@transaction.atomic
def part_options(*, relation: OptionRelation, user: User) -> None:
    _lock_draft(relation.menu, user)
    relation.delete()


@transaction.atomic
def drop_option(*, option: Option, user: User) -> None:
    """Take an item off a menu that is being drawn up."""
    menu = _lock_draft(option.menu, user)
    with refusals_of_triggers(TRIGGERS):
        menu.options.filter(pk=option.pk).delete()


@transaction.atomic
def revise_option(
    *, option: Option, user: User, expected_version: int, reason: str = "", **facts: Unpack[VersionFacts]
) -> OptionVersion:
    """New words or prices. While the menu is open this needs a reason; those who chose before are told on their
    home page, and the worklist shows their doors.

    `expected_version` is the version that the form showed.
    """
    menu = Menu.objects.select_for_update(no_key=True, of=("self",)).get(pk=option.menu_id)
    if not can_run_menus(user, menu.division_code):
        raise NotPermitted
    if menu.state != MenuState.DRAFT and not clean_line(reason):
        raise ReasonNeeded
    current = option.versions.first()
    if current is None or current.version != expected_version:
        raise OptionChanged
    kept: VersionFacts = {
        "name": current.name, "text": current.text, "picture": current.picture, "quantity": current.quantity,
        "cost": current.cost, "subsidy": current.subsidy, "residents_pay": current.residents_pay,
        "share_rule": current.share_rule, "funding": current.funding,
    }  # fmt: skip
    return _write_version(option, user, expected_version + 1, {**kept, **facts}, reason=reason)


def _write_version(
    option: Option, user: User, version: int, facts: VersionFacts, *, reason: str = ""
) -> OptionVersion:
    made = OptionVersion(option=option, version=version, made_by=user, reason=clean_line(reason), **facts)
    made.name, made.text = clean_line(made.name), clean_text(made.text)
    if not made.residents_pay:
        made.share_rule = ShareRule.NONE
    try:
        with refusals_of_triggers(TRIGGERS), constraints_as_refusals(OptionVersion):
            made.save(force_insert=True)
    except IntegrityError as error:
        if violated_constraint(error) == "option_version_once":
            raise OptionChanged from error
        raise
    return made


# --- Its way ----------------------------------------------------------------------------


def doors_of(menu: Menu) -> QuerySet[Household]:
    """Whoever may choose from it."""
    return Household.objects.living().filter(compound=menu.project.compound_id)


def missing_before_publication(menu: Menu) -> list[str]:
    """What must be there before residents see it, a sentence each."""
    found = []
    if not any(option.is_on_offer for option in menu.options.all()):
        found.append(_("put at least one item on offer that is not a basic one."))
    if not doors_of(menu).exists():
        found.append(_("enter the households of the compound in the register."))
    if menu.round is None:
        found.append(
            _("name the round of visits that it belongs to; its telephone number stands on the letters.")
        )
    if menu.closes_at <= timezone.now():
        found.append(_("let it close in the future."))
    if menu.result_on and menu.result_on < timezone.localdate(menu.closes_at):
        found.append(_("announce the result after the close, not before."))
    return found


def cautions_before_publication(menu: Menu) -> list[str]:
    """What does not hinder it, and should be known before residents are asked, a sentence each."""
    found = []
    days = (menu.closes_at - max(menu.opens_at, timezone.now())).days
    if days < USUAL_DAYS:
        found.append(
            _(
                "Residents have {days} full days to choose; {usual} are usual, with a weekend among them."
            ).format(days=max(days, 0), usual=USUAL_DAYS)
        )
    if menu.project.stage in UNDER_CONSTRUCTION_OR_LATER:
        found.append(
            _("The project is at “{stage}” already: what is chosen now comes late.").format(
                stage=menu.project.get_stage_display()
            )
        )
    doors = doors_of(menu)
    without = doors.exclude(codes__in=AccessCode.objects.live()).count()
    if without:
        found.append(
            ngettext(
                "{count} household has no letter yet.", "{count} households have no letter yet.", without
            ).format(count=without)
        )
    return found


@transaction.atomic
def publish_menu(*, menu: Menu, user: User) -> Menu:
    """From now on items and rule stay. It opens at its time."""
    menu = _lock_draft(menu, user)
    missing = missing_before_publication(menu)
    if missing:
        raise MenuIncomplete(listed=" ".join(missing), missing=missing)
    menu.state, menu.published_by, menu.published_at = MenuState.PUBLISHED, user, timezone.now()
    with refusals_of_triggers(TRIGGERS):
        menu.save()
    return menu


@transaction.atomic
def prolong_menu(
    *, menu: Menu, user: User, closes_at: datetime, reason: str, result_on: date | None = None
) -> Menu:
    """A later close, while it is open, with a reason that residents read; the result is announced after it.

    `result_on` None keeps the day that was announced.
    """
    menu = _lock(menu, user)
    if menu.state != MenuState.PUBLISHED or menu.closes_at <= timezone.now():
        raise MenuClosed
    if closes_at <= menu.closes_at:
        raise OnlyLater
    if not clean_line(reason):
        raise ReasonNeeded
    menu.first_close = menu.first_close or menu.closes_at
    menu.closes_at, menu.prolong_reason = closes_at, clean_line(reason)
    menu.result_on = result_on or menu.result_on
    _refuse_early_result(menu)
    with refusals_of_triggers(TRIGGERS):
        menu.save(update_fields=["closes_at", "first_close", "prolong_reason", "result_on"])
    return menu


def _refuse_early_result(menu: Menu) -> None:
    if menu.result_on and menu.result_on < timezone.localdate(menu.closes_at):
        raise ResultBeforeClose


@transaction.atomic
def void_menu(*, menu: Menu, user: User, reason: str) -> Menu:
    """It counts no longer; everything is kept and stays visible, with the reason.

    Refused once the outcome is adopted: residents would read that it does not count, of items that are being done.
    """
    if not clean_line(reason):
        raise ReasonNeeded
    menu = _lock(menu, user)
    if menu.state == MenuState.VOIDED:
        raise MenuClosed
    if OutcomeAdoption.objects.filter(menu=menu).exists():
        raise AdoptedNotVoided
    menu.state, menu.void_reason = MenuState.VOIDED, clean_line(reason)
    with refusals_of_triggers({"menu_adopted_is_not_voided": AdoptedNotVoided}):
        menu.save(update_fields=["state", "void_reason"])
    return menu


def _lock(menu: Menu, user: User) -> Menu:
    menu = Menu.objects.select_for_update(of=("self",)).get(pk=menu.pk)
    if not can_run_menus(user, menu.division_code):
        raise NotPermitted
    return menu


def _lock_draft(menu: Menu, user: User) -> Menu:
    menu = _lock(menu, user)
    if menu.state != MenuState.DRAFT:
        raise MenuNotDraft
    return menu
