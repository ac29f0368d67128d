"""Documents of a programme: what they are, and newer versions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import DayInput
from files.forms import RuledFileField
from files.rules import OFFICE, SCANS, FileRule
from projects.models import PROGRAMME_KINDS, DocumentKind

PAPER = FileRule(accepted=SCANS | OFFICE)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, DocumentKind(kind).label) for kind in PROGRAMME_KINDS]
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    number = forms.CharField(label=_("Document number"), max_length=60, required=False)
    dated_on = forms.DateField(
        label=_("Date of the document"), required=False, widget=DayInput()
    )  # fmt: skip
    file = RuledFileField(rule=PAPER, label=_("File"))


class PaperVersionForm(forms.Form):
    file = RuledFileField(rule=PAPER, label=_("File"))
    note = forms.CharField(label=_("What changed"), max_length=300)
