from django import forms
from django.utils.translation import gettext_lazy as _


class OpinionOfSchemeForm(forms.Form):
    """One question to a representative. `seen` names the scheme as it was handed in when the page was drawn."""

    agrees = forms.ChoiceField(
        label=_("Do you agree with this scheme?"),
        choices=[("yes", _("Yes, I agree")), ("no", _("No, something must be changed"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the two answers."),
            "invalid_choice": _("Choose one of the two answers."),
        },
    )
    remark = forms.CharField(
        label=_("What you want to say about it"),
        help_text=_("If something must be changed, say what. The offices read it with your name."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
