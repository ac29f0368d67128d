"""Schemes being drawn up: versions, works, needs."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class SchemeNotOpen(DomainError):
    code = "scheme_not_open"
    sentence = _(
        "This scheme is {state}; its lines are fixed. To change them, send it back or begin a new version."
    )


class SchemeWrongState(DomainError):
    code = "scheme_wrong_state"
    sentence = _("This scheme is {state}; that step comes at another point of its way.")


class SchemeEmpty(DomainError):
    code = "scheme_empty"
    sentence = _("The scheme has no works yet.")


class SchemeUnderWay(DomainError):
    code = "scheme_under_way"
    sentence = _("Version {version} of this scheme is already {state}. Finish or withdraw it first.")


class SchemeApproved(DomainError):
    code = "scheme_approved"
    sentence = _("This project has an approved scheme. To change it, begin a new version with its reason.")


class NoApprovedScheme(DomainError):
    code = "no_approved_scheme"
    sentence = _("There is no approved scheme yet to make a new version of.")


class GapsOpen(DomainError):
    """先民生后提升: `topics` are the survey's gaps that no basic work answers."""

    code = "gaps_open"
    sentence = _(
        "Basic needs come first: {topics} are neither planned nor waived, so no upgrade item can be taken in."
    )


class GapUnknown(DomainError):
    code = "gap_unknown"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The survey names no such need.")


class WorkNotOffered(DomainError):
    code = "work_not_offered"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} is not in the works catalogue that is in force here. Choose from the list.")


class WorkListed(DomainError):
    code = "work_listed"
    sentence = _("{name} is already in this scheme. Change its quantity, or name another location.")


class WorkNotBasic(DomainError):
    code = "work_not_basic"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} is no basic item; say whether residents chose it or the office added it.")


class WorkHandedIn(DomainError):
    code = "work_handed_in"
    sentence = _(
        "{name} was handed in with another version and stays where it is. Strike it and add it again."
    )


class LessThanDone(DomainError):
    code = "less_than_done"
    sentence = _("{names}: more has been done on the site than this version plans. Raise the quantity first.")


class LineGone(DomainError):
    code = "line_gone"
    sentence = _("Somebody struck this work meanwhile. Load the page again.")
