"""Forms of accounts and roles."""

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import refusals
from core.fields import DayInput, Picker
from core.text import clean_line
from directory.actions.accounts import levelled_username
from directory.actions.roles import FOR_AN_ORGANISATION, Period
from directory.choices import (
    DivisionField,
    PersonField,
    nothing_chosen,
    offer_choices,
    offer_divisions,
    offer_rows,
    organisations_for,
)
from directory.models import Organisation, RoleAssignment, User
from directory.permissions import fits_account
from directory.powers import Power, Role

ACCOUNT_FIELDS = ("name", "organisation", "post", "phone", "email", "chat_id")
# Where a refusal belongs on a form: by the constraint that refused, or by its code.
FIELD_OF_REFUSAL = {
    "directory_user_username_key": "username",
    "user_name_in_small_letters": "username",
    "user_has_name": "name",
    "organisation_name_once_per_division": "name",
    "organisation_credit_code_valid": "credit_code",
    "directory_organisation_credit_code_key": "credit_code",
    "role_ends_after_start": "ends_on",
    "credit_code_taken": "credit_code",
    "organisation_needed": "organisation",
}


add_refusal = partial(refusals.add_refusal, fields=FIELD_OF_REFUSAL)


class AccountForm(forms.ModelForm):
    """What is recorded about a person. `actor` limits the divisions and organisations on offer."""

    home_division = DivisionField(
        label=_("Division"), help_text=_("Administrators of this division or above manage the account.")
    )

    class Meta:
        model = User
        fields = ACCOUNT_FIELDS
        widgets = {"organisation": Picker}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self.instance
        home = present.home_division if present.pk else ""
        offer_divisions(self, "home_division", actor.scopes_for(Power.MANAGE_ACCOUNTS), also=home)
        offer_rows(self, "organisation", organisations_for(actor, also=present.organisation_id))
        if present.pk:
            self.initial["home_division"] = present.home_division

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        found = {name: self.cleaned_data[name] for name in ACCOUNT_FIELDS}
        return found | {"home_division": self.cleaned_data["home_division"].code}

    def _get_validation_exclusions(self) -> set[str]:
        # The account's other columns are not this form's; the action looks at all of them.
        return {field.name for field in User._meta.fields} - set(ACCOUNT_FIELDS) | set(self.errors)


class NewAccountForm(AccountForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_(
            "Used to sign in. Lowercase letters, digits, Chinese characters and . _ - @. Cannot be changed later."
        ),
    )
    is_service = forms.BooleanField(
        label=_("Service user"),
        required=False,
        help_text=_(
            "For a program that reads data through the API with a token. It has no password and cannot sign in."
        ),
    )
    field_order = (
        "username",
        "name",
        "home_division",
        "organisation",
        "post",
        "phone",
        "email",
        "chat_id",
        "is_service",
    )

    def clean_username(self) -> str:
        username = levelled_username(clean_line(self.cleaned_data["username"]))
        User._meta.get_field("username").run_validators(username)
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Another account already has this user name."), code="taken")
        return username


class LeaveForm(forms.Form):
    left_on = forms.DateField(label=_("Last day"), widget=DayInput, initial=timezone.localdate)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ReasonForm(forms.Form):
    """For acts that are written down with their reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    division = DivisionField(
        label=_("At division"), help_text=_("The role applies to this division and all divisions below it.")
    )
    organisation = forms.ModelChoiceField(
        label=_("Acting for"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=Picker,
        help_text=_("Needed for liaisons and contractors whose account names no organisation."),
    )
    starts_on = forms.DateField(label=_("From"), widget=DayInput, initial=timezone.localdate)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: User, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        fitting = [(value, label) for value, label in Role.choices if fits_account(value, user)]
        offer_choices(self, "role", [("", nothing_chosen(self, "role")), *fitting])
        offer_divisions(self, "division", actor.scopes_for(Power.GRANT_ROLES))
        offer_rows(self, "organisation", organisations_for(actor))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = cleaned.get("organisation") or self.user.organisation_id
        if cleaned.get("role") in FOR_AN_ORGANISATION and not named:
            self.add_error("organisation", _("Name the organisation this person acts for."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "role": cleaned["role"],
            "division": cleaned["division"],
            "organisation": cleaned["organisation"],
            "period": Period(cleaned["starts_on"], cleaned["ends_on"]),
            "reason": cleaned["reason"],
        }


class SubstituteForm(forms.Form):
    substitute = PersonField(label=_("Substitute"), queryset=User.objects.none())
    starts_on = forms.DateField(label=_("From"), widget=DayInput, initial=timezone.localdate)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("For example: annual leave.")
    )

    def __init__(self, *args: Any, actor: User, assignment: RoleAssignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "substitute", colleagues(actor, assignment.user))
        self.fields["ends_on"].initial = timezone.localdate() + timedelta(days=14)


class HandOverForm(forms.Form):
    """Which of a person's roles go to whom."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"), queryset=RoleAssignment.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    successor = PersonField(label=_("Successor"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: User, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = open_roles(user).visible_to(actor)
        offer_rows(self, "roles", roles)
        self.fields["roles"].initial = list(roles.values_list("pk", flat=True))
        offer_rows(self, "successor", colleagues(actor, user))


def open_roles(user: User) -> Any:
    """Roles that nobody ended and whose last day has not passed; those of people who left among them."""
    today = timezone.localdate()
    return (
        RoleAssignment.objects.filter(user=user, ended_at__isnull=True)
        .exclude(ends_on__lt=today)
        .select_related("division", "organisation", "substitute_for__user", "granted_by")
    )


def colleagues(actor: User, user: User) -> Any:
    """Active people the actor sees, neither themselves nor the person in question."""
    return (
        User.objects.visible_to(actor).active().filter(is_service=False).exclude(pk__in=[actor.pk, user.pk])
    )
