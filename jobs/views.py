from datetime import datetime, timedelta

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.errors import NotPermitted
from core.htmx import render_page
from files.serving import file_response
from jobs import actions
from jobs.exports import EXPORT, may_still_fetch
from jobs.models import Job, JobState

LISTED = 50
# Below this much work done an estimate is a guess.
ENOUGH_TO_ESTIMATE = 0.02


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The latest jobs of this person, what still runs first."""
    mine = Job.objects.visible_to(request.user)
    running = list(mine.unfinished().order_by("-state", "-created_at"))
    finished = list(mine.exclude(pk__in=[job.pk for job in running]).order_by("-created_at")[:LISTED])
    return render(
        request, "jobs/list.html", {"running": [card(job) for job in running], "finished": finished}
    )


@require_safe
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a job; htmx asks for the card alone until the job is finished."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return render_page(request, "jobs/detail.html", "core/job_card.html", card(job))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    actions.request_cancel(job=job, user=request.user)
    messages.info(request, _("The job stops at its next step; nothing half-done remains."))
    return redirect("jobs:detail", pk=pk)


@require_safe
def result(request: HttpRequest, pk: int) -> FileResponse:
    """The file that the job made, for whoever asked for it."""
    job = get_object_or_404(Job.objects.visible_to(request.user).select_related("result_file"), pk=pk)
    if job.result_file is None:
        raise Http404
    if job.kind == EXPORT and not may_still_fetch(job):
        raise NotPermitted
    return file_response(job.result_file)


def card(job: Job) -> dict[str, object]:
    return {"job": job, "estimate": estimate(job, timezone.now()), "tone": TONES.get(job.state, "")}


TONES: dict[str, str] = {
    JobState.DUE: "waiting",
    JobState.RUNNING: "act",
    JobState.DONE: "ok",
    JobState.FAILED: "wrong",
}


def estimate(job: Job, now: datetime) -> str:
    """How long the rest will take at the pace so far; "" while nothing can be said."""
    if job.state != JobState.RUNNING or job.started_at is None or not job.total:
        return ""
    share = job.done / job.total
    if share < ENOUGH_TO_ESTIMATE or job.done >= job.total:
        return ""
    left = (now - job.started_at) / share * (1 - share)
    if left < timedelta(minutes=1):
        return _("less than a minute left")
    minutes = round(left.total_seconds() / 60)
    return ngettext("about {count} minute left", "about {count} minutes left", minutes).format(count=minutes)
