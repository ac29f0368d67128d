"""Drawing a scheme up: what goes in, what is refused, what stays."""

from decimal import Decimal
from typing import Any

import pytest

from core.errors import ChangedMeanwhile, NotPermitted
from core.history import history_of
from core.integrity import ConstraintRefused
from directory.models import Division
from projects.actions.catalogue import ItemFacts, publish_item
from projects.actions.schemes import (
    Addition,
    LineEdit,
    LineFacts,
    begin_scheme,
    edit_line,
    mark_of,
    new_version,
    publish_scheme_rule,
    save_lines,
    strike,
    submit_scheme,
    take_back,
    unwaive_gap,
    waive_gap,
    withdraw_scheme,
)
from projects.actions.stages import suspend
from projects.errors import (
    CatalogueBelowCounty,
    GapsOpen,
    GapUnknown,
    LineGone,
    NoApprovedScheme,
    ProjectNotActive,
    ReasonNeeded,
    SchemeApproved,
    SchemeEmpty,
    SchemeNotOpen,
    SchemeUnderWay,
    WorkHandedIn,
    WorkListed,
    WorkNotBasic,
    WorkNotOffered,
)
from projects.gaps import Answer, gaps_of
from projects.models import (
    Project,
    Scheme,
    SchemeLine,
    SchemeRule,
    SchemeState,
    Stage,
    Strike,
    Treatment,
    WorkItem,
    WorkOrigin,
)
from tests.cast import JINGZHOU, SHENGLI, Cast
from tests.compounds.builders import make_survey
from tests.projects.builders import bring_to, make_project
from tests.projects.schemes import (
    approve,
    catalogue_item,
    make_approved_scheme,
    make_line,
    make_scheme,
    sign,
    work_of,
)


def project_with(cast: Cast, *, score: int = 1, **scores: Any) -> Project:
    """A project of a compound whose latest survey found just this (`pipes=4`)."""
    project = make_project(cast)
    make_survey(cast, project.compound, score=score, **scores)
    return project


def test_a_work_takes_the_catalogues_usual_cost_and_the_origin_of_its_category(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    basic, parking = make_line(cast, scheme, "B01", "120.5"), make_line(cast, scheme, "I06", 30)
    basic.refresh_from_db()
    assert (basic.unit_cost, basic.cost) == (Decimal(600), Decimal("72300.0000"))
    assert (basic.work_item.origin, parking.work_item.origin) == (WorkOrigin.BASIC, WorkOrigin.ADDED)


def test_only_the_catalogue_in_force_here_is_offered(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    old = catalogue_item("B01")
    facts = ItemFacts(**{name: getattr(old, name) for name in ItemFacts.__annotations__})  # type: ignore[typeddict-item]
    county = Division.objects.get(pk=JINGZHOU)
    publish_item(division=county, user=cast.bureau, code="B01", facts={**facts, "unit_cost": Decimal(650)})
    with pytest.raises(WorkNotOffered):
        save_lines(scheme=scheme, user=cast.street, additions=[Addition(item=old, quantity=Decimal(1))])
    assert make_line(cast, scheme, "B01").unit_cost == 650


def test_the_same_work_at_the_same_place_is_listed_once(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    make_line(cast, scheme, "B08", location="1号楼前")
    make_line(cast, scheme, "B08", location="2号楼前")
    with pytest.raises(WorkListed):
        make_line(cast, scheme, "B08", location=" 1号楼前 ")
    assert scheme.lines.count() == 2


def test_nothing_but_a_basic_item_calls_itself_basic(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    with pytest.raises(WorkNotBasic):
        make_line(cast, scheme, "I06", origin=WorkOrigin.BASIC)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_quantity_is_greater_than_nothing(cast: Cast, quantity: str) -> None:
    with pytest.raises(ConstraintRefused):
        make_line(cast, make_scheme(cast, make_project(cast), {}), "B01", quantity)


def test_who_may_not_draw_schemes_changes_nothing(cast: Cast) -> None:
    project = make_project(cast)
    for user in (cast.community, cast.finance, cast.stranger, cast.contractor):
        with pytest.raises(NotPermitted):
            begin_scheme(project=project, user=user)
    line = make_line(cast, make_scheme(cast, project, {}), "B01")
    with pytest.raises(NotPermitted):
        edit_line(line=line, user=cast.community, quantity=Decimal(1))


def test_a_project_that_stands_still_gets_no_scheme(cast: Cast) -> None:
    project = make_project(cast)
    suspend(project=project, user=cast.bureau, reason="资金未到位")
    with pytest.raises(ProjectNotActive):
        begin_scheme(project=project, user=cast.street)


def test_one_version_is_drawn_up_at_a_time(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    with pytest.raises(SchemeUnderWay):
        begin_scheme(project=project, user=cast.bureau)
    with pytest.raises(NoApprovedScheme):
        new_version(project=project, user=cast.bureau, reason="x")


def test_after_a_withdrawn_version_the_next_says_why(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    with pytest.raises(ReasonNeeded):
        withdraw_scheme(scheme=scheme, user=cast.street, reason=" ")
    withdraw_scheme(scheme=scheme, user=cast.street, reason="小区合并")
    with pytest.raises(ReasonNeeded):
        begin_scheme(project=project, user=cast.street)
    again = begin_scheme(project=project, user=cast.street, reason="按新范围重做")
    assert (again.version, again.state) == (2, SchemeState.DRAFT)


# --- The table --------------------------------------------------------------------------


def edit(line: SchemeLine, *, seen: str = "", **facts: object) -> LineEdit:
    return LineEdit(line_id=line.pk, facts=LineFacts(**facts), seen=seen)  # type: ignore[typeddict-item]


def fresh(line: SchemeLine) -> SchemeLine:
    return SchemeLine.objects.select_related("work_item__catalogue_item").get(pk=line.pk)


def test_a_table_is_saved_whole_or_not_at_all(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    one, two = make_line(cast, scheme, "B01", 10), make_line(cast, scheme, "B02", 20)
    with pytest.raises(ConstraintRefused):
        save_lines(scheme=scheme, user=cast.street, edits=[edit(one, quantity=Decimal(11)), edit(two, quantity=Decimal(0))])  # fmt: skip
    assert fresh(one).quantity == 10
    save_lines(
        scheme=scheme, user=cast.street,
        edits=[edit(one, quantity=Decimal("11.50"), location="东侧"), edit(two, unit_cost=Decimal("790.05"))],
    )  # fmt: skip
    assert (fresh(one).quantity, fresh(one).work_item.location) == (Decimal("11.50"), "东侧")
    assert fresh(two).cost == Decimal("15801.0000")


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    line, other = make_line(cast, scheme, "B01", 10), make_line(cast, scheme, "B02", 20)
    seen, seen_other = mark_of(fresh(line)), mark_of(fresh(other))
    edit_line(line=line, user=cast.bureau, quantity=Decimal(12))
    with pytest.raises(ChangedMeanwhile) as refusal:
        save_lines(scheme=scheme, user=cast.street, edits=[edit(line, seen=seen, quantity=Decimal(99))])
    assert refusal.value.details["lines"] == [line.pk]
    # Another row of the same table is not in its way.
    save_lines(scheme=scheme, user=cast.street, edits=[edit(other, seen=seen_other, quantity=Decimal(21))])
    assert [fresh(one).quantity for one in (line, other)] == [Decimal(12), Decimal(21)]


def test_two_lines_do_not_become_the_same_work_by_an_edit(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    make_line(cast, scheme, "B08", location="东侧")
    other = make_line(cast, scheme, "B08", location="西侧")
    with pytest.raises(WorkListed):
        edit_line(line=other, user=cast.street, location="东侧")


def test_a_line_of_another_scheme_cannot_be_named(cast: Cast) -> None:
    mine, theirs = (
        make_scheme(cast, make_project(cast), {}),
        make_scheme(cast, make_project(cast, year=2027), {}),
    )
    line = make_line(cast, theirs, "B01")
    with pytest.raises(LineGone):
        save_lines(scheme=mine, user=cast.street, edits=[edit(line, quantity=Decimal(1))])


def test_every_change_of_a_line_is_in_the_history(cast: Cast) -> None:
    line = make_line(cast, make_scheme(cast, make_project(cast), {}), "B01", 10)
    edit_line(line=line, user=cast.street, quantity=Decimal(12))
    strike(line=line, user=cast.street, reason="居民不需要")
    told = (
        history_of(SchemeLine).filter(pgh_obj=line.pk).order_by("pgh_id").values_list("pgh_label", "quantity")
    )
    assert list(told) == [("insert", 10), ("update", 12), ("delete", 12)]


# --- Struck -----------------------------------------------------------------------------


def test_struck_with_a_reason_and_taken_back_as_it_was(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    line = make_line(cast, scheme, "B01", 10, unit_cost=Decimal(555))
    with pytest.raises(ReasonNeeded):
        strike(line=line, user=cast.street, reason="")
    struck = strike(line=line, user=cast.street, reason="由供水公司实施")
    assert (scheme.lines.count(), struck.quantity) == (0, Decimal(10))
    back = take_back(struck=struck, user=cast.street)
    assert (back.work_item_id, back.quantity, back.unit_cost) == (
        line.work_item_id,
        Decimal(10),
        Decimal(555),
    )
    assert not Strike.objects.exists()
    with pytest.raises(LineGone):
        take_back(struck=struck, user=cast.street)


def test_the_same_work_put_in_again_is_the_same_work_item(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), {})
    line = make_line(cast, scheme, "B01", location="东侧")
    strike(line=line, user=cast.street, reason="错列")
    again = make_line(cast, scheme, "B01", location="东侧")
    assert again.work_item_id == line.work_item_id
    assert WorkItem.objects.count() == 1
    assert not Strike.objects.exists()


# --- Needs first ------------------------------------------------------------------------


def test_needs_are_topics_that_the_survey_scores_two_or_worse_and_a_basic_item_answers(cast: Cast) -> None:
    project = project_with(cast, pipes=4, roads=2, parking=4, security=1)
    scheme = make_scheme(cast, project, {"B01": 10})
    found = {gap.topic: gap.answer for gap in gaps_of(scheme)}
    # Parking is bad, but no basic item of the catalogue answers it.
    assert found == {"pipes": Answer.PLANNED, "roads": Answer.OPEN}


def test_an_upgrade_waits_until_each_need_is_planned_or_waived(cast: Cast) -> None:
    scheme = make_scheme(cast, project_with(cast, pipes=4, roads=3), {"U03": 1, "B01": 10})
    with pytest.raises(GapsOpen) as refusal:
        submit_scheme(scheme=scheme, user=cast.street)
    assert "道路" in refusal.value.message
    with pytest.raises(ReasonNeeded):
        waive_gap(scheme=scheme, user=cast.street, topic="roads", reason=" ")
    waive_gap(scheme=scheme, user=cast.street, topic="roads", reason="明年随市政道路实施")
    assert submit_scheme(scheme=scheme, user=cast.street).state == SchemeState.SIGNING


def test_a_waiver_is_taken_back_and_the_need_is_open_again(cast: Cast) -> None:
    scheme = make_scheme(cast, project_with(cast, roads=3), {"U03": 1})
    waive_gap(scheme=scheme, user=cast.street, topic="roads", reason="a")
    waive_gap(scheme=scheme, user=cast.street, topic="roads", reason="b")
    assert list(scheme.waivers.values_list("reason", flat=True)) == ["b"]
    unwaive_gap(scheme=scheme, user=cast.street, topic="roads")
    with pytest.raises(GapsOpen):
        submit_scheme(scheme=scheme, user=cast.street)
    with pytest.raises(GapUnknown):
        waive_gap(scheme=scheme, user=cast.street, topic="pipes", reason="x")


def test_without_upgrade_items_open_needs_are_told_but_do_not_stop(cast: Cast) -> None:
    scheme = make_scheme(cast, project_with(cast, pipes=4, roads=3), {"I06": 30})
    assert submit_scheme(scheme=scheme, user=cast.street).state == SchemeState.SIGNING


def test_an_empty_scheme_is_not_handed_in(cast: Cast) -> None:
    with pytest.raises(SchemeEmpty):
        submit_scheme(scheme=make_scheme(cast, make_project(cast), {}), user=cast.street)


def test_what_is_handed_in_is_fixed(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast))
    line = scheme.lines.first()
    assert line is not None
    sign(cast, scheme)
    with pytest.raises(SchemeNotOpen):
        edit_line(line=line, user=cast.street, quantity=Decimal(1))
    with pytest.raises(SchemeNotOpen):
        make_line(cast, scheme, "B03")


# --- Versions ---------------------------------------------------------------------------


def test_a_new_version_begins_as_a_copy_and_the_approved_one_holds(cast: Cast) -> None:
    project = project_with(cast, roads=3)
    first = make_scheme(cast, project, {"B01": 10, "U03": 1})
    waive_gap(scheme=first, user=cast.street, topic="roads", reason="随市政实施")
    approve(cast, first)
    with pytest.raises(SchemeApproved):
        begin_scheme(project=project, user=cast.street)
    with pytest.raises(ReasonNeeded):
        new_version(project=project, user=cast.street, reason="")
    second = new_version(project=project, user=cast.street, reason="居民要求增加停车位")
    kept = {line.work_item_id: (line.quantity, line.unit_cost) for line in first.lines.all()}
    assert {line.work_item_id: (line.quantity, line.unit_cost) for line in second.lines.all()} == kept
    assert second.waivers.get().reason == "随市政实施"
    assert Scheme.objects.approved().get(project=project) == first


def test_where_a_work_is_stays_once_it_was_handed_in(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    second = new_version(project=project, user=cast.street, reason="调整")
    line = second.lines.get(work_item=work_of(project, "B01"))
    with pytest.raises(WorkHandedIn):
        edit_line(line=line, user=cast.street, location="北侧")
    with pytest.raises(WorkHandedIn):
        edit_line(line=line, user=cast.street, treatment=Treatment.NEW)
    edit_line(line=line, user=cast.street, quantity=Decimal(900), location="")
    assert fresh(line).quantity == 900


def test_the_approved_change_moves_what_is_planned_and_struck_works_keep_their_place(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    second = new_version(project=project, user=cast.street, reason="取消道路,增加停车位")
    strike(
        line=second.lines.get(work_item=work_of(project, "B08")), user=cast.street, reason="道路由市政实施"
    )
    make_line(cast, second, "I06", 40)
    edit_line(
        line=second.lines.get(work_item=work_of(project, "B01")), user=cast.street, quantity=Decimal(1000)
    )
    approve(cast, second)
    planned = {row.work_item.catalogue_item.code: row.planned for row in project.work_progress.all()}
    assert planned == {"B01": 1000, "B02": 600, "B08": 0, "I06": 40}
    assert list(project.schemes.order_by("version").values_list("state", flat=True)) == [
        "superseded",
        "approved",
    ]


def test_the_project_leaves_the_stage_with_an_approved_scheme(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    make_approved_scheme(cast, project)
    assert bring_to(cast, project, Stage.JOINT_REVIEW).stage == Stage.JOINT_REVIEW


# --- Rules ------------------------------------------------------------------------------


def test_a_county_sets_its_own_days_and_range_and_below_it_they_hold(cast: Cast) -> None:
    county, street = Division.objects.get(pk=JINGZHOU), Division.objects.get(pk=SHENGLI[:9])
    facts = {
        "notice_days": 7,
        "cost_low": Decimal(100),
        "cost_high": Decimal(600),
        "basis": "荆区住建〔2026〕3号",
    }
    with pytest.raises(NotPermitted):
        publish_scheme_rule(division=county, user=cast.street, **facts)  # type: ignore[arg-type]
    with pytest.raises(CatalogueBelowCounty):
        publish_scheme_rule(division=street, user=cast.bureau, **facts)  # type: ignore[arg-type]
    publish_scheme_rule(division=county, user=cast.bureau, **facts)  # type: ignore[arg-type]
    assert SchemeRule.objects.in_force(SHENGLI).notice_days == 7
    assert SchemeRule.objects.in_force("420683").notice_days == 5
