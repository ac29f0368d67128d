import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models import User
from files.models import StoredFile
from projects.models.scheme import Scheme
from projects.triggers import only_while


class SignOffKind(models.TextChoices):
    STREET_OFFICE = "street_office", _("street office")
    COMMUNITY = "community", _("community committee")
    REPRESENTATIVES = "representatives", _("resident representatives")


@pghistory.track()
class SignOff(models.Model):
    """An office's agreement (or refusal) with a scheme as submitted; going back to the draft revokes it."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="sign_offs")
    kind = models.CharField(_("signed by"), max_length=16, choices=SignOffKind)
    agrees = models.BooleanField(_("agrees"))
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    document = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(_("date of the opinion"), db_default=Cast(Now(), models.DateField()))
    signed_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind"], condition=Q(revoked_at__isnull=True), name="sign_off_once",
                violation_error_message=_("This office has already signed."),
            ),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(remark=""), name="sign_off_refusal_says_why",
                violation_error_message=_("Say what must be changed."),
            ),
        ]  # fmt: skip
        triggers = [
            only_while(
                name="sign_off_while_signing", table="projects_scheme", column="scheme_id",
                states=("signing", "draft", "noticed"), noun="scheme",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()


@pghistory.track()
class PublicNotice(models.Model):
    """公示 of a scheme: where, from when until when (both days included).

    It lasts at least as long as the rule of the place asks on the day it is entered. `until_on` moves only
    by a `NoticeExtension`, and only onwards: what residents read on the paper is a promise.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="notices")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    places = models.CharField(_("where it hangs"), max_length=200)
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(ended_at__isnull=True), name="notice_one_at_a_time",
                violation_error_message=_("The scheme is already on notice."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="notice_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(condition=~Q(places=""), name="notice_says_where"),
        ]  # fmt: skip
        triggers = [
            # The same question as `SchemeRule.objects.in_force`.
            pgtrigger.Trigger(
                name="notice_lasts_long_enough",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("needed", "integer")],
                func="""
                    SELECT r.notice_days INTO needed FROM projects_schemerule r
                    JOIN projects_scheme s ON s.id = NEW.scheme_id
                    WHERE r.division_id IS NULL OR starts_with(s.division_code, r.division_id)
                    ORDER BY length(coalesce(r.division_id, '')) DESC, r.version DESC LIMIT 1;
                    IF NEW.until_on - NEW.from_on + 1 < needed THEN
                        RAISE EXCEPTION 'a public notice lasts at least % days here', needed
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_lasts_long_enough';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="notice_keeps_its_days",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.scheme_id <> OLD.scheme_id OR NEW.from_on <> OLD.from_on
                       OR (NEW.until_on <> OLD.until_on AND pg_trigger_depth() < 2) THEN
                        RAISE EXCEPTION 'a public notice is prolonged by an extension with its reason'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_keeps_its_days';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.until_on}"


class NoticeExtension(models.Model):
    """A notice that hangs longer: the last day before, the new one and why. Inserting the row prolongs it."""

    append_only = True

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="extensions")
    before = models.DateField(_("last day before"))
    after = models.DateField(_("new last day"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("prolonged notice")
        verbose_name_plural = _("prolonged notices")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="notice_extension_has_reason",
                violation_error_message=_("Say why the notice hangs longer."),
            ),
            models.CheckConstraint(
                condition=Q(after__gt=F("before")), name="notice_extension_prolongs",
                violation_error_message=_("A notice is never shortened: the new last day lies after the present one."),
            ),
        ]  # fmt: skip
        triggers = [
            # The scheme is shared as by its signatures: approval and extension wait for each other.
            pgtrigger.Trigger(
                name="notice_extension_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("n", "projects_publicnotice%ROWTYPE"), ("its_state", "text")],
                func="""
                    SELECT s.state INTO its_state FROM projects_scheme s
                    JOIN projects_publicnotice p ON p.scheme_id = s.id WHERE p.id = NEW.notice_id FOR SHARE OF s;
                    SELECT * INTO n FROM projects_publicnotice WHERE id = NEW.notice_id FOR NO KEY UPDATE;
                    IF its_state <> 'noticed' OR n.ended_at IS NOT NULL OR n.until_on <> NEW.before THEN
                        RAISE EXCEPTION 'the notice does not hang (any more) until that day'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_extension_from_here';
                    END IF;
                    UPDATE projects_publicnotice SET until_on = NEW.after WHERE id = n.id;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def is_late(self) -> bool:
        """Entered after the last day that the notice had until then."""
        return timezone.localdate(self.recorded_at) > self.before


class ObjectionChannel(models.TextChoices):
    VISIT = "visit", _("at the office")
    PHONE = "phone", _("by telephone")
    LETTER = "letter", _("by letter")
    MEETING = "meeting", _("at a meeting")
    WEB = "web", _("on the web")


@pghistory.track()
class Objection(models.Model):
    """异议 raised during a public notice; each must be answered before the scheme is approved.

    `raised_by` is a role or a masked name (张*), never more: the notice's file is read by many.
    """

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    received_on = models.DateField(_("received on"))
    channel = models.CharField(_("how"), max_length=10, choices=ObjectionChannel)
    raised_by = models.CharField(_("raised by (masked)"), max_length=40, blank=True)
    text = models.TextField(_("objection"), max_length=2000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    is_adopted = models.BooleanField(_("adopted"), null=True)
    answered_on = models.DateField(_("answered on"), null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["received_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="objection_has_text"),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True)
                | (~Q(answer="") & Q(is_adopted__isnull=False, answered_by__isnull=False)),
                name="objection_answered_in_full",
                violation_error_message=_("An answer says what is done and whether the objection is adopted."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="objection_remains", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="objection_once_answered_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
