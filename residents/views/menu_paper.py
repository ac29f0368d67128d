"""Paper: counted and sealed by two, typed piece by piece, confirmed by another person with the scan beside it."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, NotPermitted
from core.posted import posted
from directory.models import User
from directory.requests import SignedInRequest
from files.models import StoredFile
from files.serving import file_response, preview_response
from residents.actions import paper as acts
from residents.actions.choices import DECLINE, EITHER, WANT
from residents.errors.menus import BatchFull
from residents.forms.menu_entry import (
    ANSWERS,
    BatchForm,
    ReverseForm,
    SealForm,
    SheetForm,
    versions_printed,
)
from residents.models import (
    Channel,
    Choice,
    Household,
    Menu,
    MenuState,
    OptionVersion,
    PaperBatch,
    SpoiledSheet,
)
from residents.views.menu_desk import (
    counting_note,
    doors_found,
    household_of,
    may_reverse,
    menu_to_enter,
    refuse,
    relations_of,
    standing,
    stored,
)
from residents.views.menu_shared import menu_page, status_of, tried
from residents.views.shared import LARGEST_KEY

# --- Piles ------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def piles(request: SignedInRequest, pk: int) -> HttpResponse:
    """All piles of a menu, and the first count of a new one."""
    menu = menu_to_enter(request, pk)
    form = BatchForm(posted(request))
    if form.is_valid():
        made = tried(form, lambda: acts.count_batch(menu=menu, user=request.user, **form.cleaned_data))
        if made is not None:
            messages.success(request, _("Counted once. Now a colleague counts the pile a second time."))
            return redirect("residents:menu_batch", menu.pk, made.pk)
    context = {"form": form, "batches": batches_of(menu), "is_under_way": menu.state == MenuState.PUBLISHED}
    return menu_page(request, "residents/menu_batch_list.html", menu, context, status=status_of(form))


def batches_of(menu: Menu) -> list[Any]:
    """The piles with how many pieces are typed or spoiled (`entered`) and how many of them settled (`settled`)."""
    kept = Q(choices__reversed_at__isnull=True)
    stands = Q(spoiled__isnull=False, spoiled__reversed_at__isnull=True)
    return list(
        menu.batches.select_related("first_counted_by", "second_counted_by")
        .annotate(
            typed=Count("choices", filter=kept & Q(choices__isnull=False), distinct=True),
            confirmed=Count("choices", filter=kept & Q(choices__counts_from__isnull=False), distinct=True),
            spoilt=Count("spoiled", filter=stands, distinct=True),
            agreed=Count("spoiled", filter=stands & Q(spoiled__confirmed_at__isnull=False), distinct=True),
        )
        .annotate(entered=F("typed") + F("spoilt"), settled=F("confirmed") + F("agreed"))
        .annotate(waiting=F("entered") - F("settled"))
        .order_by("number")
    )


@never_cache
@require_safe
def batch(request: SignedInRequest, pk: int, batch_id: int) -> HttpResponse:
    """One pile: its counts, and what was typed from it (which door, by whom, whether it is confirmed; never what)."""
    menu = menu_to_enter(request, pk)
    return _batch_page(request, menu, find_batch(menu, batch_id), SealForm())


def _batch_page(request: SignedInRequest, menu: Menu, pile: Any, form: SealForm) -> HttpResponse:
    rows = pile.choices.select_related("household__building", "entered_by", "confirmed_by").order_by("id")
    context = {
        "batch": pile, "form": form, "rows": [(choice, standing(choice)) for choice in rows],
        "spoiled": [(one, standing(one)) for one in pile.spoiled.select_related("by", "confirmed_by")],
        "is_mine": pile.first_counted_by_id == request.user.pk, "is_under_way": menu.state == MenuState.PUBLISHED,
        "is_full": pile.entered >= pile.pieces, "next": _next_to_confirm(pile.pk, request.user),
    }  # fmt: skip
    return menu_page(request, "residents/menu_batch.html", menu, context, status=status_of(form))


def find_batch(menu: Menu, batch_id: int) -> Any:
    found = next((one for one in batches_of(menu) if one.pk == batch_id), None)
    if found is None:
        raise Http404
    found.menu = menu
    return found


def _next_to_confirm(batch_id: int | None, user: User) -> Choice | None:
    """The first piece of the pile that somebody else typed and nobody confirmed."""
    waiting = Choice.objects.filter(batch=batch_id, confirmed_by__isnull=True, reversed_at__isnull=True)
    return waiting.exclude(entered_by=user).order_by("id").first()


@never_cache
@require_POST
def seal(request: SignedInRequest, pk: int, batch_id: int) -> HttpResponse:
    """The second count."""
    menu = menu_to_enter(request, pk)
    pile = find_batch(menu, batch_id)
    form = SealForm(request.POST)
    if form.is_valid() and tried(
        form, lambda: acts.seal_batch(batch=pile, user=request.user, pieces=form.cleaned_data["pieces"])
    ):
        messages.success(request, _("Both counts agree: the pile is sealed. Its pieces can be typed now."))
        return redirect("residents:menu_batch", menu.pk, pile.pk)
    return _batch_page(request, menu, pile, form)


@require_POST
def drop(request: SignedInRequest, pk: int, batch_id: int) -> HttpResponse:
    """A first count that was wrong."""
    menu = menu_to_enter(request, pk)
    pile = get_object_or_404(menu.batches, pk=min(batch_id, LARGEST_KEY))
    try:
        acts.drop_unsealed_batch(batch=pile, user=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("residents:menu_batch", menu.pk, pile.pk)
    messages.success(request, _("The first count is taken back. Count the pile anew."))
    return redirect("residents:menu_paper", menu.pk)


# --- Typed piece by piece ---------------------------------------------------------------


@never_cache
@require_safe
def find_door(request: SignedInRequest, pk: int, batch_id: int) -> HttpResponse:
    menu = menu_to_enter(request, pk)
    pile = find_batch(menu, batch_id)
    typed, doors = doors_found(request, menu)
    if len(doors) == 1:
        return redirect("residents:menu_sheet_type", menu.pk, pile.pk, doors[0].pk)
    context = {
        "typed": typed, "batch": pile, "refused": not_to_type(menu, pile),
        "doors": [(door, reverse("residents:menu_sheet_type", args=[menu.pk, pile.pk, door.pk])) for door in doors],
    }  # fmt: skip
    return menu_page(request, "residents/menu_desk_door.html", menu, context)


def not_to_type(menu: Menu, pile: Any) -> str:
    """Why no piece of this pile can be typed; "" where one can."""
    if menu.state != MenuState.PUBLISHED:
        return _("Paper is typed only until the menu is counted.")
    if pile.sealed_at is None:
        return _("The pile is not sealed yet: a colleague counts it a second time first.")
    if pile.entered >= pile.pieces:
        return BatchFull(pieces=pile.pieces).message
    return ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def type_sheet(request: SignedInRequest, pk: int, batch_id: int, household_id: int) -> HttpResponse:
    """One piece: the scan, and a tick for each item as it stands on the paper."""
    menu = menu_to_enter(request, pk)
    pile = find_batch(menu, batch_id)
    household = household_of(menu, household_id)
    printed = _printed(menu)
    usual = versions_printed([one for versions in printed.values() for one in versions], pile)
    form = SheetForm(posted(request), request.FILES or None, usual=usual, printed=printed)
    if form.is_valid() and _typed(request, pile, household, form) is not None:
        messages.success(
            request, _("Typed. A colleague confirms it with the scan beside it. Now the next piece.")
        )
        full = pile.entered + 1 >= pile.pieces
        return redirect("residents:menu_batch" if full else "residents:menu_sheet_door", menu.pk, pile.pk)
    context = {
        "batch": pile, "household": household, "form": form, "refused": not_to_type(menu, pile),
        "relations": relations_of(menu, usual), "counting": counting_note(menu, household) if not form.is_bound else "",
    }  # fmt: skip
    return menu_page(request, "residents/menu_sheet_type.html", menu, context, status=status_of(form))


def _printed(menu: Menu) -> dict[int, list[OptionVersion]]:
    """All versions of the items on offer, newest first: a paper may have been printed before a change."""
    found: dict[int, list[OptionVersion]] = defaultdict(list)
    rows = OptionVersion.objects.filter(menu=menu).select_related("option").order_by("option_id", "-version")
    for version in rows:
        if version.option.is_on_offer:
            found[version.option_id].append(version)
    return found


def _typed(
    request: SignedInRequest, pile: PaperBatch, household: Household, form: SheetForm
) -> Choice | None:
    try:
        scan = stored(request, form, "sheet")
        if scan is None:
            return None
        return acts.enter_sheet(batch=pile, household=household, user=request.user, sheet=scan, **form.said())
    except DomainError as refusal:
        refuse(form, refusal)
        return None


# --- Confirmed by another person --------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedInRequest, pk: int, choice_id: int) -> HttpResponse:
    """The scan beside what was typed; confirmed by another person, or reversed with a reason.

    Once it is settled, what was typed shows no longer.
    """
    menu = menu_to_enter(request, pk)
    choice = _find_sheet(menu, choice_id)
    refused = ""
    if request.method == "POST":
        try:
            acts.confirm_sheet(choice=choice, user=request.user)
        except DomainError as refusal:
            refused = refusal.message
            choice = _find_sheet(menu, choice_id)
        else:
            return _after_confirming(request, menu, choice)
    is_open = may_compare(choice)
    context = {
        "choice": choice, "batch": choice.batch, "standing": standing(choice), "refused": refused, "is_open": is_open,
        "typed": _as_typed(choice) if is_open else [], "is_mine": choice.entered_by_id == request.user.pk,
        "may_reverse": may_reverse(choice, menu), "reverse_form": ReverseForm(),
    }  # fmt: skip
    return menu_page(request, "residents/menu_confirm.html", menu, context, status=409 if refused else 200)


def _after_confirming(request: SignedInRequest, menu: Menu, choice: Choice) -> HttpResponse:
    following = _next_to_confirm(choice.batch_id, request.user)
    if following is None:
        messages.success(request, _("Confirmed. Nothing else of this pile waits for you."))
        return redirect("residents:menu_batch", menu.pk, choice.batch_id)
    messages.success(request, _("Confirmed. Here is the next piece."))
    return redirect("residents:menu_sheet", menu.pk, following.pk)


@never_cache
@require_safe
def scan(request: SignedInRequest, pk: int, choice_id: int) -> HttpResponseBase:
    """The scan, as long as it is to be compared; `?whole` the file itself, with all its pages."""
    menu = menu_to_enter(request, pk)
    choice = _find_sheet(menu, choice_id)
    if not may_compare(choice):
        raise NotPermitted
    return scan_response(request, choice.sheet)


def scan_response(request: SignedInRequest, file: StoredFile | None) -> HttpResponseBase:
    if file is None:
        raise Http404
    return file_response(file, inline=True) if "whole" in request.GET else preview_response(file)


def _find_sheet(menu: Menu, choice_id: int) -> Choice:
    rows = menu.choices.filter(channel=Channel.PAPER).select_related(
        "household__building", "entered_by", "confirmed_by", "reversed_by", "batch", "sheet"
    )
    return get_object_or_404(rows, pk=min(choice_id, LARGEST_KEY))


def may_compare(choice: Choice | SpoiledSheet) -> bool:
    """What a household wanted is read while it is typed and confirmed, and never after."""
    return choice.confirmed_by_id is None and choice.reversed_at is None


def _as_typed(choice: Choice) -> list[tuple[OptionVersion, str, str]]:
    """Each item with the answer that was typed (and its word), in the order of the menu."""
    words = dict(ANSWERS)
    versions = OptionVersion.objects.filter(pk__in=choice.seen).select_related("option")
    wanted, declined = set(choice.wanted), set(choice.declined)
    found = []
    for version in sorted(versions, key=lambda one: one.option.position):
        answer = WANT if version.pk in wanted else DECLINE if version.pk in declined else EITHER
        found.append((version, answer, str(words[answer])))
    return found
