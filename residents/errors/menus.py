"""What is refused about menus, choices, paper and outcomes, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class MenuNotDraft(DomainError):
    code = "menu_not_draft"
    sentence = _(
        "A published menu stays as it is. Change texts or prices of an item with a reason, or void the menu."
    )


class MenuIncomplete(DomainError):
    """`missing` are sentences."""

    code = "menu_incomplete"
    sentence = _("Before it is published: {listed}")


class MenuClosed(DomainError):
    code = "menu_closed"
    sentence = _("The choice is closed. Nothing more can be changed.")


class MenuNotOpenYet(DomainError):
    code = "menu_not_open_yet"
    sentence = _("The choice has not begun yet.")


class MenuStillOpen(DomainError):
    code = "menu_still_open"
    sentence = _("The menu is still open. It is counted after its close.")


class PaperMayCome(DomainError):
    """The close is past, the time to seal paper is not."""

    code = "paper_may_come"
    sentence = _(
        "Paper that was received in time may be sealed until {moment}, and nothing is sealed after the count. Wait until then, or confirm that no paper is left over."
    )


class PaperOutstanding(DomainError):
    code = "paper_outstanding"
    sentence = _("Sealed paper is still to be entered and confirmed piece by piece: {listed}")


class ResultBeforeClose(DomainError):
    code = "result_before_close"
    sentence = _("The result cannot be announced before the close: name a later day.")


class OptionChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _("Somebody else changed this item in the meantime. Look at it, then change it again.")


class OnShowChanged(DomainError):
    code = "on_show_changed"
    sentence = _(
        "A price or a text has just changed. Look at the items again, then send your choice; what you ticked is kept."
    )


class ChoiceUnreadable(DomainError):
    """What was sent names other items than the menu's, or an item as wanted and not."""

    code = "choice_unreadable"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("This page could not be read. Go back and try again.")


class TooManyWanted(DomainError):
    code = "too_many_wanted"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("You can wish for at most {most} items. Take some back.")


class NotTogether(DomainError):
    """`pairs` are sentences in the reader's language."""

    code = "not_together"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("These do not go together: {listed}")


class LetterNotValid(DomainError):
    code = "letter_not_valid"
    sentence = _("This letter is no longer valid. Ask for a new one; the telephone number stands on it.")


class LetterOfAnother(DomainError):
    code = "letter_of_another"
    sentence = _(
        "This code stands on the letter of another door, not of {door}. Ask for the code and the door again."
    )


class AlreadyChosen(DomainError):
    code = "already_chosen"
    sentence = _("Your household has already chosen, and here the first choice stays.")


class ChangedTooOften(DomainError):
    code = "changed_too_often"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _(
        "Your home has changed its choice {most} times since yesterday. What was received last counts; try again tomorrow."
    )


class SheetNeeded(DomainError):
    code = "sheet_needed"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Add the photo of the signed sheet (by telephone: the code of the letter).")


class SamePersonConfirms(DomainError):
    code = "same_person_confirms"
    sentence = _("Whoever typed a sheet cannot confirm it. Ask a colleague.")


class NothingToConfirm(DomainError):
    code = "nothing_to_confirm"
    sentence = _("This sheet was confirmed or reversed in the meantime.")


class OwnChoiceStays(DomainError):
    code = "own_choice_stays"
    sentence = _("What a household sent itself is not reversed. It can choose anew until the close.")


class BatchNotInTime(DomainError):
    code = "batch_not_in_time"
    sentence = _(
        "Paper is received before the close, and counted and sealed by two people soon after it. This comes too late."
    )


class CountsDiffer(DomainError):
    code = "counts_differ"
    sentence = _(
        "You counted {second} pieces, your colleague {first}. Count again together; nothing is sealed yet."
    )


class BatchSealed(DomainError):
    code = "batch_sealed"
    sentence = _("This batch is already sealed.")


class BatchFull(DomainError):
    code = "batch_full"
    sentence = _("All {pieces} pieces of this batch are entered.")


class NotCounted(DomainError):
    code = "not_counted"
    sentence = _("The menu is not counted yet.")


class TooFewToExport(DomainError):
    """What a household ticked could be told from the ticks of so few."""

    code = "too_few_to_export"
    sentence = _(
        "Fewer than {fewest} households chose: a file of their ballots would point at single doors. It is not made."
    )


class AdoptedNotVoided(DomainError):
    code = "adopted_not_voided"
    sentence = _(
        "The outcome stands in the scheme: the menu cannot be voided. To do otherwise, change the scheme and say why there."
    )


class BeyondBudget(DomainError):
    """Departures take in more than the menu's budget reaches for. Sums are texts, ready to read."""

    code = "beyond_budget"
    sentence = _(
        "What would be done needs {cost} of a budget of {budget}: {over} more than there is. Confirm that the money comes from elsewhere, or leave something out."
    )


class AlreadyAdopted(DomainError):
    code = "already_adopted"
    sentence = _("The outcome was already adopted into the scheme.")


class DepartureNeedsReason(DomainError):
    code = "departure_needs_reason"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Say why the scheme departs from what the residents chose: {name}. Residents read it.")
