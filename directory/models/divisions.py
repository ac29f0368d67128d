import itertools
from collections.abc import Iterable

import pghistory
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, Length
from django.utils.translation import gettext_lazy as _

from directory.codes import LENGTHS, ancestors


class Level(models.IntegerChoices):
    """The number of digits of a level's codes."""

    PROVINCE = 2, _("province")
    CITY = 4, _("city")
    COUNTY = 6, _("county or district")
    STREET = 9, _("sub-district or town")
    COMMUNITY = 12, _("community or village")


class DivisionQuerySet(models.QuerySet["Division"]):
    def below(self, codes: Iterable[str]) -> "DivisionQuerySet":
        """These divisions and everything under them."""
        under = Q(pk__in=[])
        for code in codes:
            under |= Q(code__startswith=code)
        return self.filter(under)

    def visible_to(self, user: "models.Model") -> "DivisionQuerySet":
        """The divisions where the person holds any role, all below, and the way up to them."""
        scopes: tuple[str, ...] = getattr(user, "scopes", ())
        way_up = {code for scope in scopes for code in ancestors(scope)}
        found = Q(code__in=way_up)
        for scope in scopes:
            found |= Q(code__startswith=scope)
        return self.filter(found)

    def way_names(self, code: str, *, from_digits: int = 4) -> list[str]:
        """荆州市, 荆州区, 西城街道, 胜利街社区: the way down to a division, from those with so many digits on."""
        way = [one for one in (*ancestors(code), code) if len(one) >= from_digits]
        names = dict(self.filter(code__in=way).values_list("code", "name"))
        return [names[one] for one in way if one in names]

    def living(self) -> "DivisionQuerySet":
        return self.filter(ended_on__isnull=True)

    def communities(self) -> "DivisionQuerySet":
        return self.filter(level=Level.COMMUNITY)


def _parent_is_prefix() -> Q:
    fits = Q(level=LENGTHS[0], parent__isnull=True)
    for above, length in itertools.pairwise(LENGTHS):
        fits |= Q(level=length, parent=Left("code", Value(above)))
    return fits


@pghistory.track(exclude=["level"])
class Division(models.Model):
    """An administrative division; its code is its key, level and parent follow from the code.

    A division that was renamed, merged or dissolved keeps its row with `ended_on`;
    where its living records went stands in `DivisionSuccession`.
    """

    code = models.CharField(_("division code"), max_length=12, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.GeneratedField(
        expression=Length("code"),
        output_field=models.PositiveSmallIntegerField(_("level"), choices=Level),
        db_persist=True,
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    ended_on = models.DateField(_("ended on"), null=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]+$", level__in=LENGTHS),
                name="division_code_has_2_4_6_9_or_12_digits",
                violation_error_message=_("A division code has 2, 4, 6, 9 or 12 digits."),
            ),
            models.CheckConstraint(
                condition=_parent_is_prefix(),
                name="division_parent_is_prefix",
                violation_error_message=_("The parent of a division is the division its code begins with."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="division_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_level_display(self) -> str:
        """Django writes one only where the choices stand on the field itself, not on a generated one's output."""
        return str(Level(len(self.code)).label)


class SuccessionKind(models.TextChoices):
    RENAMED = "renamed", _("renamed or recoded")
    MERGED = "merged", _("merged into another")
    SPLIT = "split", _("split")
    DISSOLVED = "dissolved", _("dissolved")


class DivisionSuccession(models.Model):
    """What became of a division: living records of `old` belong to `new` from `effective_on`.

    A split names several rows, none of which moves records by itself: which
    compound goes where is decided compound by compound.
    """

    append_only = True

    old = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="predecessions")
    kind = models.CharField(_("kind"), max_length=10, choices=SuccessionKind)
    effective_on = models.DateField(_("effective on"))
    moved = models.PositiveIntegerField(_("records moved"), default=0)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("succession of a division")
        verbose_name_plural = _("successions of divisions")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="succession_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
