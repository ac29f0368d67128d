"""Who is chosen from which door, for how long; and when a term ends."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField
from compounds.models import Compound
from core.errors import DomainError
from core.fields import DayField, DayInput
from core.refusals import add_refusal as add_refusal_to
from residents.finding import doors_like
from residents.models import Household

MOST_NAMED = 4
FIELD_OF_REFUSAL = {
    "representative_one_of_household": "door",
    "representative_has_name": "name",
    "representative_term_in_order": "term_until",
    "representative_ends_with_reason": "until_on",
}


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    add_refusal_to(form, refusal, fields=FIELD_OF_REFUSAL)


class DoorField(LineField):
    """A door as people write it; the value is the one household that it means."""

    compound: Compound | None = None

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        doors = Household.objects.living().filter(doors_like(typed), compound=self.compound)
        found = list(doors.select_related("building").by_door()[: MOST_NAMED + 1])
        if not found:
            raise forms.ValidationError(
                _("No door of this compound is called that. Write it like 3号楼2单元501.")
            )
        if len(found) > 1:
            names = "、".join(door.door for door in found[:MOST_NAMED]) + (
                "…" if len(found) > MOST_NAMED else ""
            )
            raise forms.ValidationError(
                _("Several doors fit: %(doors)s. Write the whole door."), params={"doors": names}
            )
        return found[0]


class ChooseForm(forms.Form):
    door = DoorField(
        label=_("From which door"),
        max_length=60,
        help_text=_("Building, staircase and number: 3号楼2单元501."),
    )
    name = LineField(
        label=pgettext_lazy("person", "Name"),
        max_length=60,
        help_text=_("It is public: on the notice board and on residents' pages."),
    )
    phone = LineField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=_("For the office only; erased when the term ends."),
    )  # fmt: skip
    elected_how = LineField(
        label=_("How chosen"), max_length=200, help_text=_("For example: 2026年3月居民会议推选.")
    )
    from_on = DayField(label=_("Term begins"), widget=DayInput())
    term_until = DayField(label=_("Term ends"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        door: Any = self.fields["door"]
        door.compound = compound
        self.fields["from_on"].initial = timezone.localdate()

    def facts(self) -> dict[str, Any]:
        """Arguments of `residents.actions.representatives`, the household included."""
        names = ("name", "phone", "elected_how", "from_on", "term_until")
        return {"household": self.cleaned_data["door"], **{name: self.cleaned_data[name] for name in names}}


class ReplaceForm(ChooseForm):
    reason = LineField(label=_("Why the other one leaves"), max_length=200)


class EndForm(forms.Form):
    until_on = DayField(label=_("Last day of the term"), widget=DayInput())
    reason = LineField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_on"].initial = timezone.localdate()
