"""一轮入户: going round the doors, with letters, and what was found at each."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from compounds.triggers import takes_division
from directory.models import User
from directory.powers import Power
from directory.scoped import ScopedQuerySet
from files.models import StoredFile
from residents.models.households import Household
from residents.triggers import begins_in_living_compound, takes_place_of_household


class RoundQuerySet(ScopedQuerySet["Round"]):
    power = Power.SEE_HOUSEHOLDS

    def running(self) -> "RoundQuerySet":
        return self.filter(ended_at__isnull=True)


@pghistory.track()
class Round(models.Model):
    """一轮入户 of a compound: one set of letters, whatever is open for the residents then. One at a time."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="rounds")
    division_code = models.CharField(max_length=12, editable=False, default="")
    title = models.CharField(_("title"), max_length=80)
    contact = models.CharField(_("whom to call"), max_length=60)
    contact_phone = models.CharField(_("telephone"), max_length=30)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of visits")
        verbose_name_plural = _("rounds of visits")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound"], condition=Q(ended_at__isnull=True), name="round_one_at_a_time",
                violation_error_message=_("A round is already under way in this compound."),
            ),
            models.UniqueConstraint(fields=["id", "compound"], name="round_and_its_compound"),
            models.CheckConstraint(condition=~Q(title=""), name="round_has_title"),
        ]  # fmt: skip
        triggers = [
            takes_division(),
            begins_in_living_compound("round_begins_in_living_compound", on=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return self.title


class Finding(models.TextChoices):
    """What came of a call at a door."""

    HANDED_OVER = "handed_over", _("letter handed over")
    LETTER_BOX = "letter_box", _("letter in the letter box")
    POSTED = "posted", _("letter sent by post")
    NOT_AT_HOME = "not_at_home", _("nobody at home")
    REFUSED = "refused", pgettext_lazy("call at a door", "refused")
    MOVED_AWAY = "moved_away", _("nobody lives there")


DELIVERED = (Finding.HANDED_OVER, Finding.LETTER_BOX, Finding.POSTED)


class DoorCallQuerySet(ScopedQuerySet["DoorCall"]):
    power = Power.SEE_HOUSEHOLDS

    def standing(self) -> "DoorCallQuerySet":
        """Neither taken back nor a taking back."""
        return self.filter(reverses__isnull=True, reversal__isnull=True)

    def latest_of_each_door(self) -> "DoorCallQuerySet":
        return self.standing().order_by("household_id", "-at", "-id").distinct("household_id")


class DoorCall(models.Model):
    """入户: one call at one door of a round: by whom, when, what came of it. The delivery record 送达记录.

    A mistake is taken back by a row that names it, never edited.
    """

    append_only = True

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="calls")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="calls")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="+", editable=False)
    division_code = models.CharField(max_length=12, editable=False, default="")
    finding = models.CharField(_("what came of it"), max_length=12, choices=Finding)
    at = models.DateTimeField(_("when"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    key = models.UUIDField(_("key of the device"))

    objects = DoorCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call at a door")
        verbose_name_plural = _("calls at doors")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "key"], name="door_call_once"),
            models.CheckConstraint(condition=~Q(pk=F("reverses")), name="door_call_reverses_another"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(note=""), name="door_call_reversal_says_why",
                violation_error_message=_("Say why this entry is taken back."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "household"], name="door_call_of_round")]
        triggers = [
            takes_place_of_household(),
            pgtrigger.Trigger(
                name="zz_door_call_in_round",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("of_round", "residents_round%ROWTYPE"),
                    ("taken_back", "residents_doorcall%ROWTYPE"),
                ],
                func="""
                    SELECT * INTO of_round FROM residents_round WHERE id = NEW.round_id FOR SHARE;
                    IF of_round.compound_id <> NEW.compound_id THEN
                        RAISE EXCEPTION 'the door lies in another compound than the round'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'door_call_in_its_compound';
                    END IF;
                    IF of_round.ended_at IS NOT NULL THEN
                        RAISE EXCEPTION 'the round is over'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'door_call_while_round_runs';
                    END IF;
                    IF NEW.at > clock_timestamp() + interval '2 minutes' THEN
                        RAISE EXCEPTION 'a call that has not happened yet'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'door_call_happened';
                    END IF;
                    IF NEW.reverses_id IS NOT NULL THEN
                        SELECT * INTO taken_back FROM residents_doorcall WHERE id = NEW.reverses_id;
                        IF (taken_back.round_id, taken_back.household_id) IS DISTINCT FROM (NEW.round_id, NEW.household_id)
                           OR taken_back.reverses_id IS NOT NULL THEN
                            RAISE EXCEPTION 'only a call at the same door is taken back'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'door_call_reverses_its_like';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.get_finding_display()
