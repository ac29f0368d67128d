import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from files.models import StoredFile
from projects.models.project import Project
from projects.triggers import takes_division_of_project


@pghistory.track()
class SiteVisit(models.Model):
    """现场踏勘 by several parties: who came, what they saw, what they concluded."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="site_visits")
    division_code = models.CharField(max_length=12, editable=False, default="")
    visited_on = models.DateField(_("visited on"))
    participants = models.CharField(_("participants"), max_length=500)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    conclusion = models.TextField(_("conclusion"), max_length=2000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("site visit")
        verbose_name_plural = _("site visits")
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(participants=""), name="site_visit_has_participants"),
            models.CheckConstraint(condition=~Q(conclusion=""), name="site_visit_has_conclusion"),
        ]
        triggers = [takes_division_of_project()]

    def __str__(self) -> str:
        return f"{self.project} {self.visited_on}"


class SiteVisitPhoto(models.Model):
    """A photo of a visit; `key` makes one photo of what a phone sent twice."""

    visit = models.ForeignKey(SiteVisit, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    key = models.UUIDField()

    class Meta:
        verbose_name = _("photo of a visit")
        verbose_name_plural = _("photos of a visit")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="site_visit_photo_once")]

    def __str__(self) -> str:
        return self.caption or self.file.name
