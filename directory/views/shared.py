"""What the pages under "system" have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.errors import DomainError, NotPermitted, demand
from core.history import version_of
from directory.forms.people import add_refusal
from directory.history import Tracked, changed_since
from directory.models import User
from directory.permissions import can_list_users
from directory.requests import SignedInRequest

CHANGED = "changed_meanwhile"


def seen_version(request: SignedInRequest, record: Tracked) -> int:
    """The version that the sent form was shown with; the present one for a form not yet sent."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else version_of(record)


def seen_user(request: SignedInRequest, pk: int) -> User:
    """The account, if this administrator sees it; who keeps no accounts at all is told so."""
    demand(can_list_users(request.user))
    rows = User.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


@dataclass(frozen=True)
class Conflict:
    """Somebody else saved meanwhile: who, when, and (label, theirs, yours) where the two differ."""

    who: str
    when: datetime
    rows: list[tuple[str, str, str]]


def conflict_with(record: Tracked, form: forms.ModelForm, *, since: int) -> Conflict | None:
    """What stands in the database now beside what the form says, if the record changed since that version."""
    change = changed_since(record, since)
    if change is None:
        return None
    rows = []
    for bound in form.visible_fields():
        theirs, yours = (
            _shown(form, bound.name, getattr(record, bound.name)),
            _shown(form, bound.name, bound.value()),
        )
        if theirs != yours:
            rows.append((str(bound.label), theirs, yours))
    return Conflict(change.who or "–", change.at, rows)


def _shown(form: forms.ModelForm, name: str, value: Any) -> str:
    """A value of the record or of the form as people read it."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        rows: QuerySet[Any] | None = field.queryset
        row = (
            value if isinstance(value, Model) or not value or rows is None else rows.filter(pk=value).first()
        )
        return str(row or "")
    choices = getattr(field, "choices", None)
    if choices is None:
        return "" if value is None else str(value)
    flat = dict(
        pair for key, label in choices for pair in (label if isinstance(label, list) else [(key, label)])
    )
    key = value.pk if isinstance(value, Model) else value
    return str(flat.get(key, key or ""))


def form_page(
    request: SignedInRequest,
    form: forms.BaseForm,
    *,
    save: Callable[[], Any],
    template: str,
    context: dict[str, Any],
    done: Callable[[Any], HttpResponse],
    compare: Callable[[], dict[str, Any]] | None = None,
) -> HttpResponse:
    """Show the form, or save it: what `save` refuses appears on the form, in the same words everywhere.

    `compare` gives what the page shows further when somebody else saved meanwhile.
    """
    if form.is_valid():
        try:
            saved = save()
        except NotPermitted:
            raise
        except DomainError as refusal:
            add_refusal(form, refusal)
            if refusal.code == CHANGED and compare is not None:
                context |= compare()
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
