"""The audit, for those who read it: the list with its filters and export, and one entry."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.filters import AuditFilter, describe_subject
from audit.permissions import can_read_audit
from audit.tables import ENTRIES, detail_text, listed_entries
from audit.vocabulary import action_label, kind_label
from core.errors import demand


@never_cache
@require_safe
def entry_list(request: HttpRequest) -> HttpResponseBase:
    demand(can_read_audit(request.user))
    return ENTRIES.respond(
        request,
        listed_entries(request.user),
        filterset=AuditFilter,
        may_export=True,
        template="audit/entries.html",
        describe={"subject": describe_subject},
    )


@never_cache
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    demand(can_read_audit(request.user))
    entry = get_object_or_404(listed_entries(request.user).select_related("actor"), pk=pk)
    context = {
        "entry": entry,
        "action": action_label(entry.action),
        "kind": kind_label(entry.subject_kind),
        "detail": [
            (key, detail_text({key: value}).partition(": ")[2]) for key, value in entry.detail.items()
        ],
    }
    return render(request, "audit/entry.html", context)
