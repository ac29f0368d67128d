"""Answered questionnaires, what is begun and not sent, and what notices a flood."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from residents.models.households import Household
from residents.models.opinions import Channel
from residents.models.questionnaires import Questionnaire
from residents.triggers import keeps


class ResponseQuerySet(ScopedQuerySet["Response"]):
    power = Power.SEE_HOUSEHOLDS

    def counting(self) -> "ResponseQuerySet":
        return self.filter(superseded_at__isnull=True)


RESPONSE_CHANNELS = (Channel.WEB, Channel.DESK, Channel.PHONE, Channel.PAPER)


class Response(models.Model):
    """One answered sheet. Of a household's sheets the one received last counts, whatever way each came in.

    `answers` maps a question's id to the place of an option, a list of places, a number, or words. Where anybody
    may answer, a sheet carries no household. The household's row is locked while one lands, so that two at once end
    as one that counts; a unique index holds it besides.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="responses")
    division_code = models.CharField(max_length=12, editable=False, default="")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="responses"
    )
    channel = models.CharField(_("came in"), max_length=8, choices=Channel)
    answers = models.JSONField(_("answers"))
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sheet = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    superseded_at = models.DateTimeField(null=True)
    receipt = models.CharField(_("receipt"), max_length=8, default="", db_default="")
    key = models.UUIDField(_("key of the device"))

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("answered questionnaire")
        verbose_name_plural = _("answered questionnaires")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="response_once"),
            models.UniqueConstraint(
                fields=["questionnaire", "household"], condition=Q(superseded_at__isnull=True),
                name="response_one_counts",
            ),
            models.UniqueConstraint(
                fields=["questionnaire", "receipt"], condition=~Q(receipt=""), name="response_receipt_once"
            ),
            models.CheckConstraint(
                condition=Q(channel="web", entered_by__isnull=True) | (~Q(channel="web") & Q(entered_by__isnull=False)),
                name="response_entered_by_somebody",
            ),
            models.CheckConstraint(condition=Q(channel__in=RESPONSE_CHANNELS), name="response_channel_known"),
            models.CheckConstraint(
                condition=~Q(channel="paper") | Q(sheet__isnull=False), name="response_on_paper_has_its_sheet"
            ),
        ]  # fmt: skip
        triggers = [
            keeps(
                "questionnaire_id",
                "household_id",
                "channel",
                "answers",
                "received_at",
                "entered_by_id",
                "sheet_id",
                "recorded_at",
                "receipt",
                "key",
            ),
            pgtrigger.Protect(name="response_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="response_gives_way_to_another",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("superseded_at"),
                func="""
                    IF pg_trigger_depth() < 2 AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at THEN
                        RAISE EXCEPTION 'only a later answer takes the place of an answer' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'response_gives_way_to_another';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="response_in_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("asked", "residents_questionnaire%ROWTYPE"),
                    ("home", "residents_household%ROWTYPE"),
                    ("held", "residents_response%ROWTYPE"),
                ],
                func="""
                    SELECT * INTO asked FROM residents_questionnaire WHERE id = NEW.questionnaire_id FOR KEY SHARE;
                    NEW.division_code = asked.division_code;
                    IF asked.is_per_household <> (NEW.household_id IS NOT NULL) THEN
                        RAISE EXCEPTION 'households answer, or anybody does'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'response_of_household';
                    END IF;
                    IF NEW.household_id IS NOT NULL THEN
                        SELECT * INTO home FROM residents_household WHERE id = NEW.household_id FOR NO KEY UPDATE;
                        IF home.compound_id <> asked.compound_id OR home.ended_on IS NOT NULL THEN
                            RAISE EXCEPTION 'the household belongs to another compound'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'response_of_compound';
                        END IF;
                    END IF;
                    -- The clock is asked once nobody else of this household is in between.
                    NEW.recorded_at = clock_timestamp();
                    NEW.superseded_at = NULL;
                    IF NEW.channel = 'web' THEN NEW.received_at = NEW.recorded_at; END IF;
                    IF asked.state <> 'published' OR asked.finished_at IS NOT NULL OR NEW.received_at < asked.opens_at
                       OR NEW.received_at >= asked.closes_at OR NEW.recorded_at >= asked.closes_at + interval '7 days'
                       OR (NEW.channel <> 'paper' AND NEW.recorded_at >= asked.closes_at)
                       OR NEW.received_at > NEW.recorded_at + interval '2 minutes' THEN
                        RAISE EXCEPTION 'the questionnaire is not open' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'response_in_its_time';
                    END IF;
                    SELECT * INTO held FROM residents_response
                    WHERE questionnaire_id = NEW.questionnaire_id AND household_id = NEW.household_id
                      AND superseded_at IS NULL;
                    IF FOUND AND held.received_at > NEW.received_at THEN
                        NEW.superseded_at = NEW.recorded_at;
                    ELSIF FOUND THEN
                        UPDATE residents_response SET superseded_at = NEW.recorded_at WHERE id = held.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class ResponseDraft(models.Model):
    """What was answered so far and not yet sent: a household's, on any of its phones, or one visitor's browser's.

    `answers` by question id, each fit by itself. Gone when the sheet is sent, and a month after the last change.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="drafts")
    household = models.ForeignKey(Household, null=True, on_delete=models.CASCADE, related_name="+")
    visitor = models.UUIDField(null=True)
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of an answered questionnaire")
        verbose_name_plural = _("drafts of answered questionnaires")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "household"], name="response_draft_of_household"),
            models.UniqueConstraint(fields=["questionnaire", "visitor"], name="response_draft_of_visitor"),
            models.CheckConstraint(
                condition=Q(household__isnull=True, visitor__isnull=False)
                | Q(household__isnull=False, visitor__isnull=True),
                name="response_draft_of_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.questionnaire_id}/{self.household_id or self.visitor}"


class OpenAnswer(models.Model):
    """That one answer to an open questionnaire was begun or sent from this address: what notices a flood, and nothing else.

    `address` is a keyed hash, and no row tells which answer it was. Old rows are deleted daily.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="+")
    address = models.BinaryField(max_length=16)
    is_begun = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("answer from an address")
        verbose_name_plural = _("answers from addresses")
        indexes = [models.Index(fields=["questionnaire", "at"], name="open_answer_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
