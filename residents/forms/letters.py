"""Which letters are printed, and how."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField
from compounds.models import Building, Compound


class LettersForm(forms.Form):
    building = forms.ModelChoiceField(
        label=_("Doors to print"), queryset=Building.objects.none(), required=False, empty_label=pgettext_lazy("letters", "the whole compound")
    )  # fmt: skip
    duplex = forms.BooleanField(
        label=_("On both sides of the paper"), required=False, initial=True,
        help_text=_("Each letter begins on a sheet of its own, with the menu on its back."),
    )  # fmt: skip
    note = LineField(
        label=_("A line for everybody"), max_length=60, required=False, help_text=_("For example: 样板间在3号楼一层，欢迎来看。")
    )  # fmt: skip

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
