from collections.abc import Iterable
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, F, FilteredRelation, Q, Sum, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compounds.positions import CoordinateSystem
from compounds.triggers import takes_division, touches_compound
from core.text import search_keys, search_text
from core.triggers import stamps_change
from directory.models import Division, Organisation, User
from directory.powers import Power

EARLIEST_BUILT_YEAR, LATEST_BUILT_YEAR = 1840, 2100


class BuiltYearCertainty(models.TextChoices):
    CERTAIN = "certain", _("certain (papers)")
    APPROXIMATE = "approximate", _("approximate")
    UNKNOWN = "unknown", _("not known")


class ManagementState(models.TextChoices):
    """How the compound is managed before its renovation."""

    UNKNOWN = "unknown", _("not recorded")
    NONE = "none", _("nobody manages it")
    PROFESSIONAL = "professional", _("property-service firm")
    SELF_MANAGED = "self_managed", _("residents themselves")
    TITLE_OWNER = "title_owner", _("the title-owner unit")
    COMMUNITY = "community", _("the community committee")


def searched_as(*, name: str, former_names: Iterable[str], address: str, code: str) -> str:
    """A compound's search text. Whoever sets one of these facts sets it: actions, imports, the backfill."""
    names = (name, *former_names)
    return search_text(*names, address, code, spoken=names)


class Heritage(models.TextChoices):
    NONE = "none", _("none")
    CONTROL_ZONE = "control_zone", _("construction-control zone")
    HISTORIC_DISTRICT = "historic_district", _("historic district")
    LISTED = "listed", _("listed buildings")


class Cluster(models.Model):
    """片区: neighbouring compounds that are planned together."""

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["division_id", "name"]
        constraints = [models.UniqueConstraint(fields=["division", "name"], name="cluster_name_once")]

    def __str__(self) -> str:
        return self.name


def looks_like(typed: str, *, path: str = "search_text") -> Q:
    """The condition that a compound's search text at `path` holds what was typed; nothing typed, no condition."""
    wanted = Q()
    for key in search_keys(typed):
        wanted |= Q(**{f"{path}__contains": key})
    return wanted


class CompoundQuerySet(models.QuerySet["Compound"]):
    def visible_to(self, user: Any) -> "CompoundQuerySet":
        """Compounds within the divisions where the person may see the register."""
        scopes: tuple[str, ...] = user.scopes_for(Power.SEE_REGISTER) if isinstance(user, User) else ()
        return self.within(scopes)

    def within(self, codes: tuple[str, ...] | list[str]) -> "CompoundQuerySet":
        """Compounds below these divisions, given as code prefixes."""
        if not codes:
            return self.none()
        below = Q()
        for code in codes:
            below |= Q(community__code__startswith=code)
        return self.filter(below)

    def living(self) -> "CompoundQuerySet":
        """Not merged into another, not split up."""
        return self.filter(ended_on__isnull=True)

    def matching(self, typed: str) -> "CompoundQuerySet":
        """Chinese substring of a name, former name, address or code; pinyin initials; full pinyin of a name."""
        return self.filter(looks_like(typed))

    def with_pool(self) -> "CompoundQuerySet":
        """Joins the current pool entry as `current_entry` and the urgency score, without further statements."""
        return self.annotate(
            current_entry=FilteredRelation("pool_entries", condition=Q(pool_entries__ended_at__isnull=True)),
            batch=F("current_entry__batch"),
            override_rank=F("current_entry__override_rank"),
            urgency=F("urgency_score__score"),
        )

    def with_building_sums(self) -> "CompoundQuerySet":
        """What the building register adds up to, beside the compound's own figures."""
        return self.annotate(
            buildings_listed=models.Count("buildings"),
            staircases_listed=Sum("buildings__staircase_count"),
            households_listed=Sum("buildings__household_count"),
            area_listed=Sum("buildings__floor_area"),
        )

    def totals(self) -> dict[str, Any]:
        """{"compounds", "buildings", "households", "area"} of this set, in one statement."""
        return self.order_by().aggregate(
            compounds=models.Count("pk"),
            buildings=Sum("building_count", default=0),
            households=Sum("household_count", default=0),
            area=Sum("floor_area", default=0),
        )


# Derived columns are left out: what they derive from is in the history.
@pghistory.track(exclude=["name_key", "no_manager", "search_text", "updated_at"])
class Compound(models.Model):
    """小区: one record for its whole life, survey to after-care.

    Its `community` (12-digit division) is its scope. Counts and area are the compound's
    declared figures; the sums of its buildings stand beside them, differences are shown.
    """

    code = models.CharField(_("code"), max_length=32, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    name_key = models.GeneratedField(
        expression=models.Func(F("name"), Value(r"\s+"), Value(""), Value("g"), function="regexp_replace"),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    former_names = ArrayField(
        models.CharField(max_length=80), verbose_name=_("former names"), default=list, blank=True
    )
    community = models.ForeignKey(
        Division, verbose_name=_("community"), on_delete=models.PROTECT, related_name="compounds"
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="compounds",
    )
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)
    built_year_certainty = models.CharField(
        _("built year is"), max_length=12, choices=BuiltYearCertainty, default=BuiltYearCertainty.UNKNOWN
    )

    title_owner = models.ForeignKey(
        Organisation, verbose_name=_("title-owner unit"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="owned_compounds", help_text=_("The unit that built it for its staff and is still responsible for it."),
    )  # fmt: skip
    management_state = models.CharField(
        _("management"), max_length=12, choices=ManagementState, default=ManagementState.UNKNOWN
    )
    has_owners_committee = models.BooleanField(_("owners' committee"), null=True, blank=True)
    has_repair_fund = models.BooleanField(_("repair fund paid in"), null=True, blank=True)
    no_manager = models.GeneratedField(
        expression=Case(
            When(
                title_owner__isnull=True, management_state=ManagementState.NONE, has_owners_committee=False,
                then=Value(value=True),
            ),
            default=Value(value=False),
        ),
        output_field=models.BooleanField(_("no manager (三无)")),
        db_persist=True,
    )  # fmt: skip

    building_count = models.PositiveIntegerField(_("buildings"), null=True, blank=True)
    staircase_count = models.PositiveIntegerField(_("staircases"), null=True, blank=True)
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    floor_area = models.DecimalField(
        _("floor area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )

    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    coordinate_system = models.CharField(
        _("coordinate system"), max_length=5, choices=CoordinateSystem, default=CoordinateSystem.WGS84
    )
    # The same position in WGS-84, kept by the actions: what the map and the API show.
    wgs84_longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, editable=False)
    wgs84_latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, editable=False)

    heritage = models.CharField(
        _("heritage constraint"), max_length=20, choices=Heritage, default=Heritage.NONE
    )
    notes = models.TextField(_("notes"), max_length=4000, blank=True)

    # What the search boxes look through; `searched_as` says how it follows from the names.
    search_text = models.TextField(editable=False, default="")
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["community_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name_key"],
                condition=Q(ended_on__isnull=True),
                name="compound_name_once_per_community",
                violation_error_message=_("This community already has a compound of this name."),
            ),
            # The target of the composite foreign keys that carry the division along.
            models.UniqueConstraint(fields=["id", "community"], name="compound_and_its_community"),
            models.CheckConstraint(
                condition=Exact(Length("community"), 12),
                name="compound_in_a_community",
                violation_error_message=_("A compound belongs to a community (12-digit code)."),
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="compound_has_name"),
            models.CheckConstraint(
                condition=Q(built_year__isnull=True)
                | Q(built_year__gte=EARLIEST_BUILT_YEAR, built_year__lte=LATEST_BUILT_YEAR),
                name="compound_built_year_possible",
                violation_error_message=_("The year it was built must lie between 1840 and 2100."),
            ),
            models.CheckConstraint(
                condition=Q(built_year__isnull=True, built_year_certainty="unknown")
                | (Q(built_year__isnull=False) & ~Q(built_year_certainty="unknown")),
                name="compound_built_year_certainty_fits",
                violation_error_message=_("Say how sure the year is, or leave both empty."),
            ),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gt=0),
                name="compound_area_positive",
                violation_error_message=_("The floor area must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=73, longitude__lte=136, latitude__gte=3, latitude__lte=54),
                name="compound_position_in_china",
                violation_error_message=_(
                    "The position lies outside China: longitude 73–136, latitude 3–54."
                ),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, wgs84_longitude__isnull=True, wgs84_latitude__isnull=True)
                | Q(longitude__isnull=False, wgs84_longitude__isnull=False, wgs84_latitude__isnull=False),
                name="compound_position_converted",
            ),
        ]
        indexes = [
            # The scope, and with it the sums of a list: they are read from the index alone.
            models.Index(
                OpClass("community_id", name="varchar_pattern_ops"),
                name="compound_scope",
                include=["ended_on", "building_count", "household_count", "floor_area"],
            ),
            models.Index(fields=["updated_at", "id"], name="compound_updated"),
            models.Index(fields=["name", "id"], name="compound_by_name"),
        ]
        triggers = [stamps_change()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("compounds:detail", args=[self.code])

    @property
    def division_code(self) -> str:
        """The 12-digit code that is this compound's scope."""
        return self.community_id


class BuildingStructure(models.TextChoices):
    UNKNOWN = "unknown", _("not recorded")
    BRICK_CONCRETE = "brick_concrete", _("brick and concrete")
    FRAME = "frame", _("reinforced-concrete frame")
    BRICK_TIMBER = "brick_timber", _("brick and timber")
    SHEAR_WALL = "shear_wall", _("shear wall")
    OTHER = "other", _("other")


@pghistory.track()
class Building(models.Model):
    """楼栋 of a compound. `number_key` makes 3号楼, 3栋, 3# and 三号楼 one (kept by the actions)."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="buildings")
    division_code = models.CharField(max_length=12, editable=False, default="")
    number = models.CharField(_("number"), max_length=30)
    number_key = models.CharField(max_length=30, editable=False)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    staircase_count = models.PositiveSmallIntegerField(_("staircases"), null=True, blank=True)
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    lift_count = models.PositiveSmallIntegerField(_("lifts"), null=True, blank=True)
    structure = models.CharField(
        _("structure"), max_length=20, choices=BuildingStructure, default=BuildingStructure.UNKNOWN
    )
    floor_area = models.DecimalField(
        _("floor area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)
    notes = models.CharField(_("notes"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = [Length("number_key"), "number_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "number_key"], name="building_number_once",
                violation_error_message=_("The compound already has a building with this number."),
            ),
            # The target of composite foreign keys: the doors of a building go with it to another compound.
            models.UniqueConstraint(fields=["id", "compound"], name="building_and_its_compound"),
            models.CheckConstraint(condition=~Q(number_key=""), name="building_has_number"),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gt=0), name="building_area_positive",
                violation_error_message=_("The floor area must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(floors__isnull=True) | Q(floors__gte=1, floors__lte=120), name="building_floors_possible",
                violation_error_message=_("A building has 1 to 120 floors."),
            ),
            models.CheckConstraint(
                condition=Q(built_year__isnull=True)
                | Q(built_year__gte=EARLIEST_BUILT_YEAR, built_year__lte=LATEST_BUILT_YEAR),
                name="building_built_year_possible",
                violation_error_message=_("The year it was built must lie between 1840 and 2100."),
            ),
        ]  # fmt: skip
        triggers = [takes_division(), touches_compound()]

    def __str__(self) -> str:
        return self.number


class CompoundSuccession(models.Model):
    """A merge (several old, one new) or a split (one old, several new) of compounds; never undone, only followed."""

    append_only = True

    class Kind(models.TextChoices):
        MERGE = "merge", _("merged")
        SPLIT = "split", _("split")

    old = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="predecessions")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    effective_on = models.DateField(_("effective on"))
    reason = models.CharField(_("reason"), max_length=300)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="compound_succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="compound_succession_to_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="compound_succession_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class CompoundCounter(models.Model):
    """The last number given to a compound of a county; taken under its row lock."""

    county = models.CharField(max_length=6, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("compound counter")
        verbose_name_plural = _("compound counters")

    def __str__(self) -> str:
        return f"{self.county}: {self.last}"
