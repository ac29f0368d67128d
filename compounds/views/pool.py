"""The reserve pool: the board in three columns, the ranking, moves, places out of turn, the tab of a compound."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from compounds.actions.pool import FORWARD, clear_place, move_to_batch, set_place
from compounds.breakdown import DivisionLine, by_division, level_below
from compounds.errors import AlreadyThere, NotEligible, OutOfOrder, ReasonNeeded
from compounds.forms.pool import MoveForm, PlaceForm
from compounds.models import Batch, Compound, CompoundQuerySet, PoolEntry, PoolEntryQuerySet
from compounds.permissions import can_export, can_manage_pool, can_see_register
from compounds.tables import BATCH_TONES
from compounds.views.shared import compound_page, demand, rescoring, seen_compound
from compounds.worklists import POOL, PoolFilter
from core.errors import DomainError
from core.history import history_of
from core.htmx import page_or_fragment
from core.lists import called
from core.lists.bulk import carried, sent_step
from core.posted import posted
from core.scope import chosen_division
from directory.codes import LENGTHS, is_division_code
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest

SHOWN = 30
NAMED = 12
LISTED = 100
DEEPEST = 100_000
# Refusals that a reason overcomes.
WITH_A_REASON = (NotEligible, OutOfOrder, ReasonNeeded)


@dataclass(frozen=True, kw_only=True)
class BoardColumn:
    """A batch with its sums and the first of its cards; `next` is where the next cards begin, 0 at the end."""

    batch: str
    label: str | Promise
    tone: str
    count: int
    households: int
    area: Decimal
    cards: list[tuple[int, PoolEntry]]
    next: int


# --- The board --------------------------------------------------------------------------


@require_safe
def pool_board(request: SignedInRequest) -> HttpResponse:
    demand(can_see_register(request.user))
    division = _division(request)
    entries = _entries(request, division)
    asked = request.GET.get("batch", "")
    if page_or_fragment(request, "page", "fragment") == "fragment" and asked in Batch.values:
        return _more_cards(request, entries, Batch(asked))
    sums = entries.sums_by_batch()
    columns = [_column(entries, Batch(batch), sums) for batch in FORWARD]
    context = {
        "columns": columns,
        # Folded away: its cards come when somebody opens it.
        "out_count": sums.get(Batch.OUT, {}).get("count", 0),
        "in_pool": sum(column.count for column in columns),
        "candidates": _candidates(request, division),
        "below": _below(request, division),
        "rescoring": rescoring(request, division),
        "may_move": request.user.has_power(Power.MANAGE_POOL),
        "batches": Batch.choices,
        "shown_division": Division.objects.filter(pk=division).first() if division else None,
    }
    return render(request, "compounds/pool_board.html", context)


def _division(request: SignedInRequest) -> str:
    """`?division=`, else the one of the top bar, "" for everything one may see."""
    asked = request.GET.get("division", "")
    return asked if is_division_code(asked) else chosen_division(request)


def _entries(request: SignedInRequest, division: str) -> PoolEntryQuerySet:
    seen = PoolEntry.objects.visible_to(request.user).current()
    return seen.within([division]) if division else seen


def _column(entries: PoolEntryQuerySet, batch: Batch, sums: dict[str, dict[str, Any]]) -> BoardColumn:
    found = sums.get(batch, {})
    cards, following = _cards(entries, batch, 0) if found else ([], 0)
    return BoardColumn(
        batch=batch.value,
        label=batch.label,
        tone=BATCH_TONES[batch],
        count=found.get("count", 0),
        households=found.get("households", 0),
        area=found.get("area", Decimal(0)),
        cards=cards,
        next=following,
    )


def _cards(entries: PoolEntryQuerySet, batch: Batch, start: int) -> tuple[list[tuple[int, PoolEntry]], int]:
    """(place in the column, entry) for one lot of cards, and where the next lot begins."""
    of_batch = entries.filter(batch=batch)
    ordered = of_batch.order_by("-moved_at", "-id") if batch == Batch.OUT else of_batch.ranked()
    rows = list(
        ordered.select_related("compound__community", "compound__urgency_score")[start : start + SHOWN + 1]
    )
    following = start + SHOWN if len(rows) > SHOWN else 0
    return list(enumerate(rows[:SHOWN], start=start + 1)), following


def _more_cards(request: SignedInRequest, entries: PoolEntryQuerySet, batch: Batch) -> HttpResponse:
    start = _whole_number(request.GET.get("from", ""), most=DEEPEST)
    cards, following = _cards(entries, batch, start)
    context = {
        "column": {"batch": batch.value, "cards": cards, "next": following},
        "may_move": request.user.has_power(Power.MANAGE_POOL),
    }
    return render(request, "compounds/_pool_cards.html", context)


def _whole_number(text: str, *, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return min(number, most)


def _candidates(request: SignedInRequest, division: str) -> int:
    """Eligible compounds that are not in the pool: what could be taken in."""
    here = _in_division(request, division)
    return here.filter(Q(urgency_score__is_eligible=True, batch__isnull=True)).count()


def _in_division(request: SignedInRequest, division: str) -> CompoundQuerySet:
    seen = _listed(request)
    return seen.within([division]) if division else seen


def _below(request: SignedInRequest, division: str) -> list[DivisionLine]:
    """The batches of each division one level below; nothing below a community."""
    codes = [division] if division else list(request.user.scopes_for(Power.SEE_REGISTER))
    if all(len(code) == LENGTHS[-1] for code in codes):
        return []
    return by_division(_in_division(request, division), level_below(codes))


# --- The ranking ------------------------------------------------------------------------


@require_safe
def pool_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_register(request.user))
    return POOL.respond(
        request,
        _ranked(request, request.GET),
        filterset=PoolFilter,
        may_export=can_export(request.user),
        bulk=("move",) if request.user.has_power(Power.MANAGE_POOL) else (),
        describe={"division": called(Division)},
        template="compounds/pool_list.html",
        context={"rescoring": rescoring(request, _division(request))},
    )


def _listed(request: SignedInRequest) -> CompoundQuerySet:
    return Compound.objects.visible_to(request.user).living().with_pool()


def _ranked(request: SignedInRequest, parameters: QueryDict) -> CompoundQuerySet:
    """What the ranking shows: where no batch is asked for, all that is in one of the three."""
    rows = _listed(request)
    return rows if any(parameters.getlist("batch")) else rows.filter(Q(batch__in=FORWARD))


# --- Moves ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def pool_move(request: SignedInRequest) -> HttpResponse:
    """Ask where the chosen compounds go and why, or move them; a refusal asks again and says what would help."""
    demand(request.user.has_power(Power.MANAGE_POOL))
    return move_chosen(request, _chosen(request))


def move_chosen(request: SignedInRequest, chosen: QuerySet[Compound]) -> HttpResponse:
    """The same for rows that another list chose: its form posts to its own address again."""
    form = MoveForm(sent_step(request))
    if not (form.is_bound and form.is_valid()):
        return _move_page(request, chosen, form)
    try:
        moved = move_to_batch(
            compounds=chosen,
            batch=form.cleaned_data["batch"],
            reason=form.cleaned_data["reason"],
            user=request.user,
        )
    except DomainError as refusal:
        return _move_page(request, chosen, form, refusal)
    sentence = ngettext(
        "%(count)s compound moved: %(batch)s.", "%(count)s compounds moved: %(batch)s.", len(moved)
    )
    messages.success(
        request, sentence % {"count": len(moved), "batch": Batch(form.cleaned_data["batch"]).label}
    )
    return redirect(_way_back(request))


def _chosen(request: SignedInRequest) -> QuerySet[Compound]:
    """By post the ticked rows (or all of a filter), by address `?pick=`; seen ones only."""
    rows = _listed(request)
    if request.method == "POST":
        if request.POST.get("all") == "1":
            rows = _ranked(request, QueryDict(request.POST.get("query", "")))
        return POOL.selected(request, rows, filterset=PoolFilter)
    picks = [pick for pick in request.GET.getlist("pick")[:LISTED] if pick.isascii() and pick.isdigit()]
    return rows.filter(pk__in=[pick for pick in picks if len(pick) < 19])


def _move_page(
    request: SignedInRequest, chosen: QuerySet[Compound], form: MoveForm, refusal: DomainError | None = None
) -> HttpResponse:
    """All that is asked about the chosen ones. Those already in the batch wanted come unticked."""
    count = chosen.count()
    target = form.data.get("batch", "") if form.is_bound else ""
    if refusal is not None:
        form.add_error("reason" if isinstance(refusal, WITH_A_REASON) else None, refusal.message)
    listed = _listed_choice(chosen) if count <= LISTED else []
    context = {
        "form": form,
        "count": count,
        "listed": [
            (row, not (isinstance(refusal, AlreadyThere) and row["batch"] == target)) for row in listed
        ],
        "names": [] if listed else list(chosen.order_by("name").values_list("name", flat=True)[:NAMED]),
        "unnamed": max(0, count - NAMED),
        **({} if listed else carried(request)),
        "back": _way_back(request),
        "can_go_on": isinstance(refusal, WITH_A_REASON),
    }
    return render(request, "compounds/pool_move.html", context, status=422 if form.errors else 200)


def _listed_choice(chosen: QuerySet[Any, Any]) -> Sequence[dict[str, Any]]:
    labels = dict(Batch.choices)
    rows = chosen.order_by("name", "pk").values(
        "pk", "code", "name", "batch", "urgency", "urgency_score__is_eligible", "community__name"
    )
    return [{**row, "batch_label": labels.get(row["batch"], "")} for row in rows]


def _way_back(request: SignedInRequest) -> str:
    """`next` of the form or the address, if it leads into this portal; else the board."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    # Without a slash in front, `redirect` would look for a view of that name.
    if target.startswith("/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return reverse("compounds:pool")


@require_http_methods(["GET", "HEAD", "POST"])
def pool_place(request: SignedInRequest, code: str) -> HttpResponse:
    """A place out of turn, with its reason; or back to the order by urgency."""
    compound = seen_compound(request, code)
    demand(can_manage_pool(request.user, compound.community_id))
    entry = get_object_or_404(PoolEntry.objects.current().filter(batch__in=FORWARD), compound=compound)
    if request.method == "POST" and "clear" in request.POST:
        clear_place(compound=compound, user=request.user)
        messages.success(request, _("{name} is back in the order by urgency.").format(name=compound.name))
        return redirect(_way_back(request))
    form = PlaceForm(posted(request), initial={"rank": entry.override_rank, "reason": entry.override_reason})
    if form.is_valid():
        set_place(compound=compound, user=request.user, **form.cleaned_data)
        messages.success(
            request,
            _("{name} now has place {rank}.").format(name=compound.name, rank=form.cleaned_data["rank"]),
        )
        return redirect(_way_back(request))
    context = {"compound": compound, "entry": entry, "form": form, "back": _way_back(request)}
    return render(request, "compounds/pool_place.html", context, status=422 if form.errors else 200)


# --- The tab of a compound --------------------------------------------------------------


@require_safe
def pool_tab(request: SignedInRequest, code: str) -> HttpResponse:
    """Where the compound stands in the pool, and every move with who, why and the score of the day."""
    compound = seen_compound(request, code)
    moves = list(compound.pool_entries.select_related("moved_by"))
    recorded = _recorded_at(compound)
    entry = moves[0] if moves and moves[0].ended_at is None else None
    in_pool = entry is not None and entry.batch in FORWARD
    context: dict[str, Any] = {
        "entry": entry,
        "in_pool": in_pool,
        "entry_tone": BATCH_TONES[Batch(entry.batch)] if entry else "",
        "moves": [(move, BATCH_TONES[Batch(move.batch)], recorded.get(move.pk)) for move in moves],
        "standing": _place_of(entry) if entry and in_pool else None,
        "county": Division.objects.filter(pk=compound.community_id[:6]).first(),
    }
    return compound_page(request, "compounds/pool_tab.html", compound, "pool", context)


def _recorded_at(compound: Compound) -> dict[int, datetime]:
    """When each move was entered, which may be long after it took effect: the history says so."""
    rows = history_of(PoolEntry).filter(compound_id=compound.pk, pgh_label="insert")
    return dict(rows.values_list("pgh_obj_id", "pgh_created_at"))


def _place_of(entry: PoolEntry) -> tuple[int, int]:
    """(place, of how many) in the order of its county and batch, as the rule against queue-jumping counts."""
    order = list(
        PoolEntry.objects.current()
        .within([entry.division_code[:6]])
        .filter(batch=entry.batch)
        .ranked()
        .values_list("pk", flat=True)
    )
    return order.index(entry.pk) + 1, len(order)
