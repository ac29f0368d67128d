from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import figures
from core.board import TypeText, WaitingLine, board
from core.scope import chosen_division


@dataclass(frozen=True)
class Waiting:
    """A line of "waiting for me" as drawn; late means the day has passed."""

    text: TypeText
    count: int
    url: str
    due: date | None
    is_late: bool
    due_words: TypeText

    @property
    def due_text(self) -> str:
        """What the day means, in words: 截止 2026-11-27, or since when it is late."""
        words = _("overdue since {day}") if self.is_late else self.due_words
        return str(words).format(day=figures.day(self.due))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Figures, panels and "waiting for me" of the chosen division, as the apps put them on the board."""
    code = chosen_division(request)
    shown = [value for block in board.figures("overview") for value in block.values(request, code)]
    panels = [
        render_to_string(panel.template, panel.context(request, code), request)
        for panel in board.panels("overview", request.user)
    ]
    return render(
        request, "portal/overview.html", {"figures": shown, "panels": panels, "waiting": waiting(request)}
    )


def waiting(request: HttpRequest) -> list[Waiting]:
    """What there is to do, what is due first on top."""
    today = timezone.localdate()
    lines = [_drawn(line, today) for line in board.waiting(request.user) if line.count]
    return sorted(lines, key=lambda line: line.due or date.max)


def _drawn(line: WaitingLine, today: date) -> Waiting:
    is_late = line.due is not None and line.due < today
    return Waiting(line.text, line.count, line.url, line.due, is_late, line.due_words)
