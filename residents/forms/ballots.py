"""What somebody says who takes the ballots of a menu out of the house."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BallotsForm(forms.Form):
    reason = forms.CharField(label=_("What for? It is kept in the audit log."), max_length=300)
