"""What an old list does not say itself: what proves it, and of which county it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile
from files.rules import OFFICE, SCANS, FileRule
from projects.imports.backlog.known import counties

PROOF = FileRule(accepted=SCANS | OFFICE)


class BacklogOptions(forms.Form):
    proof = forms.FileField(
        label=_("Document that proves these projects"), required=False,
        help_text=_("For example the signed list, the plan document or an inspection report. Each project points at it."),
        widget=forms.ClearableFileInput(attrs={"accept": PROOF.accept}),
    )  # fmt: skip
    county = forms.ChoiceField(label=_("County or district of the whole file"), required=False)

    def __init__(self, data: Any, *, user: Any, kept: int | None, **options: Any) -> None:
        super().__init__(data, **options)
        self._kept = kept
        self.datalists: dict[str, Any] = {}
        known = counties(user)
        county: Any = self.fields["county"]
        county.choices = known if len(known) == 1 else [("", _("— all of mine —")), *known]
        if kept is not None:
            name = StoredFile.objects.filter(pk=kept).values_list("name", flat=True).first() or ""
            self.fields["proof"].help_text = _now("Kept: {name}. Choose another file to replace it.").format(
                name=name
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("proof") and self._kept is None and "proof" not in self.errors:
            self.add_error("proof", _now("Add the document that proves these projects."))
        return cleaned
