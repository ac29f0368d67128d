from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compounds.models.register import Compound
from compounds.triggers import takes_division
from core.history import history_of
from directory.models import User
from directory.powers import Power
from files.models import StoredFile

WORST = 4


class Topic(models.TextChoices):
    """What a survey scores 0 (good) to 4 (very bad): four shortfalls [J], five problem classes [Z]."""

    BUILDINGS = "buildings", _("buildings and fittings")
    MUNICIPAL = "municipal", _("municipal services")
    ENVIRONMENT = "environment", _("dirt and disorder")
    MANAGEMENT = "management", _("management")
    ROADS = "roads", _("roads")
    PIPES = "pipes", _("pipes")
    PARKING = "parking", _("parking")
    SECURITY = "security", _("security")
    LIFTS = "lifts", _("lifts")


SHORTFALLS = (Topic.BUILDINGS, Topic.MUNICIPAL, Topic.ENVIRONMENT, Topic.MANAGEMENT)
PROBLEM_CLASSES = (Topic.ROADS, Topic.PIPES, Topic.PARKING, Topic.SECURITY, Topic.LIFTS)


class SurveyState(models.TextChoices):
    DRAFT = "draft", _("being filled in")
    SUBMITTED = "submitted", _("waiting for confirmation")
    RETURNED = "returned", _("returned")
    CONFIRMED = "confirmed", _("confirmed")


# Declared once: the action checks it under a lock, the database enforces it.
SURVEY_TRANSITIONS: list[tuple[str, str]] = [
    (SurveyState.DRAFT, SurveyState.SUBMITTED),
    (SurveyState.SUBMITTED, SurveyState.CONFIRMED),
    (SurveyState.SUBMITTED, SurveyState.RETURNED),
    (SurveyState.RETURNED, SurveyState.SUBMITTED),
]


class ConditionSurveyQuerySet(models.QuerySet["ConditionSurvey"]):
    def visible_to(self, user: Any) -> "ConditionSurveyQuerySet":
        """Surveys within the divisions where the person may see the register."""
        return self.within(user.scopes_for(Power.SEE_REGISTER) if isinstance(user, User) else ())

    def within(self, codes: tuple[str, ...] | list[str]) -> "ConditionSurveyQuerySet":
        """Surveys of compounds below these divisions, given as code prefixes."""
        if not codes:
            return self.none()
        below = Q()
        for code in codes:
            below |= Q(division_code__startswith=code)
        return self.filter(below)

    def confirmed(self) -> "ConditionSurveyQuerySet":
        return self.filter(state=SurveyState.CONFIRMED)

    def latest_first(self) -> "ConditionSurveyQuerySet":
        return self.order_by("-surveyed_on", "-id")


@pghistory.track()
class ConditionSurvey(models.Model):
    """调查摸底 of one compound on one day; repeatable, immutable once confirmed.

    `wishing_households` of `asked_households` want the renovation.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="surveys")
    division_code = models.CharField(max_length=12, editable=False, default="")
    surveyed_on = models.DateField(_("surveyed on"))
    state = models.CharField(_("state"), max_length=10, choices=SurveyState, default=SurveyState.DRAFT)
    asked_households = models.PositiveIntegerField(_("households asked"), null=True, blank=True)
    wishing_households = models.PositiveIntegerField(_("of these want the renovation"), null=True, blank=True)
    has_hazard = models.BooleanField(_("danger to life or limb"), default=False)
    hazards = models.TextField(_("hazards"), max_length=2000, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    filled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    return_reason = models.CharField(_("reason for returning"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConditionSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition survey")
        verbose_name_plural = _("condition surveys")
        ordering = ["-surveyed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound"], condition=~Q(state="confirmed"), name="survey_one_open",
                violation_error_message=_("This compound already has a survey under way."),
            ),
            models.CheckConstraint(
                condition=Q(wishing_households__isnull=True) | Q(wishing_households__lte=F("asked_households")),
                name="survey_wish_within_asked",
                violation_error_message=_("More households want it than were asked."),
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("submitted_by"))),
                name="survey_confirmed_by_another",
                violation_error_message=_("Whoever submitted a survey cannot confirm it."),
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="survey_returned_says_why",
                violation_error_message=_("Say why the survey is returned."),
            ),
            models.CheckConstraint(
                condition=Q(has_hazard=False) | ~Q(hazards=""), name="survey_hazard_described",
                violation_error_message=_("Describe the hazard."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["division_code", "submitted_at"],
                name="survey_waiting",
                condition=Q(state="submitted"),
            ),
        ]
        triggers = [
            takes_division(),
            pgtrigger.FSM(name="survey_moves", field="state", transitions=SURVEY_TRANSITIONS),
            pgtrigger.Protect(
                name="survey_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            # A confirmed survey stays as it is; only its division may follow a renamed community.
            pgtrigger.Protect(
                name="survey_confirmed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__state="confirmed", old__division_code=pgtrigger.F("new__division_code")
                ),
            ),
            pgtrigger.Protect(
                name="survey_confirmed_remains",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="confirmed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound} {self.surveyed_on}"

    def was_filled_in_by(self, user: User) -> bool:
        """Whether this hand ever saved it; the history knows those before the last one too."""
        return history_of(ConditionSurvey).filter(pgh_obj=self.pk, filled_by=user.pk).exists()

    @property
    def is_open(self) -> bool:
        """Whether it may still be filled in."""
        return self.state in (SurveyState.DRAFT, SurveyState.RETURNED)


def _survey_is_open(name: str) -> pgtrigger.Trigger:
    """Rows of a survey can be written only while it is being filled in (or returned for that)."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("its_state", "text")],
        func="""
            SELECT state INTO its_state FROM compounds_conditionsurvey
            WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.survey_id ELSE NEW.survey_id END FOR SHARE;
            IF its_state NOT IN ('draft', 'returned') THEN
                RAISE EXCEPTION 'survey is % and cannot be changed', its_state USING ERRCODE = 'check_violation';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


class SurveyFinding(models.Model):
    """The score of one topic, 0 (good) to 4 (very bad), with a note."""

    survey = models.ForeignKey(ConditionSurvey, on_delete=models.CASCADE, related_name="findings")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    score = models.PositiveSmallIntegerField(_("score"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["survey", "topic"], name="finding_topic_once"),
            models.CheckConstraint(
                condition=Q(score__lte=WORST), name="finding_score_0_to_4",
                violation_error_message=_("Scores go from 0 (good) to 4 (very bad)."),
            ),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="finding_topic_known"),
        ]  # fmt: skip
        triggers = [_survey_is_open("finding_of_open_survey")]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.score}"


class SurveyPhoto(models.Model):
    """A photo of the survey, about one topic or the compound as a whole."""

    survey = models.ForeignKey(ConditionSurvey, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, blank=True)
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    # A photo sent twice by a phone on a bad network is one photo.
    key = models.UUIDField()

    class Meta:
        verbose_name = _("survey photo")
        verbose_name_plural = _("survey photos")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="survey_photo_once")]
        triggers = [_survey_is_open("photo_of_open_survey")]

    def __str__(self) -> str:
        return self.caption or self.file.name
