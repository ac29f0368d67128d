"""Choices entered for a household: found by its door, asked item by item, given a receipt."""

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, demand
from core.figures import thousands
from core.posted import posted
from core.refusals import add_refusal
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from residents.actions.choices import enter_choice, sentence_about
from residents.actions.letters import find_code
from residents.actions.paper import reverse_choice
from residents.codes import read_code
from residents.errors.menus import LetterNotValid, LetterOfAnother, MenuClosed, MenuNotOpenYet, OnShowChanged
from residents.errors.opinions import KeyUsed
from residents.finding import doors_like
from residents.forms.menu_entry import SHEET, ChoiceForm, DeskForm, ReverseForm
from residents.lettering import shares_on_offer
from residents.models import (
    AccessCode,
    Channel,
    Choice,
    Household,
    Menu,
    MenuState,
    OptionVersion,
    Precedence,
    SpoiledSheet,
    current_versions,
)
from residents.permissions import can_enter_for_residents
from residents.views.menu_shared import find_menu, menu_page, status_of
from residents.views.rounds_way import way_of
from residents.views.shared import LARGEST_KEY

# So many doors are offered; whoever means another one types more of it.
FOUND = 40
LISTED = 500
FIELDS = {
    "sheet_needed": "sheet", "letter_not_valid": "code", "letter_of_another": "code",
    **dict.fromkeys(("code_missing", "code_length", "code_character", "code_mistyped"), "code"),
}  # fmt: skip


# --- The door ---------------------------------------------------------------------------


@never_cache
@require_safe
def find_door(request: SignedInRequest, pk: int) -> HttpResponse:
    """The door as people write it; with one that fits, on to its page at once."""
    menu = menu_to_enter(request, pk)
    typed, doors = doors_found(request, menu)
    if len(doors) == 1:
        return redirect("residents:menu_desk_entry", menu.pk, doors[0].pk)
    context = {
        "typed": typed, "refused": not_open(menu), "doors": [(door, reverse("residents:menu_desk_entry", args=[menu.pk, door.pk])) for door in doors],
        "entered": Choice.objects.filter(menu=menu, channel__in=(Channel.DESK, Channel.PHONE)).exists(),
    }  # fmt: skip
    return menu_page(request, "residents/menu_desk_door.html", menu, context)


def doors_found(request: SignedInRequest, menu: Menu) -> tuple[str, list[Household]]:
    """What was typed, and the living doors of the menu's compound that it may mean, with whether they chose."""
    typed = request.GET.get("door", "").strip()[:60]
    if not typed:
        return "", []
    counting = Choice.objects.filter(menu=menu, household=OuterRef("pk")).counting()
    doors = Household.objects.living().filter(doors_like(typed), compound=menu.project.compound_id)
    return typed, list(
        doors.select_related("building").annotate(has_chosen=Exists(counting)).by_door()[:FOUND]
    )


def menu_to_enter(request: SignedInRequest, pk: int) -> Menu:
    menu = find_menu(request, pk)
    demand(can_enter_for_residents(request.user, menu.division_code))
    return menu


def household_of(menu: Menu, pk: int) -> Household:
    doors = Household.objects.living().filter(compound=menu.project.compound_id).select_related("building")
    return get_object_or_404(doors, pk=min(pk, LARGEST_KEY))


def not_open(menu: Menu) -> str:
    """Why nothing can be entered at the desk now; "" while the menu is open."""
    if menu.is_open_at(timezone.now()):
        return ""
    early = menu.state == MenuState.DRAFT or timezone.now() < menu.opens_at
    return (MenuNotOpenYet() if early else MenuClosed()).message


# --- What they want ---------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: SignedInRequest, pk: int, household_id: int) -> HttpResponse:
    """All items on one page. What changes meanwhile sends the page back with the answers kept."""
    menu = menu_to_enter(request, pk)
    household = household_of(menu, household_id)
    usual, way = on_offer(menu), way_of(request, household)
    form = DeskForm(posted(request), request.FILES or None, usual=usual)
    form.shares = own_shares(menu, household, usual)
    if form.is_valid():
        choice = _entered(request, menu, household, form)
        if choice is not None:
            messages.success(request, _told_sum(form, choice))
            receipt = reverse("residents:menu_entered", args=[menu.pk, choice.pk])
            return redirect(f"{receipt}{way.query if way else ''}")
    context = {
        "form": form, "household": household, "refused": not_open(menu), "relations": relations_of(menu, usual),
        "counting": counting_note(menu, household), "way": way,
    }  # fmt: skip
    return menu_page(request, "residents/menu_desk_entry.html", menu, context, status=status_of(form))


def on_offer(menu: Menu) -> list[OptionVersion]:
    return [version for version in current_versions(menu) if version.option.is_on_offer]


def own_shares(menu: Menu, household: Household, versions: list[OptionVersion]) -> dict[int, int]:
    """Whole yuan, about, by version: what this household would pay of each item, as its letter says it."""
    several = shares_on_offer(versions, menu.project.compound)
    known = zip(versions, several, strict=True)
    return {
        version.pk: shares.about(household.pk)
        for version, shares in known
        if shares and household.pk in shares.by_household
    }


def _told_sum(form: DeskForm, choice: Choice) -> str:
    """Said once, to be told at the door; no page keeps it, for it would tell what was chosen."""
    total = sum(form.shares.get(version, 0) for version in choice.wanted)
    if not total:
        return _("Entered. Of what is ticked, this household pays nothing.")
    told = _(
        "Entered. If all that is ticked is done, this household pays about {sum} yuan. The sum is shown only this once."
    )
    return told.format(sum=thousands(total))


def relations_of(menu: Menu, versions: list[OptionVersion]) -> list[str]:
    """Which items go together, in the order of the menu."""
    names = {version.option_id: version.name for version in versions}
    return [
        sentence_about(one, names)
        for one in menu.relations.all()
        if one.option_id in names and one.other_id in names
    ]


def counting_note(menu: Menu, household: Household) -> str:
    """That this household has chosen already, and what becomes of that; never what it chose."""
    held = Choice.objects.filter(menu=menu, household=household).counting().first()
    if held is None:
        return ""
    how, when = held.get_channel_display(), f"{timezone.localtime(held.received_at):%Y-%m-%d %H:%M}"
    if menu.precedence == Precedence.FIRST:
        return _(
            "This household has already chosen ({how}, {when}), and here the first choice stays. What is entered now is kept and does not count."
        ).format(how=how, when=when)
    if menu.precedence == Precedence.PAPER and held.channel == Channel.PAPER:
        return _(
            "This household has already chosen on signed paper ({when}), which goes before. Only a later signed paper replaces it."
        ).format(when=when)
    return _(
        "This household has already chosen ({how}, {when}). What was received last counts; the earlier choice is kept."
    ).format(how=how, when=when)


def _entered(request: SignedInRequest, menu: Menu, household: Household, form: DeskForm) -> Choice | None:
    """The choice; None, with the reason at the field it is about, where it is refused."""
    channel = form.cleaned_data["channel"]
    try:
        code = _code(form, household) if channel == Channel.PHONE else None
        sheet = stored(request, form, "sheet") if channel == Channel.DESK else None
        if form.errors:
            return None
        return enter_choice(
            menu=menu, household=household, user=request.user, channel=channel, sheet=sheet, code=code, **form.said()
        )  # fmt: skip
    except DomainError as refusal:
        refuse(form, refusal)
        return None


def refuse(form: ChoiceForm, refusal: DomainError) -> None:
    """At the field it is about; where something has changed since, the page shows what is on show now."""
    add_refusal(form, refusal, fields=FIELDS)
    if isinstance(refusal, (OnShowChanged, KeyUsed)):
        form.show_anew()


def _code(form: DeskForm, household: Household) -> AccessCode:
    """The live code that was read out; it must be this door's."""
    code = find_code(read_code(form.cleaned_data["code"]))
    if code is None:
        raise LetterNotValid
    if code.household_id != household.pk:
        raise LetterOfAnother(door=household.door)
    return code


def stored(request: SignedInRequest, form: forms.Form, name: str) -> StoredFile | None:
    """The bytes first, the row after; None where nothing was sent, or with the reason at the field."""
    upload = form.cleaned_data.get(name)
    if not upload:
        return None
    try:
        return store_upload(file=upload, name=upload.name, user=request.user, rule=SHEET)
    except DomainError as refusal:
        form.add_error(name, refusal.message)
        return None


# --- What was entered -------------------------------------------------------------------


@never_cache
@require_safe
def entered(request: SignedInRequest, pk: int, choice_id: int) -> HttpResponse:
    """The receipt that the household is told; what it chose shows nowhere any more."""
    menu = menu_to_enter(request, pk)
    choice = _desk_choice(menu, choice_id)
    way = way_of(request, choice.household)
    context = {
        "choice": choice, "standing": standing(choice), "may_reverse": may_reverse(choice, menu), "reverse_form": ReverseForm(),
        "way": way, "onward": way.onward if way else None,
    }  # fmt: skip
    return menu_page(request, "residents/menu_desk_receipt.html", menu, context)


@never_cache
@require_safe
def entered_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was entered at the desk and by telephone: which door, by whom, whether it counts; never what."""
    menu = menu_to_enter(request, pk)
    rows = Choice.objects.filter(menu=menu, channel__in=(Channel.DESK, Channel.PHONE)).order_by("-id")
    found = list(rows.select_related("household__building", "entered_by")[:LISTED])
    context = {"rows": [(choice, standing(choice)) for choice in found], "is_cut": len(found) == LISTED}
    return menu_page(request, "residents/menu_desk_list.html", menu, context)


@require_POST
def reverse_entry(request: SignedInRequest, pk: int, choice_id: int) -> HttpResponse:
    """A mistake at the desk or in the typing, with its reason."""
    menu = menu_to_enter(request, pk)
    choice = get_object_or_404(menu.choices.exclude(channel=Channel.WEB), pk=min(choice_id, LARGEST_KEY))
    is_paper = choice.channel == Channel.PAPER
    back = "residents:menu_sheet" if is_paper else "residents:menu_entered"
    try:
        reverse_choice(choice=choice, user=request.user, reason=request.POST.get("reason", "")[:200])
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(back, menu.pk, choice.pk)
    messages.success(request, _("Reversed. It is kept with your reason and counts no longer."))
    if is_paper:
        return redirect("residents:menu_batch", menu.pk, choice.batch_id)
    return redirect(back, menu.pk, choice.pk)


def _desk_choice(menu: Menu, choice_id: int) -> Choice:
    rows = menu.choices.select_related("household__building", "entered_by", "reversed_by")
    choice = rows.filter(pk=min(choice_id, LARGEST_KEY)).first()
    if choice is None or choice.channel not in (Channel.DESK, Channel.PHONE):
        raise Http404
    return choice


def standing(choice: Choice | SpoiledSheet) -> tuple[str, str]:
    """Whether it counts, in a word, with the tone of its badge."""
    if choice.reversed_at is not None:
        return _("reversed"), "wrong"
    if isinstance(choice, SpoiledSheet):
        return (_("not valid"), "") if choice.confirmed_at else (_("to be confirmed"), "waiting")
    if choice.counts_from is None:
        return _("to be confirmed"), "waiting"
    if choice.superseded_at is not None:
        return _("another choice counts"), ""
    return _("counts"), "ok"


def may_reverse(choice: Choice | SpoiledSheet, menu: Menu) -> bool:
    return choice.reversed_at is None and menu.state == MenuState.PUBLISHED
