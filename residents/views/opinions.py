"""意见台账: the register with its counts, and taking one down."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.errors import DomainError
from core.lists import called
from core.posted import posted
from core.scope import chosen_division
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from files.actions import store_image
from projects.permissions import can_export
from residents.actions.opinions import record_opinion
from residents.filters.opinions import OpinionFilter
from residents.following import of_compound_and_before
from residents.forms.opinions import RecordForm, add_refusal
from residents.models import Meeting, Opinion, OpinionCategory
from residents.permissions import can_enter_for_residents, can_see_households
from residents.tables.opinions import OPINIONS, listed
from residents.views.shared import demand, find_compound, residents_context, residents_page

COMPOUNDS_SHOWN = 30


def _seen(request: SignedInRequest) -> Any:
    return listed(Opinion.objects.visible_to(request.user), request.user)


def _called(request: SignedInRequest) -> dict[str, Any]:
    return {
        "division": lambda code: str(Division.objects.filter(code=code).first() or code),
        "compound": lambda code: str(Compound.objects.filter(code=code).first() or code),
        "category": called(OpinionCategory),
    }


@require_safe
def opinion_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return OPINIONS.respond(
        request,
        lambda: _seen(request),
        filterset=OpinionFilter,
        depends_on=(request.user.pk, request.user.scopes_for(Power.SEE_HOUSEHOLDS)),
        may_export=can_export(request.user),
        describe=_called(request),
        template="residents/opinions_list.html",
        context={"may_record": request.user.has_power(Power.ENTER_FOR_RESIDENTS)},
    )


def _may_record(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_enter_for_residents(request.user, compound.community_id)


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponseBase:
    """The same register, of one compound: a tab beside its doors."""
    compound = find_compound(request, code)
    return OPINIONS.respond(
        request,
        lambda: _seen(request).filter(of_compound_and_before(compound)),
        filterset=OpinionFilter,
        may_export=can_export(request.user),
        describe=_called(request),
        template="residents/opinions_of_compound.html",
        context={
            **residents_context(request, compound, "opinions"),
            "may_record": _may_record(request, compound),
        },
    )


# --- Taken down -------------------------------------------------------------------------


@require_safe
def pick(request: SignedInRequest) -> HttpResponse:
    """Which compound it is about; then the page on which it is taken down."""
    demand(request.user.has_power(Power.ENTER_FOR_RESIDENTS))
    typed = request.GET.get("q", "")[:60]
    rows = Compound.objects.within(request.user.scopes_for(Power.ENTER_FOR_RESIDENTS)).living()
    if division := chosen_division(request):
        rows = rows.filter(community__code__startswith=division)
    found = list(
        (rows.matching(typed) if typed else rows)
        .select_related("community")
        .order_by("name")[: COMPOUNDS_SHOWN + 1]
    )
    context = {"typed": typed, "compounds": found[:COMPOUNDS_SHOWN], "has_more": len(found) > COMPOUNDS_SHOWN}
    request.rail_path = "/residents/"  # type: ignore[attr-defined]
    return render(request, "residents/opinions_pick.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_record(request, compound))
    said_in = _asked_meeting(request, compound)
    form = RecordForm(posted(request), request.FILES or None, compound=compound, said_in=said_in)
    if form.is_valid():
        try:
            opinion = _recorded(request, compound, form)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            told = _("Taken down as No. %(number)s; an answer is due on %(day)s.")
            messages.success(request, told % {"number": opinion.number, "day": opinion.due_on.isoformat()})
            return redirect(request.get_full_path() if "another" in request.POST else opinion)
    status = 422 if form.is_bound and form.errors else 200
    return residents_page(
        request, "residents/opinions_form.html", compound, "opinions", {"form": form, "said_in": said_in}, status=status
    )  # fmt: skip


def _asked_meeting(request: SignedInRequest, compound: Compound) -> Meeting | None:
    """The meeting from whose page one comes; whatever else is asked for is none."""
    asked = request.GET.get("meeting", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return Meeting.objects.met_by(timezone.now()).filter(compound=compound, pk=int(asked)).first()


def _recorded(request: SignedInRequest, compound: Compound, form: RecordForm) -> Opinion:
    data = form.cleaned_data
    upload = data["photo"]
    photo = store_image(file=upload.file, name=upload.name or "", user=request.user) if upload else None
    return record_opinion(
        compound=compound, user=request.user, text=data["text"], channel=data["channel"], key=data["key"],
        household=data["door"], contact=data["contact"], category=data["category"],
        received_at=data["received_at"], photo=photo, meeting=data["meeting"],
        may_show_words=data["may_show_words"],
    )  # fmt: skip
