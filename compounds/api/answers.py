"""The shape of what the API says about compounds, for the schema.

The rows themselves do not pass through these classes (`compounds.api.bodies` builds
them); tests hold every real answer against the schema made from them.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from compounds.judging.eligibility import Criterion
from compounds.judging.urgency import PARTS
from compounds.models import (
    Batch,
    BuildingStructure,
    BuiltYearCertainty,
    CompoundSuccession,
    Heritage,
    ManagementState,
    Topic,
)
from compounds.positions import CoordinateSystem
from directory.api import DivisionRefForm, OrganisationRefForm

TypeForm = serializers.Serializer[Any]


def _area(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=2, **kwargs)


def _degrees(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=9, decimal_places=6, **kwargs)


def _score(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=5, decimal_places=2, **kwargs)


class ClusterForm(TypeForm):
    explanation = _("片区: neighbouring compounds that are planned together.")

    id = serializers.IntegerField()
    name = serializers.CharField()


class PositionForm(TypeForm):
    explanation = _("A position in WGS-84, degrees as decimal text.")

    longitude = _degrees()
    latitude = _degrees()


class PoolPlaceForm(TypeForm):
    explanation = _("The compound's current place in the reserve pool 储备库.")

    batch = serializers.ChoiceField(choices=Batch.values)
    since = serializers.DateTimeField()
    override_rank = serializers.IntegerField(
        allow_null=True, help_text=_("Place in the order that was decided out of turn, 1 = first.")
    )
    override_reason = serializers.CharField(allow_blank=True)


class FiguresForm(TypeForm):
    explanation = _("Counts, and floor area in m² as decimal text; null where not recorded.")

    building_count = serializers.IntegerField(allow_null=True)
    staircase_count = serializers.IntegerField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True)
    floor_area = _area(allow_null=True)


class CompoundForm(FiguresForm):
    explanation = _("小区: one record for its whole life. The figures are the compound's own, declared ones.")

    code = serializers.CharField(help_text=_("Stable for the compound's whole life."))
    name = serializers.CharField()
    former_names = serializers.ListField(child=serializers.CharField())
    community = DivisionRefForm()
    address = serializers.CharField(allow_blank=True)
    cluster = ClusterForm(allow_null=True)
    built_year = serializers.IntegerField(allow_null=True)
    built_year_certainty = serializers.ChoiceField(choices=BuiltYearCertainty.values)
    title_owner = OrganisationRefForm(allow_null=True)
    management_state = serializers.ChoiceField(choices=ManagementState.values)
    has_owners_committee = serializers.BooleanField(allow_null=True)
    has_repair_fund = serializers.BooleanField(allow_null=True)
    no_manager = serializers.BooleanField(
        help_text=_("三无: no title owner, no owners' committee, nobody manages it.")
    )
    position = PositionForm(allow_null=True)
    heritage = serializers.ChoiceField(choices=Heritage.values)
    pool = PoolPlaceForm(allow_null=True)
    urgency_score = _score(allow_null=True, help_text=_("0 to 100; null while no survey is confirmed."))
    eligible = serializers.BooleanField(allow_null=True, help_text=_("Null while no survey is confirmed."))
    ended_on = serializers.DateField(
        allow_null=True, help_text=_("Merged into another or split up on this day.")
    )
    updated_at = serializers.DateTimeField()


# --- Detail -----------------------------------------------------------------------------


class OriginalPositionForm(PositionForm):
    explanation = _("The position as it was entered.")

    coordinate_system = serializers.ChoiceField(choices=CoordinateSystem.values)


class FullPositionForm(PositionForm):
    explanation = _("A position in WGS-84, and as it was entered.")

    original = OriginalPositionForm()


class ComparisonForm(TypeForm):
    explanation = _("The declared figures beside what the listed buildings add up to.")

    declared = FiguresForm()
    listed = FiguresForm(help_text=_("All null while no building is listed."))
    differing = serializers.ListField(
        child=serializers.ChoiceField(
            choices=["building_count", "staircase_count", "household_count", "floor_area"]
        )
    )


class UrgencyPartForm(TypeForm):
    explanation = _("What one part adds to the urgency score.")

    part = serializers.ChoiceField(choices=PARTS)
    value = serializers.DecimalField(max_digits=5, decimal_places=4, help_text=_("0 to 1."))
    weight = serializers.IntegerField()
    points = _score()


class FormulaForm(TypeForm):
    explanation = _("The version of the formula and where it was set; no division: the portal's own.")

    version = serializers.IntegerField()
    division = serializers.CharField(allow_null=True)


class UrgencyForm(TypeForm):
    explanation = _("紧迫度: the score, 0 to 100, is the sum of its parts' points.")

    score = _score()
    formula = FormulaForm()
    surveyed_on = serializers.DateField()
    computed_at = serializers.DateTimeField()
    parts = UrgencyPartForm(many=True)


class EligibilityLineForm(TypeForm):
    explanation = _(
        "One criterion: what was found and what is needed; `met` is null where the fact is missing."
    )

    criterion = serializers.ChoiceField(choices=[criterion.value for criterion in Criterion])
    met = serializers.BooleanField(allow_null=True)
    found = serializers.IntegerField(allow_null=True)
    needed = serializers.IntegerField()


class EligibilityForm(TypeForm):
    explanation = _("Eligible when every line is met.")

    eligible = serializers.BooleanField()
    lines = EligibilityLineForm(many=True)


class BuildingForm(TypeForm):
    explanation = _("楼栋. Floor area in m² as decimal text.")

    number = serializers.CharField()
    floors = serializers.IntegerField(allow_null=True)
    staircase_count = serializers.IntegerField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True)
    lift_count = serializers.IntegerField(allow_null=True)
    structure = serializers.ChoiceField(choices=BuildingStructure.values)
    floor_area = _area(allow_null=True)
    built_year = serializers.IntegerField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)


class FindingForm(TypeForm):
    explanation = _("The score of one topic, 0 (good) to 4 (very bad).")

    topic = serializers.ChoiceField(choices=Topic.values)
    score = serializers.IntegerField(min_value=0, max_value=4)
    note = serializers.CharField(allow_blank=True)


class SurveyForm(TypeForm):
    explanation = _("A confirmed condition survey 调查摸底.")

    surveyed_on = serializers.DateField()
    confirmed_at = serializers.DateTimeField()
    asked_households = serializers.IntegerField(allow_null=True)
    wishing_households = serializers.IntegerField(allow_null=True)
    has_hazard = serializers.BooleanField()
    hazards = serializers.CharField(allow_blank=True)
    findings = FindingForm(many=True)


class CompoundSuccessionForm(TypeForm):
    explanation = _("A merge or split that this compound took part in.")

    code = serializers.CharField(help_text=_("Code of the other compound."))
    kind = serializers.ChoiceField(choices=CompoundSuccession.Kind.values)
    effective_on = serializers.DateField()
    reason = serializers.CharField()


class CompoundDetailForm(CompoundForm):
    explanation = _(
        "A compound with its figures compared, urgency and eligibility explained, buildings and surveys."
    )

    position = FullPositionForm(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    figures = ComparisonForm()
    urgency = UrgencyForm(allow_null=True)
    eligibility = EligibilityForm(allow_null=True)
    buildings = BuildingForm(many=True)
    surveys = SurveyForm(many=True, help_text=_("Confirmed ones, latest first."))
    successors = CompoundSuccessionForm(many=True)
    predecessors = CompoundSuccessionForm(many=True)


# --- Pool -------------------------------------------------------------------------------


class PooledCompoundForm(TypeForm):
    explanation = _("A compound as the pool's list names it.")

    code = serializers.CharField()
    name = serializers.CharField()
    community = DivisionRefForm()
    building_count = serializers.IntegerField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True)
    floor_area = _area(allow_null=True)


class PoolEntryForm(PoolPlaceForm):
    explanation = _("A compound in the pool. `rank` is its place in this list, counted from the first page.")

    rank = serializers.IntegerField()
    urgency_score = _score(allow_null=True)
    eligible = serializers.BooleanField(allow_null=True)
    compound = PooledCompoundForm()
    updated_at = serializers.DateTimeField()
