from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from directory.actions.saved_views import delete_view, save_view
from portal.views.preferences import way_back, without


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter, order and columns of a list under a name; the same name again replaces it."""
    view = save_view(
        user=request.user,
        page=request.POST.get("page", ""),
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
    )
    return redirect(f"{without(way_back(request, 'portal:overview')).split('?')[0]}?{view.query}")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    delete_view(user=request.user, pk=pk)
    return redirect(way_back(request, "portal:overview"))
