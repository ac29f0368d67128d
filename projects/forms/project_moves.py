"""A move of a project, on its own page: when it holds from, and why."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from core import refusals
from projects.errors import DateBeforeLast, DateInFuture, ReasonNeeded
from projects.forms.project import day_field
from projects.models import NEEDS_REASON, MoveKind, Stage

FIELD_OF_REFUSAL = {
    DateInFuture.code: "effective_on",
    DateBeforeLast.code: "effective_on",
    ReasonNeeded.code: "reason",
}
add_refusal = partial(refusals.add_refusal, fields=FIELD_OF_REFUSAL)


class MoveForm(forms.Form):
    """`expected_stage` is the stage that the page showed: a page that is out of date is refused."""

    effective_on = day_field(
        _("Effective on"), help_text=_("The day it happened, today or earlier; not before the previous step.")
    )
    reason = LineField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is kept with the project and read by everybody who sees it."),
    )  # fmt: skip
    expected_stage = forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = kind in NEEDS_REASON
        if kind == MoveKind.ADVANCE:
            del self.fields["reason"]
