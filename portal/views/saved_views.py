from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import InvalidInput
from core.lists import is_list
from directory.actions import saved_views
from directory.models import SavedView
from directory.requests import SignedInRequest
from portal.views.preferences import way_back


@require_POST
def save(request: SignedInRequest) -> HttpResponse:
    """Keep the filter, order and columns of a list under a name; the same name again replaces it."""
    page = request.POST.get("page", "")
    if not is_list(page):
        raise InvalidInput(reason=_("there is no such list"))
    view = saved_views.save_view(
        user=request.user,
        page=page,
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
    )
    place = way_back(request, "portal:overview").split("?")[0]
    return redirect(f"{place}?{view.query}")


@require_POST
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, user=request.user, pk=pk)
    saved_views.rename_view(user=request.user, view=view, name=request.POST.get("name", ""))
    place = way_back(request, "portal:overview").split("?")[0]
    return redirect(f"{place}?{view.query}")


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, user=request.user, pk=pk)
    saved_views.delete_view(user=request.user, view=view)
    return redirect(way_back(request, "portal:overview"))
