"""问卷: questions to the households of a compound or to whoever wants to answer."""

from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from compounds.triggers import takes_division
from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from residents.models.households import Household
from residents.models.opinions import Channel
from residents.models.rounds import Round
from residents.triggers import begins_in_living_compound, keeps


class QuestionnaireState(models.TextChoices):
    DRAFT = "draft", _("being drawn up")
    PUBLISHED = "published", _("published")
    VOIDED = "voided", _("voided")


class QuestionnaireQuerySet(ScopedQuerySet["Questionnaire"]):
    power = Power.SEE_HOUSEHOLDS

    def open_at(self, moment: Any) -> "QuestionnaireQuerySet":
        return self.filter(state=QuestionnaireState.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)


@pghistory.track()
class Questionnaire(models.Model):
    """A questionnaire of a compound: one answer per household, or open to anybody with the address.

    Its questions are fixed once it is published; until when it runs may only become later.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="questionnaires")
    division_code = models.CharField(max_length=12, editable=False, default="")
    round = models.ForeignKey(
        Round, null=True, blank=True, on_delete=models.PROTECT, related_name="questionnaires"
    )
    title = models.CharField(_("title"), max_length=120)
    introduction = models.TextField(_("introduction"), max_length=2000, blank=True)
    is_per_household = models.BooleanField(_("one answer per household"), default=True)
    state = models.CharField(
        _("state"), max_length=9, choices=QuestionnaireState, default=QuestionnaireState.DRAFT
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    shows_results = models.BooleanField(_("results are shown to residents after the close"), default=True)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    void_reason = models.CharField(_("why it was voided"), max_length=300, blank=True)
    # What stands behind /r/ask/ of a questionnaire that anybody may answer; given when it is published.
    public_code = models.CharField(max_length=8, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="questionnaire_has_title"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="questionnaire_closes_after_opening",
                violation_error_message=_("It closes before it opens."),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_by__isnull=False, published_at__isnull=False),
                name="questionnaire_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | ~Q(void_reason=""), name="questionnaire_voided_says_why",
                violation_error_message=_("Say why it is voided."),
            ),
            models.UniqueConstraint(
                fields=["public_code"], condition=~Q(public_code=""), name="questionnaire_public_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(is_per_household=True, public_code="")
                | (Q(is_per_household=False) & ~Q(public_code="")),
                name="questionnaire_open_has_address",
            ),
        ]  # fmt: skip
        triggers = [
            takes_division(),
            pgtrigger.FSM(
                name="questionnaire_moves", field="state",
                transitions=[("draft", "published"), ("draft", "voided"), ("published", "voided")],
            ),
            pgtrigger.Protect(
                name="questionnaire_begins_as_draft", operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            begins_in_living_compound(
                "questionnaire_in_living_compound", on=pgtrigger.UpdateOf("state"), state="published"
            ),
            pgtrigger.Trigger(
                name="questionnaire_stays_as_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func="""
                    IF (NEW.title, NEW.introduction, NEW.is_per_household, NEW.opens_at, NEW.published_by_id, NEW.published_at,
                        NEW.public_code) IS DISTINCT FROM
                       (OLD.title, OLD.introduction, OLD.is_per_household, OLD.opens_at, OLD.published_by_id, OLD.published_at,
                        OLD.public_code)
                       OR NEW.closes_at < OLD.closes_at
                       OR (NEW.closes_at > OLD.closes_at AND OLD.closes_at <= clock_timestamp()) THEN
                        RAISE EXCEPTION 'a published questionnaire stays; while it runs its close may become later'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'questionnaire_stays_as_published';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("residents:questionnaire", args=[self.pk])

    @property
    def public_path(self) -> str:
        """What stands on the notice board; "" where households answer."""
        return reverse("residents:ask", args=[self.public_code]) if self.public_code else ""

    def is_open_at(self, moment: datetime) -> bool:
        return self.state == QuestionnaireState.PUBLISHED and self.opens_at <= moment < self.closes_at

    def is_over_at(self, moment: datetime) -> bool:
        return self.state == QuestionnaireState.PUBLISHED and self.closes_at <= moment


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("one of several")
    MULTIPLE = "multiple", _("several of several")
    SCALE = "scale", _("scale from 1 to 5")
    NUMBER = "number", pgettext_lazy("question", "number")
    TEXT = "text", _("words")


def _only_in_draft(name: str, parent: str) -> pgtrigger.Trigger:
    """Written only while the questionnaire is a draft; `parent` is the SQL that finds its id from `row_of`."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("its_state", "text")],
        func=f"""
            SELECT q.state INTO its_state FROM residents_questionnaire q WHERE q.id = ({parent}) FOR SHARE;
            IF its_state <> 'draft' THEN
                RAISE EXCEPTION 'the questions of a published questionnaire stay' USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'questions_stay_once_published';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        """,  # noqa: S608 (SQL from the code)
    )


@pghistory.track()
class Question(models.Model):
    """One question. `options` are its possible answers in their order (single, multiple); answers name them by place."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("kind"), max_length=8, choices=QuestionKind)
    text = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("explanation"), max_length=300, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    options = models.JSONField(_("possible answers"), default=list, blank=True)
    most = models.PositiveSmallIntegerField(_("at most so many"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "position"], name="question_place_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=~Q(text=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=(Q(kind__in=["single", "multiple"]) & ~Q(options=[])) | (~Q(kind__in=["single", "multiple"]) & Q(options=[])),
                name="question_options_fit",
                violation_error_message=_("Give the possible answers, a line each."),
            ),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(kind="multiple", most__gte=1), name="question_most_of_several",
                violation_error_message=_("“At most so many” belongs to questions with several answers."),
            ),
        ]  # fmt: skip
        triggers = [
            _only_in_draft(
                "question_of_draft",
                "CASE TG_OP WHEN 'DELETE' THEN OLD.questionnaire_id ELSE NEW.questionnaire_id END",
            )
        ]

    def __str__(self) -> str:
        return self.text


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
                    IF asked.state <> 'published' OR NEW.received_at < asked.opens_at
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
    """That one answer to an open questionnaire came from this address: what notices a flood, and nothing else.

    `address` is a keyed hash, and no row tells which answer it was. Old rows are deleted daily.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="+")
    address = models.BinaryField(max_length=16)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("answer from an address")
        verbose_name_plural = _("answers from addresses")
        indexes = [models.Index(fields=["questionnaire", "at"], name="open_answer_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
