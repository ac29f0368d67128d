"""Every spreadsheet that leaves a list is an entry: who, which list, which filter, how many rows."""

from django.http import HttpRequest

from audit.actions import record
from audit.vocabulary import EXPORTED
from core.board import ExportWatcher, board
from core.scope import chosen_division


def record_export(request: HttpRequest, key: str, kind: str, rows: int) -> None:
    """Written before the file leaves; `key` names the list, `kind` the file."""
    user = request.user
    record(
        action=f"{key}{EXPORTED}",
        actor=user,
        division_code=chosen_division(request) or getattr(user, "home_division", ""),
        detail={"file": kind, "rows": rows, "filter": request.GET.urlencode()[:500]},
    )


def watch_exports() -> None:
    board.register(ExportWatcher(key="audit", exported=record_export))
