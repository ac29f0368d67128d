"""Works from before the portal: the one way on which a scheme is approved without signatures and notice."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from compounds.models import Compound
from delivery.models import ProgressEntry
from files.actions import store_document
from projects.actions.backlog import ProjectBefore, WorkBefore, enter_projects_from_before
from projects.actions.schemes import begin_scheme, new_version
from projects.actions.stages import advance
from projects.errors import AfterGoLive
from projects.models import Project, Scheme, SchemeLine, SchemeState, Stage
from projects.scheme_way import DONE, Way
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.projects.backlog import live_from
from tests.projects.builders import PDF, make_document, make_project
from tests.projects.schemes import catalogue_item, make_scheme

TODAY = timezone.localdate()


def enter(cast: Cast, compound: Compound, *, stage: str = Stage.CONSTRUCTION, works: bool = True) -> Project:
    work = WorkBefore(item=catalogue_item("B08"), planned=Decimal(100), done=Decimal(40))
    before = ProjectBefore(
        compound=compound, year=2022, stage=stage, effective_on=date(2022, 9, 1), started_on=date(2022, 6, 1),
        completed_on=date(2022, 8, 1) if stage == Stage.ACCEPTANCE else None, works=[work] if works else [],
    )  # fmt: skip
    paper = store_document(file=io.BytesIO(PDF), name="批复.pdf", user=cast.bureau)
    (project,) = enter_projects_from_before(projects=[before], user=cast.bureau, document=paper)
    return project


def test_the_works_are_marked_as_taken_over_and_their_change_takes_the_whole_way(cast: Cast) -> None:
    live_from(cast)
    project = enter(cast, make_compound(cast))
    scheme = project.schemes.get()
    assert (scheme.state, scheme.from_before, scheme.submitted_by) == (SchemeState.APPROVED, True, None)
    assert not scheme.sign_offs.exists()
    assert not scheme.notices.exists()
    assert project.percent_done == 40
    assert [step.state for step in Way(scheme, user=cast.bureau).steps()] == [DONE]
    change = new_version(project=project, user=cast.bureau, reason="增加停车位")
    assert (change.state, change.from_before) == (SchemeState.DRAFT, False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=change.pk).update(
            state=SchemeState.APPROVED, approved_by=cast.bureau, approved_on=date(2022, 6, 1)
        )


def test_no_shell_approves_a_scheme_of_the_portal_in_one_step(cast: Cast) -> None:
    live_from(cast)
    scheme = make_scheme(cast, make_project(cast))
    facts = {"approved_by": cast.bureau, "approved_on": date(2022, 6, 1)}
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(state=SchemeState.APPROVED, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(from_before=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.create(
            project=make_project(cast, year=2025), version=1, from_before=True, drawn_up_by=cast.bureau
        )


def test_only_while_it_is_being_entered_and_only_what_lies_before_the_go_live(cast: Cast) -> None:
    live_from(cast)
    project = enter(cast, make_compound(cast), stage=Stage.ACCEPTANCE, works=False)
    scheme = Scheme.objects.create(project=project, version=1, from_before=True, drawn_up_by=cast.bureau)
    with pytest.raises(DatabaseError), transaction.atomic():
        _approve(scheme, cast, date(2022, 6, 1))
    item = project.work_items.create(
        catalogue_item=catalogue_item("B08"), origin="basic", created_by=cast.bureau
    )
    SchemeLine.objects.create(scheme=scheme, work_item=item, project=project, quantity=1, unit_cost=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        _approve(scheme, cast, date(2023, 1, 1))
    make_document(cast, project, "acceptance_certificate")
    advance(project=project, user=cast.bureau)
    with pytest.raises(DatabaseError), transaction.atomic():
        _approve(scheme, cast, date(2022, 6, 1))


def _approve(scheme: Scheme, cast: Cast, day: date) -> None:
    Scheme.objects.filter(pk=scheme.pk).update(
        state=SchemeState.APPROVED, approved_by=cast.bureau, approved_on=day
    )


def test_all_or_none(cast: Cast) -> None:
    live_from(cast)
    paper = store_document(file=io.BytesIO(PDF), name="批复.pdf", user=cast.bureau)
    good = ProjectBefore(
        compound=make_compound(cast), year=2022, stage=Stage.SCHEME, effective_on=date(2022, 9, 1)
    )
    late = ProjectBefore(
        compound=make_compound(cast), year=2022, stage=Stage.SCHEME, effective_on=TODAY - timedelta(days=1)
    )
    with pytest.raises(AfterGoLive):
        enter_projects_from_before(projects=[good, late], user=cast.bureau, document=paper)
    assert not Project.objects.exists()
    assert not ProgressEntry.objects.exists()


def test_a_scheme_drawn_up_later_takes_the_whole_way(cast: Cast) -> None:
    """A project that came in without works gets its scheme like any other."""
    live_from(cast)
    project = enter(cast, make_compound(cast), works=False)
    assert begin_scheme(project=project, user=cast.bureau).from_before is False
