"""居民代表: three to five neighbours who stand for the compound."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from residents.models.households import Household
from residents.triggers import takes_place_of_household

MOST_REPRESENTATIVES = 5
FEWEST_REPRESENTATIVES = 3


class RepresentativeQuerySet(ScopedQuerySet["Representative"]):
    power = Power.SEE_HOUSEHOLDS

    def current(self) -> "RepresentativeQuerySet":
        return self.filter(until_on__isnull=True)


class Representative(models.Model):
    """居民代表 for a term. Whoever follows is a new row that names the one before.

    Elected in the open and named on the notice board; `phone` is for the office, and erased with the term.
    At most five at a time (held under the compound's lock); the start of the works asks for at least three.
    """

    compound = models.ForeignKey(
        Compound, on_delete=models.PROTECT, related_name="representatives", editable=False
    )
    division_code = models.CharField(max_length=12, editable=False, default="")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="representatives")
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    elected_how = models.CharField(_("how chosen"), max_length=200)
    from_on = models.DateField(_("term begins"))
    term_until = models.DateField(_("term ends"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["until_on", "from_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on__isnull=True), name="representative_one_of_household",
                violation_error_message=_("This household already has a representative."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="representative_has_name",
                violation_error_message=_("Give the representative's name."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True, end_reason="")
                | (Q(until_on__gte=F("from_on"), phone="") & ~Q(end_reason="")),
                name="representative_ends_with_reason",
                violation_error_message=_("Say why the term ends; it ends on or after its first day."),
            ),
            models.CheckConstraint(
                condition=Q(term_until__isnull=True) | Q(term_until__gte=F("from_on")),
                name="representative_term_in_order",
                violation_error_message=_("The term ends before it begins."),
            ),
        ]  # fmt: skip
        triggers = [
            takes_place_of_household(),
            pgtrigger.Trigger(
                name="zz_representatives_at_most_five",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("until_on", "household_id"),
                func=f"""
                    PERFORM FROM compounds_compound WHERE id = NEW.compound_id FOR NO KEY UPDATE;
                    IF NEW.until_on IS NULL AND (
                        SELECT count(*) FROM residents_representative
                        WHERE compound_id = NEW.compound_id AND until_on IS NULL AND id IS DISTINCT FROM NEW.id
                    ) >= {MOST_REPRESENTATIVES} THEN
                        RAISE EXCEPTION 'a compound has at most {MOST_REPRESENTATIVES} representatives'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'representatives_at_most_five';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (figures from the code)
            ),
            pgtrigger.Protect(name="representative_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name
