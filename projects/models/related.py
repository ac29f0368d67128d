"""Works of others beside the compound, in step with the project."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models import Organisation
from projects.models.project import Project
from projects.triggers import touches_project


class RelatedKind(models.TextChoices):
    """Works beside the compound that must be kept in step with it."""

    ROADS = "roads", _("roads")
    SEWAGE = "sewage", _("sewage interception")
    GAS = "gas", _("gas pipes")
    WATER = "water", _("water mains")
    POWER = "power", _("power lines")
    TELECOM = "telecom", _("telecom lines")
    OTHER = "other", _("other")


@pghistory.track()
class RelatedWork(models.Model):
    """Outside works that concern the project: who, what, when."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="related_works")
    kind = models.CharField(_("kind"), max_length=10, choices=RelatedKind)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("carried out by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    planned_from = models.DateField(_("from"), null=True, blank=True)
    planned_until = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("related works")
        verbose_name_plural = _("related works")
        ordering = ["planned_from", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="related_work_has_name"),
            models.CheckConstraint(
                condition=Q(planned_from__isnull=True) | Q(planned_until__isnull=True)
                | Q(planned_until__gte=F("planned_from")),
                name="related_work_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]  # fmt: skip
        triggers = [touches_project()]

    def __str__(self) -> str:
        return self.name
