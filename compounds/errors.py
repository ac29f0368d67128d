"""What the register, the survey and the pool refuse, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class CompoundEnded(DomainError):
    code = "compound_ended"
    sentence = _("{name} was merged or split and is kept as history. Use its successor instead.")


class CompoundChanged(DomainError):
    """`fields` are the names of what the other person changed."""

    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this compound in the meantime ({fields}). Compare with the current values, then save again."
    )


class BuildingInUse(DomainError):
    code = "building_in_use"
    sentence = _(
        "{number} has doors in the household register, and their history stays with it. It cannot be removed."
    )


class NothingToMerge(DomainError):
    code = "nothing_to_merge"
    sentence = _("Choose at least one other compound to merge into this one.")


class SurveyUnderWay(DomainError):
    code = "survey_under_way"
    sentence = _("A survey of {name} is under way. Confirm or finish it first.")


class ReshapeHindered(DomainError):
    """What stands upstairs: something of the residents runs that the change would break off."""

    code = "reshape_hindered"
    sentence = _("This cannot be done yet. {reason}")


class SplitIncomplete(DomainError):
    code = "split_incomplete"
    sentence = _("A split needs at least two parts with names, and every building in exactly one of them.")


class SurveyNotOpen(DomainError):
    code = "survey_not_open"
    sentence = _("This survey is {state} and can no longer be changed.")


class SurveyChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} saved this survey in the meantime. Compare with the current version, then save again."
    )


class SurveyNotSubmitted(DomainError):
    code = "survey_not_submitted"
    sentence = _("Only a submitted survey can be confirmed or returned; this one is {state}.")


class SurveyIncomplete(DomainError):
    code = "survey_incomplete"
    sentence = _("Not complete yet: {missing}.")


class SameHand(DomainError):
    code = "same_hand"
    status = HTTPStatus.FORBIDDEN
    sentence = _("Whoever filled in or submitted a survey cannot confirm it. Ask a colleague at the bureau.")


class ReasonNeeded(DomainError):
    code = "reason_needed"
    sentence = _("Give the reason; it is kept with the record.")


class NotEligible(DomainError):
    code = "not_eligible"
    sentence = _("{names}: not eligible or not surveyed yet. To add it anyway, give a reason.")


class OutOfOrder(DomainError):
    """先急后缓: more urgent compounds of the same county and batch would be left behind.

    `before` is the most urgent of them, `passed` how many there are.
    """

    code = "out_of_order"
    sentence = _(
        "{names} would go before {passed} compounds that come first in this batch, above all {before}."
        " To move anyway, give a reason."
    )
    sentence_for_one = _(
        "{names} would go before {before}, which comes first in this batch. To move anyway, give a reason."
    )

    @property
    def message(self) -> str:
        words = self.sentence_for_one if self.details["passed"] == 1 else self.sentence
        return str(words).format(**self.details)


class AlreadyThere(DomainError):
    code = "already_there"
    sentence = _("{names}: already in this batch.")


class NotInPool(DomainError):
    code = "not_in_pool"
    sentence = _("{name} is not in the pool.")


class RuleBelowCounty(DomainError):
    code = "rule_below_county"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Rules are set for a county or above; {name} follows those of its county.")


class TooManyPhotos(DomainError):
    code = "too_many_photos"
    sentence = _("A survey takes {most} photos. Remove some before adding more.")


class WeightsUnusable(DomainError):
    code = "weights_unusable"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Weights are whole numbers from 0 to 100, and at least one is greater than 0.")
