"""Moves between the batches of the reserve pool, and places out of turn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.models import Batch
from core.fields import WholeNumberField

LAST_PLACE = 9_999
REASON_HELP = _("For example the document or the meeting that decided it.")


class MoveForm(forms.Form):
    """Where the chosen compounds go. The reason is asked for by the pool itself, where it needs one."""

    batch = forms.ChoiceField(
        label=_("Move to"), choices=Batch.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a batch."), "invalid_choice": _("Choose a batch.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=REASON_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, without: str = "", **kwargs: Any) -> None:
        """`without` is the batch where all of them already are: it is not offered."""
        super().__init__(*args, **kwargs)
        field = self.fields["batch"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (told to the type checker)
        field.choices = [choice for choice in Batch.choices if choice[0] != without]


class PlaceForm(forms.Form):
    rank = WholeNumberField(
        label=_("Place in the order"), min_value=1, max_value=LAST_PLACE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("1 is the first of its batch. Two compounds of the same place stay ordered by urgency."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("It is shown next to the compound on the board and in the list."),
        error_messages={"required": _("A place out of turn needs a reason.")},
    )  # fmt: skip
