"""How django-allauth behaves here: accounts are made by administrators, and every limit is a row."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout as django_logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.address import client_address
from core.errors import DomainError
from directory import known_browsers
from directory.actions.accounts import levelled_username, set_own_password
from directory.actions.sign_in import check_credentials, record_session
from directory.models import User
from directory.notices import ACCOUNT_NOTICES, notify_of_account
from directory.second_factor import spend_first_code
from directory.secrets import open_sealed, seal
from directory.sessions import begin_session, signed_in_recently

SECOND_FACTOR_ACTIONS = {
    "mfa/email/totp_activated": "second_factor.added",
    "mfa/email/totp_deactivated": "second_factor.removed",
    "mfa/email/recovery_codes_generated": "second_factor.codes_generated",
}


def as_form_error(refusal: DomainError) -> ValidationError:
    return ValidationError(refusal.message, code=refusal.code)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Instead of allauth's own, whose limits live in the cache: ours are rows, and audited."""
        username = levelled_username(str(credentials.get("username", "")))
        try:
            user = check_credentials(
                username=username,
                password=str(credentials.get("password", "")),
                address=client_address(request),
                known=known_browsers.is_known(request, username),
            )
        except DomainError as refusal:
            raise as_form_error(refusal) from refusal
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        begin_session(request)
        known_browsers.remember(request, response, user.username)
        record_session(action="session.signed_in", user=user, address=client_address(request))
        return response

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        django_logout(request)
        if user.is_authenticated:
            record_session(action="session.signed_out", user=user, address=client_address(request))

    def set_password(self, user: User, password: str) -> None:
        changed = set_own_password(user=user, password=password)
        # allauth renews the session's hash from the object it has at hand.
        user.password, user.must_change_password = changed.password, False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever typed their password a moment ago, to sign in, need not type it again for the second factor."""
        return not signed_in_recently(self.request) and super().is_reauthentication_required(
            app=app, **kwargs
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """allauth calls this when the second factor changes; here it becomes an audit row."""
        action = SECOND_FACTOR_ACTIONS.get(template_prefix)
        if action == "second_factor.added":
            spend_first_code(user=user, code=self.request.POST.get("code", ""))
        if action in ACCOUNT_NOTICES:
            notify_of_account(action, user)
        if action:
            record_session(action=action, user=user, address=client_address(self.request))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's "signed in as …" says nothing that the page does not show."""


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where the setting makes it compulsory, an administrator exchanges the second factor but does not drop it."""
        return not (settings.SECOND_FACTOR_FOR_ADMINISTRATORS and authenticator.user.is_administrator)
