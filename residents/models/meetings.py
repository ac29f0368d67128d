"""居民议事会: who came, what was said, what was decided."""

from datetime import datetime, timedelta

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from compounds.triggers import takes_division
from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from projects.models import Project
from residents.models.households import Household
from residents.triggers import begins_in_living_compound


class MeetingKind(models.TextChoices):
    RESIDENTS = "residents", _("residents' meeting")
    REPRESENTATIVES = "representatives", _("representatives' meeting")
    ONLINE = "online", _("meeting online")
    ON_SITE = "on_site", _("meeting on the spot")


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("announced")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


# People come before it begins; earlier than this nobody can have come.
DOORS_OPEN = timedelta(hours=3)


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    power = Power.SEE_HOUSEHOLDS

    def met_by(self, moment: datetime) -> "MeetingQuerySet":
        """Those in which something can have been said by then."""
        return self.exclude(state=MeetingState.CANCELLED).filter(begins_at__lte=moment + DOORS_OPEN)


@pghistory.track()
class Meeting(models.Model):
    """议事会 of a compound, announced with its agenda, then held with minutes and decisions, or cancelled with a reason."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="meetings")
    division_code = models.CharField(max_length=12, editable=False, default="")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=MeetingKind, default=MeetingKind.RESIDENTS)
    title = models.CharField(_("about"), max_length=120)
    begins_at = models.DateTimeField(_("begins"))
    place = models.CharField(_("place"), max_length=120)
    agenda = models.TextField(_("agenda"), max_length=4000)
    state = models.CharField(_("state"), max_length=9, choices=MeetingState, default=MeetingState.PLANNED)
    minutes = models.TextField(_("minutes"), max_length=20_000, blank=True)
    attended_count = models.PositiveIntegerField(_("residents present"), null=True, blank=True)
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-begins_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(place="") & ~Q(agenda=""), name="meeting_says_what_and_where"),
            models.CheckConstraint(
                condition=~Q(state="held") | (~Q(minutes="") & Q(attended_count__isnull=False)),
                name="meeting_held_has_minutes",
                violation_error_message=_("Write the minutes and how many people came."),
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="meeting_cancelled_says_why",
                violation_error_message=_("Say why the meeting is cancelled."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["compound", "begins_at"], name="meeting_of_compound")]
        triggers = [
            takes_division(),
            pgtrigger.Protect(name="meeting_is_kept", operation=pgtrigger.Delete),
            begins_in_living_compound("meeting_in_living_compound", on=pgtrigger.Insert),
            pgtrigger.Trigger(
                name="meeting_stays_as_it_was",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF NEW.compound_id <> OLD.compound_id OR (OLD.state <> 'planned'
                       AND (NEW.state, NEW.kind, NEW.title, NEW.begins_at, NEW.place, NEW.agenda, NEW.minutes,
                            NEW.attended_count, NEW.cancel_reason, NEW.project_id)
                       IS DISTINCT FROM (OLD.state, OLD.kind, OLD.title, OLD.begins_at, OLD.place, OLD.agenda,
                            OLD.minutes, OLD.attended_count, OLD.cancel_reason, OLD.project_id)) THEN
                        RAISE EXCEPTION 'what was recorded of a meeting stays'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_stays_as_it_was';
                    END IF;
                    IF NEW.state = 'held' AND OLD.state <> 'held' AND NEW.begins_at > clock_timestamp() THEN
                        RAISE EXCEPTION 'the meeting has not begun'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_held_after_it_began';
                    END IF;
                    IF (NEW.begins_at > clock_timestamp() + interval '{DOORS_OPEN.seconds} seconds'
                        AND NEW.begins_at <> OLD.begins_at OR NEW.state = 'cancelled' AND OLD.state = 'planned')
                       AND EXISTS (SELECT FROM residents_attendance WHERE meeting_id = NEW.id) THEN
                        RAISE EXCEPTION 'people have come already'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_with_people_takes_place';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="meeting_about_its_compound",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("project_id"),
                func="""
                    IF NEW.project_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM projects_project WHERE id = NEW.project_id AND compound_id = NEW.compound_id) THEN
                        RAISE EXCEPTION 'the project belongs to another compound'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_about_its_compound';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.FSM(
                name="meeting_moves", field="state",
                transitions=[("planned", "held"), ("planned", "cancelled")],
            ),
            pgtrigger.Protect(
                name="meeting_begins_planned", operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="planned"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("residents:meeting", args=[self.pk])


class Attendance(models.Model):
    """Who was there: a household, or somebody by office. No names of residents."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    guest = models.CharField(_("office or role"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "household"], name="attendance_once"),
            models.CheckConstraint(
                condition=(Q(household__isnull=False) & Q(guest=""))
                | (Q(household__isnull=True) & ~Q(guest="")),
                name="attendance_of_somebody",
            ),
            models.UniqueConstraint(
                fields=["meeting", "guest"], condition=~Q(guest=""), name="attendance_of_office_once"
            ),
        ]
        triggers = [
            # The meeting is shared: nobody is added or taken off beside the act that records or cancels it.
            pgtrigger.Trigger(
                name="attendance_while_it_meets",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("at", "residents_meeting%ROWTYPE")],
                func=f"""
                    SELECT * INTO at FROM residents_meeting
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END FOR SHARE;
                    IF at.state <> 'planned' OR at.begins_at > clock_timestamp() + interval '{DOORS_OPEN.seconds} seconds'
                       OR TG_OP = 'UPDATE' THEN
                        RAISE EXCEPTION 'attendance is taken while people meet'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_while_it_meets';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    IF NEW.household_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM residents_household WHERE id = NEW.household_id AND compound_id = at.compound_id) THEN
                        RAISE EXCEPTION 'the household lives elsewhere'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_in_its_compound';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (a figure of the code)
            ),
        ]

    def __str__(self) -> str:
        return self.guest or f"#{self.household_id}"


class Decision(models.Model):
    """What a meeting decided, with its show of hands; corrections are made by a later meeting."""

    append_only = True

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    text = models.CharField(_("decided"), max_length=500)
    in_favour = models.PositiveIntegerField(_("in favour"), null=True, blank=True)
    against = models.PositiveIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveIntegerField(_("abstained"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("decision of a meeting")
        verbose_name_plural = _("decisions of meetings")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="decision_says_something"),
            models.CheckConstraint(
                condition=Q(in_favour__isnull=True, against__isnull=True, abstained__isnull=True)
                | Q(in_favour__isnull=False, against__isnull=False, abstained__isnull=False),
                name="decision_counts_all_or_nothing",
                violation_error_message=_("Give all three counts, or none."),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="decision_of_those_present",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("at", "residents_meeting%ROWTYPE")],
                func="""
                    SELECT * INTO at FROM residents_meeting WHERE id = NEW.meeting_id FOR SHARE;
                    IF at.state <> 'held' THEN
                        RAISE EXCEPTION 'only a meeting that was held decides'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_of_a_meeting_held';
                    END IF;
                    IF NEW.in_favour::bigint + NEW.against + NEW.abstained > at.attended_count THEN
                        RAISE EXCEPTION 'more hands than people present'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_of_those_present';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text


class MeetingPaper(models.Model):
    """A photo or scan of a meeting: the attendance list, the board, the room."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    key = models.UUIDField()

    class Meta:
        verbose_name = _("paper of a meeting")
        verbose_name_plural = _("papers of meetings")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "key"], name="meeting_paper_once")]

    def __str__(self) -> str:
        return self.caption or self.file.name
