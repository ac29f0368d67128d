"""What the pages under "system" have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.errors import DomainError, NotPermitted
from directory.forms.people import add_refusal
from directory.models import User
from directory.permissions import can_list_users
from directory.requests import SignedInRequest


def require(allowed: bool) -> None:  # noqa: FBT001 - a statement, read as a sentence
    """Seen, but not this person's to do: 403."""
    if not allowed:
        raise NotPermitted


def seen_user(request: SignedInRequest, pk: int) -> User:
    """The account, if this administrator sees it; who keeps no accounts at all is told so."""
    require(can_list_users(request.user))
    rows = User.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


def form_page(
    request: SignedInRequest,
    form: forms.BaseForm,
    *,
    save: Callable[[], Any],
    template: str,
    context: dict[str, Any],
    done: Callable[[Any], HttpResponse],
) -> HttpResponse:
    """Show the form, or save it: what `save` refuses appears on the form, in the same words everywhere."""
    if form.is_valid():
        try:
            saved = save()
        except NotPermitted:
            raise
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return done(saved)
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def act(
    request: SignedInRequest, form: forms.BaseForm, *, do: Callable[[], Any], said: str, back: str, key: Any
) -> HttpResponse:
    """An act behind one button: done and said, or refused and said, and back to the record's page."""
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        messages.error(request, str(sentence))
        return redirect(back, key)
    try:
        do()
    except NotPermitted:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect(back, key)
