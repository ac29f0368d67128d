"""From when a division works in the portal."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from directory.models import Division, User


@pghistory.track()
class GoLive(models.Model):
    """The day from which a division works in the portal; set once, by two administrators.

    Only what happened before it may be entered as from before the portal.
    """

    division = models.OneToOneField(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="go_live"
    )
    live_from = models.DateField(_("works in the portal from"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("go-live")
        verbose_name_plural = _("go-lives")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("proposed_by"))),
                name="go_live_confirmed_by_another",
                violation_error_message=_("Another administrator confirms the day."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(
                name="go_live_once_confirmed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="go_live_begins_unconfirmed",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.live_from}"


def nearest_go_live(division_code: str) -> GoLive | None:
    """The confirmed go-live that holds for a place: its own or that of the nearest division above."""
    ways = [division_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(division_code)]
    found = GoLive.objects.filter(division__in=ways, confirmed_at__isnull=False)
    return found.order_by(Length("division_id").desc()).first()
