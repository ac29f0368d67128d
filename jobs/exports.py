"""Spreadsheets that take longer than a request may: the request is repeated by a worker, which keeps the file.

The worker calls the very view that was asked, as the person who asked. So each list's own
question, who may export which rows, is asked again when the file is made, and a list needs
nothing of its own to be exported by a job.
"""

from tempfile import TemporaryFile
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import gettext as _

from core.board import LongExports, board
from core.errors import NotPermitted
from core.lists.export import Sheet
from core.scope import SESSION_KEY
from files.actions import store_product
from files.models import StoredFile
from files.storage import disk_faults_as_refusals
from jobs.actions import enqueue
from jobs.models import Job
from jobs.progress import Progress

EXPORT = "jobs.export"
COLUMNS_COOKIE = "cols_"
# Steps are cheap, but not free.
TOLD_EVERY = 100


def begin(request: HttpRequest, title: str, kind: str) -> HttpResponse:
    """Make the export due and show its job; asked again meanwhile, it is the same job."""
    user: Any = request.user
    params = {
        "path": request.path_info,
        "query": request.GET.urlencode(),
        "method": request.method,
        "form": _form(request),
        "cookies": {name: text for name, text in request.COOKIES.items() if name.startswith(COLUMNS_COOKIE)},
        "division": request.session.get(SESSION_KEY, ""),
    }
    mine = Job.objects.visible_to(user).unfinished()
    job = mine.filter(kind=EXPORT, params=params).first() or enqueue(
        kind=EXPORT,
        title=_("{list} as a spreadsheet ({kind})").format(list=title, kind=kind),
        params=params,
        user=user,
    )
    return redirect("jobs:detail", job.pk)


def _form(request: HttpRequest) -> str:
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    return sent.urlencode()


class _Repeated(HttpRequest):
    """What the person asked, as far as a list looks at it."""

    def __init__(self, job: Job, sink: Any) -> None:
        super().__init__()
        asked = job.params
        self.method = asked["method"]
        self.path = self.path_info = asked["path"]
        self.GET = QueryDict(asked["query"])
        self.POST = QueryDict(asked["form"])
        self.COOKIES = dict(asked["cookies"])
        self.session: Any = {SESSION_KEY: asked["division"]}
        # Anew: whoever was locked or lost a role meanwhile is asked as who they are now.
        self.user: Any = get_user_model()._default_manager.get(pk=job.requested_by_id)
        self.export_sink = sink


def _repeat(job: Job, sink: Any) -> None:
    request = _Repeated(job, sink)
    if not request.user.is_active or request.user.locked_at is not None:
        raise NotPermitted
    view, arguments, named = resolve(request.path_info)
    view(request, *arguments, **named)


class _Keeper:
    """Writes the sheet into a file on disk and keeps that."""

    def __init__(self, job: Job, progress: Progress) -> None:
        self._job, self._progress = job, progress
        self.rows = 0
        self.file: StoredFile | None = None

    def receive(self, sheet: Sheet) -> None:
        self.rows = sheet.count
        with disk_faults_as_refusals(), TemporaryFile() as to:
            sheet.write(to, each=self._tell)
            self._progress.step(self.rows, self.rows)
            media_type = sheet.media_type.partition(";")[0]
            self.file = store_product(
                content=to, name=sheet.name, media_type=media_type, user=self._job.requested_by
            )

    def _tell(self, done: int) -> None:
        if done % TOLD_EVERY == 0:
            self._progress.step(done, max(self.rows, done))


class _Asked:
    """Only hears whether the list would give its rows."""

    is_allowed = False

    def receive(self, sheet: Sheet) -> None:
        self.is_allowed = True


def make(job: Job, progress: Progress) -> tuple[StoredFile, int]:
    """The file and the number of its rows. Raises `NotPermitted` when the person may no longer export."""
    keeper = _Keeper(job, progress)
    _repeat(job, keeper)
    if keeper.file is None:
        raise NotPermitted
    return keeper.file, keeper.rows


def may_still_fetch(job: Job) -> bool:
    """Whether the person who asked for the export would still be given it."""
    asked = _Asked()
    try:
        _repeat(job, asked)
    except NotPermitted:
        return False
    return asked.is_allowed


def take_long_exports() -> None:
    board.register(LongExports(key="jobs", begin=begin))
