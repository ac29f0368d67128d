"""户: the doors of a compound, and whose they are."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Building, Compound
from compounds.triggers import takes_division
from core.triggers import stamps_change
from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from residents.triggers import takes_place_of_household


class HouseholdUse(models.TextChoices):
    HOME = "home", _("home")
    SHOP = "shop", _("shop")
    OFFICE = "office", _("office")
    STORE = "store", _("storage or garage")
    OTHER = "other", _("other use")
    UNKNOWN = "unknown", _("use not recorded")


class Tenancy(models.TextChoices):
    OWNER = "owner", _("the owner lives there")
    LET = "let", _("let")
    VACANT = "vacant", _("vacant")
    UNKNOWN = "unknown", _("tenancy not recorded")


class HouseholdQuerySet(ScopedQuerySet["Household"]):
    """Doors and what they are; whose they are is another question (`residents.permissions.can_open_record`)."""

    power = Power.SEE_HOUSEHOLDS

    def living(self) -> "HouseholdQuerySet":
        return self.filter(ended_on__isnull=True)

    def by_door(self) -> "HouseholdQuerySet":
        """As one walks: by building, staircase, floor and door."""
        return self.order_by(
            Length("building__number_key"), "building__number_key", "building_id",
            Length("staircase_key"), "staircase_key", F("floor").asc(nulls_last=True),
            Length("unit_key"), "unit_key", "id",
        )  # fmt: skip


@pghistory.track()
class Household(models.Model):
    """户: one door. 3号楼2单元501, 3栋二单元501室 and 3#-2-501 are the same door (keys kept by the actions).

    Nothing here tells whose it is: that stands in `Owner`, which can be erased and has no history table.
    """

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="households")
    compound = models.ForeignKey(
        Compound, on_delete=models.PROTECT, related_name="households", editable=False
    )
    division_code = models.CharField(max_length=12, editable=False, default="")
    staircase = models.CharField(_("staircase"), max_length=20, blank=True)
    staircase_key = models.CharField(max_length=20, editable=False, blank=True)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    unit = models.CharField(_("door"), max_length=30)
    unit_key = models.CharField(max_length=30, editable=False)
    exclusive_area = models.DecimalField(
        _("exclusive area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    use = models.CharField(_("use"), max_length=8, choices=HouseholdUse, default=HouseholdUse.UNKNOWN)
    tenancy = models.CharField(_("tenancy"), max_length=8, choices=Tenancy, default=Tenancy.UNKNOWN)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = pgettext_lazy("register", "households")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "staircase_key", "unit_key"], condition=Q(ended_on__isnull=True),
                name="household_door_once", violation_error_message=_("This door is already in the register."),
            ),
            # The target of composite foreign keys: what hangs on a household lies where it lies.
            models.UniqueConstraint(fields=["id", "compound", "division_code"], name="household_and_its_place"),
            models.CheckConstraint(
                condition=~Q(unit_key=""), name="household_has_door",
                violation_error_message=_("Give the door's number."),
            ),
            models.CheckConstraint(
                condition=Q(exclusive_area__isnull=True) | Q(exclusive_area__gt=0, exclusive_area__lte=100_000),
                name="household_area_possible",
                violation_error_message=_("The exclusive area lies above 0 and at most at 100,000 m²."),
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | (Q(floor__gte=-9, floor__lte=120) & ~Q(floor=0)),
                name="household_floor_possible",
                violation_error_message=_("Floors are numbered −9 to −1 and 1 to 120."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["compound", "ended_on"], name="household_of_compound"),
            models.Index(fields=["division_code"], name="household_scope", opclasses=["varchar_pattern_ops"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_takes_compound_of_building",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("building_id"),
                func="""
                    SELECT compound_id INTO NEW.compound_id FROM compounds_building WHERE id = NEW.building_id;
                    RETURN NEW;
                """,
            ),
            takes_division(),
            stamps_change(),
        ]

    def __str__(self) -> str:
        return self.door

    def get_absolute_url(self) -> str:
        return reverse("residents:household", args=[self.pk])

    @property
    def door(self) -> str:
        """3号楼2单元501; needs `building`."""
        return f"{self.building.number}{self.staircase}{self.unit}"


class PersonLink(models.Model):
    """One person behind several doors of a compound: who is counted once in an owners' vote (Civil Code art. 278)."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("why they are one person"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("owner of several units")
        verbose_name_plural = _("owners of several units")

    def __str__(self) -> str:
        return f"#{self.pk}"


class OwnerQuerySet(models.QuerySet["Owner"]):
    def current(self) -> "OwnerQuerySet":
        return self.filter(until_on__isnull=True)


class Owner(models.Model):
    """业主 of a household. Personal: no history table, erasable (个人信息保护法 art. 47), never shown in lists.

    No identity numbers. `share` as a fraction where it is known; `phone` only where the owner gave it.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="owners")
    name = models.CharField(_("name"), max_length=60, blank=True)
    share_numerator = models.PositiveIntegerField(null=True, blank=True)
    share_denominator = models.PositiveIntegerField(null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_voter = models.BooleanField(_("votes for the co-owners"), default=False)
    person_link = models.ForeignKey(
        PersonLink, null=True, blank=True, on_delete=models.PROTECT, related_name="owners"
    )
    from_on = models.DateField(_("owner since"), null=True, blank=True)
    until_on = models.DateField(_("owner until"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(is_voter=True, until_on__isnull=True), name="owner_one_voter",
                violation_error_message=_("The co-owners name one person who votes."),
            ),
            models.CheckConstraint(
                condition=(Q(erased_at__isnull=True) & ~Q(name=""))
                | Q(erased_at__isnull=False, name="", phone=""),
                name="owner_has_name_until_erased",
                violation_error_message=_("Give the owner's name."),
            ),
            models.CheckConstraint(
                condition=Q(share_numerator__isnull=True, share_denominator__isnull=True)
                | Q(share_numerator__gte=1, share_denominator__gte=F("share_numerator"), share_denominator__lte=1_000_000),
                name="owner_share_is_fraction",
                violation_error_message=_("A share is a fraction above 0 and at most 1, such as 1/2."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="owner_ends_after_beginning",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="owner_shares_at_most_whole",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT sum(share_numerator::numeric / share_denominator) FROM residents_owner
                        WHERE household_id = NEW.household_id AND until_on IS NULL) > 1.000000001 THEN
                        RAISE EXCEPTION 'the shares of a household add up to more than the whole'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_shares_at_most_whole';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="owner_link_in_compound",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("person_link_id", "household_id"),
                func="""
                    IF NEW.person_link_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM residents_personlink p JOIN residents_household h ON h.compound_id = p.compound_id
                        WHERE p.id = NEW.person_link_id AND h.id = NEW.household_id) THEN
                        RAISE EXCEPTION 'units of one owner lie in one compound'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_link_in_compound';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        """张*: what lists and logs may show. "" when erased."""
        return f"{self.name[:1]}{'*' * min(len(self.name) - 1, 2)}" if self.name else ""

    @property
    def masked_phone(self) -> str:
        """138****5678."""
        return (
            f"{self.phone[:3]}****{self.phone[-4:]}"
            if len(self.phone) >= 10
            else "****"
            if self.phone
            else ""
        )


class OwnerChange(models.Model):
    """That, when and why the owners of a household changed: the history that stays when names are erased."""

    append_only = True

    class Kind(models.TextChoices):
        ENTERED = "entered", _("owners recorded")
        TRANSFERRED = "transferred", _("changed hands")
        CORRECTED = "corrected", _("corrected")
        VOTER = "voter", _("another voter named")
        LINKED = "linked", _("units of one owner linked or parted")
        ERASED = "erased", _("personal data erased")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="owner_changes")
    kind = models.CharField(_("what happened"), max_length=12, choices=Kind)
    effective_on = models.DateField(_("effective on"))
    basis = models.CharField(_("basis or reason"), max_length=300, blank=True)
    owner_count = models.PositiveSmallIntegerField(_("owners afterwards"))
    # None: an import from the server's shell.
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("change of owners")
        verbose_name_plural = _("changes of owners")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="entered") | ~Q(basis=""), name="owner_change_has_basis",
                violation_error_message=_("Say on what the change rests."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()


class HouseholdSuccession(models.Model):
    """Two doors made one, or one made several; the old ones stay as history."""

    append_only = True

    class Kind(models.TextChoices):
        MERGE = "merge", _("made one")
        SPLIT = "split", _("made several")

    old = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="predecessions")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    effective_on = models.DateField(_("effective on"))
    reason = models.CharField(_("reason"), max_length=300)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("merge or split of households")
        verbose_name_plural = _("merges and splits of households")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="household_succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="household_succession_to_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="household_succession_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class RecordOpening(models.Model):
    """Somebody looked at whose a household is: who, when and why. Shown with the record."""

    append_only = True

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="openings")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="+", editable=False)
    division_code = models.CharField(max_length=12, editable=False, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("opening of a record")
        verbose_name_plural = _("openings of records")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="record_opening_has_reason",
                violation_error_message=_("Say why you open this record; the reason is kept."),
            ),
        ]  # fmt: skip
        triggers = [takes_place_of_household()]

    def __str__(self) -> str:
        return self.reason
