"""django-allauth's addresses that this portal uses; what is not here does not exist (sign-up, e-mail, reset by mail).

The names are allauth's own: its views ask for each other by them.
"""

from allauth.account import views as allauth_account
from allauth.mfa.base import views as allauth_mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path

from directory.views import account

urlpatterns = [
    path("sign-in/", account.sign_in, name="account_login"),
    path("sign-out/", allauth_account.logout, name="account_logout"),
    path("confirm/", account.confirm_password, name="account_reauthenticate"),
    path("password/", account.change_password, name="account_change_password"),
    path("profile/", account.profile, name="account_profile"),
    path("sessions/", account.sessions, name="usersessions_list"),
    path("second-factor/", allauth_mfa.index, name="mfa_index"),
    path("second-factor/code/", account.second_factor, name="mfa_authenticate"),
    path("second-factor/confirm/", account.confirm_code, name="mfa_reauthenticate"),
    path("second-factor/set-up/", account.set_up_second_factor, name="mfa_activate_totp"),
    path("second-factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
