from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Length
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from compounds.models import Topic
from directory.codes import ancestors
from directory.models import Division, User
from directory.models.divisions import Level

LEVELS_OF_A_CATALOGUE = (Level.PROVINCE, Level.CITY, Level.COUNTY)


class Category(models.TextChoices):
    """国办发〔2020〕23号: what must be done, what residents may wish for, what merit and budget decide."""

    BASIC = "basic", _("basic")
    IMPROVE = "improve", _("improve")
    UPGRADE = "upgrade", _("upgrade")


class Aspect(models.TextChoices):
    """The five aspects of a renovation; every item belongs to one, an empty one is warned of."""

    INFRASTRUCTURE = "infrastructure", _("infrastructure")
    PUBLIC_SERVICES = "public_services", _("public services")
    SECURITY_FIRE = "security_fire", _("security and fire")
    HOUSE_REPAIR = "house_repair", _("house repair")
    LONG_TERM_MANAGEMENT = "long_term_management", _("long-term management")


class Unit(models.TextChoices):
    METRE = "m", pgettext_lazy("unit", "m")
    SQUARE_METRE = "m2", pgettext_lazy("unit", "m²")
    PLACE = "place", pgettext_lazy("unit", "places")
    SET = "set", pgettext_lazy("unit", "sets")
    HOUSEHOLD = "household", pgettext_lazy("unit", "households")
    STAIRCASE = "staircase", pgettext_lazy("unit", "staircases")
    BUILDING = "building", pgettext_lazy("unit", "buildings")
    LAMP = "lamp", pgettext_lazy("unit", "lamps")
    ROOM = "room", pgettext_lazy("unit", "rooms")
    LIFT = "lift", pgettext_lazy("unit", "lifts")
    DOOR = "door", pgettext_lazy("unit", "doors")


class CatalogueItemQuerySet(models.QuerySet["CatalogueItem"]):
    def of(self, division_code: str) -> "CatalogueItemQuerySet":
        """The catalogue in force at a division: of each code the nearest body's latest version.

        A city's own version hides the province's and the shipped one, also where it withdraws the item.
        """
        way = [division_code, *ancestors(division_code)] if division_code else []
        known = self.filter(Q(division__isnull=True) | Q(division__in=way))
        nearest = known.order_by(
            "code", Length(Coalesce("division_id", models.Value(""))).desc(), F("version").desc()
        )
        return self.filter(pk__in=nearest.distinct("code").values("pk"))

    def offered(self) -> "CatalogueItemQuerySet":
        """Without the items that a body withdrew."""
        return self.filter(is_offered=True)


class CatalogueItem(models.Model):
    """改造目录: one version of one item of works; a change is a new version, so that none moves under a project.

    `division` None is the catalogue shipped with the portal. Costs are yuan per unit.
    `topics` are the survey's topics that the item answers: a scheme's gaps are read from them.
    """

    append_only = True

    division = models.ForeignKey(
        Division, verbose_name=_("set by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("code"), max_length=12)
    version = models.PositiveIntegerField(_("version"), default=1)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    category = models.CharField(_("category"), max_length=10, choices=Category)
    aspect = models.CharField(_("aspect"), max_length=24, choices=Aspect)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit)
    indicator = models.SlugField(_("statistical indicator"), max_length=40, blank=True)
    unit_cost_low = models.DecimalField(_("unit cost from (yuan)"), max_digits=12, decimal_places=2)
    unit_cost = models.DecimalField(_("usual unit cost (yuan)"), max_digits=12, decimal_places=2)
    unit_cost_high = models.DecimalField(_("unit cost to (yuan)"), max_digits=12, decimal_places=2)
    warranty_years = models.PositiveSmallIntegerField(_("warranty (years)"), default=2)
    topics = ArrayField(
        models.CharField(max_length=20, choices=Topic),
        verbose_name=_("answers the survey's topics"), default=list, blank=True,
    )  # fmt: skip
    is_offered = models.BooleanField(_("offered"), default=True)
    basis = models.CharField(_("source"), max_length=200, blank=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    objects = CatalogueItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalogue item")
        verbose_name_plural = _("works catalogue")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "code", "version"], name="catalogue_version_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z][0-9A-Z-]{1,11}$"), name="catalogue_code_form",
                violation_error_message=_("A code is a capital letter followed by digits or letters, such as B08."),
            ),
            models.CheckConstraint(condition=~Q(name_zh=""), name="catalogue_item_has_name"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="catalogue_category_known"),
            models.CheckConstraint(condition=Q(aspect__in=Aspect.values), name="catalogue_aspect_known"),
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="catalogue_unit_known"),
            models.CheckConstraint(
                condition=Q(unit_cost_low__gte=0, unit_cost__gte=F("unit_cost_low"), unit_cost_high__gte=F("unit_cost")),
                name="catalogue_costs_in_order",
                violation_error_message=_("The usual unit cost lies between the lowest and the highest."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """In the language of the moment."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name_zh


def latest_version(*, division: Division | None, code: str) -> int:
    """The highest version that this body published of a code; 0 where it published none."""
    found: Any = CatalogueItem.objects.filter(division=division, code=code)
    return int(found.aggregate(models.Max("version"))["version__max"] or 0)


def by_category(items: Iterable[CatalogueItem]) -> dict[str, list[CatalogueItem]]:
    """{category: items} in the order of the law: basic, improve, upgrade."""
    groups: dict[str, list[CatalogueItem]] = {category: [] for category in Category.values}
    for item in items:
        groups[item.category].append(item)
    return groups
