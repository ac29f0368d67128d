"""What the office's pages of menus share: a menu as one may see it, its frame, a refusal on the form."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from core.errors import DomainError, demand
from directory.requests import SignedInRequest
from residents.models import Menu, MenuState
from residents.permissions import can_see_households
from residents.tables.menus import TONES
from residents.views.shared import LARGEST_KEY


def find_menu(request: SignedInRequest, pk: int) -> Menu:
    """With its project and compound; 404 where this person does not see it."""
    demand(can_see_households(request.user))
    rows = Menu.objects.visible_to(request.user).select_related("project__compound", "round", "scheme")
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


def menu_page(
    request: SignedInRequest, template: str, menu: Menu, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:  # fmt: skip
    request.rail_path = "/residents/"  # type: ignore[attr-defined]
    tone = TONES[MenuState(menu.state)]
    return render(
        request,
        template,
        {"menu": menu, "tone": tone, "compound": menu.project.compound, **context},
        status=status,
    )


def tried(form: Any, does: Callable[[], Any]) -> Any:
    """What the act gives; None, with the reason on the form, where it is refused."""
    try:
        return does()
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None


def status_of(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
