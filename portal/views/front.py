from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from portal.demo.note import published_figures


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages name their own icon; whatever asks for the customary address gets the same."""
    return redirect(static("core/mark.svg"))


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The public front page; whoever is signed in goes on to the overview."""
    if request.user.is_authenticated:
        return redirect("portal:overview")
    return render(request, "portal/front.html", published_figures() if settings.DEMO else {})
