"""选项: the items of a menu, their words and prices in versions, which of them go together."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from files.models import StoredFile
from projects.models import CatalogueItem, Category, WorkItem
from residents.models.menus import Menu


class ShareRule(models.TextChoices):
    """How what residents pay is divided among the households (`projects.shares`)."""

    NONE = "none", _("residents pay nothing")
    EQUAL = "equal", _("equally by household")
    AREA = "area", _("by exclusive area")
    FLOOR = "floor", _("by floor and area, as for lifts")
    FIXED = "fixed", _("a fixed sum per household")


class Option(models.Model):
    """选项: one item of a menu. What it is stays; its words and prices stand in versions."""

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(_("place"))
    catalogue_item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+")
    work_item = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(_("category"), max_length=8, choices=Category)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "position"], name="option_place_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["id", "menu"], name="option_and_its_menu"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="option_of_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("its_state", "text"), ("kind", "text")],
                func="""
                    SELECT state INTO its_state FROM residents_menu
                    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.menu_id ELSE NEW.menu_id END FOR SHARE;
                    IF its_state <> 'draft' THEN
                        RAISE EXCEPTION 'the items of a published menu stay' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'options_stay_once_published';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    SELECT category INTO NEW.category FROM projects_catalogueitem WHERE id = NEW.catalogue_item_id;
                    IF NEW.work_item_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM projects_workitem i JOIN residents_menu m ON m.project_id = i.project_id
                        WHERE i.id = NEW.work_item_id AND m.id = NEW.menu_id) THEN
                        RAISE EXCEPTION 'the work belongs to another project' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'option_work_of_project';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.menu_id}/{self.position}"

    @property
    def is_on_offer(self) -> bool:
        """Basic works are done in any case."""
        return self.category != Category.BASIC


class OptionVersion(models.Model):
    """Words and prices of an option, from this moment on. A choice names the versions that were seen.

    `cost` is the whole price; `subsidy` what others give for this item alone; `residents_pay` what the households
    pay together by `share_rule`. What is left is charged to the menu's budget. Never changed; gone only with an
    option that is taken off a draft.
    """

    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="versions")
    menu = models.ForeignKey(Menu, on_delete=models.PROTECT, related_name="+", editable=False)
    version = models.PositiveSmallIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=60)
    text = models.CharField(_("in plain words"), max_length=500)
    picture = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    cost = models.DecimalField(_("price (yuan)"), max_digits=16, decimal_places=2)
    subsidy = models.DecimalField(_("paid by others (yuan)"), max_digits=16, decimal_places=2, default=0)
    residents_pay = models.DecimalField(
        _("paid by residents (yuan)"), max_digits=16, decimal_places=2, default=0
    )
    share_rule = models.CharField(
        _("how residents share it"), max_length=5, choices=ShareRule, default=ShareRule.NONE
    )
    funding = models.CharField(_("where the money comes from"), max_length=200, blank=True)
    reason = models.CharField(_("reason for the change"), max_length=300, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("version of an option")
        verbose_name_plural = _("versions of options")
        ordering = ["option", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["option", "version"], name="option_version_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(text=""), name="option_version_in_words"),
            models.CheckConstraint(
                condition=Q(cost__gt=0, quantity__gt=0), name="option_version_costs_something",
                violation_error_message=_("Quantity and price must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(subsidy__gte=0, residents_pay__gte=0, cost__gte=F("subsidy") + F("residents_pay")),
                name="option_version_sums_fit",
                violation_error_message=_("What others and residents pay is not more than the price."),
            ),
            models.CheckConstraint(
                condition=Q(share_rule="none", residents_pay=0) | (~Q(share_rule="none") & Q(residents_pay__gt=0)),
                name="option_version_share_fits",
                violation_error_message=_("Say how residents share what they pay, or that they pay nothing."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="option_version_stays", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="option_version_goes_with_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF (SELECT state FROM residents_menu WHERE id = OLD.menu_id FOR SHARE) <> 'draft' THEN
                        RAISE EXCEPTION 'what residents have seen is kept' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'options_stay_once_published';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.Trigger(
                name="option_version_in_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("of_menu", "residents_menu%ROWTYPE"), ("last", "integer")],
                func="""
                    SELECT menu_id INTO NEW.menu_id FROM residents_option WHERE id = NEW.option_id FOR NO KEY UPDATE;
                    SELECT * INTO of_menu FROM residents_menu WHERE id = NEW.menu_id FOR NO KEY UPDATE;
                    SELECT coalesce(max(version), 0) INTO last FROM residents_optionversion WHERE option_id = NEW.option_id;
                    IF NEW.version <> last + 1 THEN
                        RAISE EXCEPTION 'somebody else made version %', NEW.version
                            USING ERRCODE = 'unique_violation', CONSTRAINT = 'option_version_once';
                    END IF;
                    IF of_menu.state NOT IN ('draft', 'published')
                       OR (of_menu.state = 'published' AND (clock_timestamp() >= of_menu.closes_at OR NEW.reason = '')) THEN
                        RAISE EXCEPTION 'an open menu changes with a reason, a closed one not at all'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'option_version_in_its_time';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def charged(self) -> Any:
        """What the menu's budget pays, in yuan."""
        return self.cost - self.subsidy - self.residents_pay


def current_versions(menu: Menu) -> list[OptionVersion]:
    """What is on show now, basic items included, in the menu's order: one statement."""
    newest = OptionVersion.objects.filter(menu=menu).order_by("option_id", "-version").distinct("option_id")
    found = list(OptionVersion.objects.filter(pk__in=newest.values("pk")).select_related("option", "picture"))
    return sorted(found, key=lambda version: version.option.position)


class OptionRelation(models.Model):
    """Two options that exclude each other, or one that needs the other."""

    class Kind(models.TextChoices):
        EXCLUDES = "excludes", _("not both")
        REQUIRES = "requires", _("only together with")

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="relations")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="related")
    kind = models.CharField(_("relation"), max_length=8, choices=Kind)

    class Meta:
        verbose_name = _("relation of options")
        verbose_name_plural = _("relations of options")
        constraints = [
            models.UniqueConstraint(fields=["option", "other"], name="option_relation_once"),
            models.CheckConstraint(
                condition=~Q(option=F("other")) & (~Q(kind="excludes") | Q(option__lt=F("other"))),
                name="option_relation_in_order",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="option_relation_of_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("its_state", "text")],
                func="""
                    SELECT state INTO its_state FROM residents_menu
                    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.menu_id ELSE NEW.menu_id END FOR SHARE;
                    IF its_state <> 'draft' THEN
                        RAISE EXCEPTION 'the items of a published menu stay' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'options_stay_once_published';
                    END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.option_id} {self.kind} {self.other_id}"
