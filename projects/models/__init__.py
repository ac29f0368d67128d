"""The programme: works catalogue, plans, projects and their stages, schemes, timetables, tasks, documents."""

from projects.models.catalogue import Aspect, CatalogueItem, Category, Unit
from projects.models.consent import (
    NoticeExtension,
    Objection,
    ObjectionChannel,
    PublicNotice,
    SignOff,
    SignOffKind,
)
from projects.models.documents import PROGRAMME_KINDS, Document, DocumentKind, DocumentVersion
from projects.models.feed import ToldCompound
from projects.models.go_live import GoLive, nearest_go_live
from projects.models.line import LINE, Stage
from projects.models.parties import PartyRole, ProjectParty
from projects.models.plans import OPEN_STATES, Plan, PlanEntry, PlanKind, PlanState
from projects.models.project import LeadKind, Origin, Programme, Project, ProjectCounter, Standing
from projects.models.related import RelatedKind, RelatedWork
from projects.models.scheme import Scheme, SchemeLine, SchemeRule, SchemeState, Strike, Waiver
from projects.models.stages import (
    EVIDENCE,
    MAY_BE_SKIPPED,
    NEEDS_REASON,
    MoveKind,
    StageChange,
    StageEvidence,
)
from projects.models.tasks import (
    TASK_UNITS,
    EntryKind,
    Task,
    TaskEntry,
    TaskEvidence,
    TaskFile,
    TaskKind,
    TaskState,
    Tier,
)
from projects.models.timetable import Answerable, Milestone, MilestoneMove, TimetableTemplate
from projects.models.visits import SiteVisit, SiteVisitPhoto
from projects.models.works import Treatment, WorkItem, WorkItemProgress, WorkOrigin

__all__ = [
    "EVIDENCE",
    "LINE",
    "MAY_BE_SKIPPED",
    "NEEDS_REASON",
    "OPEN_STATES",
    "PROGRAMME_KINDS",
    "TASK_UNITS",
    "Answerable",
    "Aspect",
    "CatalogueItem",
    "Category",
    "Document",
    "DocumentKind",
    "DocumentVersion",
    "EntryKind",
    "GoLive",
    "LeadKind",
    "Milestone",
    "MilestoneMove",
    "MoveKind",
    "NoticeExtension",
    "Objection",
    "ObjectionChannel",
    "Origin",
    "PartyRole",
    "Plan",
    "PlanEntry",
    "PlanKind",
    "PlanState",
    "Programme",
    "Project",
    "ProjectCounter",
    "ProjectParty",
    "PublicNotice",
    "RelatedKind",
    "RelatedWork",
    "Scheme",
    "SchemeLine",
    "SchemeRule",
    "SchemeState",
    "SignOff",
    "SignOffKind",
    "SiteVisit",
    "SiteVisitPhoto",
    "Stage",
    "StageChange",
    "StageEvidence",
    "Standing",
    "Strike",
    "Task",
    "TaskEntry",
    "TaskEvidence",
    "TaskFile",
    "TaskKind",
    "TaskState",
    "Tier",
    "TimetableTemplate",
    "ToldCompound",
    "Treatment",
    "Unit",
    "Waiver",
    "WorkItem",
    "WorkItemProgress",
    "WorkOrigin",
    "nearest_go_live",
]
