"""意见台账: what residents said, who answers it by when, and what came of it."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound, Topic
from compounds.triggers import takes_division
from core.triggers import stamps_change
from directory.models import Division, User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from projects.models import WorkItem
from residents.models.households import Household
from residents.models.meetings import Meeting


class Channel(models.TextChoices):
    """How something came in. One vocabulary for opinions, answers and choices."""

    WEB = "web", _("on the phone")
    DESK = "desk", _("at the desk or the door")
    PHONE = "phone", _("by telephone")
    PAPER = "paper", _("on paper")
    MEETING = "meeting", _("in a meeting")
    CHAT = "chat", _("in the neighbours' chat")


class OpinionCategory(models.Model):
    """A kind of opinion: below the five problem classes (`topic`), as deep as a city wants.

    Those without a division are shipped. A category in use is not deleted but withdrawn.
    """

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    topic = models.CharField(_("problem class"), max_length=20, choices=Topic)
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("category of opinions")
        verbose_name_plural = _("categories of opinions")
        ordering = ["topic", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "division", "name_zh"], name="opinion_category_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="opinion_category_below_another"),
            models.CheckConstraint(condition=~Q(name_zh=""), name="opinion_category_has_name"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class OpinionState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", pgettext_lazy("opinion", "closed")
    MERGED = "merged", _("joined with another")


OPINION_TRANSITIONS: list[tuple[str, str]] = [
    (OpinionState.OPEN, OpinionState.ANSWERED),
    (OpinionState.OPEN, OpinionState.MERGED),
    (OpinionState.ANSWERED, OpinionState.OPEN),
    (OpinionState.ANSWERED, OpinionState.CLOSED),
    (OpinionState.ANSWERED, OpinionState.MERGED),
    (OpinionState.CLOSED, OpinionState.OPEN),
    (OpinionState.MERGED, OpinionState.OPEN),
]


class Adoption(models.TextChoices):
    ADOPTED = "adopted", _("adopted")
    PARTLY = "partly", _("adopted in part")
    NOT_ADOPTED = "not_adopted", _("not adopted")
    NOT_OURS = "not_ours", _("passed on, not for this renovation")


class OpinionQuerySet(ScopedQuerySet["Opinion"]):
    power = Power.SEE_HOUSEHOLDS

    def heads(self) -> "OpinionQuerySet":
        """Without those joined with another."""
        return self.filter(merged_into__isnull=True)

    def waiting(self) -> "OpinionQuerySet":
        return self.filter(state=OpinionState.OPEN)


@pghistory.track(exclude=["contact"])
class Opinion(models.Model):
    """One voice. Joined with another (`merged_into`) it keeps its own words, channel and household.

    `number` runs per compound. What was said (`text`) stays as it was taken down; `contact` is personal, is not
    in the history table and can be erased.
    """

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="opinions")
    division_code = models.CharField(max_length=12, editable=False, default="")
    number = models.PositiveIntegerField(_("running number"), editable=False)
    household = models.ForeignKey(
        Household, verbose_name=_("door"), null=True, blank=True, on_delete=models.PROTECT, related_name="opinions"
    )  # fmt: skip
    channel = models.CharField(_("came in"), max_length=8, choices=Channel)
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), null=True, blank=True, on_delete=models.PROTECT, related_name="opinions"
    )  # fmt: skip
    received_at = models.DateTimeField(_("received at"))
    text = models.TextField(_("what was said"), max_length=4000)
    contact = models.CharField(_("name or telephone for the reply"), max_length=80, blank=True)
    category = models.ForeignKey(
        OpinionCategory, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    owner = models.ForeignKey(
        User, verbose_name=_("who answers"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("answer due"))
    state = models.CharField(_("state"), max_length=8, choices=OpinionState, default=OpinionState.OPEN)
    reply = models.TextField(_("reply"), max_length=4000, blank=True)
    replied_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True)
    adoption = models.CharField(_("adopted or not"), max_length=12, choices=Adoption, blank=True)
    adoption_reason = models.CharField(_("why"), max_length=500, blank=True)
    work_item = models.ForeignKey(
        WorkItem, verbose_name=_("work it led to"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="opinions",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", verbose_name=_("joined with"), null=True, blank=True, on_delete=models.PROTECT, related_name="voices"
    )  # fmt: skip
    is_public = models.BooleanField(_("shown to the neighbours, without name and door"), default=False)
    # Somebody may be recognised by the own words: they are shown only where whoever said them agreed (个人信息保护法 §13, §14).
    may_show_words = models.BooleanField(_("words may be shown to the neighbours"), default=False)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(_("key of the device"))
    alarmed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="opinion_number_once"),
            models.UniqueConstraint(fields=["compound", "key"], name="opinion_once"),
            models.CheckConstraint(
                condition=~Q(text=""), name="opinion_says_something",
                violation_error_message=_("Write down what was said."),
            ),
            models.CheckConstraint(
                condition=Q(channel="web", entered_by__isnull=True, household__isnull=False)
                | (~Q(channel="web") & Q(entered_by__isnull=False)),
                name="opinion_entered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=True) | Q(channel="meeting"), name="opinion_of_a_meeting_came_in_there"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "closed"])
                | (~Q(reply="") & ~Q(adoption="") & Q(replied_by__isnull=False, replied_at__isnull=False)),
                name="opinion_answered_has_reply",
                violation_error_message=_("Write the reply and say whether the opinion is adopted."),
            ),
            models.CheckConstraint(
                condition=Q(adoption__in=["", "adopted"]) | ~Q(adoption_reason=""),
                name="opinion_not_adopted_says_why",
                violation_error_message=_("Say why it is not adopted, or only in part."),
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="opinion_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="opinion_merged_into_another"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division_code"], name="opinion_scope", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["compound", "state", "due_on"], name="opinion_due"),
            models.Index(fields=["household"], name="opinion_of_household"),
        ]
        triggers = [
            takes_division(),
            stamps_change(),
            pgtrigger.FSM(name="opinion_moves", field="state", transitions=OPINION_TRANSITIONS),
            pgtrigger.Protect(
                name="opinion_begins_open",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="open"),
            ),
            pgtrigger.Protect(name="opinion_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="opinion_keeps_its_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.compound_id, NEW.number, NEW.channel, NEW.meeting_id, NEW.received_at, NEW.text, NEW.key)
                       IS DISTINCT FROM
                       (OLD.compound_id, OLD.number, OLD.channel, OLD.meeting_id, OLD.received_at, OLD.text, OLD.key)
                    THEN
                        RAISE EXCEPTION 'what was said stays as it was said' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'opinion_keeps_its_words';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="opinion_of_a_meeting_here",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__meeting__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM residents_meeting
                        WHERE id = NEW.meeting_id AND compound_id = NEW.compound_id AND state <> 'cancelled') THEN
                        RAISE EXCEPTION 'the meeting is cancelled or of another compound'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_of_a_meeting_here';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="opinion_joins_a_head",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id", "work_item_id"),
                declare=[("head", "residents_opinion%ROWTYPE")],
                func="""
                    IF NEW.merged_into_id IS NOT NULL THEN
                        SELECT * INTO head FROM residents_opinion WHERE id = NEW.merged_into_id FOR SHARE;
                        IF head.compound_id <> NEW.compound_id OR head.merged_into_id IS NOT NULL
                           OR EXISTS (SELECT FROM residents_opinion WHERE merged_into_id = NEW.id) THEN
                            RAISE EXCEPTION 'voices join one head of the same compound'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_joins_a_head';
                        END IF;
                    END IF;
                    IF NEW.work_item_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM projects_workitem i JOIN projects_project p ON p.id = i.project_id
                        WHERE i.id = NEW.work_item_id AND p.compound_id = NEW.compound_id) THEN
                        RAISE EXCEPTION 'the work belongs to another compound'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_work_of_compound';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"№{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("residents:opinion", args=[self.pk])

    @property
    def further_reason(self) -> str:
        """Why it is not adopted, where the reply does not say just that."""
        return "" if self.adoption_reason.strip() == self.reply.strip() else self.adoption_reason


class OpinionPhoto(models.Model):
    """A photo that came with an opinion."""

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    key = models.UUIDField()

    class Meta:
        verbose_name = _("photo with an opinion")
        verbose_name_plural = _("photos with opinions")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["opinion", "key"], name="opinion_photo_once")]

    def __str__(self) -> str:
        return self.caption or self.file.name
