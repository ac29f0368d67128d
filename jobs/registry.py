"""Which function does which kind of job. Apps register theirs in `tasks.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules

from files.models import StoredFile
from jobs.models import Job
from jobs.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a finished job shows: a sentence, and a file or an address of its own."""

    message: str = ""
    file: StoredFile | None = None
    url: str = ""


Handler = Callable[[Job, Progress], Outcome]

_handlers: dict[str, Handler] = {}


class UnknownKind(LookupError):
    """A job of a kind that no app registers: a bug, or an older release's row."""


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Decorates the function that does jobs of `kind`.

    It may be run again after its worker died: it rebuilds the same result. It calls
    `progress.step` now and then, which ends it when the job was cancelled or taken over;
    a `DomainError` it raises becomes the job's sentence.
    """

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def handler_of(kind: str) -> Handler:
    if kind not in _handlers:
        # Workers load every app's tasks at start; commands and tests come here without.
        autodiscover_modules("tasks")
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(kind) from None
