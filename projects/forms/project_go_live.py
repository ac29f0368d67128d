"""From which day a division works in the portal."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.fields import Picker
from directory.models import Division
from projects.forms.project import day_field


class GoLiveForm(forms.Form):
    division = forms.ModelChoiceField(label=_("Division"), queryset=Division.objects.none(), widget=Picker())
    live_from = day_field(
        _("Works in the portal from"),
        help_text=_("Only what happened before this day may be entered as from before the portal."),
    )

    def __init__(self, *args: Any, divisions: QuerySet[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["division"]
        offered.queryset = divisions
