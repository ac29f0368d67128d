"""The kinds of what can be wrong or doubtful in a row: the preview and the command count and filter by them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    # Why a row is wrong.
    NAME_MISSING = "name_missing", _("no name")
    NOT_A_COMPOUND = "not_a_compound", _("line of totals or remark")
    REPEATED = "repeated", _("repeats an earlier row")
    CONTRADICTORY = "contradictory", _("same compound with different facts")
    NAME_AMBIGUOUS = "name_ambiguous", _("several registered compounds of this name")
    NAME_TAKEN = "name_taken", _("name already taken in the community")
    CODE_UNKNOWN = "code_unknown", _("compound code not found")
    CODE_ENDED = "code_ended", _("compound merged or split")
    COMMUNITY_MISSING = "community_missing", _("no community found")
    COMMUNITY_UNKNOWN = "community_unknown", _("unknown community")
    COMMUNITY_AMBIGUOUS = "community_ambiguous", _("several communities of this name")
    COMMUNITY_NOT_CHOSEN = "community_not_chosen", _("no community chosen for this value")
    OUTSIDE = "outside", _("outside your division")
    COUNTY_DIFFERS = "county_differs", _("county contradicts the community")
    TEXT_DAMAGED = "text_damaged", _("damaged text")
    TEXT_TOO_LONG = "text_too_long", _("text too long")
    NUMBER_UNREAD = "number_unread", _("number not understood")
    OUT_OF_RANGE = "out_of_range", _("impossible number")
    YEAR_UNREAD = "year_unread", _("year not understood")
    YEAR_IMPOSSIBLE = "year_impossible", _("impossible year")
    WORD_UNKNOWN = "word_unknown", _("word not understood")
    POSITION_UNREAD = "position_unread", _("position not understood")
    POSITION_HALF = "position_half", _("longitude or latitude missing")
    POSITION_OUTSIDE = "position_outside", _("position outside China")
    SYSTEM_UNKNOWN = "system_unknown", _("coordinate system not known")
    CELL_UNREAD = "cell_unread", _("cell cannot be read")
    # Why a right row deserves a look.
    ABOUT = "about", _("number given as approximate")
    ZERO = "zero", _("0 read as not recorded")
    YEAR_ABOUT = "year_about", _("year estimated from what is written")
    SUCCESSOR = "successor", _("community merged or renamed")
    ELSEWHERE = "elsewhere", _("same name and address in another community")
    EXCHANGED = "exchanged", _("longitude and latitude exchanged")
    FORMER_NAME = "former_name", _("former name of a registered compound")
    NEW_CLUSTER = "new_cluster", _("new cluster")
    NEW_UNIT = "new_unit", _("new title-owner unit")
    NOT_OLD = "not_old", _("built after 2000")
    HOUSEHOLDS_PER_BUILDING = "households_per_building", _("unusual households per building")
    STAIRCASES = "staircases", _("fewer staircases than buildings")
    AREA_PER_HOUSEHOLD = "area_per_household", _("unusual area per household")


# Figure that a sanity warning is about → its kind.
OF_FIGURE = {
    "built_year": Reason.NOT_OLD,
    "household_count": Reason.HOUSEHOLDS_PER_BUILDING,
    "staircase_count": Reason.STAIRCASES,
    "floor_area": Reason.AREA_PER_HOUSEHOLD,
}
