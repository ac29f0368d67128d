"""Forms of a project's facts, its parties and related works, and of its beginning."""

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from core import refusals
from core.conflicts import FactsForm
from core.fields import DayInput, Picker
from directory.models import Organisation, OrganisationKind, User
from directory.models.organisations import WORKS_ANYWHERE
from projects.errors import LeadReasonNeeded, NotResponsibleHere
from projects.models import LeadKind, PartyRole, Programme, Project, RelatedKind
from projects.people import described, possible_managers

# Where a refusal belongs on the form: by its code, or by the constraint that refused.
FIELD_OF_REFUSAL = {
    LeadReasonNeeded.code: "lead_reason",
    NotResponsibleHere.code: "manager",
    "party_once": "organisation",
    "party_ends_after_start": "until_on",
    "related_work_ends_after_start": "planned_until",
    "project_year_possible": "year",
}
CLIENTS = (
    OrganisationKind.BUREAU, OrganisationKind.STREET_OFFICE, OrganisationKind.COMMUNITY, OrganisationKind.DEPARTMENT,
    OrganisationKind.TITLE_OWNER, OrganisationKind.OTHER,
)  # fmt: skip


add_refusal = partial(refusals.add_refusal, fields=FIELD_OF_REFUSAL)


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        widget=DayInput(),
    )  # fmt: skip


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return described(obj)


def organisations(user: User, *also: int | None) -> QuerySet[Organisation]:
    """Bodies that this person may name; what is named already stays on offer."""
    offered = Organisation.objects.visible_to(user).active()
    kept = [pk for pk in also if pk]
    return (offered | Organisation.objects.filter(pk__in=kept)).distinct() if kept else offered


class ProjectForm(FactsForm):
    """The facts of a project that people decide; its stage and dates move elsewhere."""

    lead_kind = forms.ChoiceField(label=_("Led by"), choices=LeadKind.choices, widget=forms.RadioSelect)
    lead_reason = LineField(
        label=_("Reason for another lead"), max_length=300, required=False,
        help_text=_("Needed when another body leads than the rule says."),
    )  # fmt: skip
    lead = forms.ModelChoiceField(
        label=_("Lead body"), queryset=Organisation.objects.none(), required=False, widget=Picker(), empty_label=_("not named"),
    )  # fmt: skip
    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Organisation.objects.none(), required=False, widget=Picker(), empty_label=_("not named"),
        help_text=_("建设单位: signs the contracts and takes the works over."),
    )  # fmt: skip
    manager = PersonField(
        label=_("Responsible person"), queryset=User.objects.none(), required=False, widget=Picker(),
        empty_label=_("nobody yet"), help_text=_("They are told when somebody else names them, and see what is late."),
    )  # fmt: skip
    programmes = forms.MultipleChoiceField(
        label=_("Counted under"),
        choices=Programme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    notes = forms.CharField(
        label=_("Notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields
        offices = (OrganisationKind.BUREAU, OrganisationKind.STREET_OFFICE, OrganisationKind.DEPARTMENT)
        choose["lead"].queryset = organisations(user, project.lead_id).filter(kind__in=offices)
        choose["client"].queryset = organisations(user, project.client_id).exclude(kind__in=WORKS_ANYWHERE)
        people = possible_managers([project.division_code])
        choose["manager"].queryset = people | User.objects.filter(pk__in=[project.manager_id or 0])


def facts_of(project: Any) -> dict[str, Any]:
    """The form's values of a project, or of a history row of one: cleaned values, not texts."""
    return {name: getattr(project, name) for name in ProjectForm.base_fields if name != "version"}


class BeginForm(forms.Form):
    """A project before its plan is issued."""

    year = forms.IntegerField(
        label=_("Meant for the plan of the year"), min_value=2000, max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("The year counts once the annual plan is issued; the dates of the timetable begin with it."),
    )  # fmt: skip


class PartyForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=PartyRole.choices)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), widget=Picker(), empty_label=_("choose"),
        help_text=_("Its people see the project from that day on, as long as it takes part."),
    )  # fmt: skip
    from_on = day_field(_("From"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["organisation"]
        offered.queryset = organisations(user)


class EndPartyForm(forms.Form):
    until_on = day_field(
        _("Last day"), help_text=_("Its people no longer see the project; what they did stays on record.")
    )


class RelatedWorkForm(forms.Form):
    """Works outside the compound that must be kept in step with it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=RelatedKind.choices)
    name = LineField(label=_("What is done"), max_length=120)
    organisation = forms.ModelChoiceField(
        label=_("Carried out by"), queryset=Organisation.objects.none(), required=False, widget=Picker(),
        empty_label=_("not known"),
    )  # fmt: skip
    planned_from = day_field(_("From"), required=False)
    planned_until = day_field(_("Until"), required=False)
    note = LineField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, user: User, current: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["organisation"]
        offered.queryset = organisations(user, current)


def today() -> date:
    return timezone.localdate()
