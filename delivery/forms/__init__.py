"""What people type on the building site."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.fields import DayField, DayInput, DecimalNumberField, Picker
from delivery.models import Contract, ContractKind
from directory.choices import offer_rows, organisations_for
from directory.models import Organisation, User
from directory.powers import Power
from files.forms import RuledFileField
from files.rules import OFFICE, SCANS, FileRule
from projects.models import Project

CONTRACT_FILE = FileRule(accepted=SCANS | OFFICE)


class EntryForm(forms.Form):
    """What was done of one work item. `key` is the page's name for it: sent twice, it is one entry."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = DecimalNumberField(
        label=_("Done now"), max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    done_on = DayField(label=_("Day"), widget=DayInput())
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"key": uuid4(), "done_on": today}
        super().__init__(*args, **kwargs)
        limits = {"max": today.isoformat()}
        if project.started_on is not None:
            limits["min"] = project.started_on.isoformat()
        self.fields["done_on"].widget.attrs.update(limits)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class WorksForm(forms.Form):
    """The day on which the works started or ended, and the stage that the page showed."""

    effective_on = DayField(label=_("Day"), widget=DayInput())
    stage = forms.CharField(widget=forms.HiddenInput, max_length=14)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"effective_on": today, "stage": project.stage}
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].widget.attrs["max"] = today.isoformat()


def project_label(project: Any) -> str:
    return f"{project.compound.name} · {project.year} · {capfirst(project.get_stage_display())}"


class ProjectsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return project_label(obj)


class ProjectField(forms.ModelChoiceField):
    widget = Picker

    def label_from_instance(self, obj: Any) -> str:
        return project_label(obj)


class ContractForm(forms.Form):
    """`projects` shows those that are chosen; any other is found by `further`, which counts as chosen too."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContractKind.choices)
    number = forms.CharField(label=_("Contract number"), max_length=60)
    title = forms.CharField(label=_("Title"), max_length=120)
    organisation = forms.ModelChoiceField(
        label=_("Signed with"), queryset=Organisation.objects.none(), widget=Picker,
        help_text=_("Not in the list? The system administrator registers it under System."),
    )  # fmt: skip
    amount = DecimalNumberField(
        label=_("Amount (yuan)"), max_digits=16, decimal_places=2, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    signed_on = DayField(label=_("Signed on"), widget=DayInput())
    projects = ProjectsField(label=_("Projects"), queryset=Project.objects.none(), required=False)
    further = ProjectField(
        label=_("Find a project"), queryset=Project.objects.none(), required=False,
        help_text=_("By part of the compound's name, also in pinyin."),
    )  # fmt: skip
    document = RuledFileField(label=_("Signed contract"), rule=CONTRACT_FILE)
    notes = forms.CharField(
        label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**62)

    def __init__(self, *args: Any, actor: User, contract: Contract | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        present = contract.organisation_id if contract else None
        offer_rows(self, "organisation", organisations_for(actor, also=present))
        self._offer_projects(_projects_for(actor, contract))
        if contract is not None:
            self.fields["document"].required = False

    def _offer_projects(self, rows: Any) -> None:
        sent: Any = self.data
        chosen = keys(sent.getlist("projects") if self.is_bound else self.initial.get("projects", []))
        boxes: Any = self.fields["projects"]
        boxes.queryset = rows
        boxes.widget.choices = [(row.pk, project_label(row)) for row in rows.filter(pk__in=chosen)]
        offer_rows(self, "further", rows.exclude(pk__in=chosen))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        further = cleaned.get("further")
        cleaned["projects"] = [*cleaned.get("projects", []), *([further] if further else [])]
        if not cleaned["projects"] and not {"projects", "further"} & self.errors.keys():
            self.add_error("further", _("Choose at least one project."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Without the file and the version, which the view turns into what the action takes."""
        names = ("kind", "number", "title", "organisation", "amount", "signed_on", "notes")
        return {name: self.cleaned_data[name] for name in names}


def keys(sent: Iterable[Any]) -> list[int]:
    """What of the values may be keys of rows."""
    return [int(one) for one in map(str, sent) if one.isascii() and one.isdigit() and len(one) < 19]


def _projects_for(actor: User, contract: Contract | None) -> Any:
    """Unfinished projects where the person files contracts, and those it is for already."""
    seen = Project.objects.visible_to(actor).within(actor.scopes_for(Power.KEEP_PROJECTS))
    linked = contract.links.values_list("project_id", flat=True) if contract else []
    rows = seen.unfinished() | seen.filter(pk__in=linked)
    if contract is not None:
        rows = rows.filter(division_code__startswith=contract.division_code)
    return rows.select_related("compound").order_by("-year", "compound__name")
