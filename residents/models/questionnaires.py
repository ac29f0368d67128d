"""问卷: questions to the households of a compound or to whoever wants to answer."""

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
from residents.triggers import keeps


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
            pgtrigger.Trigger(
                name="questionnaire_stays_as_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func="""
                    IF (NEW.title, NEW.introduction, NEW.is_per_household, NEW.opens_at, NEW.published_by_id, NEW.published_at)
                       IS DISTINCT FROM
                       (OLD.title, OLD.introduction, OLD.is_per_household, OLD.opens_at, OLD.published_by_id, OLD.published_at)
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


class Response(models.Model):
    """One answered sheet. A household's later one supersedes its earlier one, whatever way either came in.

    `answers` maps a question's id to the place of an option, a list of places, a number, or words.
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
            models.CheckConstraint(
                condition=Q(channel="web", entered_by__isnull=True) | (~Q(channel="web") & Q(entered_by__isnull=False)),
                name="response_entered_by_somebody",
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
                "key",
            ),
            pgtrigger.Protect(name="response_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="response_in_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("asked", "residents_questionnaire%ROWTYPE"),
                    ("home", "residents_household%ROWTYPE"),
                ],
                func="""
                    SELECT * INTO asked FROM residents_questionnaire WHERE id = NEW.questionnaire_id FOR KEY SHARE;
                    NEW.division_code = asked.division_code;
                    IF asked.state <> 'published' OR NEW.received_at < asked.opens_at
                       OR NEW.received_at >= asked.closes_at OR clock_timestamp() >= asked.closes_at + interval '7 days'
                       OR (NEW.channel <> 'paper' AND clock_timestamp() >= asked.closes_at)
                       OR NEW.received_at > clock_timestamp() + interval '2 minutes' THEN
                        RAISE EXCEPTION 'the questionnaire is not open' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'response_in_its_time';
                    END IF;
                    IF NEW.household_id IS NOT NULL THEN
                        SELECT * INTO home FROM residents_household WHERE id = NEW.household_id FOR NO KEY UPDATE;
                        IF home.compound_id <> asked.compound_id OR home.ended_on IS NOT NULL THEN
                            RAISE EXCEPTION 'the household belongs to another compound'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'response_of_compound';
                        END IF;
                        UPDATE residents_response SET superseded_at = clock_timestamp()
                        WHERE questionnaire_id = NEW.questionnaire_id AND household_id = NEW.household_id
                          AND superseded_at IS NULL;
                    ELSIF asked.is_per_household THEN
                        RAISE EXCEPTION 'this questionnaire is answered by households'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'response_of_household';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire_id}/{self.pk}"
