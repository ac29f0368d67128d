"""Plans against statements that bypass the actions, and against two people at the same instant."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from directory.powers import Role
from projects.actions.plans import add_to_plan, approve_plan, issue_plan, submit_plan
from projects.errors import NotPlannable, PlanJumps, PlanNotOpen, PlanWrongState, YearPlannedElsewhere
from projects.models import Plan, PlanEntry, PlanState, Project
from tests.cast import GUANGWU, Cast, make_user
from tests.compounds.builders import make_compound, make_pooled
from tests.projects.builders import make_issued_plan, make_plan
from tests.races import at_once, refusals

# --- The database says it again ---------------------------------------------------------


SQL = {
    "targets": "UPDATE projects_plan SET target_compounds = 99",
    "division": "UPDATE projects_plan SET division_id = '420683'",
    "who approved": "UPDATE projects_plan SET decided_by_id = NULL",
    "number": "UPDATE projects_plan SET document_number = 'x'",
    "back to draft": "UPDATE projects_plan SET state = 'draft'",
    "gone": "DELETE FROM projects_plan",
    "an entry's figures": "UPDATE projects_planentry SET household_count = 1",
    "an entry's reason": "UPDATE projects_planentry SET jump_reason = 'x'",
    "no longer in force": "UPDATE projects_planentry SET current = false",
    "an entry gone": "DELETE FROM projects_planentry",
    "an entry into another plan": "UPDATE projects_planentry SET plan_id = (SELECT max(id) FROM projects_plan)",
}


@pytest.mark.parametrize("statement", SQL)
def test_no_statement_changes_an_issued_plan(cast: Cast, statement: str) -> None:
    plan = make_issued_plan(cast, make_pooled(cast))
    make_plan(cast, year=2027)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{SQL[statement]} WHERE {'plan_' if 'entry' in SQL[statement] else ''}id = %s", [plan.pk]
        )


@pytest.mark.parametrize("state", [PlanState.APPROVED, PlanState.ISSUED, PlanState.SUPERSEDED])
def test_no_statement_skips_a_step(cast: Cast, state: str) -> None:
    plan = make_plan(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state=state)


def test_no_statement_lets_one_person_do_both(cast: Cast) -> None:
    plan = submit_plan(plan=make_plan(cast, make_pooled(cast)), user=cast.bureau)
    with pytest.raises(DatabaseError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.APPROVED, decided_by=cast.bureau)


def test_no_statement_puts_a_stranger_into_a_plan(cast: Cast) -> None:
    plan = make_plan(cast)
    stranger = make_compound(cast, community=GUANGWU, by="stranger")
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanEntry.objects.create(plan=plan, compound=stranger, year=2026, position=1, added_by=cast.bureau)


# --- Races ------------------------------------------------------------------------------


def test_two_who_issue_at_once_begin_each_project_once(committed_cast: Cast) -> None:
    cast = committed_cast
    plan = submit_plan(plan=make_plan(cast, make_pooled(cast), make_pooled(cast)), user=cast.bureau)
    approve_plan(plan=plan, user=cast.bureau2)
    boss = make_user(role=Role.BUREAU_MANAGER)

    def by(user: Any, number: str) -> Any:
        return lambda: issue_plan(plan=plan, user=user, document_number=number, issued_on=date(2026, 1, 1))

    answers = at_once(by(cast.bureau2, "甲"), by(boss, "乙"))
    assert [type(refusal) for refusal in refusals(answers)] == [PlanWrongState]
    assert Project.objects.count() == 2


def test_two_plans_never_take_the_same_compound(committed_cast: Cast) -> None:
    cast = committed_cast
    compound = make_pooled(cast)
    this_year, next_year = make_plan(cast), make_plan(cast, year=2027)

    def into(plan: Plan) -> Any:
        return lambda: add_to_plan(plan=plan, compounds=[compound], user=cast.bureau)

    answers = at_once(into(this_year), into(next_year))
    assert [type(refusal) for refusal in refusals(answers)] == [NotPlannable]
    assert PlanEntry.objects.count() == 1


def test_without_the_countys_lock_they_would(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the test above: the second looks before the first has committed."""
    cast = committed_cast
    compound = make_pooled(cast)
    this_year, next_year = make_plan(cast), make_plan(cast, year=2027)
    monkeypatch.setattr("projects.actions.plans.entries.lock_county", lambda code: None)

    def first() -> Any:
        with transaction.atomic():
            add_to_plan(plan=this_year, compounds=[compound], user=cast.bureau)
            (answer,) = at_once(lambda: add_to_plan(plan=next_year, compounds=[compound], user=cast.bureau))
            return answer

    assert not isinstance(first(), Exception)
    assert PlanEntry.objects.count() == 2


def test_two_who_begin_the_same_plan(committed_cast: Cast) -> None:
    cast = committed_cast
    assert cast.bureau
    answers = at_once(lambda: make_plan(cast), lambda: make_plan(cast))
    assert [type(refusal) for refusal in refusals(answers)] == [YearPlannedElsewhere]


def test_an_entry_does_not_slip_into_a_plan_that_is_being_submitted(committed_cast: Cast) -> None:
    cast = committed_cast
    plan, late = make_plan(cast, make_pooled(cast)), make_pooled(cast)
    answers = at_once(
        lambda: submit_plan(plan=plan, user=cast.bureau),
        lambda: add_to_plan(plan=plan, compounds=[late], user=cast.bureau, reason="补报"),
    )
    plan.refresh_from_db()
    if refused := refusals(answers):
        # Whichever came first, no compound is in a submitted plan unsaid.
        assert {type(refusal) for refusal in refused} <= {PlanNotOpen, PlanJumps}
    assert plan.state == PlanState.SUBMITTED or plan.entries.count() == 2
