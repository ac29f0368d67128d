from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from files.models import StoredFile
from projects.models.line import Stage
from projects.models.plans import Plan
from projects.models.project import Project
from projects.triggers import touches_project


class DocumentKind(models.TextChoices):
    WILLINGNESS_RECORD = "willingness_record", _("record of the residents' willingness")
    OVERALL_SCHEME = "overall_scheme", _("overall scheme")
    GUIDELINE = "guideline", _("guideline")
    TIMETABLE = "timetable", _("timetable")
    ROAD_MAP = "road_map", _("road map")
    TASK_BOOK = "task_book", _("task book")
    COMPOUND_SCHEME = "compound_scheme", _("compound scheme (drawings, text)")
    SIGN_OFF = "sign_off", _("signed opinion")
    NOTICE = "notice", _("public notice")
    OPINION_SHEET = "opinion_sheet", _("joint-review opinion sheet")
    ESTIMATE_APPROVAL = "estimate_approval", _("approval of the estimate")
    AWARD_NOTICE = "award_notice", _("notice of award")
    CONTRACT = "contract", _("contract")
    START_EVIDENCE = "start_evidence", _("evidence of the start (order to start, photos)")
    CHANGE_ORDER = "change_order", _("change order")
    HIDDEN_WORK = "hidden_work", _("record of hidden work")
    COMPLETION_EVIDENCE = "completion_evidence", _("evidence of completion")
    ACCEPTANCE_CERTIFICATE = "acceptance_certificate", _("acceptance certificate")
    HANDOVER_LIST = "handover_list", _("handover list")
    BEFORE_PORTAL = "before_portal", _("proof from before the portal")
    MEETING = "meeting", _("minutes")
    OTHER = "other", _("other")


# What belongs to a division's programme rather than to one project.
PROGRAMME_KINDS = (
    DocumentKind.OVERALL_SCHEME, DocumentKind.GUIDELINE, DocumentKind.TIMETABLE, DocumentKind.ROAD_MAP,
    DocumentKind.TASK_BOOK, DocumentKind.MEETING, DocumentKind.OTHER,
)  # fmt: skip


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any) -> "DocumentQuerySet":
        """Those of the projects and plans that the person sees."""
        projects = Project.objects.visible_to(user).values("pk")
        return self.filter(Q(project__in=projects) | Q(plan__in=Plan.objects.visible_to(user).values("pk")))

    def valid(self) -> "DocumentQuerySet":
        return self.filter(withdrawn_at__isnull=True)


@pghistory.track()
class Document(models.Model):
    """A document of a project or a plan, by kind and stage; its bytes stand in versions.

    Nothing is deleted: a document uploaded by mistake is withdrawn with a reason and counts no more.
    """

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=24, choices=DocumentKind)
    stage = models.CharField(_("stage"), max_length=14, choices=Stage, blank=True)
    title = models.CharField(_("title"), max_length=120)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    dated_on = models.DateField(_("date of the document"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(_("reason for withdrawing"), max_length=300, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["kind", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, plan__isnull=True) | Q(project__isnull=True, plan__isnull=False),
                name="document_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="document_has_title"),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | (Q(withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="document_withdrawn_says_why",
                violation_error_message=_("Say why the document is withdrawn."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["project", "kind"], name="document_of_kind")]
        triggers = [touches_project()]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(models.Model):
    """The bytes of a document at one time; a newer version never replaces an older one."""

    append_only = True

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_version_once"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(note=""), name="document_version_says_what_changed",
                violation_error_message=_("Say what changed in this version."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"
