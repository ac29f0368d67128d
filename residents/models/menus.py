"""改造菜单: what the residents choose from, at what price, by which rule."""

from datetime import datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from projects.models import Project, Scheme
from projects.triggers import takes_division_of_project
from residents.models.rounds import Round
from residents.triggers import begins_in_living_compound


class OutcomeRule(models.TextChoices):
    EQUAL_SHARES = "equal_shares", _("equal shares")
    GREEDY = "greedy", _("most support first")


class Completion(models.TextChoices):
    NONE = "none", _("leave the rest of the budget")
    BUDGET_INCREASE = "budget_increase", _("raise everybody's share until the budget is used")
    GREEDY = "greedy", _("then most support first")


class Precedence(models.TextChoices):
    """Which of a household's choices counts when they came in several ways. Declared on the menu, shown to residents."""

    LATEST = "latest", _("the one received last counts")
    PAPER = "paper", _("a signed paper counts before the others, else the one received last")
    FIRST = "first", _("the one received first counts, and stays")


class MenuState(models.TextChoices):
    DRAFT = "draft", _("being drawn up")
    PUBLISHED = "published", _("published")
    COUNTED = "counted", _("counted")
    VOIDED = "voided", _("voided")


MENU_TRANSITIONS: list[tuple[str, str]] = [
    (MenuState.DRAFT, MenuState.PUBLISHED),
    (MenuState.DRAFT, MenuState.VOIDED),
    (MenuState.PUBLISHED, MenuState.COUNTED),
    (MenuState.PUBLISHED, MenuState.VOIDED),
    (MenuState.COUNTED, MenuState.VOIDED),
]
# What residents relied on when they chose.
FIXED_ONCE_PUBLISHED = (
    "project_id", "scheme_id", "title", "introduction", "rule", "completion", "budget", "threshold", "most",
    "precedence", "opens_at", "paper_hours", "published_by_id", "published_at",
)  # fmt: skip


class MenuQuerySet(ScopedQuerySet["Menu"]):
    power = Power.SEE_HOUSEHOLDS

    def open_at(self, moment: Any) -> "MenuQuerySet":
        return self.filter(state=MenuState.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)

    def awaiting_count(self, moment: Any) -> "MenuQuerySet":
        return self.filter(state=MenuState.PUBLISHED, closes_at__lte=moment)


@pghistory.track()
class Menu(models.Model):
    """菜单 of a project: basic works shown as included, the others on offer within `budget`.

    Published it stays as it is, but for its options' texts and prices (new versions, `OptionVersion`) and its
    close, which may become later while it is open. A household has one choice (`Choice`) across all channels;
    `precedence` says which one. An option of the category "improve" needs wanting by at least `threshold` per
    cent of the households that chose. A menu opened by mistake is voided, kept and visible.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="menus")
    division_code = models.CharField(max_length=12, editable=False, default="")
    scheme = models.ForeignKey(
        Scheme, verbose_name=_("scheme it is drawn from"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="menus",
    )  # fmt: skip
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="menus")
    title = models.CharField(_("title"), max_length=120)
    introduction = models.TextField(_("introduction"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=MenuState, default=MenuState.DRAFT)
    rule = models.CharField(_("rule"), max_length=12, choices=OutcomeRule, default=OutcomeRule.EQUAL_SHARES)
    completion = models.CharField(
        _("what becomes of the rest"), max_length=15, choices=Completion, default=Completion.BUDGET_INCREASE
    )
    budget = models.DecimalField(_("budget for what is on offer (yuan)"), max_digits=16, decimal_places=2)
    threshold = models.DecimalField(
        _("improvements need at least (%)"), max_digits=5, decimal_places=2, default=50,
        help_text=_("Of the households that chose, so many must want an item of the category “improve”."),
    )  # fmt: skip
    most = models.PositiveSmallIntegerField(_("items a household may want, at most"), null=True, blank=True)
    precedence = models.CharField(
        _("which choice counts"), max_length=6, choices=Precedence, default=Precedence.LATEST
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    paper_hours = models.PositiveSmallIntegerField(
        _("hours to seal the paper after the close"), default=24,
        help_text=_("Paper must be in before the close; two people count and seal it within these hours."),
    )  # fmt: skip
    result_on = models.DateField(_("result is announced on"), null=True, blank=True)
    # Where the close was made later: the one that stood on the letters, and why it moved.
    first_close = models.DateTimeField(_("first close"), null=True, editable=False)
    prolong_reason = models.CharField(_("why it closes later"), max_length=200, blank=True)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    counted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField(null=True)
    void_reason = models.CharField(_("why it was voided"), max_length=300, blank=True)

    objects = MenuQuerySet.as_manager()

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=["draft", "published"]), name="menu_one_at_a_time",
                violation_error_message=_("The project already has a menu that is being drawn up or under way."),
            ),
            models.UniqueConstraint(fields=["id", "project"], name="menu_and_its_project"),
            models.CheckConstraint(condition=~Q(title=""), name="menu_has_title"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="menu_closes_after_opening",
                violation_error_message=_("It closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(first_close__isnull=True, prolong_reason="")
                | (Q(first_close__lt=F("closes_at")) & ~Q(prolong_reason="")),
                name="menu_prolonged_says_why",
                violation_error_message=_("Say why it closes later; residents read it."),
            ),
            models.CheckConstraint(
                condition=Q(budget__gte=0), name="menu_budget_not_negative",
                violation_error_message=_("The budget cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=0, threshold__lte=100), name="menu_threshold_per_cent",
                violation_error_message=_("The threshold lies between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(most__gte=1), name="menu_at_least_one_item",
                violation_error_message=_("A household may want at least one item."),
            ),
            models.CheckConstraint(condition=Q(paper_hours__lte=240), name="menu_paper_hours_possible"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="voided")
                | Q(published_by__isnull=False, published_at__isnull=False),
                name="menu_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(counted_by__isnull=False, counted_at__isnull=False),
                name="menu_counted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | ~Q(void_reason=""), name="menu_voided_says_why",
                violation_error_message=_("Say why the menu is voided; residents read it."),
            ),
        ]  # fmt: skip
        triggers = [
            takes_division_of_project(),
            pgtrigger.FSM(name="menu_moves", field="state", transitions=MENU_TRANSITIONS),
            pgtrigger.Protect(
                name="menu_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            pgtrigger.Protect(
                name="menu_is_kept", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")
            ),
            pgtrigger.Trigger(
                name="menu_stays_as_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func=f"""
                    IF ({", ".join(f"NEW.{column}" for column in FIXED_ONCE_PUBLISHED)}) IS DISTINCT FROM
                       ({", ".join(f"OLD.{column}" for column in FIXED_ONCE_PUBLISHED)})
                       OR NEW.closes_at < OLD.closes_at
                       OR (NEW.closes_at > OLD.closes_at
                           AND NEW.first_close IS DISTINCT FROM coalesce(OLD.first_close, OLD.closes_at))
                       OR (NEW.closes_at = OLD.closes_at AND NEW.first_close IS DISTINCT FROM OLD.first_close)
                       OR (NEW.closes_at > OLD.closes_at AND OLD.closes_at <= clock_timestamp()) THEN
                        RAISE EXCEPTION 'a published menu stays; while it is open its close may become later'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'menu_stays_as_published';
                    END IF;
                    RETURN NEW;
                """,
            ),
            begins_in_living_compound(
                "menu_in_living_compound",
                on=pgtrigger.UpdateOf("state"),
                state="published",
                compound="(SELECT compound_id FROM projects_project WHERE id = NEW.project_id)",
            ),
            pgtrigger.Trigger(
                name="menu_is_counted_when_all_is_in",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(new__state="counted"),
                func="""
                    IF clock_timestamp() < NEW.closes_at THEN
                        RAISE EXCEPTION 'the menu is still open' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'menu_counted_after_close';
                    END IF;
                    IF EXISTS (
                        SELECT FROM residents_paperbatch b WHERE b.menu_id = NEW.id AND (b.sealed_at IS NULL OR b.pieces <> (
                            SELECT count(*) FROM residents_choice c WHERE c.batch_id = b.id AND c.reversed_at IS NULL
                               AND c.counts_from IS NOT NULL)
                            + (SELECT count(*) FROM residents_spoiledsheet s WHERE s.batch_id = b.id
                               AND s.reversed_at IS NULL AND s.confirmed_at IS NOT NULL))) THEN
                        RAISE EXCEPTION 'sealed paper is not entered and confirmed piece by piece'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'menu_counted_with_all_paper';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="menu_adopted_is_not_voided",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(new__state="voided"),
                func="""
                    IF EXISTS (SELECT FROM residents_outcomeadoption a WHERE a.menu_id = NEW.id) THEN
                        RAISE EXCEPTION 'its outcome stands in the scheme' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'menu_adopted_is_not_voided';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("residents:menu", args=[self.pk])

    def is_open_at(self, moment: Any) -> bool:
        return bool(self.state == MenuState.PUBLISHED and self.opens_at <= moment < self.closes_at)

    @property
    def paper_until(self) -> datetime:
        """Until then paper that was received before the close may be counted and sealed."""
        return self.closes_at + timedelta(hours=self.paper_hours)
