"""Keys of service users, and who may receive one."""

from datetime import datetime

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.codes import outermost
from directory.models.people import User
from directory.powers import ADMINISTRATORS, Power, roles_with


class TokenScope(models.TextChoices):
    READ = "read", _("read everything the service user may see")
    WRITE_PROGRESS = "progress:write", _("send progress entries")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable_at(self, now: datetime) -> "ApiTokenQuerySet":
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=now, user__is_active=True, user__locked_at__isnull=True
        )

    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """Tokens of the service users kept where this person issues or revokes tokens, or below."""
        scopes = outermost((*user.scopes_for(Power.ISSUE_TOKENS), *user.scopes_for(Power.REVOKE_TOKENS)))
        seen = Q(pk__in=[])
        for scope in scopes:
            seen |= Q(user__home_division__startswith=scope)
        return self.filter(seen)


# What `directory.actions.tokens` decides, once more where no code can step past it. A role's days
# are compared with a day's slack: the action knows the portal's time zone, this clock is UTC.
_SEEN_BY_ISSUER = """
    EXISTS (
        SELECT 1 FROM directory_roleassignment AS own
        WHERE own.user_id = NEW.created_by_id AND own.ended_at IS NULL AND own.role = ANY (issuers)
        AND own.starts_on <= CURRENT_DATE + 1 AND (own.ends_on IS NULL OR own.ends_on >= CURRENT_DATE - 1)
        AND starts_with({code}, own.division_id)
    )
"""


def _three_people() -> pgtrigger.Trigger:
    """A key is received by somebody who sees all of what it shows; afterwards it can only lose."""
    issuers = ", ".join(f"'{role}'" for role in roles_with(Power.ISSUE_TOKENS))
    administrators = ", ".join(f"'{role}'" for role in ADMINISTRATORS)
    return pgtrigger.Trigger(
        name="token_needs_three_people",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("issuers", f"text[] := ARRAY[{issuers}]")],
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.user_id, NEW.created_by_id, NEW.digest, NEW.scopes)
                    IS DISTINCT FROM (OLD.user_id, OLD.created_by_id, OLD.digest, OLD.scopes)
                    OR NEW.expires_at > OLD.expires_at
                    OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
                    RAISE EXCEPTION 'a token keeps its user, key and scopes, and is not prolonged'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END IF;
            IF EXISTS (
                SELECT 1 FROM directory_roleassignment AS own WHERE own.user_id = NEW.created_by_id
                AND own.ended_at IS NULL AND own.role IN ({administrators})
            ) OR NOT EXISTS (
                SELECT 1 FROM directory_user AS program WHERE program.id = NEW.user_id AND program.is_service
                AND {_SEEN_BY_ISSUER.format(code="program.home_division")}
            ) OR EXISTS (
                SELECT 1 FROM directory_roleassignment AS shown
                WHERE shown.user_id = NEW.user_id AND shown.ended_at IS NULL
                AND (shown.ends_on IS NULL OR shown.ends_on >= CURRENT_DATE - 1)
                AND (shown.granted_by_id = NEW.created_by_id
                     OR NOT {_SEEN_BY_ISSUER.format(code="shown.division_id")})
            ) THEN
                RAISE EXCEPTION 'whoever receives a key must see all of what it shows'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608  (both parts are constants)
    )


@pghistory.track(exclude=["last_used_at"])
class ApiToken(models.Model):
    """A key of a service user. The key is shown once; only its SHA-256 is kept.

    `prefix` are its first characters, so that people can tell their tokens apart.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(_("used by"), max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=TokenScope), verbose_name=_("scopes"))
    expires_at = models.DateTimeField(_("valid until"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scope"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="token_digest_is_hex"),
        ]
        triggers = [_three_people()]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"
