"""The kinds of what can be wrong or doubtful in a plan table."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    NAME_MISSING = "name_missing", _("no name")
    NOT_A_COMPOUND = "not_a_compound", _("line of totals or remark")
    UNKNOWN = "unknown", _("not in the register of the county")
    AMBIGUOUS = "ambiguous", _("several registered compounds of this name")
    REPEATED = "repeated", _("repeats an earlier row")
    NOT_PLANNABLE = "not_plannable", _("not waiting in the reserve pool")
    JUMPS = "jumps", _("goes before more urgent ones without a reason")
    NUMBER = "number", _("number not understood")
    YEAR = "year", _("year outside the plan")
    TOO_LONG = "too_long", _("text too long")
    FORMER_NAME = "former_name", _("former name of a registered compound")
    ABOUT = "about", _("number given as approximate")
    SECOND = "second", _("stands out of turn, with its reason")
