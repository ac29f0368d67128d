"""Who did what, when, from where: rows nobody can change. Role `app` has only SELECT and INSERT here."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def within(self, divisions: tuple[str, ...]) -> "AuditEntryQuerySet":
        """Entries about these divisions and all below, given as code prefixes."""
        about = models.Q(pk__in=[])
        for code in divisions:
            about |= models.Q(division_code__startswith=code)
        return self.filter(about)

    def older_than(self, moment: datetime, *, kept_for: timedelta) -> "AuditEntryQuerySet":
        return self.filter(at__lt=moment - kept_for)


class AuditEntry(models.Model):
    """One act or refused attempt.

    `action` is a dotted name (`session.signed_in`, `role.granted`, `compounds.exported`);
    `actor_name` is the name of that day; `division_code` is the division it was about
    (2–12 digits, empty for the whole installation).
    """

    append_only = True

    at = models.DateTimeField(_("time"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("name at the time"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=80)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.DONE)
    subject_kind = models.CharField(_("kind of record"), max_length=60, blank=True)
    subject_id = models.CharField(_("record"), max_length=80, blank=True)
    subject_name = models.CharField(_("name of the record"), max_length=200, blank=True)
    division_code = models.CharField(_("division"), max_length=12, blank=True, db_index=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["action", "-at"], name="audit_by_action"),
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"
