"""What the directory refuses, and what to do next."""

from collections.abc import Sequence
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# --- Accounts ---------------------------------------------------------------------------


class AccountInactive(DomainError):
    code = "account_inactive"
    sentence = _("{name} has left. Reactivate the account first.")


class AccountActive(DomainError):
    code = "account_active"
    sentence = _("{name} has not left; the account is active.")


class NotOnOneself(DomainError):
    """Separate powers mean nothing when a person applies them to themselves."""

    code = "not_on_oneself"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You cannot do this to your own account. Ask another administrator with the same role.")


class DivisionEnded(DomainError):
    code = "division_ended"
    sentence = _("{name} no longer exists. Choose the division that took its place.")


class DivisionUnknown(DomainError):
    code = "division_unknown"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("There is no division with the code {code}.")


class LeftInFuture(DomainError):
    code = "left_in_future"
    sentence = _("The leaving date cannot be in the future. Until then, appoint a substitute.")


class PasswordRefused(DomainError):
    code = "password_refused"
    sentence = "{reasons}"


# --- Roles ------------------------------------------------------------------------------


class RoleNotCurrent(DomainError):
    code = "role_not_current"
    sentence = _("{name} no longer holds this role. Reload the page.")


class RoleAlreadyHeld(DomainError):
    code = "role_already_held"
    sentence = _("{name} already holds this role at {division}.")


class RoleForServiceUsers(DomainError):
    code = "role_for_service_users"
    sentence = _("Service users can only hold the role “service user”, and people cannot hold it.")


class OrganisationNeeded(DomainError):
    code = "organisation_needed"
    sentence = _("This role acts for an organisation: name it, or enter it in the person's account first.")


class OneAdministration(DomainError):
    code = "one_administration"
    sentence = _("{name} already holds one of the three administrator roles. No one may hold two.")


class PasswordNotYetOwn(DomainError):
    """Whoever made the account still knows its one-time password."""

    code = "password_not_yet_own"
    sentence = _(
        "{name} must sign in once and choose a password of their own before becoming an administrator: "
        "until then another person knows the password."
    )


class LastAdministrator(DomainError):
    code = "last_administrator"
    sentence = _(
        "{name} is the last {role} for {division}. Grant the role to somebody else before taking it away here."
    )


class SubstituteOfSubstitute(DomainError):
    code = "substitute_of_substitute"
    sentence = _(
        "A substitute cannot be substituted. Choose a substitute for the original holder of the role."
    )


class SubstituteDatesOutside(DomainError):
    code = "substitute_dates_outside"
    sentence = _("The substitution must end by {day}, when the role itself ends.")


class DaysDoNotFit(DomainError):
    code = "days_do_not_fit"
    sentence = _("The end date cannot be before the start date or before today.")


# --- Tokens -----------------------------------------------------------------------------


class TokenForPerson(DomainError):
    code = "token_for_person"
    sentence = _("Only service users hold API tokens. Make a service user for the program first.")


class TokenShowsMore(DomainError):
    """A key is handed only to people who may see all of what it shows."""

    code = "token_shows_more"
    status = HTTPStatus.FORBIDDEN
    sentence = _(
        "This service user may see more than you may ({divisions}). "
        "Ask a bureau manager of the division above to issue the token."
    )


class TokenOfOwnGrant(DomainError):
    code = "token_of_own_grant"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You granted this service user its role. Another bureau manager must issue the token.")


class GrantToOwnToken(DomainError):
    code = "grant_to_own_token"
    status = HTTPStatus.FORBIDDEN
    sentence = _("You hold a key of this service user. Another security administrator must grant the role.")


class TokenTooLong(DomainError):
    code = "token_too_long"
    sentence = _("A token is valid for at most {days} days and not in the past.")


class TokenNotUsable(DomainError):
    code = "token_not_usable"
    sentence = _("This token has already been revoked or has expired.")


# --- Organisations ----------------------------------------------------------------------


class OrganisationEnded(DomainError):
    code = "organisation_ended"
    sentence = _("{name} has been deactivated and is kept for the record.")


class CreditCodeTaken(DomainError):
    code = "credit_code_taken"
    sentence = _("This credit code is already registered: {name}. Use that record instead of a second one.")


class OrganisationHasPeople(DomainError):
    code = "organisation_has_people"
    sentence = _("{count} active accounts still belong to {name}. Move or close them first.")


class OrganisationChanged(DomainError):
    """`fields` are the names of what the other person changed."""

    code = "changed_meanwhile"
    sentence = _(
        "{who} has changed this record in the meantime ({fields}). Compare with the current values, then save again."
    )


# --- Divisions --------------------------------------------------------------------------


class DivisionFileRefused(DomainError):
    """Nothing of the file was taken over. `lines` is [(line number, sentence)], line 1 the first."""

    code = "division_file_refused"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{count} lines are wrong; nothing was changed.")

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        super().__init__(count=len(lines), lines=[list(line) for line in lines])
        self.lines = list(lines)


class SuccessionFileRefused(DivisionFileRefused):
    """As above, the lines being those of the succession file."""

    code = "succession_file_refused"


# --- Sign-in ----------------------------------------------------------------------------


class WrongCredentials(DomainError):
    """The same words for an unknown name, a wrong password, a closed account and a service user."""

    code = "wrong_credentials"
    status = HTTPStatus.UNAUTHORIZED
    sentence = _("Incorrect user name or password.")


class SignInLocked(DomainError):
    code = "sign_in_locked"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _(
        "Too many failed attempts: sign-in with this name is locked here for {minutes} minutes. "
        "If you have forgotten your password, ask your system administrator for a new one."
    )


class AddressBusy(DomainError):
    code = "address_busy"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _("Too many failed attempts from this network. Wait {minutes} minutes and try again.")


class AccountLocked(DomainError):
    code = "account_locked"
    status = HTTPStatus.FORBIDDEN
    sentence = _("This account is locked. A security administrator unlocks it.")


class WrongCode(DomainError):
    code = "wrong_code"
    status = HTTPStatus.UNAUTHORIZED
    sentence = _("This code is incorrect or has already been used. Wait for the next one.")


# --- Set-up -----------------------------------------------------------------------------


class AlreadySetUp(DomainError):
    code = "already_set_up"
    sentence = _("This installation already has administrators.")
