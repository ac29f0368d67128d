"""Who did what, when, from where: rows nobody can change. Role `app` has only SELECT and INSERT here."""

from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Outcome(models.TextChoices):
    DONE = "done", pgettext_lazy("outcome", "done")
    REFUSED = "refused", _("refused")


# The law asks for six months (网络安全法 §21; 等保 2.0); an installation may keep more, never less.
KEPT_AT_LEAST = timedelta(days=184)
READ_AUDIT = "read_audit"


def never_changed() -> pgtrigger.Trigger:
    """Not even by the owner's slip: an entry is what it was."""
    return pgtrigger.Trigger(
        name="never_changed",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'restrict_violation';",
    )


def kept_six_months() -> pgtrigger.Trigger:
    """The purge command deletes as the owner; what is younger stays even then."""
    return pgtrigger.Trigger(
        name="kept_six_months",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=f"""
            IF OLD.at > now() - interval '{KEPT_AT_LEAST.days} days' THEN
                RAISE EXCEPTION 'audit entries are kept for six months' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        """,
    )


def never_truncated() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="never_truncated",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'the audit is never emptied' USING ERRCODE = 'restrict_violation';",
    )


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: Any) -> "AuditEntryQuerySet":
        """What concerns the divisions where the person reads the audit.

        What concerns no division (a spray of unknown names, a command on the server) is seen
        by those whose reach nobody else's contains.
        """
        scopes: tuple[str, ...] = user.scopes_for(READ_AUDIT) if user.is_authenticated else ()
        if scopes and user.oversees(READ_AUDIT):
            return self.filter(models.Q(division_code="") | self._about(scopes))
        return self.within(scopes)

    def within(self, divisions: tuple[str, ...]) -> "AuditEntryQuerySet":
        """Entries about these divisions and all below, given as code prefixes."""
        return self.filter(self._about(divisions)) if divisions else self.none()

    @staticmethod
    def _about(divisions: tuple[str, ...]) -> models.Q:
        about = models.Q()
        for code in divisions:
            about |= models.Q(division_code__startswith=code)
        return about

    def before(self, moment: datetime) -> "AuditEntryQuerySet":
        return self.filter(at__lt=moment)


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
    address = models.GenericIPAddressField(pgettext_lazy("network", "address"), null=True)
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
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="audit_by_subject"),
        ]
        triggers = [never_changed(), kept_six_months(), never_truncated()]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"
