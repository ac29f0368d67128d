from decimal import Decimal
from typing import Any

import pghistory
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from compounds.models.register import Compound
from compounds.triggers import takes_division, touches_compound
from directory.models import User
from directory.powers import Power


class Batch(models.TextChoices):
    """储备库 in three batches, and out of it."""

    RESERVE = "reserve", _("reserve")
    PREPARING = "preparing", _("preparing")
    IMPLEMENTING = "implementing", _("implementing")
    OUT = "out", _("out of the pool")


class PoolEntryQuerySet(models.QuerySet["PoolEntry"]):
    def visible_to(self, user: Any) -> "PoolEntryQuerySet":
        scopes: tuple[str, ...] = user.scopes_for(Power.SEE_REGISTER) if isinstance(user, User) else ()
        return self.within(scopes)

    def within(self, codes: tuple[str, ...] | list[str]) -> "PoolEntryQuerySet":
        if not codes:
            return self.none()
        below = Q()
        for code in codes:
            below |= Q(division_code__startswith=code)
        return self.filter(below)

    def current(self) -> "PoolEntryQuerySet":
        return self.filter(ended_at__isnull=True)

    def ranked(self) -> "PoolEntryQuerySet":
        """Urgent first; a stated override of the order goes before, by its rank; no score last."""
        return self.order_by(
            F("override_rank").asc(nulls_last=True),
            F("compound__urgency_score__score").desc(nulls_last=True),
            "compound_id",
        )

    def sums_by_batch(self) -> dict[str, dict[str, Any]]:
        """{batch: {"count", "households", "area"}} of this set; batches without an entry are missing."""
        rows = self.order_by().values("batch").annotate(
            count=Count("pk"),
            households=Sum("compound__household_count", default=0),
            area=Sum("compound__floor_area", default=Decimal(0)),
        )  # fmt: skip
        return {row["batch"]: row for row in rows}


@pghistory.track()
class PoolEntry(models.Model):
    """One stay of a compound in a batch; a move ends one row and begins the next, so that every move is history.

    `urgency_at_entry` is the score on the day of the move. An override of the order
    (`override_rank`, 1 = first) needs a reason and shows in the list.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="pool_entries")
    division_code = models.CharField(max_length=12, editable=False, default="")
    batch = models.CharField(_("batch"), max_length=12, choices=Batch)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    urgency_at_entry = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    override_rank = models.PositiveIntegerField(_("place in the order"), null=True, blank=True)
    override_reason = models.CharField(_("reason for the place"), max_length=300, blank=True)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(null=True)

    objects = PoolEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool entry")
        verbose_name_plural = _("pool entries")
        ordering = ["-moved_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound"], condition=Q(ended_at__isnull=True), name="pool_one_current_entry"
            ),
            models.CheckConstraint(
                condition=~Q(batch="out") | ~Q(reason=""), name="pool_out_has_reason",
                violation_error_message=_("Say why the compound leaves the pool."),
            ),
            models.CheckConstraint(
                condition=Q(override_rank__isnull=True, override_reason="")
                | (Q(override_rank__gte=1) & ~Q(override_reason="")),
                name="pool_override_has_reason",
                violation_error_message=_("A place out of turn needs a reason."),
            ),
            models.CheckConstraint(condition=Q(batch__in=Batch.values), name="pool_batch_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("moved_at")), name="pool_ends_after_start"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["division_code", "batch"], name="pool_board", condition=Q(ended_at__isnull=True)
            ),
        ]
        triggers = [takes_division(), touches_compound()]

    def __str__(self) -> str:
        return f"{self.compound}: {self.get_batch_display()}"
