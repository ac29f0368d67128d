"""一轮入户: the list of rounds, one compound's round as a worklist, beginning and ending, the sheet for the doorstep."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Compound
from core.board import FigureValue
from core.errors import DomainError
from core.figures import thousands
from core.posted import posted
from directory.models import Division
from directory.requests import SignedInRequest
from projects.permissions import can_export
from residents.actions.rounds import end_round, start_round
from residents.filters.rounds import RoundFilter
from residents.forms.rounds import RoundForm
from residents.home.contacts import office_of
from residents.letters.content import DoorstepRow, DoorstepSheet
from residents.letters.papers import doorstep_pdf
from residents.models import Finding, Round
from residents.permissions import (
    can_enter_for_residents,
    can_keep_households,
    can_see_households,
    can_see_households_of,
)
from residents.tables.rounds import ROUNDS, with_reach
from residents.views.papers import pdf_response
from residents.views.rounds_way import carried, show_of
from residents.views.shared import LARGEST_KEY, demand, find_compound, residents_page
from residents.worklist import WorkBuilding, WorkDoor, Worklist, kept, laid_out

PART = "rounds"


@require_safe
def round_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return ROUNDS.respond(
        request,
        lambda: with_reach(Round.objects.visible_to(request.user)),
        filterset=RoundFilter,
        may_export=can_export(request.user),
        describe={"division": lambda code: str(Division.objects.filter(code=code).first() or "–")},
        template="residents/rounds_list.html",
    )


def find_round(request: SignedInRequest, pk: int) -> Round:
    """403 for whoever sees no households at all, 404 for a round that this person does not see."""
    demand(can_see_households(request.user))
    rows = Round.objects.visible_to(request.user).select_related("compound__community")
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


# --- A compound's rounds ----------------------------------------------------------------


def _may_keep(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_keep_households(request.user, compound.community_id)


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponse:
    """The tab: the round under way, else those of before and where a new one begins."""
    compound = find_compound(request, code)
    rounds = list(with_reach(Round.objects.filter(compound=compound)))
    running = next((one for one in rounds if one.ended_at is None), None)
    if running is not None and "all" not in request.GET:
        return redirect("residents:round", running.pk)
    context = {
        "rounds": rounds,
        "running": running,
        "may_start": not running and _may_keep(request, compound),
    }
    return residents_page(request, "residents/rounds_of_compound.html", compound, PART, context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_keep(request, compound))
    office = office_of(compound.community_id)
    initial = {"contact": office.name, "contact_phone": office.phone} if office else {}
    form = RoundForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            made = start_round(compound=compound, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The round has begun. Next, print the letters."))
            return redirect("residents:round", made.pk)
    status = 422 if form.errors else 200
    return residents_page(
        request, "residents/rounds_start.html", compound, PART, {"form": form}, status=status
    )


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    visits = find_round(request, pk)
    end_round(round=visits, user=request.user)
    messages.success(request, _("The round is over. What was found is kept."))
    return redirect(f"{reverse('residents:rounds_of', args=[visits.compound.code])}?all=1")


# --- The worklist -----------------------------------------------------------------------


@require_safe
def worklist(request: SignedInRequest, pk: int) -> HttpResponse:
    """One building as it stands, the coverage of all of them; `show` keeps some doors (`residents.worklist.SHOWN`)."""
    visits = find_round(request, pk)
    demand(can_see_households_of(request.user, visits.compound))
    compound = find_compound(request, visits.compound.code)
    work, show = Worklist(visits), show_of(request)
    chosen = _chosen(request, work, show)
    context = {
        "visits": visits,
        "work": work,
        "figures": _figures(work),
        "chosen": chosen,
        "show": show,
        "kinds": _kinds(work, show),
        "buildings": [(line, len(kept(line.doors, show))) for line in work.buildings],
        "carried": carried(show),
        "again_url": f"{carried('tried')}&building={chosen.pk}" if chosen else "",
        "may_end": visits.ended_at is None and can_keep_households(request.user, visits.division_code),
        "may_call": may_call(request, visits),
        **laid_out(kept(chosen.doors, show) if chosen else []),
    }
    return residents_page(request, "residents/rounds_round.html", compound, PART, context)


def may_call(request: SignedInRequest, visits: Round) -> bool:
    return visits.ended_at is None and can_enter_for_residents(request.user, visits.division_code)


def _chosen(request: SignedInRequest, work: Worklist, show: str) -> WorkBuilding | None:
    """The building that was asked for; else the first one with a door to show."""
    asked = request.GET.get("building", "")
    usual = [one for one in work.buildings if kept(one.doors, show)]
    first = next(iter(usual or work.buildings), None)
    return next((one for one in work.buildings if str(one.pk) == asked), first)


def _kinds(work: Worklist, show: str) -> list[tuple[str, str, int]]:
    """What the list may be narrowed to: (`show`, words, doors); what nobody needs to look at is left out."""
    found = [
        ("", _("All doors"), work.coverage.doors),
        ("tonight", _("To knock on tonight"), work.coverage.to_knock),
    ]
    if work.coverage.tried or show == "tried":
        found.append(("tried", _("Knocked already: again later"), work.coverage.tried))
    if work.coverage.look_again or show == "again":
        found.append(("again", _("Look again"), work.coverage.look_again))
    return found


def _figures(work: Worklist) -> list[FigureValue]:
    total = work.coverage
    of_all = _("of {doors}").format(doors=thousands(total.doors))
    figures = [FigureValue(label=_("Letters delivered"), value=thousands(total.delivered), note=of_all)]
    if work.asks is not None:
        figures.append(FigureValue(label=_("Answered"), value=thousands(total.answered), note=of_all))
    if work.menu is not None:
        again = carried("again") if total.look_again else ""
        figures.append(FigureValue(label=_("Look again"), value=thousands(total.look_again), url=again))
    tried = _("{doors} more knocked at already").format(doors=thousands(total.tried)) if total.tried else ""
    to_knock = thousands(total.to_knock)
    figures.append(
        FigureValue(label=_("To knock on tonight"), value=to_knock, note=tried, url=carried("tonight"))
    )
    return figures


# --- On paper ---------------------------------------------------------------------------


@require_safe
def doorstep_sheet(request: SignedInRequest, pk: int, building: int) -> HttpResponse:
    """One building's worklist to take along; `show` prints only those doors. No code, no name."""
    visits = find_round(request, pk)
    chosen = next((one for one in Worklist(visits).buildings if one.pk == building), None)
    if chosen is None:
        raise Http404
    rows = tuple(_row(door) for door in kept(chosen.doors, show_of(request)))
    sheet = DoorstepSheet(
        compound=visits.compound.name, building=chosen.number, title=visits.title, dated=timezone.localdate(), rows=rows
    )  # fmt: skip
    name = f"{visits.compound.name}{chosen.number}入户登记表.pdf"
    return pdf_response(doorstep_pdf(sheet), name)


# As `Finding` and the marks of the worklist, in the words of the paper.
_KNOWN: dict[str, str] = {Finding.MOVED_AWAY: "无人居住"}


def _row(door: WorkDoor) -> DoorstepRow:
    known = [_KNOWN.get(door.finding, "")]
    if door.look_again:
        known.append("内容有变，请再看一看")
    elif door.is_paper_in:
        known.append("纸质已交")
    return DoorstepRow(
        staircase=door.staircase, floor=door.floor, unit=door.unit, is_delivered=door.is_delivered,
        is_answered=door.is_answered, is_absent=door.finding == Finding.NOT_AT_HOME, is_refused=door.finding == Finding.REFUSED,
        known="；".join(word for word in known if word),
    )  # fmt: skip
