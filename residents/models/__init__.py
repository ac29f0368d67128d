"""What residents are, say and choose before the works begin."""

from residents.models.choices import CHOICE_CHANNELS, Choice, ChoiceDraft, wanted_by
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
from residents.models.letters import AccessCode, CodeAttempt
from residents.models.meetings import Attendance, Decision, Meeting, MeetingKind, MeetingPaper, MeetingState
from residents.models.menus import (
    Completion,
    Menu,
    MenuState,
    Option,
    OptionRelation,
    OptionVersion,
    OutcomeRule,
    PaperBatch,
    Precedence,
    ShareRule,
    SpoiledSheet,
    current_versions,
)
from residents.models.opinions import Adoption, Channel, Opinion, OpinionCategory, OpinionPhoto, OpinionState
from residents.models.outcomes import Departure, Outcome, OutcomeAdoption
from residents.models.questionnaires import (
    Question,
    QuestionKind,
    Questionnaire,
    QuestionnaireState,
    Response,
)
from residents.models.representatives import FEWEST_REPRESENTATIVES, MOST_REPRESENTATIVES, Representative
from residents.models.rounds import DELIVERED, DoorCall, Finding, Round
from residents.models.sign_offs import RepresentativeOpinion, SignOffOfRepresentatives

__all__ = [
    "CHOICE_CHANNELS",
    "DELIVERED",
    "FEWEST_REPRESENTATIVES",
    "MOST_REPRESENTATIVES",
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
    "Household",
    "HouseholdSuccession",
    "HouseholdUse",
    "Meeting",
    "MeetingKind",
    "MeetingPaper",
    "MeetingState",
    "Menu",
    "MenuState",
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
    "Round",
    "ShareRule",
    "SignOffOfRepresentatives",
    "SpoiledSheet",
    "Tenancy",
    "current_versions",
    "wanted_by",
]
