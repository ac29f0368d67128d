"""Timetables, their templates and milestones."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class TimetableChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _("A newer timetable was published meanwhile. Look at it, then publish yours again.")


class TimetableInvalid(DomainError):
    """`line` counts from 1; 0 is the whole."""

    code = "timetable_invalid"
    status = HTTPStatus.BAD_REQUEST
    sentence = "{explanation}"


class MilestoneDone(DomainError):
    code = "milestone_done"
    sentence = _("This milestone is done; its date stays.")


class MilestoneOfStage(DomainError):
    code = "milestone_of_stage"
    sentence = _("This milestone is done when the project leaves the stage.")


class DatesMovedMeanwhile(DomainError):
    code = "dates_moved_meanwhile"
    sentence = _("Some of these dates changed since you looked. Look at the list again, then move them.")


class NoDateToMove(DomainError):
    code = "no_date_to_move"
    sentence = _("None of the chosen projects has an open date there.")
