"""Signing in and one's own account: django-allauth's views with our forms, statuses and words."""

from http import HTTPStatus
from typing import Any

from allauth.account.views import LoginView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as MFAReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.address import client_address
from core.posted import posted
from directory.actions.accounts import update_own_contact
from directory.actions.sign_in import record_session
from directory.forms.account import ContactForm
from directory.models import Division, RoleAssignment, User
from directory.requests import SignedInRequest
from directory.views.shared import form_page

# Refusals of too many attempts, as HTTP calls them.
TOO_MANY = {"sign_in_locked", "address_busy"}


def error_status(form: BaseForm) -> int:
    """429 where an attempt was not even looked at, else 422."""
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    return HTTPStatus.TOO_MANY_REQUESTS if codes & TOO_MANY else HTTPStatus.UNPROCESSABLE_ENTITY


class SaysWhatIsWrong:
    """A refused form is no success: the status says so to programs and to htmx."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = error_status(form)
        return response


class SignIn(SaysWhatIsWrong, LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = self.request.GET.get("why", "")
        limits = {"idle_minutes": settings.IDLE_TIMEOUT_MINUTES}
        return {**super().get_context_data(**kwargs), "why": why, **limits}


class ConfirmPassword(SaysWhatIsWrong, ReauthenticateView):
    pass


class ConfirmCode(SaysWhatIsWrong, MFAReauthenticateView):
    pass


class SecondFactor(SaysWhatIsWrong, AuthenticateView):
    """The second step of signing in."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = AuthenticateView.form_invalid(self, form)
        response.status_code = error_status(form)
        return response


class SetUpSecondFactor(SaysWhatIsWrong, ActivateTOTPView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        secret = found["form"].secret
        found["secret_groups"] = [secret[place : place + 4] for place in range(0, len(secret), 4)]
        return found


class ChangePassword(SaysWhatIsWrong, PasswordChangeView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "rules": password_validators_help_texts()}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your new password is set. Other browsers were signed out."))
        return response


class Sessions(ListUserSessionsView):
    """Where I am signed in, and signing out everywhere else."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_session(
            action="session.ended_elsewhere", user=self.request.user, address=client_address(self.request)
        )
        messages.success(self.request, _("Signed out everywhere else."))
        return response


sign_in = SignIn.as_view()
confirm_password = ConfirmPassword.as_view()
confirm_code = ConfirmCode.as_view()
second_factor = SecondFactor.as_view()
set_up_second_factor = SetUpSecondFactor.as_view()
change_password = login_required(ChangePassword.as_view())
sessions = Sessions.as_view()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """My account: contact details, roles, and the ways to password, second factor, sessions and language."""
    user = request.user
    form = ContactForm(posted(request), instance=User.objects.get(pk=user.pk))

    def save() -> Any:
        return update_own_contact(user=user, **form.cleaned_data)

    def done(_saved: Any) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect("account_profile")

    today = timezone.localdate()
    context = {
        "roles": RoleAssignment.objects.filter(user=user)
        .current_on(today)
        .select_related("division", "organisation"),
        "home": Division.objects.filter(code=user.home_division).first(),
        "has_second_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
    }
    return form_page(request, form, save=save, template="account/profile.html", context=context, done=done)
