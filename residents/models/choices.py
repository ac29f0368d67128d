"""选择: one slot per household across web, desk, telephone and paper."""

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from residents.models.households import Household
from residents.models.letters import AccessCode
from residents.models.menus import Menu
from residents.models.opinions import Channel
from residents.models.paper import PaperBatch

CHOICE_CHANNELS = (Channel.WEB, Channel.DESK, Channel.PHONE, Channel.PAPER)
KEPT = (
    "menu_id", "household_id", "channel", "code_id", "batch_id", "sheet_id", "seen", "wanted", "declined", "received_at",
    "entered_by_id", "entered_at", "receipt", "key", "body",
)  # fmt: skip

# Which of two choices goes before: SQL over rows `a` and `b`, with the menu's row in `of_menu`.
GOES_BEFORE = """(CASE of_menu.precedence
    WHEN 'first' THEN ({a}.received_at, {a}.id) < ({b}.received_at, {b}.id)
    WHEN 'paper' THEN ({a}.channel = 'paper', {a}.received_at, {a}.id) > ({b}.channel = 'paper', {b}.received_at, {b}.id)
    ELSE ({a}.received_at, {a}.id) > ({b}.received_at, {b}.id) END)"""
TAKE_THE_SLOT = f"""
    SELECT * INTO held FROM residents_choice WHERE menu_id = NEW.menu_id AND household_id = NEW.household_id
        AND counts_from IS NOT NULL AND superseded_at IS NULL AND reversed_at IS NULL AND id <> NEW.id;
    IF FOUND THEN
        IF {GOES_BEFORE.format(a="NEW", b="held")} THEN
            UPDATE residents_choice SET superseded_at = clock_timestamp() WHERE id = held.id;
        ELSE
            NEW.superseded_at = clock_timestamp();
        END IF;
    END IF;
"""  # noqa: S608 (SQL from the code)


class ChoiceQuerySet(ScopedQuerySet["Choice"]):
    """What a household wanted is read by nobody but the household, the two who type paper, and the count."""

    power = Power.SEE_HOUSEHOLDS

    def counting(self) -> "ChoiceQuerySet":
        return self.filter(counts_from__isnull=False, superseded_at__isnull=True, reversed_at__isnull=True)


class Choice(models.Model):
    """What one household wants of a menu, as it came in once. Append-only but for who confirmed, reversed or superseded it.

    `seen`, `wanted` and `declined` are ids of `OptionVersion`: what was on show, and of these what is wanted and
    what is not; the rest is all the same to them. It counts from `counts_from` on (paper: from its confirmation by
    another person than who typed it) while neither superseded nor reversed. The household's row is locked while
    one lands, so that two at once end as one that counts; a unique index holds it besides.
    """

    menu = models.ForeignKey(Menu, on_delete=models.PROTECT, related_name="choices")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="choices")
    division_code = models.CharField(max_length=12, editable=False, default="")
    channel = models.CharField(_("came in"), max_length=8, choices=Channel)
    code = models.ForeignKey(AccessCode, null=True, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(PaperBatch, null=True, on_delete=models.PROTECT, related_name="choices")
    sheet = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    seen = ArrayField(models.BigIntegerField())
    wanted = ArrayField(models.BigIntegerField())
    declined = ArrayField(models.BigIntegerField())
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    receipt = models.CharField(_("receipt"), max_length=8)
    key = models.UUIDField(_("key of the device"))
    body = models.BinaryField(_("digest of what was sent"), max_length=32)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    counts_from = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reverse_reason = models.CharField(_("why it was reversed"), max_length=200, blank=True)

    objects = ChoiceQuerySet.as_manager()
    # Set where the same key came once more, and this is what the first one gave.
    is_repeated = False

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "household"],
                condition=Q(counts_from__isnull=False, superseded_at__isnull=True, reversed_at__isnull=True),
                name="choice_one_counts",
            ),
            models.UniqueConstraint(fields=["menu", "key"], name="choice_once"),
            models.UniqueConstraint(fields=["menu", "receipt"], name="choice_receipt_once"),
            models.CheckConstraint(condition=Q(channel__in=CHOICE_CHANNELS), name="choice_channel_known"),
            models.CheckConstraint(
                condition=Q(channel="web", entered_by__isnull=True, code__isnull=False, batch__isnull=True)
                | Q(channel="phone", entered_by__isnull=False, code__isnull=False, batch__isnull=True)
                | Q(channel="desk", entered_by__isnull=False, sheet__isnull=False, batch__isnull=True)
                | Q(channel="paper", entered_by__isnull=False, sheet__isnull=False, batch__isnull=False),
                name="choice_channel_has_its_proof",
                violation_error_message=_("Add the photo of the signed sheet (by telephone: the code of the letter)."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_at__isnull=False, channel="paper") & ~Q(confirmed_by=F("entered_by"))),
                name="choice_confirmed_by_another",
                violation_error_message=_("Whoever typed a sheet cannot confirm it."),
            ),
            models.CheckConstraint(
                condition=~Q(channel="paper") | Q(counts_from__isnull=True) | Q(confirmed_by__isnull=False),
                name="choice_paper_counts_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_by__isnull=True, reverse_reason="")
                | (Q(reversed_at__isnull=False, reversed_by__isnull=False) & ~Q(reverse_reason="") & ~Q(channel="web")),
                name="choice_reversed_with_reason",
                violation_error_message=_("Say why it is reversed. What a household sent itself is not reversed."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["household", "menu"], name="choice_of_household")]
        triggers = [
            pgtrigger.Protect(name="choice_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="choice_lands",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("of_menu", "residents_menu%ROWTYPE"),
                    ("home", "residents_household%ROWTYPE"),
                    ("held", "residents_choice%ROWTYPE"),
                    ("of_project", "bigint"),
                    ("offered", "bigint[]"),
                ],
                func=f"""
                    SELECT * INTO of_menu FROM residents_menu WHERE id = NEW.menu_id FOR KEY SHARE;
                    SELECT * INTO home FROM residents_household WHERE id = NEW.household_id FOR NO KEY UPDATE;
                    SELECT compound_id INTO of_project FROM projects_project WHERE id = of_menu.project_id;
                    NEW.division_code = of_menu.division_code;
                    NEW.entered_at = clock_timestamp();
                    IF NEW.channel = 'web' THEN NEW.received_at = NEW.entered_at; END IF;
                    IF home.compound_id <> of_project OR home.ended_on IS NOT NULL THEN
                        RAISE EXCEPTION 'the household belongs to another compound'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_of_compound';
                    END IF;
                    IF NEW.code_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM residents_accesscode c WHERE c.id = NEW.code_id
                        AND c.household_id = NEW.household_id AND c.revoked_at IS NULL) THEN
                        RAISE EXCEPTION 'the letter is no longer valid'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_with_valid_letter';
                    END IF;
                    IF NEW.channel = 'paper' THEN
                        SELECT received_at INTO NEW.received_at FROM residents_paperbatch
                        WHERE id = NEW.batch_id AND menu_id = NEW.menu_id AND sealed_at IS NOT NULL;
                        IF NOT FOUND OR of_menu.state <> 'published' THEN
                            RAISE EXCEPTION 'paper is typed from a sealed batch of this menu, until it is counted'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_of_sealed_batch';
                        END IF;
                    ELSIF of_menu.state <> 'published' OR NEW.entered_at < of_menu.opens_at
                       OR NEW.entered_at >= of_menu.closes_at OR NEW.received_at < of_menu.opens_at
                       OR NEW.received_at > NEW.entered_at + interval '2 minutes' THEN
                        RAISE EXCEPTION 'the menu is not open'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_while_open';
                    END IF;
                    SELECT array_agg(v.id) INTO offered FROM residents_optionversion v
                    JOIN residents_option o ON o.id = v.option_id
                    WHERE v.menu_id = NEW.menu_id AND o.category <> 'basic'
                      AND (NEW.channel = 'paper' OR NOT EXISTS (
                        SELECT FROM residents_optionversion w WHERE w.option_id = v.option_id AND w.version > v.version));
                    IF NOT (NEW.seen <@ offered) OR (NEW.channel <> 'paper' AND NOT (NEW.seen @> offered)) THEN
                        RAISE EXCEPTION 'what was on show has changed since'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_of_what_is_on_show';
                    END IF;
                    IF NOT (NEW.wanted <@ NEW.seen AND NEW.declined <@ NEW.seen) OR NEW.wanted && NEW.declined
                       OR (SELECT count(DISTINCT v.option_id) FROM residents_optionversion v WHERE v.id = ANY (NEW.seen))
                          <> cardinality(NEW.seen) THEN
                        RAISE EXCEPTION 'an item is wanted, or not, or all the same'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_is_plain';
                    END IF;
                    IF cardinality(NEW.wanted) > of_menu.most THEN
                        RAISE EXCEPTION 'more items than the menu allows'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_at_most';
                    END IF;
                    IF EXISTS (
                        SELECT FROM residents_optionrelation r
                        JOIN residents_optionversion a ON a.option_id = r.option_id AND a.id = ANY (NEW.wanted)
                        LEFT JOIN residents_optionversion b ON b.option_id = r.other_id AND b.id = ANY (NEW.wanted)
                        WHERE r.menu_id = NEW.menu_id AND (r.kind = 'excludes') = (b.id IS NOT NULL)
                          AND EXISTS (SELECT FROM residents_option o WHERE o.id = r.other_id AND o.category <> 'basic')
                    ) THEN
                        RAISE EXCEPTION 'these items do not go together'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_goes_together';
                    END IF;
                    NEW.confirmed_by_id = NULL; NEW.confirmed_at = NULL; NEW.superseded_at = NULL;
                    NEW.counts_from = CASE WHEN NEW.channel = 'paper' THEN NULL ELSE NEW.entered_at END;
                    IF NEW.counts_from IS NOT NULL THEN {TAKE_THE_SLOT} END IF;
                    RETURN NEW;
                """,  # noqa: S608 (SQL from the code)
            ),
            pgtrigger.Trigger(
                name="choice_is_confirmed_or_reversed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("of_menu", "residents_menu%ROWTYPE"), ("held", "residents_choice%ROWTYPE")],
                func=f"""
                    IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
                    SELECT * INTO of_menu FROM residents_menu WHERE id = OLD.menu_id FOR KEY SHARE;
                    PERFORM FROM residents_household WHERE id = OLD.household_id FOR NO KEY UPDATE;
                    IF of_menu.state <> 'published' THEN
                        RAISE EXCEPTION 'the menu was counted' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'choice_before_the_count';
                    END IF;
                    IF ({", ".join(f"NEW.{column}" for column in KEPT)}) IS DISTINCT FROM
                       ({", ".join(f"OLD.{column}" for column in KEPT)}) OR OLD.reversed_at IS NOT NULL
                       OR (OLD.confirmed_by_id IS NOT NULL
                           AND (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at)) THEN
                        RAISE EXCEPTION 'a choice stays as it came in' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'choice_stays';
                    END IF;
                    NEW.counts_from = OLD.counts_from; NEW.superseded_at = OLD.superseded_at;
                    IF NEW.confirmed_by_id IS NOT NULL AND OLD.confirmed_by_id IS NULL AND NEW.reversed_at IS NULL THEN
                        NEW.confirmed_at = clock_timestamp(); NEW.counts_from = NEW.confirmed_at;
                        {TAKE_THE_SLOT}
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (SQL from the code)
            ),
            # What was pushed aside by a mistake comes back.
            pgtrigger.Trigger(
                name="choice_reversed_gives_way",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("reversed_at"),
                condition=pgtrigger.Q(old__reversed_at__isnull=True, new__reversed_at__isnull=False),
                declare=[("of_menu", "residents_menu%ROWTYPE")],
                func=f"""
                    IF NEW.counts_from IS NULL OR NEW.superseded_at IS NOT NULL THEN RETURN NULL; END IF;
                    SELECT * INTO of_menu FROM residents_menu WHERE id = NEW.menu_id;
                    UPDATE residents_choice SET superseded_at = NULL WHERE id = (
                        SELECT a.id FROM residents_choice a
                        WHERE a.menu_id = NEW.menu_id AND a.household_id = NEW.household_id
                          AND a.counts_from IS NOT NULL AND a.reversed_at IS NULL AND NOT EXISTS (
                            SELECT FROM residents_choice b
                            WHERE b.menu_id = NEW.menu_id AND b.household_id = NEW.household_id AND b.id <> a.id
                              AND b.counts_from IS NOT NULL AND b.reversed_at IS NULL
                              AND {GOES_BEFORE.format(a="b", b="a")}));
                    RETURN NULL;
                """,  # noqa: S608 (SQL from the code)
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class ChoiceDraft(models.Model):
    """What a household has ticked and not yet sent: kept so that it can go on later, on another phone too.

    `answers` maps an option's id to "want", "decline" or "either". Gone when the choice is sent or the menu closes.
    """

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="drafts")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a choice")
        verbose_name_plural = _("drafts of choices")
        constraints = [models.UniqueConstraint(fields=["menu", "household"], name="choice_draft_once")]

    def __str__(self) -> str:
        return f"{self.menu_id}/{self.household_id}"


def wanted_by(menu: Menu) -> dict[int, set[Any]]:
    """Option id → ids of the households whose counting choice wants it."""
    found: dict[int, set[Any]] = {}
    versions = dict(menu.options.values_list("versions__id", "id"))
    for household, wanted in (
        Choice.objects.filter(menu=menu).counting().values_list("household_id", "wanted")
    ):
        for version in wanted:
            found.setdefault(versions[version], set()).add(household)
    return found
