"""What a menu came to: both rules side by side, the adoption into the scheme, the notice for the board."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, demand
from directory.requests import SignedInRequest
from residents.actions.outcomes import adopt_outcome, beyond_budget, is_as_counted
from residents.errors.menus import BeyondBudget
from residents.forms.ballots import BallotsForm
from residents.letters.papers import Paper, notice_pdf
from residents.models import Departure, Menu, MenuState, Outcome, OutcomeAdoption
from residents.noticing import notice_of
from residents.outcome_reading import Line, OfMenu, Reading, of_menu
from residents.permissions import can_adopt_outcomes, can_run_menus
from residents.views.menu_shared import find_menu, menu_page
from residents.views.papers import pdf_response

PAPERS: dict[str, Paper] = {"a4": "a4", "a3": "a3"}


@dataclass(frozen=True)
class Row:
    """An item by the official rule and by the others; what the bureau ticked and wrote, or what it departed in."""

    line: Line
    others: list[Line | None]
    is_otherwise: bool = False
    reason: str = ""
    departure: Departure | None = None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: SignedInRequest, pk: int) -> HttpResponse:
    """Both rules side by side, why each item is in or out, and the adoption into the scheme."""
    menu = find_menu(request, pk)
    demand(request.method != "POST" or can_adopt_outcomes(request.user, menu.division_code))
    outcomes = _outcomes(menu)
    if not outcomes:
        return redirect(menu)
    of = of_menu(menu)
    official = Reading(outcomes[0], of)
    refused, is_beyond = "", False
    if request.method == "POST":
        try:
            adopt_outcome(
                menu=menu, user=request.user, departures=_departures(request, official),
                more_money_is_there="more_money_is_there" in request.POST,
            )  # fmt: skip
        except DomainError as refusal:
            refused, is_beyond = refusal.message, isinstance(refusal, BeyondBudget)
        else:
            messages.success(request, _("The outcome is in the scheme that is being drawn up."))
            return redirect("residents:menu_outcome", menu.pk)
    adoption = OutcomeAdoption.objects.filter(menu=menu).select_related("scheme", "adopted_by").first()
    context = {
        "official": official, "others": [Reading(one, of) for one in outcomes[1:]], "adoption": adoption,
        "rows": list(_rows(request, outcomes, of, adoption)), "refused": refused, "is_beyond": is_beyond,
        "beyond": beyond_budget(adoption) if adoption else 0,
        "counts": menu.state == MenuState.COUNTED,
        "was_early": menu.counted_at is not None and menu.counted_at < menu.paper_until,
        "may_adopt": menu.state == MenuState.COUNTED and adoption is None
        and can_adopt_outcomes(request.user, menu.division_code),
        "is_as_counted": is_as_counted(outcomes[0]),
        "ballots_form": BallotsForm(),
        "may_export": menu.state == MenuState.COUNTED and can_run_menus(request.user, menu.division_code),
    }  # fmt: skip
    return menu_page(request, "residents/menu_outcome.html", menu, context, status=409 if refused else 200)


@require_safe
def notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """The result for the notice board as a PDF, `?paper=a3` a size larger; none of a menu that counts no longer."""
    menu = find_menu(request, pk)
    outcomes = _outcomes(menu)
    paper = PAPERS.get(request.GET.get("paper", "a4"))
    if paper is None:
        raise Http404
    if not outcomes:
        return redirect(menu)
    if menu.state == MenuState.VOIDED:
        messages.error(request, _("The menu is voided: its result is not put up."))
        return redirect("residents:menu_outcome", menu.pk)
    name = _("{compound} menu result.pdf").format(compound=menu.project.compound.name)
    return pdf_response(notice_pdf(notice_of(menu, outcomes[0]), paper=paper), name)


def _outcomes(menu: Menu) -> list[Outcome]:
    """The official one first; none before the count."""
    return list(menu.outcomes.order_by("-is_official", "pk"))


def _rows(
    request: SignedInRequest, outcomes: list[Outcome], of: OfMenu, adoption: OutcomeAdoption | None
) -> Iterator[Row]:
    departures = {one.option_id: one for one in adoption.departures.all()} if adoption else {}
    by_rule = [{line.option_id: line for line in Reading(one, of).lines} for one in outcomes]
    for pk, line in by_rule[0].items():
        yield Row(
            line, [lines.get(pk) for lines in by_rule[1:]], is_otherwise=f"other-{pk}" in request.POST,
            reason=request.POST.get(f"reason-{pk}", ""), departure=departures.get(pk),
        )  # fmt: skip


def _departures(request: SignedInRequest, reading: Reading) -> dict[int, tuple[bool, str]]:
    """`other-<option>` ticked: done otherwise than the outcome says, with `reason-<option>`."""
    return {
        line.option_id: (not line.is_in, request.POST.get(f"reason-{line.option_id}", "")[:300])
        for line in reading.lines
        if request.POST.get(f"other-{line.option_id}")
    }
