"""A representative reads the scheme that was handed in, and says what is to be said of it."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.posted import posted
from projects.models import Scheme
from residents.actions.sign_offs import handing_in, say_of_scheme
from residents.forms.sign_offs import OpinionOfSchemeForm
from residents.home.programme import programme_of
from residents.home.sign_offs import opinion_of
from residents.views.home import scheme_in_words
from residents.views.resident import ResidentRequest, representative_page

NONE_WAITS = _("No scheme waits for your opinion at the moment.")


@representative_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: ResidentRequest) -> HttpResponse:
    """The works, then one question; what was said stands on the page and may be changed until the approval."""
    programme = programme_of(request.resident)
    scheme = programme.for_signing if programme else None
    if programme is None or scheme is None:
        return render(request, "residents/home/sign_off_none.html")
    scheme.project = programme.project
    said = opinion_of(request.resident, scheme)
    initial = {"agrees": "", "seen": handing_in(scheme)}
    form = OpinionOfSchemeForm(posted(request), initial=initial)
    if form.is_valid() and _said(request, scheme, form):
        return redirect("residents:sign_off")
    context = {
        "scheme": scheme, "form": form, "said": said, "changing": "change" in request.GET or form.is_bound,
        **scheme_in_words(scheme),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/home/sign_off.html", context, status=status)


def _said(request: ResidentRequest, scheme: Scheme, form: forms.Form) -> bool:
    data = form.cleaned_data
    try:
        say_of_scheme(
            scheme=scheme, representative_id=request.resident.representative_id or 0,
            agrees=data["agrees"] == "yes", remark=data["remark"], seen=data["seen"],
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error("remark" if refusal.code == "objection_needs_reason" else None, refusal.message)
        return False
    return True
