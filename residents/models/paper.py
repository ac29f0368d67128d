"""封存的纸质选票: piles counted by two people; the pieces that are no valid choice. Valid ones are choices."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from files.models import StoredFile
from residents.models.menus import Menu
from residents.triggers import keeps


class PaperBatch(models.Model):
    """封存的纸质选票: a pile of paper counted by two people and sealed, received before the close.

    The second count must agree with the first (`sealed_at`). Its pieces are then entered one by one.
    """

    menu = models.ForeignKey(Menu, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveSmallIntegerField(_("running number"))
    pieces = models.PositiveIntegerField(_("pieces"))
    received_at = models.DateTimeField(_("received by"))
    kept_where = models.CharField(_("where it is kept"), max_length=120)
    first_counted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_counted_at = models.DateTimeField(db_default=Now(), editable=False)
    second_counted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sealed batch of paper")
        verbose_name_plural = _("sealed batches of paper")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["menu", "number"], name="paper_batch_number_once"),
            models.UniqueConstraint(fields=["id", "menu"], name="paper_batch_and_its_menu"),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="paper_batch_has_pieces"),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True, second_counted_by__isnull=True)
                | (Q(sealed_at__isnull=False) & ~Q(second_counted_by=F("first_counted_by"))),
                name="paper_batch_counted_by_two",
                violation_error_message=_("Somebody else must count the pile a second time."),
            ),
        ]  # fmt: skip
        triggers = [
            keeps("menu_id", "number", "pieces", "received_at", "first_counted_by_id"),
            pgtrigger.Protect(
                name="paper_batch_stays_sealed", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sealed_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="paper_batch_is_kept", operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__sealed_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="paper_batch_in_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("sealed_at"),
                declare=[("of_menu", "residents_menu%ROWTYPE")],
                func="""
                    SELECT * INTO of_menu FROM residents_menu WHERE id = NEW.menu_id FOR KEY SHARE;
                    IF of_menu.state <> 'published' OR NEW.received_at < of_menu.opens_at
                       OR NEW.received_at > of_menu.closes_at OR NEW.received_at > clock_timestamp() + interval '2 minutes'
                       OR clock_timestamp() > of_menu.closes_at + make_interval(hours => of_menu.paper_hours) THEN
                        RAISE EXCEPTION 'paper is received before the close and sealed soon after'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'paper_batch_in_its_time';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"№{self.number}"


class SpoiledQuerySet(models.QuerySet["SpoiledSheet"]):
    def standing(self) -> "SpoiledQuerySet":
        """Not reversed: they are pieces of their pile."""
        return self.filter(reversed_at__isnull=True)

    def confirmed(self) -> "SpoiledQuerySet":
        return self.standing().filter(confirmed_at__isnull=False)


class SpoiledSheet(models.Model):
    """A piece of a sealed batch that is no valid choice, and why: it is one of the pieces all the same.

    Nobody alone sets a household's paper aside: another person confirms it, as they confirm a typed piece, before the
    menu is counted. A mistake is reversed with a reason, and the piece is entered anew.
    """

    batch = models.ForeignKey(PaperBatch, on_delete=models.PROTECT, related_name="spoiled")
    reason = models.CharField(_("why it does not count"), max_length=200)
    sheet = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reverse_reason = models.CharField(_("why it was reversed"), max_length=200, blank=True)

    objects = SpoiledQuerySet.as_manager()

    class Meta:
        verbose_name = _("spoiled sheet")
        verbose_name_plural = _("spoiled sheets")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="spoiled_sheet_says_why"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("by"))),
                name="spoiled_sheet_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_by__isnull=True, reverse_reason="")
                | (Q(reversed_at__isnull=False, reversed_by__isnull=False) & ~Q(reverse_reason="")),
                name="spoiled_sheet_reversed_with_reason",
            ),
        ]  # fmt: skip
        triggers = [
            keeps("batch_id", "reason", "sheet_id", "by_id", "at"),
            pgtrigger.Protect(name="spoiled_sheet_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="spoiled_sheet_before_the_count",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("its_state", "text")],
                func="""
                    SELECT m.state INTO its_state FROM residents_menu m JOIN residents_paperbatch b ON b.menu_id = m.id
                    WHERE b.id = NEW.batch_id FOR SHARE OF m;
                    IF its_state <> 'published' THEN
                        RAISE EXCEPTION 'the menu is counted' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'choice_before_the_count';
                    END IF;
                    IF TG_OP = 'UPDATE' AND (OLD.reversed_at IS NOT NULL OR (OLD.confirmed_at IS NOT NULL
                       AND (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at))) THEN
                        RAISE EXCEPTION 'what is settled stays so' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'choice_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reason
