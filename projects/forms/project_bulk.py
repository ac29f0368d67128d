"""What is asked about chosen rows of the list of projects."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from core.fields import Picker
from directory.models import User
from projects.forms.project import PersonField, day_field
from projects.models import LINE, Programme, Stage

FURTHEST_DAYS = 1000


class ManagerForm(forms.Form):
    manager = PersonField(
        label=_("Responsible person"), queryset=User.objects.none(), required=False, widget=Picker(),
        empty_label=_("nobody"),
        help_text=_("People whose role reaches all of the chosen projects. The person named is told."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["manager"]
        offered.queryset = people


class DatesForm(forms.Form):
    """One day for all, or as many days later (or earlier) for each."""

    stage = forms.ChoiceField(
        label=_("Completion date of the stage"), choices=[(s, Stage(s).label) for s in LINE[:-1]]
    )
    to = day_field(_("New day for all"), required=False)
    by_days = forms.IntegerField(
        label=_("Or move each by (days)"), required=False, min_value=-FURTHEST_DAYS, max_value=FURTHEST_DAYS,
        help_text=_("30 is a month later, -7 a week earlier."), widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    reason = LineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It stays with each date, beside the old day."),
    )
    # What the preview showed.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"to", "by_days"} & self.errors.keys() and bool(cleaned.get("to")) == bool(
            cleaned.get("by_days")
        ):
            self.add_error("to", _("Give one day for all, or a number of days: one of the two."))
        return cleaned


class ProgrammesForm(forms.Form):
    add = forms.MultipleChoiceField(
        label=_("Count under"), choices=Programme.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    remove = forms.MultipleChoiceField(
        label=_("No longer count under"),
        choices=Programme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        add, remove = set(cleaned.get("add", ())), set(cleaned.get("remove", ()))
        if not add and not remove:
            self.add_error("add", _("Choose at least one programme."))
        if add & remove:
            self.add_error("remove", _("A programme cannot be added and taken away at once."))
        return cleaned
