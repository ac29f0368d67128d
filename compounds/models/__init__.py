"""The register of compounds, the condition survey and the reserve pool."""

from compounds.models.pool import Batch, PoolEntry, PoolEntryQuerySet
from compounds.models.register import (
    Building,
    BuildingStructure,
    BuiltYearCertainty,
    Cluster,
    Compound,
    CompoundQuerySet,
    CompoundSuccession,
    Heritage,
    ManagementState,
)
from compounds.models.rules import EligibilityRule, UrgencyFormula, UrgencyScore
from compounds.models.survey import (
    ConditionSurvey,
    ConditionSurveyQuerySet,
    SurveyFinding,
    SurveyPhoto,
    SurveyState,
    Topic,
)

__all__ = [
    "Batch",
    "Building",
    "BuildingStructure",
    "BuiltYearCertainty",
    "Cluster",
    "Compound",
    "CompoundQuerySet",
    "CompoundSuccession",
    "ConditionSurvey",
    "ConditionSurveyQuerySet",
    "EligibilityRule",
    "Heritage",
    "ManagementState",
    "PoolEntry",
    "PoolEntryQuerySet",
    "SurveyFinding",
    "SurveyPhoto",
    "SurveyState",
    "Topic",
    "UrgencyFormula",
    "UrgencyScore",
]
