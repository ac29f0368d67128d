"""A resident says something, follows what becomes of it, and reads what neighbours were answered."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.errors import DomainError
from core.posted import posted
from files.actions import store_image
from residents.actions.opinions import is_new_from_home, record_opinion
from residents.forms.opinions import SayForm, add_refusal
from residents.home.opinions import answered_neighbours, own_opinions
from residents.models import Channel, Household, Opinion
from residents.views.resident import ResidentRequest, resident_page
from residents.views.shared import LARGEST_KEY
from residents.voices import category_name


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: ResidentRequest) -> HttpResponse:
    """One page, one button. The key of the page makes one opinion of a double tap."""
    form = SayForm(posted(request), request.FILES or None, division_code=request.resident.division_code)
    if form.is_valid():
        try:
            opinion = _said(request, form)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("residents:said", opinion.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/home/opinion_say.html", {"form": form}, status=status)


def _said(request: ResidentRequest, form: SayForm) -> Opinion:
    resident, data = request.resident, form.cleaned_data
    household = Household.objects.get(pk=resident.household_id)
    upload, photo = data["photo"], None
    if upload and is_new_from_home(household=household, key=data["key"]):
        photo = store_image(file=upload.file, name=upload.name or "", user=None)
    return record_opinion(
        compound=Compound.objects.get(pk=resident.compound_id), text=data["text"], channel=Channel.WEB,
        key=data["key"], household=household, category=data["category"], photo=photo,
        may_show_words=data["may_show_words"],
    )  # fmt: skip


@resident_page
@require_safe
def said(request: ResidentRequest, pk: int) -> HttpResponse:
    """The receipt; later the same page tells how far it is. Another household's opinion is not there."""
    opinion = get_object_or_404(own_opinions(request.resident), pk=min(pk, LARGEST_KEY))
    return render(
        request,
        "residents/home/opinion_receipt.html",
        {"opinion": opinion, "head": opinion.merged_into or opinion},
    )


@resident_page
@require_safe
def mine(request: ResidentRequest) -> HttpResponse:
    opinions = [(one, one.merged_into or one) for one in own_opinions(request.resident)]
    return render(request, "residents/home/opinion_list.html", {"opinions": opinions})


@resident_page
@require_safe
def neighbours(request: ResidentRequest) -> HttpResponse:
    """What others of the compound were answered, without name and door."""
    opinions = [(one, category_name(one.category)) for one in answered_neighbours(request.resident)[:50]]
    return render(request, "residents/home/opinion_neighbours.html", {"opinions": opinions})
