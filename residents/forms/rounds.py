"""What the office types to begin a round of visits."""

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField


class RoundForm(forms.Form):
    title = LineField(label=_("Title"), max_length=80, help_text=_("What one goes round for: 征求改造意愿."))
    contact = LineField(
        label=_("Whom to call"), max_length=60, help_text=_("An office or a role, not a person's name. It stands on the letters.")
    )  # fmt: skip
    contact_phone = LineField(
        label=_("Telephone"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
