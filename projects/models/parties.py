"""Who takes part in a project, besides the offices."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models import Organisation
from projects.triggers import touches_project


class PartyRole(models.TextChoices):
    DESIGNER = "designer", _("designer")
    CONTRACTOR = "contractor", _("contractor")
    SUPERVISOR = "supervisor", _("supervisor")
    UTILITY = "utility", _("utility operator")
    DEPARTMENT = "department", _("department")
    PROPERTY_FIRM = "property_firm", _("property-service firm")
    OTHER = "other", _("other")


@pghistory.track()
class ProjectParty(models.Model):
    """An organisation that takes part; its people see the project while it does."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=14, choices=PartyRole)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["role", "from_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"], condition=Q(until_on__isnull=True), name="party_once",
                violation_error_message=_("This organisation already takes part in this role."),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="party_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role_known"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "project"], name="party_current", condition=Q(until_on__isnull=True))
        ]  # fmt: skip
        # Whoever joins sees the project from now on: to them it is new.
        triggers = [touches_project()]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.organisation}"
