"""The letter's code: what a household holds instead of an account."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from compounds.models import Building, Compound
from directory.models import User
from files.models import StoredFile
from jobs.models import Job
from residents.models.households import Household
from residents.models.representatives import Representative
from residents.triggers import keeps


class AccessCodeQuerySet(models.QuerySet["AccessCode"]):
    def live(self) -> "AccessCodeQuerySet":
        """Not revoked, and its holder is still there."""
        return self.filter(
            Q(household__ended_on__isnull=True, household__isnull=False)
            | Q(representative__until_on__isnull=True, representative__isnull=False),
            revoked_at__isnull=True,
        )


class AccessCode(models.Model):
    """One generation of a household's or a representative's code.

    The code itself stands nowhere: it follows from the letter key, the holder and the generation
    (`residents.codes`), so that a letter can be printed again. `digest` finds it when it is typed.
    Revoking ends the sessions that it opened; the next letter has the next generation.
    """

    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="codes")
    representative = models.ForeignKey(
        Representative, null=True, on_delete=models.PROTECT, related_name="codes"
    )
    generation = models.PositiveSmallIntegerField(_("generation"))
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoke_reason = models.CharField(_("why it was revoked"), max_length=200, blank=True)

    objects = AccessCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("access code")
        verbose_name_plural = _("access codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(household__isnull=True, representative__isnull=False)
                | Q(household__isnull=False, representative__isnull=True),
                name="access_code_has_one_holder",
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(revoked_at__isnull=True), name="access_code_one_of_household"
            ),
            models.UniqueConstraint(
                fields=["representative"], condition=Q(revoked_at__isnull=True),
                name="access_code_one_of_representative",
            ),
            models.UniqueConstraint(fields=["household", "generation"], name="access_code_generation_once"),
            models.UniqueConstraint(
                fields=["representative", "generation"], name="access_code_representatives_generation_once"
            ),
            models.CheckConstraint(condition=Q(generation__gte=1), name="access_code_counts_from_one"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoke_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="access_code_revoked_with_reason",
                violation_error_message=_("Say why this code is revoked."),
            ),
        ]  # fmt: skip
        triggers = [
            keeps("household_id", "representative_id", "generation", "digest", "made_at"),
            pgtrigger.Protect(
                name="access_code_stays_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.Protect(name="access_code_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.household_id or self.representative_id}/{self.generation}"


class CodeAttempt(models.Model):
    """A code that was typed or scanned and opened nothing: what notices guessing.

    Rows, so that neither a restart nor a flushed cache opens a window. `address` is a keyed hash: whose it is
    is nobody's business. Old rows are deleted daily.
    """

    address = models.BinaryField(max_length=16)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("failed code")
        verbose_name_plural = _("failed codes")
        indexes = [
            models.Index(fields=["address", "at"], name="code_attempt_of_address"),
            models.Index(fields=["at"], name="code_attempt_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class LetterPrint(models.Model):
    """A printing of letters: of which doors, by whom, when. A compound's, a building's or one household's.

    Of a large one `file` is what came of it, sealed (`residents.letters.sealing`) and forgotten after a day; the
    row stays as the record that these letters exist on paper.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="letter_prints")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="letter_prints")
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, related_name="letter_prints"
    )
    letters = models.PositiveIntegerField(_("letters"))
    ending = models.CharField(max_length=3, default="pdf")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_gone_at = models.DateTimeField(null=True)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("printing of letters")
        verbose_name_plural = _("printings of letters")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(letters__gte=1), name="letter_print_of_something"),
            models.CheckConstraint(
                condition=Q(file_gone_at__isnull=True) | Q(file__isnull=False), name="letter_print_had_a_file"
            ),
            models.CheckConstraint(
                condition=Q(building__isnull=True) | Q(household__isnull=True),
                name="letter_print_of_one_extent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["at"],
                name="letter_print_kept",
                condition=Q(file__isnull=False, file_gone_at__isnull=True),
            )
        ]
        triggers = [
            keeps(
                "compound_id", "building_id", "household_id", "letters", "ending", "file_id", "by_id", "at"
            ),
            pgtrigger.Protect(name="letter_print_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} · {self.letters}"
