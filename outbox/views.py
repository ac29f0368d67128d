from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from outbox.actions import mark_read
from outbox.models import Message

SIZE = 50


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages to this person, newest first; `before` is the key of the last one seen."""
    mine = Message.objects.in_inbox_of(request.user)
    rows = mine.order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and int(before) < 2**63:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SIZE + 1])
    context = {"letters": found[:SIZE], "next": found[SIZE - 1].pk if len(found) > SIZE else None}
    return render(
        request, "outbox/inbox.html", {**context, "unread": mine.unread().count(), "before": before}
    )


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it read and go where it leads; without an address, back to the inbox."""
    message = get_object_or_404(Message.objects.in_inbox_of(request.user), pk=pk)
    mark_read(user=request.user, message_ids=[message.pk])
    if message.url and url_has_allowed_host_and_scheme(message.url, {request.get_host()}):
        return redirect(message.url)
    return redirect("outbox:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_read(user=request.user, message_ids=None)
    return redirect("outbox:inbox")
