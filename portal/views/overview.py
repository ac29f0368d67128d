from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.board import board
from core.scope import chosen_division


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Figures, panels and "waits for me" of the chosen division, as the apps put them on the board."""
    code = chosen_division(request)
    figures = [value for block in board.figures("overview") for value in block.values(request, code)]
    panels = [
        {"template": panel.template, "context": panel.context(request, code)}
        for panel in board.panels("overview", request.user)
    ]
    waiting = [line for line in board.waiting(request.user) if line.count]
    return render(request, "portal/overview.html", {"figures": figures, "panels": panels, "waiting": waiting})
