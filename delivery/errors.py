"""What the building site refuses, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# --- Contracts --------------------------------------------------------------------------


class ContractWithoutProjects(DomainError):
    code = "contract_without_projects"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Choose at least one project that the contract is for.")


class ContractAcrossCounties(DomainError):
    code = "contract_across_counties"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{names}: in another county. File a contract for each county.")


class ContractInFuture(DomainError):
    code = "contract_in_future"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{day} has not come yet. File the contract when it is signed.")


class ContractOfStartedWorks(DomainError):
    code = "contract_of_started_works"
    sentence = _(
        "The start of the works rests on this contract: its kind, its projects and the day it was signed stay. "
        "File another works contract first."
    )


# --- Progress ---------------------------------------------------------------------------


class NotUnderConstruction(DomainError):
    code = "not_under_construction"
    sentence = _(
        "This project is in “{stage}” ({standing}). Progress is reported while it is under construction."
    )


class NotInScheme(DomainError):
    code = "not_in_scheme"
    sentence = _("The scheme in force does not have this work item. Amend the scheme first.")


class DayInFuture(DomainError):
    code = "day_in_future"
    sentence = _("{day} has not come yet. Report what is done.")


class DayBeforeStart(DomainError):
    code = "day_before_start"
    sentence = _("{day} lies before the start of the works on {started}.")


class MoreThanPlanned(DomainError):
    code = "more_than_planned"
    sentence = _(
        "That makes {total} of {planned} {unit} planned: more than 120 %. At most {room} {unit} can be added. "
        "Correct the quantity, or amend the scheme (change order) first."
    )


class QuantityWrong(DomainError):
    code = "quantity_wrong"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "Enter a quantity greater than zero with at most two decimals. To take one back, reverse its entry."
    )


class KeyUsedDifferently(DomainError):
    """The same key with another body: two different things cannot be one entry."""

    code = "key_used_differently"
    sentence = _(
        "This report was already saved on {when} with other contents: {quantity} {unit}, {day}. "
        "Look at that entry; report anything further as a new one."
    )


class AlreadyReversed(DomainError):
    code = "already_reversed"
    sentence = _("This entry was taken back already.")


class ReversalStays(DomainError):
    code = "reversal_stays"
    sentence = _("An entry that takes another back cannot be taken back itself. Report the works again.")


class TooManyPhotos(DomainError):
    code = "too_many_photos"
    sentence = _("An entry holds at most {most} photos.")


class EntryOver(DomainError):
    code = "entry_over"
    sentence = _("Photos can be added to an entry for {days} days after it was saved. Report a new one.")


class BeforePortalOnly(DomainError):
    code = "before_portal_only"
    sentence = _("Only a project from before the portal has works from before it, and each work item once.")


# --- Start and completion ---------------------------------------------------------------


class StartIncomplete(DomainError):
    """`missing` are the sentences of what lacks."""

    code = "start_incomplete"
    sentence = _("The works cannot start yet. Missing: {listed}.")


class CompletionIncomplete(DomainError):
    """`missing` are the sentences of what lacks."""

    code = "completion_incomplete"
    sentence = _("The works cannot be completed yet. Missing: {listed}.")


class CompletedBeforeLastWorks(DomainError):
    code = "completed_before_last_works"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Works were reported for {last}; they cannot have been completed before that day.")
