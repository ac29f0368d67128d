"""A spreadsheet on its way in: staged, compared, shown row by row, and only then written.

What a row means is declared by the app that owns the target (`sheets.py`); this
app knows files, rows, verdicts and the order of the steps.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile
from jobs.models import Job

# Long enough to mend the wrong rows of a roster; 100,000 rows of it are 100 MB.
ROWS_KEPT_FOR = timedelta(days=30)
# Names and phones of residents: long enough to mend the wrong rows and upload again.
PERSONAL_KEPT_FOR = timedelta(days=1)


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    PREVIEWED = "previewed", _("preview ready")
    WRITTEN = "written", _("written")
    DISCARDED = "discarded", _("discarded")


class Verdict(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    WRONG = "wrong", _("with errors")


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: Any) -> "ImportRunQuerySet":
        """A run belongs to whoever uploaded the file."""
        return self.filter(uploaded_by=user.pk)

    def stale_at(self, now: datetime) -> "ImportRunQuerySet":
        """So old that their staged rows are of no more use."""
        return self.filter(uploaded_at__lt=now - ROWS_KEPT_FOR)

    def to_forget_at(self, now: datetime, personal: Collection[str]) -> "ImportRunQuerySet":
        """Of the `personal` kinds: those whose file and rows are due to be deleted.

        Done with, or a day old. What was left out as wrong is kept for its day, so that it can be mended.
        """
        done = Q(state=ImportState.DISCARDED) | Q(state=ImportState.WRITTEN, counts__wrong=0)
        late = Q(uploaded_at__lt=now - PERSONAL_KEPT_FOR)
        return self.filter(done | late, kind__in=personal, forgotten_at__isnull=True)


class ImportRun(models.Model):
    """One uploaded workbook for one kind of record.

    `mapping` is {column key: heading in the file}; `options` are the kind's own choices
    (imports.kinds) and `leave_out_wrong`; `counts` is {verdict: rows}; `reasons` is
    {"wrong" or "warned": {kind of reason: rows}}. Without `uploaded_by` it was started from the server's shell.
    """

    kind = models.CharField(max_length=60)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    division_code = models.CharField(_("division"), max_length=12, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    counts = models.JSONField(default=dict)
    warnings = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), null=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    written_at = models.DateTimeField(_("written"), null=True)
    # The file's bytes and the staged rows are deleted: they held residents' personal data.
    forgotten_at = models.DateTimeField(_("deleted"), null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="written", written_at__isnull=False)
                | (~Q(state="written") & Q(written_at__isnull=True)),
                name="import_written_has_time",
            ),
        ]
        indexes = [models.Index(fields=["uploaded_by", "-uploaded_at"], name="import_of_person")]

    def __str__(self) -> str:
        return self.file.name


class StagedJSON(models.JSONField):
    """JSON kept as the text it came as: staged once, read back once, never searched.

    Taking it apart into jsonb would cost as much as all the rest of the staging.
    """

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # The driver has parsed it already.
        return value


class ImportRow(models.Model):
    """One row of the sheet with its verdict.

    `number` is the row's number as a spreadsheet program shows it, `sheet` is named where it is not the one
    that is imported. `cells` is
    {column key: text as typed}; `values` the parsed values that will be written;
    `problems` and `warnings` are {column key: sentence}; `changes` is {field: [old, new]};
    `reasons` are the kinds of the problems, of a right row those of its warnings.
    The last four are NULL where there are none.
    """

    # The unique constraint below begins with it: an index of its own would only slow the staging down.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, default="")
    number = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(max_length=10, choices=Verdict)
    target_id = models.BigIntegerField(null=True)
    cells = StagedJSON(default=dict)
    values = StagedJSON(default=dict)
    problems = StagedJSON(null=True)
    warnings = StagedJSON(null=True)
    changes = StagedJSON(null=True)
    reasons = ArrayField(models.CharField(max_length=40), null=True)

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")
        constraints = [
            models.UniqueConstraint(fields=["run", "sheet", "number"], name="import_row_once"),
            models.CheckConstraint(
                condition=~Q(verdict="wrong") | Q(problems__isnull=False), name="import_wrong_says_why"
            ),
        ]
        indexes = [
            # The few among many; a page of the others is found by number.
            models.Index(
                fields=["run", "verdict", "number"], name="import_row_to_look_at",
                condition=Q(verdict__in=["wrong", "changed"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number}: {self.verdict}"
