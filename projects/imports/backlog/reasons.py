"""The kinds of what can be wrong or doubtful, beside those of the register's own readers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    NOT_A_PROJECT = "not_a_project", _("line of totals or remark")
    REPEATED_PROJECT = "repeated_project", _("repeats an earlier row")
    NO_GO_LIVE = "no_go_live", _("no go-live set")
    AFTER_GO_LIVE = "after_go_live", _("day not before the go-live")
    UNFINISHED = "unfinished", _("compound has an unfinished project")
    DAY_UNREAD = "day_unread", _("date not understood")
    DAY_MISSING = "day_missing", _("stage without its dates")
    DAYS_CONTRADICT = "days_contradict", _("dates contradict each other")
    YEAR_WRONG = "year_wrong", _("year not understood")
    FIRM_UNKNOWN = "firm_unknown", _("credit code not registered")
    FIRM_AMBIGUOUS = "firm_ambiguous", _("several organisations of this name")
    QUANTITY_UNREAD = "quantity_unread", _("quantity not understood")
    MORE_DONE = "more_done", _("more done than planned")
    WORK_UNKNOWN = "work_unknown", _("work not in the catalogue")
    WORK_TWICE = "work_twice", _("work given twice")
    WORK_UNPLACED = "work_unplaced", _("works of no project of the file")
    NOT_STARTED = "not_started", _("works done before the start")
    # Why a right row deserves a look.
    MONTH_ONLY = "month_only", _("only the month is given")
    NEW_FIRM = "new_firm", _("new organisation")
    ALREADY_THERE = "already_there", _("already entered, with other facts")
    ABOUT_MONEY = "about_money", _("number given as approximate")
