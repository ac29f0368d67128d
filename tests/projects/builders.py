"""Plans and projects as tests need them, made by the actions that make them in life."""

import io
import itertools
from datetime import date
from typing import Any

from compounds.models import Compound
from directory.models import Division
from files.actions import store_document
from projects.actions.documents import add_document
from projects.actions.plans import add_to_plan, approve_plan, draw_up_plan, issue_plan, submit_plan
from projects.actions.projects import begin_project
from projects.actions.stages import advance, pass_as_not_required
from projects.models import (
    EVIDENCE,
    LINE,
    MAY_BE_SKIPPED,
    Document,
    Plan,
    PlanEntry,
    PlanKind,
    Project,
    Stage,
)
from tests.cast import JINGZHOU, Cast
from tests.compounds.builders import make_pooled

_serial = itertools.count(1)


def make_plan(
    cast: Cast, *compounds: Compound, year: int = 2026, by: str = "bureau", reason: str = "", **facts: Any
) -> Plan:
    """A county's annual plan that is being drawn up, with these compounds."""
    plan = draw_up_plan(
        division=Division.objects.get(pk=JINGZHOU), user=getattr(cast, by), kind=PlanKind.ANNUAL, first_year=year,
        title=facts.pop("title", f"荆州区{year}年度计划"), **facts,
    )  # fmt: skip
    if compounds:
        add_to_plan(plan=plan, compounds=compounds, user=getattr(cast, by), reason=reason)
    return plan


def make_issued_plan(cast: Cast, *compounds: Compound, **how: Any) -> Plan:
    """Drawn up by one, approved and issued by another."""
    plan = submit_plan(plan=make_plan(cast, *compounds, **how), user=cast.bureau)
    approve_plan(plan=plan, user=cast.bureau2)
    return issue_plan(
        plan=plan, user=cast.bureau2, document_number="荆区住建〔2026〕1号", issued_on=date(2026, 1, 15)
    )


def make_project(cast: Cast, name: str = "", *, year: int = 2026) -> Project:
    """A project of an issued plan, at its first stage."""
    compound = make_pooled(cast, name or f"改造小区{next(_serial)}")
    make_issued_plan(cast, compound, year=year)
    return Project.objects.get(compound=compound)


def entry_of(project: Project) -> PlanEntry:
    """The place of a planned project in its plan."""
    assert project.plan_entry is not None
    return project.plan_entry


def make_unplanned_project(cast: Cast, name: str = "", *, year: int = 2026) -> Project:
    compound = make_pooled(cast, name or f"改造小区{next(_serial)}")
    return begin_project(compound=compound, user=cast.bureau, year=year)


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make_document(cast: Cast, project: Project, kind: str, *, by: str = "bureau") -> Document:
    file = store_document(file=io.BytesIO(PDF), name="材料.pdf", user=getattr(cast, by))
    return add_document(project=project, user=getattr(cast, by), kind=kind, title="材料", file=file)


def bring_to(cast: Cast, project: Project, stage: str) -> Project:
    """Along the line to a stage before the start of works, with evidence where one is asked for."""
    while LINE.index(project.stage) < LINE.index(stage):
        _leave(cast, project)
        project.refresh_from_db()
    return project


def _leave(cast: Cast, project: Project) -> None:
    if project.stage in MAY_BE_SKIPPED and project.stage != Stage.WILLINGNESS:
        pass_as_not_required(project=project, user=cast.bureau, reason="本项目无需此环节")
        return
    if project.stage in EVIDENCE:
        make_document(cast, project, EVIDENCE[project.stage])
    advance(project=project, user=cast.bureau)
