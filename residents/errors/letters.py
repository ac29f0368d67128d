"""What is refused about letters, rounds and representatives, and what to do next."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from residents.models.representatives import MOST_REPRESENTATIVES


class NoLiveCode(DomainError):
    code = "no_live_code"
    sentence = _("There is no valid code for {door}. Print a letter for it first.")


class CodeChangedMeanwhile(DomainError):
    code = "changed_meanwhile"
    sentence = _("This code was revoked by somebody else in the meantime.")


class RoundOver(DomainError):
    code = "round_over"
    sentence = _("This round is over; what was found is kept. Start a new round for further calls.")


class CallInFuture(DomainError):
    code = "call_in_future"
    sentence = _("This call lies in the future. Check the time.")


class CallElsewhere(DomainError):
    code = "call_elsewhere"
    sentence = _("This door belongs to another compound than the round.")


class CallTakenBack(DomainError):
    code = "call_taken_back"
    sentence = _("This entry was already taken back.")


class TooManyRepresentatives(DomainError):
    code = "too_many_representatives"
    sentence = _("A compound has at most {most} representatives. End a term first, or replace somebody.")

    def __init__(self) -> None:
        super().__init__(most=MOST_REPRESENTATIVES)


class TermOver(DomainError):
    code = "term_over"
    sentence = _("The term of {name} is already over.")


class NobodyToCall(DomainError):
    code = "nobody_to_call"
    sentence = _("Letters say whom to call: start a round of visits first, with its contact and telephone.")


class NoDoorsToPrint(DomainError):
    code = "no_doors"
    sentence = _(
        "No door is in the register here, so there is no letter to print. Import or add the doors first."
    )


class PrintGone(DomainError):
    code = "print_gone"
    sentence = _(
        "The printed file is kept for a day only. Print the letters again: the codes on them stay the same."
    )
