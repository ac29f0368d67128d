"""The kinds of what can be wrong or doubtful in a household list, beside those of the readers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    NOT_A_HOUSEHOLD = "not_a_household", _("line of totals or remark")
    REPEATED_DOOR = "repeated_door", _("repeats an earlier row")
    CONTRADICTORY_DOOR = "contradictory_door", _("contradicts another row of this door")
    STAIRCASE_MISSING = "staircase_missing", _("staircase missing, several doors possible")
    TOO_MANY_OWNERS = "too_many_owners", _("too many owners of a door")
    AREA_IMPOSSIBLE = "area_impossible", _("impossible area")
    # Why a right row deserves a look.
    NEW_BUILDING = "new_building", _("new building")
    STAIRCASE_GUESSED = "staircase_guessed", _("staircase taken from the register")
    WITHOUT_STAIRCASE = "without_staircase", _("same door without staircase in the register")
    JOINED_OWNERS = "joined_owners", _("several rows of one door")
    CHANGES_HANDS = "changes_hands", _("owners change")
