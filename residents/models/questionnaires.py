"""问卷: questions to the households of a compound or to whoever wants to answer."""

from datetime import datetime, timedelta
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
from residents.models.rounds import Round
from residents.triggers import begins_in_living_compound

# How long after the close paper that was received in time can be typed; the guard says the same.
PAPER_TYPED_FOR = timedelta(days=7)


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
    # All paper is typed: nothing lands any more, and the figures are published.
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
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
                       OR (OLD.finished_at IS NOT NULL AND NEW.finished_at IS DISTINCT FROM OLD.finished_at)
                       OR (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL AND OLD.closes_at > clock_timestamp())
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

    def is_final_at(self, moment: datetime) -> bool:
        """Nothing lands any more, so that two looks at the figures tell no single answer."""
        over = self.finished_at is not None or self.final_at <= moment
        return self.state == QuestionnaireState.PUBLISHED and over

    @property
    def final_at(self) -> datetime:
        """At the latest."""
        return self.finished_at or self.closes_at + PAPER_TYPED_FOR


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
