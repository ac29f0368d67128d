"""Every way through the line, tried at random against a model of it that was written by hand.

The model below shares no table with the portal: it says once more, in its own words, what moves a
project, what stops it, and what its dates and milestones are afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from compounds.models import Compound
from core.errors import DomainError
from directory.models import Division
from files.models import StoredFile
from projects.actions import stages
from projects.actions.documents import withdraw_document
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.errors import (
    BySite,
    DateBeforeLast,
    DateInFuture,
    DocumentInUse,
    MoveNotAllowed,
    ProjectMoved,
    ProjectNotActive,
    ProjectOver,
    ReasonNeeded,
    StageIncomplete,
)
from projects.models import Milestone, Project
from tests.cast import JINGZHOU, Cast
from tests.compounds.builders import make_pooled
from tests.effort import examples
from tests.projects.builders import make_document, make_issued_plan, make_unplanned_project
from tests.projects.schemes import make_approved_scheme

WAY = [
    "willingness", "plan", "scheme", "joint_review", "estimate", "tender", "start", "construction", "acceptance",
    "handover", "aftercare",
]  # fmt: skip
PAPER_OF = {
    "willingness": "willingness_record", "joint_review": "opinion_sheet", "estimate": "estimate_approval",
    "tender": "award_notice", "acceptance": "acceptance_certificate", "handover": "handover_list",
}  # fmt: skip
SKIPPABLE = {"willingness", "joint_review", "estimate", "tender"}
NO_WAY_BACK = {"willingness", "construction", "aftercare"}

days_ago = st.integers(min_value=-1, max_value=3)
reasons = st.sampled_from(["", "  ", "资金未到位"])
# Mostly the stage that the page shows; sometimes that of a page that is out of date.
pages = st.sampled_from(["here", "here", "here", "stale", "none"])


@dataclass
class Model:
    """What the line should say."""

    place: int = 0
    standing: str = "active"
    last: date | None = None
    papers: set[str] = field(default_factory=set)
    planned: bool = False
    approved: bool = False
    closed: set[str] = field(default_factory=set)
    # Stages once left on their papers, rather than as not required.
    proven: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=lambda: set(WAY))

    @property
    def stage(self) -> str:
        return WAY[self.place]

    def lacks(self) -> bool:
        paper = PAPER_OF.get(self.stage)
        return (
            (paper is not None and paper not in self.papers)
            or (self.stage == "plan" and not self.planned)
            or (self.stage == "scheme" and not self.approved)
        )

    def on(self) -> None:
        self.closed.add(self.stage)
        self.place += 1

    def back(self) -> None:
        self.place -= 1
        self.closed.discard(self.stage)


class Line(RuleBasedStateMachine):
    cast: Cast
    entered: list[Compound]
    file: StoredFile

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.today = timezone.localdate()
        self.model = Model()
        self.documents: dict[str, Any] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # --- Where it begins

    @initialize(
        start=st.sampled_from(
            ["portal", "scheme", "tender", "start", "construction", "acceptance", "handover"]
        )
    )
    def begin(self, start: str) -> None:
        if start == "portal":
            self.project = make_unplanned_project(self.cast)
            return
        before = date(2024, 5, 1)
        self.project = enter_project_from_before(
            compound=self.entered[WAY.index(start)], user=self.cast.bureau, year=2024, stage=start, effective_on=before,
            document=self.file, started_on=before if WAY.index(start) >= WAY.index("construction") else None,
            completed_on=before if WAY.index(start) >= WAY.index("acceptance") else None,
        )  # fmt: skip
        self.model.place, self.model.last = WAY.index(start), before
        self.model.known = set(WAY[WAY.index(start) :])

    # --- What the offices lay beside it

    @rule(paper=st.sampled_from(sorted(PAPER_OF.values())))
    def file_paper(self, paper: str) -> None:
        if paper not in self.documents:
            self.documents[paper] = make_document(self.cast, self.project, paper)
        self.model.papers.add(paper)

    @rule(paper=st.sampled_from(sorted(PAPER_OF.values())))
    def withdraw_paper(self, paper: str) -> None:
        if paper not in self.documents:
            return
        behind = set(WAY[: self.model.place])
        passed_on = {PAPER_OF[stage] for stage in self.model.proven & behind if stage in PAPER_OF}
        refusal = DocumentInUse if paper in passed_on else None
        self._expect(
            refusal,
            lambda: withdraw_document(document=self.documents[paper], user=self.cast.bureau, reason="错传"),
        )
        if refusal is None:
            del self.documents[paper]
            self.model.papers.discard(paper)

    @rule()
    def issue_the_plan(self) -> None:
        if self.model.planned or self.model.standing == "cancelled" or self.model.stage not in WAY[:2]:
            return
        # One from before the portal waits in no queue: the plan of its own year may name it, no other.
        make_issued_plan(self.cast, self.project.compound, year=self.project.year, reason="居民意愿征集在先")
        self.model.planned = True

    @rule()
    def approve_a_scheme(self) -> None:
        if self.model.approved or self.model.standing != "active" or self.model.stage != "scheme":
            return
        make_approved_scheme(self.cast, self.project)
        self.model.approved = True

    # --- Moves

    @rule(ago=days_ago, page=pages)
    def advance(self, ago: int, page: str) -> None:
        model = self.model
        refusal = self._not_movable(page)
        if refusal is None:
            refusal = (
                BySite if model.stage in {"start", "construction"}
                else MoveNotAllowed if model.stage == "aftercare"
                else StageIncomplete if model.lacks()
                else self._wrong_day(ago)
            )  # fmt: skip
        here = model.stage
        if self._moved(refusal, stages.advance, ago=ago, page=page):
            model.proven.add(here)
            model.on()
            if model.stage == "plan" and model.planned:
                model.on()

    @rule(ago=days_ago, page=pages, reason=reasons)
    def not_required(self, ago: int, page: str, reason: str) -> None:
        refusal = self._not_movable(page)
        if refusal is None:
            refusal = MoveNotAllowed if self.model.stage not in SKIPPABLE else self._wrong(ago, reason)
        if self._moved(refusal, stages.pass_as_not_required, ago=ago, page=page, reason=reason):
            self.model.on()

    @rule(ago=days_ago, page=pages, reason=reasons)
    def send_back(self, ago: int, page: str, reason: str) -> None:
        refusal = self._not_movable(page)
        if refusal is None:
            refusal = MoveNotAllowed if self.model.stage in NO_WAY_BACK else self._wrong(ago, reason)
        if self._moved(refusal, stages.send_back, ago=ago, page=page, reason=reason):
            self.model.back()

    @rule(ago=days_ago, page=pages, reason=reasons)
    def suspend(self, ago: int, page: str, reason: str) -> None:
        if self._stands("active", stages.suspend, ago=ago, page=page, reason=reason):
            self.model.standing = "suspended"

    @rule(ago=days_ago, page=pages, reason=reasons)
    def resume(self, ago: int, page: str, reason: str) -> None:
        if self._stands("suspended", stages.resume, ago=ago, page=page, reason=reason, must_say_why=False):
            self.model.standing = "active"

    @rule(ago=days_ago, page=pages, reason=reasons, sure=st.integers(min_value=0, max_value=4))
    def cancel(self, ago: int, page: str, reason: str, sure: int) -> None:
        # Seldom: afterwards nothing moves any more.
        if sure == 0 and self._stands("active suspended", stages.cancel, ago=ago, page=page, reason=reason):
            self.model.standing = "cancelled"

    # --- What must hold after each step

    @invariant()
    def the_project_is_where_the_model_says(self) -> None:
        if not hasattr(self, "project"):
            return
        project, model = Project.objects.get(pk=self.project.pk), self.model
        assert (project.stage, project.standing) == (model.stage, model.standing)
        assert (project.started_on is not None) == (model.place >= WAY.index("construction"))
        assert (project.completed_on is not None) == (model.place >= WAY.index("acceptance"))
        last = project.stage_changes.order_by("-id").values_list("effective_on", flat=True).first()
        assert last == model.last
        closing = Milestone.objects.filter(project=project, closes_stage=True)
        assert {one.stage for one in closing if one.done_on is not None} == {
            stage for stage in model.closed & model.known if closing.filter(stage=stage).exists()
        }

    # --- How the model judges

    def _not_movable(self, page: str) -> type[DomainError] | None:
        if page == "stale":
            return ProjectMoved
        return {"suspended": ProjectNotActive, "cancelled": ProjectOver}.get(self.model.standing)

    def _wrong(self, ago: int, reason: str) -> type[DomainError] | None:
        return self._wrong_day(ago) if reason.strip() else ReasonNeeded

    def _wrong_day(self, ago: int) -> type[DomainError] | None:
        day = self.today - timedelta(days=ago)
        if day > self.today:
            return DateInFuture
        return DateBeforeLast if self.model.last is not None and day < self.model.last else None

    def _stands(
        self, standings: str, act: Callable[..., Any], *, ago: int, page: str, reason: str, must_say_why: bool = True
    ) -> bool:  # fmt: skip
        refusal: type[DomainError] | None = None
        if page == "stale":
            refusal = ProjectMoved
        elif self.model.standing not in standings.split() or self.model.stage == "aftercare":
            refusal = ProjectOver
        else:
            refusal = self._wrong(ago, reason if must_say_why else "x")
        return self._moved(refusal, act, ago=ago, page=page, reason=reason)

    def _moved(
        self, refusal: type[DomainError] | None, act: Callable[..., Any], *, ago: int, page: str, **how: Any
    ) -> bool:
        """Do it, hold it against what the model expects; whether it was done."""
        day = self.today - timedelta(days=ago)
        stale = WAY[(self.model.place + 1) % len(WAY)]
        expected = {"here": self.model.stage, "stale": stale, "none": None}[page]
        self._expect(
            refusal,
            lambda: act(
                project=self.project, user=self.cast.bureau, effective_on=day, expected_stage=expected, **how
            ),
        )
        if refusal is None:
            self.model.last = day
        return refusal is None

    @staticmethod
    def _expect(refusal: type[DomainError] | None, act: Callable[[], Any]) -> None:
        if refusal is None:
            act()
            return
        with pytest.raises(DomainError) as raised:
            act()
        assert type(raised.value) is refusal


def test_no_sequence_of_moves_leaves_the_line(cast: Cast) -> None:
    # Whoever acts is there before the first try, whose rows are taken back.
    assert all((cast.bureau, cast.bureau2, cast.street, cast.community))
    from_before = [make_pooled(cast, f"存量{number}小区") for number in range(len(WAY))]
    division = Division.objects.get(pk=JINGZHOU)
    proposed = propose_go_live(division=division, user=cast.sysadmin, live_from=date(2025, 1, 1))
    confirm_go_live(go_live=proposed, user=cast.secadmin)
    file = make_document(cast, make_unplanned_project(cast), "other").versions.get().file
    machine = type("LineOfThisCast", (Line,), {"cast": cast, "entered": from_before, "file": file})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(40), stateful_step_count=40, deadline=None, database=None, report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
