"""The building site: contracts, the gates of start and completion, progress of the works."""

from delivery.models.contracts import Contract, ContractKind, ContractProject
from delivery.models.gates import GatedDocument, GatedStageChange
from delivery.models.progress import ProgressEntry, ProgressPhoto, ProgressSource

__all__ = [
    "Contract",
    "ContractKind",
    "ContractProject",
    "GatedDocument",
    "GatedStageChange",
    "ProgressEntry",
    "ProgressPhoto",
    "ProgressSource",
]
