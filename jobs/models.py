"""Long work with a progress bar: a row that says what is due, who asked, how far it is."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile


class JobState(models.TextChoices):
    DUE = "due", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


# As the partial index has them.
ONGOING = (JobState.DUE, JobState.RUNNING)
FINISHED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

# A worker touches its job's row every few seconds; silence for this long means it died.
SILENCE_MEANS_DEAD = timedelta(minutes=2)
# A nudge may be lost with its broker: a due job is nudged again after this time.
NUDGE_HOLDS_FOR = timedelta(seconds=30)
MAX_ATTEMPTS = 3


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> "JobQuerySet":
        """A job belongs to whoever asked for it."""
        return self.filter(requested_by=user.pk)

    def claimable(self, now: datetime) -> "JobQuerySet":
        """Due, or running with a worker that has fallen silent."""
        silent = Q(state=JobState.RUNNING, heard_at__lt=now - SILENCE_MEANS_DEAD)
        return self.filter(Q(state=JobState.DUE) | silent)

    def to_be_nudged(self, now: datetime) -> "JobQuerySet":
        """Claimable, and no worker was told of it lately."""
        return self.claimable(now).filter(Q(nudged_at__isnull=True) | Q(nudged_at__lt=now - NUDGE_HOLDS_FOR))

    def held(self, job: "Job") -> "JobQuerySet":
        """The job's row while this very claim of it holds: not finished, not taken over by another worker."""
        return self.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=ONGOING)


class Job(models.Model):
    """`kind` names the handler (`jobs.registry`), `params` is its JSON input, `language` what it speaks.

    The message on the broker is only a nudge; the row is what is due. Handlers
    rebuild the same result when run again. `attempts` counts the claims: a worker
    whose number is no longer the row's has lost the job to another.
    """

    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    params = models.JSONField(default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="jobs",
    )
    division_code = models.CharField(_("division"), max_length=12, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.DUE)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    result_url = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    nudged_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_done_within_total"),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(error=""), name="job_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINISHED, finished_at__isnull=False)
                | (~Q(state__in=FINISHED) & Q(finished_at__isnull=True)),
                name="job_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_by", "-created_at"], name="job_of_person"),
            models.Index(
                fields=["created_at"], name="job_unfinished", condition=Q(state__in=["due", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def percent(self) -> int:
        """0–100; a job whose size is not yet known stands at 0."""
        if self.state == JobState.DONE:
            return 100
        return self.done * 100 // self.total if self.total else 0
