"""The kinds of what can be wrong or doubtful in a row of a household register: the preview counts and filters by them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    # Why a row is wrong.
    DOOR_UNREAD = "door_unread", _("door not understood")
    DOOR_IS_DATE = "door_is_date", _("door turned into a date by the spreadsheet")
    DOOR_TOO_LONG = "door_too_long", _("door too long")
    BUILDING_MISSING = "building_missing", _("no building")
    UNIT_MISSING = "unit_missing", _("no door number")
    FLOOR_UNREAD = "floor_unread", _("floor not understood")
    SHARE_UNREAD = "share_unread", _("share not understood")
    NAME_UNREAD = "name_unread", _("name not understood")
    USE_UNREAD = "use_unread", _("use or tenancy not understood")
    # Why a right row deserves a look.
    DOOR_DOUBTFUL = "door_doubtful", _("door read from a short form")
    DOOR_DIFFERS = "door_differs", _("the cells of the door contradict each other")
    FLOOR_DOUBTFUL = "floor_doubtful", _("floor guessed from the door number")
    FLOOR_DIFFERS = "floor_differs", _("floor contradicts the door number")
    MORE_OWNERS = "more_owners", _("more owners than names")
    NAMES_PARTED = "names_parted", _("several names read from one cell")
    SHARES_NOT_WHOLE = "shares_not_whole", _("shares do not add up to one")
    SHARES_LEFT_OUT = "shares_left_out", _("shares left out")
    PHONE_LEFT_OUT = "phone_left_out", _("text that is no phone number left out")
    IDENTITY_LEFT_OUT = "identity_left_out", _("identity number left out")
