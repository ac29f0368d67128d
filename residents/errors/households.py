"""What the household register refuses, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ReasonNeeded(DomainError):
    code = "reason_needed"
    sentence = _("Give the reason; it is kept with the record.")


class CompoundReshaped(DomainError):
    code = "compound_reshaped"
    sentence = _("This compound was merged or split. Begin at the compound that follows it.")


class HouseholdEnded(DomainError):
    code = "household_ended"
    sentence = _("{door} was merged, split or struck off and is kept as history.")


class EndsInFuture(DomainError):
    code = "ends_in_future"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A door ends today or earlier: until then it is counted and gets letters.")


class RecordClosed(DomainError):
    code = "record_closed"
    sentence = _("The record is closed. Open it with a reason first; it then stays open for 15 minutes.")

    def __init__(self, *, back: str) -> None:
        super().__init__()
        self.back = back


class HouseholdChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this household in the meantime. Compare with the current values, then save again."
    )


class BuildingElsewhere(DomainError):
    code = "building_elsewhere"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("That building belongs to another compound.")


class OwnersInFuture(DomainError):
    """Whoever is recorded is the owner from now on: the list of the current ones knows no day."""

    code = "owners_in_future"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("This day lies in the future.")


class SharesAboveWhole(DomainError):
    code = "shares_above_whole"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The shares of the owners add up to more than the whole.")


class SeveralVoters(DomainError):
    code = "several_voters"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The co-owners of a household name one person who votes.")


class NoSuchOwner(DomainError):
    code = "no_such_owner"
    status = HTTPStatus.NOT_FOUND
    sentence = _("That owner is not (any more) an owner of this household.")


class OwnersOfSeveralCompounds(DomainError):
    code = "owners_of_several_compounds"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Units of one owner can be linked within one compound, and at least two of them.")


class HasVoiceAlready(DomainError):
    """What the old door said would count beside what the new ones say."""

    code = "has_voice_already"
    sentence = _(
        "{door} has already answered “{title}”; new doors would have a voice beside that. Do it when that is counted or finished."
    )


class SplitNeedsDoors(DomainError):
    code = "split_needs_doors"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A split needs at least two new doors.")


class MergeNeedsDoors(DomainError):
    code = "merge_needs_doors"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Choose at least two doors of one building.")
