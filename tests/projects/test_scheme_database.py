"""What no shell can do to a scheme: tried as the role `app`, past every action."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core.integrity import violated_constraint
from projects.actions.schemes import new_version, strike, waive_gap
from projects.models import (
    NoticeExtension,
    Objection,
    Project,
    PublicNotice,
    Scheme,
    SchemeLine,
    SchemeRule,
    SchemeState,
    SignOff,
    Strike,
    Waiver,
    WorkItem,
    WorkItemProgress,
)
from projects.models.scheme import SCHEME_TRANSITIONS
from tests.cast import Cast
from tests.compounds.builders import make_survey
from tests.projects.builders import make_project
from tests.projects.schemes import make_approved_scheme, make_line, make_scheme, post, sign


def refused(write: Callable[[], object]) -> str:
    """The name of the constraint by which the database refuses it."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        write()
    return violated_constraint(refusal.value) if isinstance(refusal.value, IntegrityError) else ""


def put(scheme: Scheme, **columns: object) -> Callable[[], object]:
    return lambda: Scheme.objects.filter(pk=scheme.pk).update(**columns)


def at(cast: Cast, state: str) -> Scheme:
    """A scheme in a state, by the way that leads there."""
    project = make_project(cast)
    if state in (SchemeState.APPROVED, SchemeState.SUPERSEDED):
        scheme = make_approved_scheme(cast, project)
        if state == SchemeState.SUPERSEDED:
            put(scheme, state=state)()
        return scheme
    scheme = make_scheme(cast, project)
    if state == SchemeState.WITHDRAWN:
        put(scheme, state=state)()
    elif state != SchemeState.DRAFT:
        sign(cast, scheme)
        if state == SchemeState.NOTICED:
            post(cast, scheme)
    return scheme


def test_the_role_is_the_portals_own(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("app",)


@pytest.mark.parametrize("state", SchemeState.values)
def test_a_scheme_moves_by_its_transitions_only(cast: Cast, state: str) -> None:
    scheme = at(cast, state)
    allowed = {after for before, after in SCHEME_TRANSITIONS if before == state}
    for after in set(SchemeState.values) - allowed - {state}:
        refused(put(scheme, state=after, approved_on=timezone.localdate(), approved_by=cast.bureau))


def test_without_both_signatures_it_does_not_hang_out(cast: Cast) -> None:
    scheme = at(cast, SchemeState.SIGNING)
    scheme.sign_offs.filter(kind="community").update(revoked_at=timezone.now())
    assert refused(put(scheme, state="noticed")) == "scheme_is_signed"
    scheme.sign_offs.filter(kind="community").update(revoked_at=None)
    scheme.sign_offs.filter(kind="street_office").update(agrees=False, remark="不同意")
    assert refused(put(scheme, state="noticed")) == "scheme_is_signed"


def test_without_a_notice_that_ran_its_time_or_with_an_open_objection_it_is_not_approved(cast: Cast) -> None:
    scheme = at(cast, SchemeState.NOTICED)
    today = timezone.localdate()
    approval = {"state": "approved", "approved_by": cast.bureau}
    notice = scheme.notices.get()
    assert refused(put(scheme, approved_on=notice.until_on, **approval)) == "scheme_was_on_notice"
    Objection.objects.create(
        notice=notice, received_on=today, channel="visit", text="噪音", recorded_by=cast.community
    )
    assert refused(put(scheme, approved_on=today, **approval)) == "scheme_objections_answered"
    notice.ended_at = timezone.now()
    notice.save()
    assert refused(put(scheme, approved_on=today, **approval)) == "scheme_was_on_notice"


def test_a_notice_lasts_as_long_as_the_rule_of_the_place_asks(cast: Cast) -> None:
    scheme = at(cast, SchemeState.SIGNING)
    today = timezone.localdate()

    def hang(days: int) -> Callable[[], object]:
        return lambda: PublicNotice.objects.create(
            scheme=scheme, from_on=today, until_on=today + timedelta(days=days - 1), places="大门", posted_by=cast.street
        )  # fmt: skip

    assert refused(hang(4)) == "notice_lasts_long_enough"
    SchemeRule.objects.create(division_id="4210", notice_days=9)
    SchemeRule.objects.create(division_id="4210", version=2, notice_days=7)
    SchemeRule.objects.create(division_id="4206", notice_days=30)
    assert refused(hang(6)) == "notice_lasts_long_enough"
    hang(7)()


def test_its_days_move_by_an_extension_only_and_only_onwards(cast: Cast) -> None:
    scheme = at(cast, SchemeState.NOTICED)
    notice = scheme.notices.get()
    row, last, day = PublicNotice.objects.filter(pk=notice.pk), notice.until_on, timedelta(days=1)

    def extend(before: date, after: date, reason: str = "延长") -> Callable[[], object]:
        return lambda: NoticeExtension.objects.create(
            notice=notice, before=before, after=after, reason=reason, by=cast.community
        )

    for columns in ({"until_on": last + day}, {"until_on": last - day}, {"from_on": last}):
        assert refused(lambda columns=columns: row.update(**columns)) == "notice_keeps_its_days"  # type: ignore[misc]
    assert refused(extend(last, last - day)) == "notice_extension_prolongs"
    assert refused(extend(last, last + day, reason="")) == "notice_extension_has_reason"
    assert refused(extend(last + day, last + 2 * day)) == "notice_extension_from_here"
    extend(last, last + day)()
    row.update(ended_at=timezone.now())
    assert refused(extend(last + day, last + 2 * day)) == "notice_extension_from_here"


def test_the_submitter_is_not_the_approver(cast: Cast) -> None:
    scheme = at(cast, SchemeState.NOTICED)
    write = put(scheme, state="approved", approved_by=scheme.submitted_by, approved_on=timezone.localdate())
    assert refused(write) == "scheme_approved_by_another"


@pytest.mark.parametrize(
    "state", [SchemeState.SIGNING, SchemeState.NOTICED, SchemeState.APPROVED, SchemeState.SUPERSEDED]
)
def test_lines_waivers_and_strikes_are_fixed_once_it_is_handed_in(cast: Cast, state: str) -> None:
    scheme = at(cast, state)
    line = scheme.lines.order_by("pk")[0]
    facts = {"scheme": scheme, "project": scheme.project, "quantity": 1, "unit_cost": 1}
    work = WorkItem.objects.create(
        project=scheme.project, catalogue_item=line.work_item.catalogue_item, location="别处", origin="basic",
        created_by=cast.bureau,
    )  # fmt: skip
    for write in (
        lambda: SchemeLine.objects.filter(pk=line.pk).update(quantity=1),
        lambda: SchemeLine.objects.filter(pk=line.pk).delete(),
        lambda: SchemeLine.objects.create(work_item=work, **facts),
        lambda: Strike.objects.create(work_item=line.work_item, reason="x", by=cast.bureau, **facts),
        lambda: Waiver.objects.create(scheme=scheme, topic="roads", reason="x", by=cast.bureau),
    ):
        refused(write)


def test_an_approved_scheme_stays_as_it_is(cast: Cast) -> None:
    scheme = at(cast, SchemeState.APPROVED)
    for columns in (
        {"summary": "x"},
        {"approved_on": timezone.localdate() - timedelta(days=1)},
        {"version": 9},
    ):
        refused(put(scheme, **columns))
    refused(lambda: Scheme.objects.filter(pk=scheme.pk).delete())


def test_a_line_belongs_to_the_project_of_its_scheme_and_of_its_work(cast: Cast) -> None:
    scheme, other = make_scheme(cast, make_project(cast)), make_scheme(cast, make_project(cast, year=2027))
    theirs = other.lines.order_by("pk")[0].work_item
    facts = {"quantity": 1, "unit_cost": 1, "work_item": theirs, "scheme": scheme}
    for project in (scheme.project, other.project):
        refused(lambda project=project: SchemeLine.objects.create(project=project, **facts))  # type: ignore[misc]
    refused(lambda: Strike.objects.create(project=scheme.project, reason="x", by=cast.bureau, **facts))


def test_a_work_item_is_stable_and_where_it_was_handed_in_it_stays(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast))
    line = scheme.lines.order_by("pk")[0]
    item = WorkItem.objects.filter(pk=line.work_item_id)
    other = scheme.lines.order_by("pk")[1].work_item.catalogue_item
    refused(lambda: item.update(catalogue_item=other))
    item.update(location="东侧")
    sign(cast, scheme)
    assert refused(lambda: item.update(location="西侧")) == "work_item_was_handed_in"
    refused(item.delete)


def test_basic_needs_come_first_in_the_database_too(cast: Cast) -> None:
    project = make_project(cast)
    make_survey(cast, project.compound, score=1, pipes=3, roads=2, parking=4)
    scheme = make_scheme(cast, project, {"U03": 1, "B01": 100})
    hand_in = put(scheme, state="signing", submitted_by=cast.street, submitted_at=timezone.now())
    assert refused(hand_in) == "scheme_answers_needs_first"
    waive_gap(scheme=scheme, user=cast.street, topic="roads", reason="随市政实施")
    hand_in()


def test_a_planned_basic_work_answers_and_no_upgrade_needs_no_answer(cast: Cast) -> None:
    for year, works in ((2026, {"U03": 1, "B01": 100, "B08": 100}), (2027, {"I06": 10})):
        project = make_project(cast, year=year)
        make_survey(cast, project.compound, score=1, pipes=3, roads=2)
        scheme = make_scheme(cast, project, works)
        put(scheme, state="signing", submitted_by=cast.street, submitted_at=timezone.now())()
    assert (
        refused(put(make_scheme(cast, make_project(cast, year=2028), {}), state="signing"))
        == "scheme_has_works"
    )


def test_a_second_version_under_way_or_without_reason_cannot_be(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    facts = {"project": project, "drawn_up_by": cast.street}
    assert refused(lambda: Scheme.objects.create(version=2, **facts)) == "scheme_change_has_reason"
    new_version(project=project, user=cast.street, reason="增加")
    assert (
        refused(lambda: Scheme.objects.create(version=3, change_reason="x", **facts))
        == "scheme_one_under_way"
    )
    refused(lambda: Scheme.objects.create(version=4, change_reason="x", state="approved", **facts))


def test_what_is_planned_and_done_is_kept_by_the_database_alone(cast: Cast) -> None:
    scheme = at(cast, SchemeState.APPROVED)
    row = WorkItemProgress.objects.filter(project=scheme.project)
    for write in (lambda: row.update(done=1), lambda: row.update(planned=1), row.delete):
        refused(write)
    refused(lambda: Project.objects.filter(pk=scheme.project_id).update(percent_done=10))


def test_signatures_and_objections_stay(cast: Cast) -> None:
    scheme = at(cast, SchemeState.APPROVED)
    refused(lambda: SignOff.objects.filter(scheme=scheme).update(agrees=False, remark="x"))
    refused(lambda: SignOff.objects.filter(scheme=scheme).delete())
    objection = Objection.objects.create(
        notice=scheme.notices.get(), received_on=timezone.localdate(), channel="visit", text="噪音",
        recorded_by=cast.community,
    )  # fmt: skip
    refused(objection.delete)
    answered = {
        "answer": "限时",
        "is_adopted": False,
        "answered_on": timezone.localdate(),
        "answered_by": cast.street,
    }
    assert refused(lambda: Objection.objects.filter(pk=objection.pk).update(answered_on=timezone.localdate())) == "objection_answered_in_full"  # fmt: skip
    Objection.objects.filter(pk=objection.pk).update(**answered)
    refused(lambda: Objection.objects.filter(pk=objection.pk).update(answer="改口"))


def test_struck_in_a_change_the_progress_of_the_work_is_kept_and_nothing_is_planned(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    second = new_version(project=project, user=cast.street, reason="调整")
    line = second.lines.order_by("pk")[0]
    strike(line=line, user=cast.street, reason="由市政实施")
    make_line(cast, second, "B09", 2)
    post(cast, sign(cast, second))
    Scheme.objects.filter(project=project, state="approved").update(state="superseded")
    put(second, state="approved", approved_by=cast.bureau, approved_on=timezone.localdate())()
    kept = WorkItemProgress.objects.get(work_item=line.work_item)
    assert not kept.planned
    assert not kept.cost
    assert sum(project.work_progress.values_list("cost", flat=True)) == sum(
        Decimal(line.cost) for line in second.lines.all()
    )
