"""Forms of a project's documents: what they are, newer versions, why one is withdrawn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from files.forms import RuledFileField
from files.rules import OFFICE, SCANS, FileRule
from projects.forms.project import day_field
from projects.models import DocumentKind, Project, Stage
from projects.papers import WHOLE_PROJECT, stages_of_kind

PAPER = FileRule(accepted=SCANS | OFFICE)


class DocumentForm(forms.Form):
    """`kind` is known already where the strip of what is missing led here."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    title = LineField(label=_("Title"), max_length=120)
    number = LineField(
        label=_("Document number"), max_length=60, required=False, help_text=_("As it stands on the paper.")
    )
    dated_on = day_field(_("Date of the document"), required=False)
    file = RuledFileField(rule=PAPER, label=_("File"))

    def __init__(self, *args: Any, project: Project, kind: str = "", **options: Any) -> None:
        super().__init__(*args, **{"initial": self.start(project, kind), **options})
        choose: Any = self.fields["stage"]
        choose.choices = [*Stage.choices, (WHOLE_PROJECT, _("of no single stage"))]

    @staticmethod
    def start(project: Project, kind: str) -> dict[str, Any]:
        """The stage that asks for the kind, else the one the project is in."""
        if kind not in DocumentKind.values:
            return {"kind": DocumentKind.OTHER, "stage": project.stage}
        stage = next(iter(stages_of_kind(kind)), project.stage)
        title = DocumentKind(kind).label
        return {"kind": kind, "stage": stage, "title": f"{project.compound.name} {title}"}


class DocumentVersionForm(forms.Form):
    file = RuledFileField(rule=PAPER, label=_("File"))
    note = LineField(
        label=_("What changed"), max_length=300, help_text=_("The earlier versions stay and can be compared.")
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for withdrawing"), max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text=_("The document stays to be read, marked as withdrawn, and counts no more."),
    )  # fmt: skip
