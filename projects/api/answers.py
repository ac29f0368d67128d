"""The shape of what the API says about the programme, for the schema.

The rows themselves do not pass through these classes (`projects.api.bodies` and its neighbours
build them); tests hold every real answer against the schema made from them.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from compounds.models import Topic
from directory.api import DivisionRefForm, OrganisationRefForm
from projects.models import (
    Aspect,
    Category,
    LeadKind,
    Origin,
    PartyRole,
    PlanKind,
    PlanState,
    Programme,
    RelatedKind,
    Stage,
    Standing,
    Treatment,
    Unit,
    WorkOrigin,
)
from projects.progression import SIGNS

TypeForm = serializers.Serializer[Any]
# Choices that the document gives a name of their own (`ENUM_NAME_OVERRIDES`).
STAGE_STATES = list(SIGNS)
UNITS, INDICATOR_UNITS = Unit.values, ["km", *Unit.values]
PLAN_KINDS, PLAN_STATES = PlanKind.values, PlanState.values
STANDINGS = Standing.values
ORIGINS, WORK_ORIGINS = Origin.values, WorkOrigin.values
TOPICS = Topic.values


def _quantity(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, **kwargs)


def _cost(**kwargs: Any) -> serializers.DecimalField:
    """Quantity × unit cost, exactly."""
    return serializers.DecimalField(max_digits=26, decimal_places=4, **kwargs)


def _yuan(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=2, **kwargs)


def _percent(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=5, decimal_places=2, **kwargs)


class CompoundRefForm(TypeForm):
    explanation = _("A compound as other objects name it.")

    code = serializers.CharField()
    name = serializers.CharField()


class PlanRefForm(TypeForm):
    explanation = _("The plan that has the project.")

    id = serializers.IntegerField()
    document_number = serializers.CharField(allow_blank=True)


class ProjectForm(TypeForm):
    explanation = _(
        "改造项目: one compound's renovation in one plan. Percentages are 0 to 100, money is in yuan, area in m²; "
        "all of them decimal text."
    )

    code = serializers.CharField(help_text=_("Stable for the project's whole life."))
    compound = CompoundRefForm()
    community = DivisionRefForm()
    year = serializers.IntegerField(help_text=_("Year of the plan."))
    plan = PlanRefForm(allow_null=True, help_text=_("Null while no annual plan has it."))
    origin = serializers.ChoiceField(choices=ORIGINS)
    programmes = serializers.ListField(child=serializers.ChoiceField(choices=Programme.values))
    lead_kind = serializers.ChoiceField(choices=LeadKind.values)
    lead = OrganisationRefForm(allow_null=True)
    client = OrganisationRefForm(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.values, help_text=_("What is being done now."))
    standing = serializers.ChoiceField(choices=STANDINGS)
    started_on = serializers.DateField(allow_null=True, help_text=_("Actual start of the works."))
    completed_on = serializers.DateField(allow_null=True, help_text=_("Actual completion of the works."))
    planned_start_on = serializers.DateField(
        allow_null=True, help_text=_("By the first plan; it never moves.")
    )
    planned_completion_on = serializers.DateField(
        allow_null=True, help_text=_("By the first plan; it never moves.")
    )
    forecast_completion_on = serializers.DateField(
        allow_null=True, help_text=_("By today's timetable; each move has its reason.")
    )
    percent_done = _percent(help_text=_("Done, weighted by cost."))
    planned_percent = _percent(
        allow_null=True,
        help_text=_(
            "What the first plan wants done by the end of today: the same share every day from planned start to "
            "planned completion. It moves with the day, which is no change for `updated_since`."
        ),
    )
    last_progress_on = serializers.DateField(allow_null=True, help_text=_("Latest day that was reported."))
    building_count = serializers.IntegerField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True)
    floor_area = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    estimate = _cost(allow_null=True, help_text=_("Of the approved scheme; null while none is approved."))
    updated_at = serializers.DateTimeField()


# --- Detail -----------------------------------------------------------------------------


class StageForm(TypeForm):
    explanation = _("A stage of the line: what became of it, and its days.")

    stage = serializers.ChoiceField(choices=Stage.values)
    state = serializers.ChoiceField(
        choices=STAGE_STATES, help_text=_("`unknown`: it lies before the day from which the portal knows.")
    )
    planned_on = serializers.DateField(allow_null=True, help_text=_("End of the stage by the first plan."))
    due_on = serializers.DateField(allow_null=True, help_text=_("End of the stage by today's timetable."))
    entered_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)


class MilestoneForm(TypeForm):
    explanation = _("A day by which somebody answers for something.")

    stage = serializers.ChoiceField(choices=Stage.values)
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    organisation = OrganisationRefForm(allow_null=True)
    planned_on = serializers.DateField(help_text=_("By the first plan; it never moves."))
    due_on = serializers.DateField(help_text=_("By today's timetable; each move has its reason."))
    done_on = serializers.DateField(allow_null=True)
    closes_stage = serializers.BooleanField(help_text=_("It is done when the project leaves the stage."))


class PartyForm(TypeForm):
    explanation = _("An organisation that takes part, or took part until a day.")

    role = serializers.ChoiceField(choices=PartyRole.values)
    organisation = OrganisationRefForm()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)


class RelatedWorkForm(TypeForm):
    explanation = _("Outside works that must be kept in step with the project.")

    kind = serializers.ChoiceField(choices=RelatedKind.values)
    name = serializers.CharField()
    organisation = OrganisationRefForm(allow_null=True)
    planned_from = serializers.DateField(allow_null=True)
    planned_until = serializers.DateField(allow_null=True)


class CatalogueRefForm(TypeForm):
    explanation = _("The item of the works catalogue, as it was on the day it was put into the scheme.")

    code = serializers.CharField()
    version = serializers.IntegerField()
    division = serializers.CharField(allow_null=True, help_text=_("Who set it; null: the portal's own."))
    name_zh = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)


class ProjectWorkForm(TypeForm):
    explanation = _(
        "工程内容: a piece of work of an approved scheme; quantities in its `unit`, cost in yuan, as decimal text. "
        "What was struck from the scheme has `planned` 0 and keeps what was done."
    )

    id = serializers.IntegerField(help_text=_("Stable over all versions of the scheme."))
    item = CatalogueRefForm()
    category = serializers.ChoiceField(choices=Category.values)
    aspect = serializers.ChoiceField(choices=Aspect.values)
    indicator = serializers.CharField(allow_blank=True, help_text=_("Statistical indicator; empty: none."))
    unit = serializers.ChoiceField(choices=UNITS)
    location = serializers.CharField(allow_blank=True)
    treatment = serializers.ChoiceField(choices=Treatment.values)
    origin = serializers.ChoiceField(choices=WORK_ORIGINS)
    planned = _quantity()
    done = _quantity()
    cost = _cost(help_text=_("Planned quantity × unit cost."))


class ProjectDetailForm(ProjectForm):
    explanation = _("A project with its stages, milestones, parties, works and related works.")

    created_at = serializers.DateTimeField()
    stages = StageForm(many=True, help_text=_("All eleven, in the order of the line."))
    milestones = MilestoneForm(many=True)
    parties = PartyForm(many=True, help_text=_("Organisations only."))
    works = ProjectWorkForm(many=True)
    related_works = RelatedWorkForm(many=True)


# --- Works and indicators ---------------------------------------------------------------


class WorkForm(ProjectWorkForm):
    explanation = _("A piece of work with the project that it belongs to.")

    project = serializers.CharField(help_text=_("Number of the project."))
    year = serializers.IntegerField(help_text=_("Year of the plan."))
    compound = CompoundRefForm()
    community = DivisionRefForm()
    updated_at = serializers.DateTimeField(help_text=_("When the project changed last."))


class IndicatorForm(TypeForm):
    explanation = _(
        "What works add up to under a statistical indicator. Indicators that end in `_km` are in km: where the "
        "catalogue's unit is m, the sums are divided by 1,000, exactly; all others are in the catalogue's unit."
    )

    indicator = serializers.CharField()
    unit = serializers.ChoiceField(choices=INDICATOR_UNITS)
    planned = serializers.DecimalField(max_digits=24, decimal_places=5, help_text=_("As decimal text."))
    done = serializers.DecimalField(max_digits=24, decimal_places=5, help_text=_("As decimal text."))
    cost = _cost(help_text=_("Planned cost in yuan."))
    projects = serializers.IntegerField(help_text=_("How many projects have such works."))


# --- Plans ------------------------------------------------------------------------------


class TargetsForm(TypeForm):
    explanation = _("What the division promises; null where it promises nothing.")

    compounds = serializers.IntegerField(allow_null=True)
    households = serializers.IntegerField(allow_null=True)
    floor_area = _quantity(allow_null=True)
    investment = _yuan(allow_null=True)


class ListedForm(TypeForm):
    explanation = _(
        "What the list adds up to: a county's own; of a city or province the lists in force of the counties below, "
        "of the same kind and years. What is not recorded counts as nothing."
    )

    compounds = serializers.IntegerField()
    buildings = serializers.IntegerField()
    households = serializers.IntegerField()
    floor_area = _quantity()
    investment = _yuan()


class PlanForm(TypeForm):
    explanation = _("An annual or five-year plan; an amendment is a new version. Areas in m², money in yuan.")

    id = serializers.IntegerField()
    division = DivisionRefForm()
    kind = serializers.ChoiceField(choices=PLAN_KINDS)
    first_year = serializers.IntegerField()
    last_year = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PLAN_STATES)
    title = serializers.CharField()
    document_number = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField(allow_null=True)
    targets = TargetsForm()
    listed = ListedForm()


class PlanEntryForm(TypeForm):
    explanation = _("A compound in the plan, with the figures of the day it was taken in.")

    year = serializers.IntegerField()
    position = serializers.IntegerField()
    compound = CompoundRefForm()
    community = DivisionRefForm()
    urgency_at_entry = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    jump_reason = serializers.CharField(
        allow_blank=True, help_text=_("Why it goes before more urgent ones of the pool.")
    )
    building_count = serializers.IntegerField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True)
    floor_area = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    estimated_investment = _yuan(allow_null=True)
    in_force = serializers.BooleanField(help_text=_("Whether it stands in the annual plan in force."))
    project = serializers.CharField(allow_null=True, help_text=_("Number of the project that it became."))


class PlanDetailForm(PlanForm):
    explanation = _("A plan with the compounds of its list.")

    amendment_reason = serializers.CharField(allow_blank=True)
    entries = PlanEntryForm(
        many=True, help_text=_("Those within the caller's divisions; plans above the county have none.")
    )


# --- Catalogue --------------------------------------------------------------------------


class CatalogueItemForm(CatalogueRefForm):
    explanation = _("An item of the works catalogue in force. Costs in yuan per unit, as decimal text.")

    category = serializers.ChoiceField(choices=Category.values)
    aspect = serializers.ChoiceField(choices=Aspect.values)
    unit = serializers.ChoiceField(choices=UNITS)
    indicator = serializers.CharField(allow_blank=True)
    unit_cost_low = _quantity()
    unit_cost = _quantity()
    unit_cost_high = _quantity()
    warranty_years = serializers.IntegerField()
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=TOPICS),
        help_text=_("Topics of the survey that it answers."),
    )
    offered = serializers.BooleanField(help_text=_("Whether it may be put into new schemes."))
    basis = serializers.CharField(allow_blank=True)
