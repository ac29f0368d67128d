"""居民代表签字: what each representative says of a scheme, and the gate of the signature that rests on it."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from projects.models import Scheme, SignOff
from residents.models.representatives import FEWEST_REPRESENTATIVES, Representative
from residents.triggers import keeps


class RepresentativeOpinionQuerySet(models.QuerySet["RepresentativeOpinion"]):
    def standing(self, scheme: Scheme) -> "RepresentativeOpinionQuerySet":
        """What holds now: said of the scheme as it was last handed in, not replaced, by who is still in office."""
        return self.filter(
            scheme=scheme,
            submitted_at=scheme.submitted_at,
            superseded_at__isnull=True,
            representative__until_on__isnull=True,
        )


class RepresentativeOpinion(models.Model):
    """One representative agrees with a scheme as handed in, or says what is wrong.

    Another opinion of the same person supersedes the earlier one, until the scheme is approved. A scheme that is
    sent back and handed in again is asked about anew: `submitted_at` is of which handing-in, kept by the database.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="representative_opinions")
    representative = models.ForeignKey(
        Representative, on_delete=models.PROTECT, related_name="scheme_opinions"
    )
    submitted_at = models.DateTimeField(editable=False, null=True)
    agrees = models.BooleanField(_("agrees with it"))
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    said_at = models.DateTimeField(db_default=Now(), editable=False)
    superseded_at = models.DateTimeField(null=True)

    objects = RepresentativeOpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion of a representative")
        verbose_name_plural = _("opinions of representatives")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "representative", "submitted_at"], condition=Q(superseded_at__isnull=True),
                name="representative_opinion_once",
            ),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(remark=""), name="representative_opinion_says_why",
                violation_error_message=_("Say what must be changed."),
            ),
        ]  # fmt: skip
        triggers = [
            keeps("scheme_id", "representative_id", "submitted_at", "agrees", "remark", "said_at"),
            pgtrigger.Protect(name="representative_opinion_is_kept", operation=pgtrigger.Delete),
            # The scheme is shared: no opinion lands beside the act that sends it back or approves it.
            pgtrigger.Trigger(
                name="representative_opinion_while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("s", "projects_scheme%ROWTYPE"), ("r", "residents_representative%ROWTYPE")],
                func="""
                    SELECT * INTO s FROM projects_scheme WHERE id = NEW.scheme_id FOR SHARE;
                    IF s.state NOT IN ('signing', 'noticed') THEN
                        RAISE EXCEPTION 'the scheme is % and waits for no opinion', s.state
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'representative_opinion_while_open';
                    END IF;
                    IF TG_OP = 'UPDATE' THEN
                        IF OLD.superseded_at IS NOT NULL THEN
                            RAISE EXCEPTION 'what was superseded stays so' USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'representative_opinion_superseded';
                        END IF;
                        RETURN NEW;
                    END IF;
                    NEW.submitted_at = s.submitted_at;
                    NEW.superseded_at = NULL;
                    SELECT * INTO r FROM residents_representative WHERE id = NEW.representative_id FOR SHARE;
                    IF r.until_on IS NOT NULL OR r.compound_id <> (
                        SELECT compound_id FROM projects_project WHERE id = s.project_id) THEN
                        RAISE EXCEPTION 'only a current representative of the compound has a say'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'representative_opinion_of_compound';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representative}: {self.agrees}"


class SignOffOfRepresentatives(SignOff):
    """The signature "resident representatives" rests on what they themselves said."""

    class Meta:
        proxy = True
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        triggers = [
            pgtrigger.Trigger(
                name="representatives_agree_first",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("kind", "agrees", "scheme_id"),
                condition=pgtrigger.Q(new__kind="representatives"),
                declare=[("present", "integer"), ("agreeing", "integer")],
                func=f"""
                    IF NEW.revoked_at IS NOT NULL THEN
                        RETURN NEW;
                    END IF;
                    SELECT count(*), count(*) FILTER (WHERE EXISTS (
                        SELECT FROM residents_representativeopinion o
                        WHERE o.representative_id = r.id AND o.scheme_id = s.id AND o.superseded_at IS NULL
                          AND o.submitted_at IS NOT DISTINCT FROM s.submitted_at AND o.agrees = NEW.agrees))
                    INTO present, agreeing
                    FROM projects_scheme s JOIN projects_project p ON p.id = s.project_id
                    JOIN residents_representative r ON r.compound_id = p.compound_id AND r.until_on IS NULL
                    WHERE s.id = NEW.scheme_id;
                    IF agreeing < {FEWEST_REPRESENTATIVES} OR agreeing * 2 <= present THEN
                        RAISE EXCEPTION '% of % representatives said so', agreeing, present
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'representatives_agree_first';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (a figure of the code)
            ),
        ]
