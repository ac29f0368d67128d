"""菜单结果: computed, adopted into the scheme, departures with their reasons."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from projects.models import Scheme
from residents.models.menus import Completion, Menu, OutcomeRule
from residents.models.options import Option


class Outcome(models.Model):
    """What one rule makes of a counted menu. Immutable, and the same again from the same choices (`digest`)."""

    append_only = True

    menu = models.ForeignKey(Menu, on_delete=models.PROTECT, related_name="outcomes")
    rule = models.CharField(_("rule"), max_length=12, choices=OutcomeRule)
    completion = models.CharField(_("what becomes of the rest"), max_length=15, choices=Completion)
    budget = models.DecimalField(_("budget (yuan)"), max_digits=16, decimal_places=2)
    is_official = models.BooleanField(_("by the menu's own rule"))
    figures = models.JSONField(_("figures"))
    digest = models.BinaryField(max_length=32)
    computed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    computed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("outcome of a menu")
        verbose_name_plural = _("outcomes of menus")
        ordering = ["-is_official", "id"]
        constraints = [
            models.UniqueConstraint(fields=["menu", "rule", "completion", "budget"], name="outcome_once"),
            models.UniqueConstraint(
                fields=["menu"], condition=Q(is_official=True), name="outcome_one_official"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menu_id}: {self.get_rule_display()}"


class OutcomeAdoption(models.Model):
    """The bureau takes the outcome into the scheme, as a new version. Residents see it, departures included."""

    append_only = True

    menu = models.OneToOneField(Menu, on_delete=models.PROTECT, related_name="adoption")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="adoptions")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("adoption of an outcome")
        verbose_name_plural = _("adoptions of outcomes")
        triggers = [
            pgtrigger.Trigger(
                name="adoption_of_counted_menu",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("its_state", "text")],
                func="""
                    SELECT state INTO its_state FROM residents_menu WHERE id = NEW.menu_id FOR SHARE;
                    IF its_state <> 'counted' THEN
                        RAISE EXCEPTION 'only what is counted, and counts, is adopted' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'adoption_of_counted_menu';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.menu_id}"


class Departure(models.Model):
    """An item that the bureau takes in, or leaves out, against the outcome, and why."""

    append_only = True

    adoption = models.ForeignKey(OutcomeAdoption, on_delete=models.PROTECT, related_name="departures")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="+")
    is_taken = models.BooleanField(_("taken in"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("departure from an outcome")
        verbose_name_plural = _("departures from outcomes")
        constraints = [
            models.UniqueConstraint(fields=["adoption", "option"], name="departure_once"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="departure_says_why",
                violation_error_message=_("Say why the scheme departs from what the residents chose."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason
