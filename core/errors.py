"""Refusals: each is a class with a code and a sentence that says what to do next.

They are raised by actions and translated once at each edge: `core.middleware`
(pages), `core.api.problem_response` (API), forms (`form.add_error`), import rows.
"""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request that was understood and is refused by a rule.

    `details` fill the placeholders of `message` and travel as machine-readable
    members of the API's answer; they must be JSON-serialisable.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = HTTPStatus.CONFLICT
    sentence: ClassVar[str | Promise] = _("This cannot be done in the current state.")

    # The address of the record that it is about: where what to do next can be done.
    back: str = ""

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code)

    @property
    def message(self) -> str:
        return str(self.sentence).format(**self.details)

    def __str__(self) -> str:
        return self.message


class NotPermitted(DomainError):
    """Seen, but not for this person to do."""

    code = "not_permitted"
    status = HTTPStatus.FORBIDDEN
    sentence = _("Your role does not include this. Ask your security administrator if you need it.")


def demand(permitted: bool) -> None:  # noqa: FBT001 (reads as a sentence: demand(can_edit_compound(…)))
    """Seen, but not for this person to do: 403."""
    if not permitted:
        raise NotPermitted


class InvalidInput(DomainError):
    """What was sent cannot be read as what it should be."""

    code = "invalid_input"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("This input cannot be read: {reason}")


class ChangedMeanwhile(DomainError):
    """Somebody else saved the same record between loading the form and sending it."""

    code = "changed_meanwhile"
    sentence = _("{who} changed this record at {when}. Compare with the current values and save again.")


class TooLarge(DomainError):
    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _("The file is larger than {limit} MB.")
