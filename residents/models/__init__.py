"""What residents are, say and choose before the works begin."""

from residents.models.choices import CHOICE_CHANNELS, Choice, ChoiceDraft, wanted_by
from residents.models.gates import GatedCompoundSuccession
from residents.models.households import (
    Household,
    HouseholdSuccession,
    HouseholdUse,
    Owner,
    OwnerChange,
    PersonLink,
    RecordOpening,
    Tenancy,
)
from residents.models.letters import AccessCode, CodeAttempt, LetterPrint
from residents.models.meetings import (
    DOORS_OPEN,
    Attendance,
    Decision,
    Meeting,
    MeetingKind,
    MeetingPaper,
    MeetingState,
)
from residents.models.menus import Completion, Menu, MenuState, OutcomeRule, Precedence
from residents.models.opinions import Adoption, Channel, Opinion, OpinionCategory, OpinionPhoto, OpinionState
from residents.models.options import Option, OptionRelation, OptionVersion, ShareRule, current_versions
from residents.models.outcomes import Departure, Outcome, OutcomeAdoption
from residents.models.paper import PaperBatch, SpoiledSheet
from residents.models.questionnaires import (
    PAPER_TYPED_FOR,
    Question,
    QuestionKind,
    Questionnaire,
    QuestionnaireState,
)
from residents.models.representatives import FEWEST_REPRESENTATIVES, MOST_REPRESENTATIVES, Representative
from residents.models.responses import RESPONSE_CHANNELS, OpenAnswer, Response, ResponseDraft
from residents.models.rounds import DELIVERED, DoorCall, Finding, Round
from residents.models.sign_offs import RepresentativeOpinion, SignOffOfRepresentatives

__all__ = [
    "CHOICE_CHANNELS",
    "DELIVERED",
    "DOORS_OPEN",
    "FEWEST_REPRESENTATIVES",
    "MOST_REPRESENTATIVES",
    "PAPER_TYPED_FOR",
    "RESPONSE_CHANNELS",
    "AccessCode",
    "Adoption",
    "Attendance",
    "Channel",
    "Choice",
    "ChoiceDraft",
    "CodeAttempt",
    "Completion",
    "Decision",
    "Departure",
    "DoorCall",
    "Finding",
    "GatedCompoundSuccession",
    "Household",
    "HouseholdSuccession",
    "HouseholdUse",
    "LetterPrint",
    "Meeting",
    "MeetingKind",
    "MeetingPaper",
    "MeetingState",
    "Menu",
    "MenuState",
    "OpenAnswer",
    "Opinion",
    "OpinionCategory",
    "OpinionPhoto",
    "OpinionState",
    "Option",
    "OptionRelation",
    "OptionVersion",
    "Outcome",
    "OutcomeAdoption",
    "OutcomeRule",
    "Owner",
    "OwnerChange",
    "PaperBatch",
    "PersonLink",
    "Precedence",
    "Question",
    "QuestionKind",
    "Questionnaire",
    "QuestionnaireState",
    "RecordOpening",
    "Representative",
    "RepresentativeOpinion",
    "Response",
    "ResponseDraft",
    "Round",
    "ShareRule",
    "SignOffOfRepresentatives",
    "SpoiledSheet",
    "Tenancy",
    "current_versions",
    "wanted_by",
]
