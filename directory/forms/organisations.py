"""Forms of organisations and API tokens."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import DayInput
from directory.actions.organisations import levelled_credit_code
from directory.actions.tokens import LONGEST
from directory.choices import (
    DivisionField,
    PersonField,
    nothing_chosen,
    offer_choices,
    offer_divisions,
    offer_rows,
)
from directory.credit_code import is_valid
from directory.models import Organisation, OrganisationKind, TokenScope, User
from directory.powers import Power

ORGANISATION_FIELDS = ("name", "short_name", "kind", "credit_code", "phone")


class OrganisationForm(forms.ModelForm):
    division = DivisionField(
        label=_("Division"), help_text=_("The division where the organisation is based or that it serves.")
    )

    class Meta:
        model = Organisation
        fields = ORGANISATION_FIELDS
        # As printed on licences, with spaces or hyphens.
        field_classes = {"credit_code": forms.CharField}

    field_order = ("name", "short_name", "kind", "division", "credit_code", "phone")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self.instance.division_id if self.instance.pk else ""
        offer_divisions(self, "division", actor.scopes_for(Power.MANAGE_ORGANISATIONS), also=present)
        kinds = OrganisationKind.choices
        offer_choices(self, "kind", [("", nothing_chosen(self, "kind")), *kinds] if not present else kinds)
        self.fields["credit_code"].validators = []
        self.fields["credit_code"].widget.attrs.update(
            maxlength=40, autocapitalize="characters", spellcheck="false"
        )
        if present:
            self.initial["division"] = present

    def clean_credit_code(self) -> str | None:
        code = levelled_credit_code(self.cleaned_data["credit_code"])
        if code and not is_valid(code):
            sentence = _("The credit code's check character does not fit: compare it with the licence.")
            raise forms.ValidationError(sentence, code="invalid")
        return code

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*ORGANISATION_FIELDS, "division")}

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in Organisation._meta.fields} - set(ORGANISATION_FIELDS) | set(
            self.errors
        )

    def validate_unique(self) -> None:
        """The action says it, under its lock."""

    def validate_constraints(self) -> None:
        """The database says it."""


class EndForm(forms.Form):
    ended_on = forms.DateField(label=_("Ended on"), widget=DayInput, initial=timezone.localdate)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class TokenForm(forms.Form):
    """A new key for a program."""

    user = PersonField(label=_("Service user"), queryset=User.objects.none())
    label = forms.CharField(
        label=_("Used by"),
        max_length=100,
        help_text=_(
            "Which program and which organisation, for example: City Operations Centre wall display."
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"),
        choices=TokenScope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[TokenScope.READ],
    )
    expires_on = forms.DateField(label=_("Valid until"), widget=DayInput, help_text=_("At most one year."))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "user", User.objects.programs_of(actor).active())
        self.fields["expires_on"].initial = timezone.localdate() + LONGEST - timedelta(days=1)

    def expires_at(self) -> datetime:
        """The end of that day, in the portal's time zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["expires_on"], time(23, 59, 59)))
