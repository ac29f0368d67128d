"""Plans: drawn from the pool in its order, on their way through the offices, in force, amended."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from compounds.actions.pool import move_to_batch
from compounds.models import Batch, Compound
from core.errors import NotPermitted
from core.integrity import ConstraintRefused
from directory.models import Division
from directory.powers import Role
from files.actions import store_document
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.actions.plans import (
    add_to_plan,
    amend_plan,
    approve_plan,
    discard_draft,
    draw_from_pool,
    draw_up_plan,
    edit_entry,
    edit_plan,
    issue_plan,
    remove_from_plan,
    return_plan,
    submit_plan,
)
from projects.actions.projects import begin_project
from projects.actions.stages import cancel
from projects.errors import (
    AlreadyPlanned,
    DateInFuture,
    DocumentNumberNeeded,
    EntryGone,
    NotInCounty,
    NotInPoolAnyMore,
    NotPlannable,
    PlanEmpty,
    PlanJumps,
    PlanNotOpen,
    PlanWithoutCompounds,
    PlanWrongState,
    ProjectsLeftOut,
    ReasonNeeded,
    SamePerson,
    YearOutsidePlan,
    YearPlannedElsewhere,
)
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project, Stage
from projects.queue import queue_of
from tests.cast import GUANGWU, JINGZHOU, Cast, make_user
from tests.compounds.builders import current_entry, make_compound, make_pooled
from tests.projects.builders import PDF, make_issued_plan, make_plan


def issue(cast: Cast, plan: Plan, number: str = "荆区住建〔2026〕9号") -> Plan:
    plan = submit_plan(plan=plan, user=cast.bureau)
    approve_plan(plan=plan, user=cast.bureau2)
    return issue_plan(plan=plan, user=cast.bureau2, document_number=number, issued_on=date(2026, 3, 1))


def finished_before(cast: Cast, compound: Compound, *, year: int = 2026) -> Project:
    """A renovation that was handed over before the portal, entered with its proof."""
    go_live = propose_go_live(
        division=Division.objects.get(pk=JINGZHOU), user=cast.sysadmin, live_from=timezone.localdate()
    )
    confirm_go_live(go_live=go_live, user=cast.secadmin)
    done = timezone.localdate() - timedelta(days=30)
    return enter_project_from_before(
        compound=compound, user=cast.bureau, year=year, stage=Stage.AFTERCARE, effective_on=done, started_on=done,
        completed_on=done, document=store_document(file=io.BytesIO(PDF), name="验收.pdf", user=cast.bureau),
    )  # fmt: skip


def names(plan: Plan) -> list[str]:
    return list(plan.entries.order_by("position").values_list("compound__name", flat=True))


# --- Drawn from the pool, the urgent first ----------------------------------------------


def test_the_most_urgent_are_taken_in_their_order(cast: Cast) -> None:
    make_pooled(cast, "缓", score=2)
    make_pooled(cast, "急", score=4)
    make_pooled(cast, "中", score=3)
    plan = make_plan(cast)
    draw_from_pool(plan=plan, user=cast.bureau, count=2)
    assert names(plan) == ["急", "中"]
    assert draw_from_pool(plan=plan, user=cast.bureau, count=-1) == []
    draw_from_pool(plan=plan, user=cast.bureau, count=5)
    assert names(plan) == ["急", "中", "缓"]


def test_what_is_further_on_the_way_goes_first(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    make_pooled(cast, "谋划", score=2, batch=Batch.PREPARING)
    plan = make_plan(cast)
    draw_from_pool(plan=plan, user=cast.bureau, count=1)
    assert names(plan) == ["谋划"]


def test_going_before_a_more_urgent_one_needs_a_reason_that_names_it(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    slow = make_pooled(cast, "缓", score=2)
    plan = make_plan(cast)
    with pytest.raises(PlanJumps) as refusal:
        add_to_plan(plan=plan, compounds=[slow], user=cast.bureau, reason="  ")
    assert "急" in refusal.value.message
    assert "缓" in refusal.value.message
    (entry,) = add_to_plan(plan=plan, compounds=[slow], user=cast.bureau, reason="危房,市政同步开挖")
    assert entry.jump_reason == "危房,市政同步开挖"


def test_a_reason_is_kept_only_where_one_was_needed(cast: Cast) -> None:
    urgent, slow = make_pooled(cast, "急", score=4), make_pooled(cast, "缓", score=2)
    plan = make_plan(cast)
    entries = add_to_plan(plan=plan, compounds=[slow, urgent], user=cast.bureau, reason="多此一举")
    assert [(entry.compound, entry.jump_reason) for entry in entries] == [(urgent, ""), (slow, "")]


def test_each_may_have_a_reason_of_its_own(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    one, other = make_pooled(cast, "甲", score=3), make_pooled(cast, "乙", score=2)
    plan = make_plan(cast)
    with pytest.raises(PlanJumps) as refusal:
        add_to_plan(plan=plan, compounds=[one, other], user=cast.bureau, reasons={one.pk: "危房"})
    assert "甲" not in refusal.value.message.split("急")[0]
    add_to_plan(
        plan=plan, compounds=[one, other], user=cast.bureau, reasons={one.pk: "危房", other.pk: "连片"}
    )
    assert dict(plan.entries.values_list("compound__name", "jump_reason")) == {"甲": "危房", "乙": "连片"}


def test_the_queue_counts_again_at_submission(cast: Cast) -> None:
    """A more urgent one came into the pool after the list was made."""
    plan = make_plan(cast, make_pooled(cast, "缓", score=2))
    make_pooled(cast, "新急", score=4)
    with pytest.raises(PlanJumps):
        submit_plan(plan=plan, user=cast.bureau)
    edit_entry(entry=plan.entries.get(), user=cast.bureau, jump_reason="资金已落实")
    assert submit_plan(plan=plan, user=cast.bureau).state == PlanState.SUBMITTED


def test_a_place_out_of_turn_is_the_pools_own_decision(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    slow = make_pooled(cast, "缓", score=2)
    entry = current_entry(slow)
    entry.override_rank, entry.override_reason = 1, "消防隐患"
    entry.save()
    plan = make_plan(cast, slow)
    assert plan.entries.get().jump_reason == ""


def test_only_what_waits_in_the_pool_of_the_county_is_taken(cast: Cast) -> None:
    plan = make_plan(cast)
    with pytest.raises(NotPlannable):
        add_to_plan(plan=plan, compounds=[make_compound(cast, "未入库")], user=cast.bureau)
    elsewhere = make_compound(cast, "枣阳小区", community=GUANGWU, by="stranger")
    with pytest.raises(NotInCounty):
        add_to_plan(plan=plan, compounds=[elsewhere], user=cast.bureau)
    left = make_pooled(cast, "出库")
    move_to_batch(compounds=[left], batch=Batch.OUT, user=cast.bureau, reason="征收")
    with pytest.raises(NotPlannable):
        add_to_plan(plan=plan, compounds=[left], user=cast.bureau)


def test_a_compound_stands_in_one_plan_under_way(cast: Cast) -> None:
    compound = make_pooled(cast)
    plan = make_plan(cast, compound)
    with pytest.raises(AlreadyPlanned):
        add_to_plan(plan=plan, compounds=[compound], user=cast.bureau)
    with pytest.raises(NotPlannable):
        make_plan(cast, compound, year=2027)


def test_compounds_stand_in_county_plans_only(cast: Cast) -> None:
    city = make_user(role=Role.BUREAU_MANAGER, division="4210")
    plan = draw_up_plan(
        division=Division.objects.get(pk="4210"),
        user=city,
        kind=PlanKind.ANNUAL,
        first_year=2026,
        title="市计划",
    )
    with pytest.raises(PlanWithoutCompounds):
        add_to_plan(plan=plan, compounds=[make_pooled(cast)], user=city)
    assert submit_plan(plan=plan, user=city).state == PlanState.SUBMITTED


def test_a_five_year_plan_names_years_within_its_five(cast: Cast) -> None:
    compound = make_pooled(cast)
    plan = draw_up_plan(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, kind=PlanKind.FIVE_YEAR, first_year=2026,
        title="十五五",
    )  # fmt: skip
    with pytest.raises(YearOutsidePlan):
        add_to_plan(plan=plan, compounds=[compound], user=cast.bureau, year=2031)
    (entry,) = add_to_plan(plan=plan, compounds=[compound], user=cast.bureau, year=2028)
    with pytest.raises(YearOutsidePlan):
        edit_entry(entry=entry, user=cast.bureau, year=2025)
    issue(cast, plan)
    assert not Project.objects.exists()
    # It does not keep the compound out of the annual plan of its year.
    assert make_plan(cast, compound, year=2028).entries.count() == 1


def test_figures_are_those_of_the_day_and_may_be_corrected(cast: Cast) -> None:
    compound = make_pooled(cast)
    Compound.objects.filter(pk=compound.pk).update(household_count=120, floor_area="8000")
    plan = make_plan(cast, compound)
    Compound.objects.filter(pk=compound.pk).update(household_count=999)
    entry: Any = edit_entry(
        entry=plan.entries.get(), user=cast.bureau, estimated_investment=Decimal(2_400_000)
    )
    assert (entry.household_count, entry.estimated_investment) == (120, 2_400_000)
    with pytest.raises(ConstraintRefused):
        edit_entry(entry=entry, user=cast.bureau, estimated_investment=Decimal(-1))
    remove_from_plan(plan=plan, compounds=[compound], user=cast.bureau)
    with pytest.raises(EntryGone):
        edit_entry(entry=entry, user=cast.bureau, household_count=1)


# --- Its way through the offices --------------------------------------------------------


def test_an_empty_plan_is_not_submitted(cast: Cast) -> None:
    with pytest.raises(PlanEmpty):
        submit_plan(plan=make_plan(cast), user=cast.bureau)


def test_whoever_submitted_it_neither_approves_nor_issues_it(cast: Cast) -> None:
    plan = submit_plan(plan=make_plan(cast, make_pooled(cast)), user=cast.bureau)
    with pytest.raises(SamePerson):
        approve_plan(plan=plan, user=cast.bureau)
    for nobody in (cast.street, cast.stranger):
        with pytest.raises(NotPermitted):
            approve_plan(plan=plan, user=nobody)
    approve_plan(plan=plan, user=cast.bureau2)
    with pytest.raises(SamePerson):
        issue_plan(plan=plan, user=cast.bureau, document_number="x", issued_on=date(2026, 1, 1))


def test_returned_with_a_reason_mended_and_submitted_again(cast: Cast) -> None:
    plan = submit_plan(plan=make_plan(cast, make_pooled(cast)), user=cast.bureau)
    with pytest.raises(ReasonNeeded):
        return_plan(plan=plan, user=cast.bureau2, reason=" ")
    plan = return_plan(plan=plan, user=cast.bureau2, reason="缺少投资估算")
    assert (plan.state, plan.is_open) == (PlanState.RETURNED, True)
    edit_plan(plan=plan, user=cast.bureau, target_compounds=1)
    plan = submit_plan(plan=plan, user=cast.bureau2)
    # Now the other one submitted it.
    with pytest.raises(SamePerson):
        approve_plan(plan=plan, user=cast.bureau2)
    assert approve_plan(plan=plan, user=cast.bureau).state == PlanState.APPROVED


def test_from_its_submission_on_nothing_of_it_changes(cast: Cast) -> None:
    compound = make_pooled(cast)
    plan = submit_plan(plan=make_plan(cast, compound), user=cast.bureau)
    entry = plan.entries.get()
    acts: list[Any] = [
        lambda: edit_plan(plan=plan, user=cast.bureau, title="改"),
        lambda: add_to_plan(plan=plan, compounds=[make_pooled(cast)], user=cast.bureau),
        lambda: draw_from_pool(plan=plan, user=cast.bureau, count=1),
        lambda: edit_entry(entry=entry, user=cast.bureau, household_count=1),
        lambda: remove_from_plan(plan=plan, compounds=[compound], user=cast.bureau),
        lambda: submit_plan(plan=plan, user=cast.bureau),
    ]
    for act in acts:
        with pytest.raises(PlanNotOpen):
            act()
    with pytest.raises(PlanWrongState):
        discard_draft(plan=plan, user=cast.bureau)
    with pytest.raises(PlanWrongState):
        issue_plan(plan=plan, user=cast.bureau2, document_number="x", issued_on=date(2026, 1, 1))


def test_it_is_issued_with_a_number_and_a_day_that_has_come(cast: Cast) -> None:
    plan = submit_plan(plan=make_plan(cast, make_pooled(cast)), user=cast.bureau)
    approve_plan(plan=plan, user=cast.bureau2)
    with pytest.raises(DocumentNumberNeeded):
        issue_plan(plan=plan, user=cast.bureau2, document_number=" ", issued_on=date(2026, 1, 1))
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(DateInFuture):
        issue_plan(plan=plan, user=cast.bureau2, document_number="x", issued_on=tomorrow)


def test_a_second_plan_of_the_year_is_an_amendment(cast: Cast) -> None:
    make_plan(cast)
    with pytest.raises(YearPlannedElsewhere):
        make_plan(cast)
    with pytest.raises(NotPermitted):
        make_plan(cast, by="street", year=2027)


def test_a_draft_may_go(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast))
    discard_draft(plan=plan, user=cast.bureau)
    assert not Plan.objects.exists()
    assert not PlanEntry.objects.exists()


# --- In force ---------------------------------------------------------------------------


def test_issuing_begins_a_project_for_each_and_moves_the_pool(cast: Cast) -> None:
    one, two = make_pooled(cast), make_pooled(cast, batch=Batch.IMPLEMENTING)
    plan = make_issued_plan(cast, one, two)
    assert {project.plan_entry.plan for project in Project.objects.all() if project.plan_entry} == {plan}
    assert set(Project.objects.values_list("compound", flat=True)) == {one.pk, two.pk}
    assert {current_entry(compound).batch for compound in (one, two)} == {Batch.IMPLEMENTING}
    assert plan.document_number in current_entry(one).reason
    assert set(plan.entries.values_list("current", flat=True)) == {True}


def test_a_project_begun_before_the_plan_waits_in_the_queue_and_joins_it(cast: Cast) -> None:
    compound = make_pooled(cast)
    project = begin_project(compound=compound, user=cast.bureau, year=2026)
    plan = make_issued_plan(cast, compound)
    project.refresh_from_db()
    assert project.plan_entry == plan.entries.get()
    assert Project.objects.count() == 1


def test_what_is_handed_over_waits_no_more_until_it_comes_into_the_pool_again(cast: Cast) -> None:
    compound = make_pooled(cast)
    later = make_plan(cast, year=2027)
    assert queue_of(later) == [compound.pk]
    finished_before(cast, compound)
    assert queue_of(later) == []
    move_to_batch(compounds=[compound], batch=Batch.OUT, user=cast.bureau, reason="已改造")
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau, reason="二次改造")
    assert queue_of(later) == [compound.pk]


def test_what_was_merged_or_left_the_pool_meanwhile_begins_nothing(cast: Cast) -> None:
    compound = make_pooled(cast, "将出库")
    plan = submit_plan(plan=make_plan(cast, compound), user=cast.bureau)
    approve_plan(plan=plan, user=cast.bureau2)
    move_to_batch(compounds=[compound], batch=Batch.OUT, user=cast.bureau, reason="征收")
    with pytest.raises(NotInPoolAnyMore):
        issue_plan(plan=plan, user=cast.bureau2, document_number="x", issued_on=date(2026, 1, 1))
    assert not Project.objects.exists()


# --- Amendments -------------------------------------------------------------------------


def test_an_amendment_begins_as_a_copy_and_the_issued_one_holds_until_then(cast: Cast) -> None:
    plan = make_issued_plan(cast, make_pooled(cast, "甲"), target_compounds=1)
    with pytest.raises(ReasonNeeded):
        amend_plan(plan=plan, user=cast.bureau, reason="")
    amended = amend_plan(plan=plan, user=cast.bureau, reason="中央补助追加")
    assert (amended.version, amended.target_compounds, names(amended)) == (2, 1, ["甲"])
    plan.refresh_from_db()
    assert plan.state == PlanState.ISSUED
    with pytest.raises(ConstraintRefused):
        amend_plan(plan=plan, user=cast.bureau, reason="再来")
    assert not amended.entries.filter(current=True).exists()


def test_what_is_carried_over_keeps_its_project_and_what_is_new_gets_one(cast: Cast) -> None:
    kept = make_pooled(cast, "甲")
    plan = make_issued_plan(cast, kept)
    project = Project.objects.get()
    new = make_pooled(cast, "乙")
    amended = amend_plan(plan=plan, user=cast.bureau, reason="追加")
    add_to_plan(plan=amended, compounds=[new], user=cast.bureau)
    amended = issue(cast, amended)
    project.refresh_from_db()
    plan.refresh_from_db()
    assert project.plan_entry == amended.entries.get(compound=kept)
    assert Project.objects.get(compound=new).plan_entry == amended.entries.get(compound=new)
    assert plan.state == PlanState.SUPERSEDED
    assert not plan.entries.filter(current=True).exists()


@pytest.mark.parametrize("end", ["finished", "cancelled"])
def test_an_amendment_begins_nothing_anew_for_what_is_finished_or_cancelled(cast: Cast, end: str) -> None:
    compound = make_pooled(cast)
    if end == "finished":
        finished_before(cast, compound)
    plan = make_issued_plan(cast, compound)
    project = Project.objects.get()
    assert project.plan_entry == plan.entries.get()
    if end == "cancelled":
        cancel(project=project, user=cast.bureau, reason="整体征收")
    issue(cast, amend_plan(plan=plan, user=cast.bureau, reason="调整投资"))
    assert Project.objects.get() == project


def test_a_project_that_goes_on_is_not_amended_away(cast: Cast) -> None:
    compound = make_pooled(cast, "在建")
    other = make_pooled(cast, "另一")
    plan = make_issued_plan(cast, compound, other)
    amended = amend_plan(plan=plan, user=cast.bureau, reason="调整")
    remove_from_plan(plan=amended, compounds=[compound], user=cast.bureau)
    submit_plan(plan=amended, user=cast.bureau)
    approve_plan(plan=amended, user=cast.bureau2)
    with pytest.raises(ProjectsLeftOut) as refusal:
        issue_plan(plan=amended, user=cast.bureau2, document_number="y", issued_on=date(2026, 3, 1))
    assert "在建" in refusal.value.message
    cancel(project=Project.objects.get(compound=compound), user=cast.bureau, reason="征收")
    issue_plan(plan=amended, user=cast.bureau2, document_number="y", issued_on=date(2026, 3, 1))


def test_taken_off_an_amendment_by_mistake_it_may_come_back(cast: Cast) -> None:
    compound = make_pooled(cast)
    plan = make_issued_plan(cast, compound)
    amended = amend_plan(plan=plan, user=cast.bureau, reason="调整")
    remove_from_plan(plan=amended, compounds=[compound], user=cast.bureau)
    add_to_plan(plan=amended, compounds=[compound], user=cast.bureau)
    issue(cast, amended)
    assert Project.objects.get().plan_entry == amended.entries.get()


def test_a_cancelled_project_lets_its_compound_wait_for_another_year(cast: Cast) -> None:
    compound = make_pooled(cast)
    first = make_issued_plan(cast, compound)
    cancel(project=Project.objects.get(), user=cast.bureau, reason="资金未到位")
    issue(cast, make_plan(cast, compound, year=2027))
    running = Project.objects.unfinished().get()
    assert running.year == 2027
    # The first year's amendment leaves the other year's project alone.
    issue(cast, amend_plan(plan=first, user=cast.bureau, reason="调整"))
    running.refresh_from_db()
    assert running.year == 2027
