"""Signing in and one's own account. django-allauth's views use these forms (settings: ACCOUNT_FORMS, MFA_FORMS)."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.core import context
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.address import client_address
from core.errors import DomainError
from core.fields import levelled
from directory.actions.accounts import password_account
from directory.actions.sign_in import attempt_succeeded, begin_attempt
from directory.adapters import as_form_error
from directory.models import User
from directory.second_factor import use_code


class SignInForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs.update(
            autofocus=True, autocapitalize="none", spellcheck="false", placeholder=""
        )
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.widget.attrs["placeholder"] = ""


class ConfirmPasswordForm(AllauthReauthenticateForm):
    """Once more the password before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.widget.attrs.update(placeholder="", autofocus=True)


class ChangePasswordForm(AllauthChangePasswordForm):
    """Wrong old passwords are counted like failed sign-ins: an open session must not be a place to guess."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("oldpassword", _("Current password")),
            ("password1", _("New password")),
            ("password2", _("New password again")),
        ):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs["placeholder"] = ""

    def clean_oldpassword(self) -> str:
        user: User = self.user
        try:
            attempt = begin_attempt(
                account=password_account(user), address=client_address(context.request), known=False
            )
        except DomainError as refusal:
            raise as_form_error(refusal) from refusal
        if not user.check_password(self.cleaned_data.get("oldpassword", "")):
            raise ValidationError(_("This is not your current password."), code="wrong_password")
        attempt_succeeded(attempt)
        return self.cleaned_data["oldpassword"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        new = cleaned.get("password1")
        if new and new == cleaned.get("oldpassword"):
            self.add_error("password1", _("The new password must differ from the current one."))
        return cleaned


class CodeForm(forms.Form):
    """A code of the authenticator app, or one of the recovery codes."""

    code = forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code = "".join(levelled(self.cleaned_data["code"]).split())
        try:
            self.authenticator = use_code(user=self.user, code=code, address=client_address(context.request))
        except DomainError as refusal:
            raise as_form_error(refusal) from refusal
        return code

    def save(self) -> None:
        post_authentication(context.request, self.authenticator)


class ConfirmCodeForm(CodeForm):
    def save(self) -> None:
        post_authentication(context.request, self.authenticator, reauthenticated=True)


class ActivateCodeForm(AllauthActivateTOTPForm):
    """The first code of a new authenticator: shows that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code shown by the app")
        self.fields["code"].widget.attrs.update(inputmode="numeric", placeholder="", maxlength=12)

    def clean_code(self) -> str:
        self.cleaned_data["code"] = "".join(levelled(self.cleaned_data["code"]).split())
        code: str = super().clean_code()
        return code


class ContactForm(forms.ModelForm):
    """What a person keeps up to date on their own profile."""

    class Meta:
        model = User
        fields = ["phone", "email", "chat_id"]
