"""A scheme's way through the offices: signatures, notice, objections, approval; and races on it."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.utils import timezone

from core.errors import NotPermitted
from directory.models import RoleAssignment
from directory.powers import Role
from projects.actions.approvals import (
    answer_objection,
    approve_scheme,
    post_notice,
    prolong_notice,
    record_objection,
    send_back,
    sign_off,
)
from projects.actions.schemes import submit_scheme
from projects.actions.visits import VisitFacts, edit_visit, record_visit
from projects.errors import (
    AlreadySigned,
    DateInFuture,
    NamesAPerson,
    NoticeNotLonger,
    NoticeRunning,
    NoticeTooEarly,
    NoticeTooShort,
    NotOnNotice,
    NotSigned,
    ObjectionAnswered,
    ObjectionOutside,
    ObjectionsOpen,
    ReasonNeeded,
    SchemeWrongState,
    SignsForAnother,
    SubmitterApproves,
)
from projects.gates import missing_for_next_stage
from projects.models import Objection, Scheme, SchemeState, SignOff, SignOffKind, Stage, WorkItemProgress
from projects.privacy import holds_a_number, masked
from tests.cast import SHENGLI, WEST_STREET, Cast, make_user
from tests.projects.builders import bring_to, make_project
from tests.projects.schemes import approve, make_approved_scheme, make_scheme, post, sign
from tests.races import at_once, refusals

TODAY = timezone.localdate


def handed_in(cast: Cast) -> Scheme:
    return submit_scheme(scheme=make_scheme(cast, make_project(cast)), user=cast.street)


def object_to(cast: Cast, scheme: Scheme, **facts: object) -> Objection:
    usual = {
        "received_on": TODAY() - timedelta(days=2),
        "channel": "visit",
        "text": "施工噪音太大",
        "raised_by": "张三丰",
    }
    return record_objection(scheme=scheme, user=cast.community, **{**usual, **facts})  # type: ignore[arg-type]


# --- Signing ----------------------------------------------------------------------------


def test_each_office_signs_for_itself(cast: Cast) -> None:
    scheme = handed_in(cast)
    for user, kind in ((cast.street, "community"), (cast.community, "street_office"), (cast.bureau, "street_office"),
                       (cast.stranger, "community")):  # fmt: skip
        with pytest.raises(NotPermitted):
            sign_off(scheme=scheme, user=user, kind=kind, agrees=True)
    with pytest.raises(NotSigned) as refusal:
        post(cast, scheme)
    assert "街道" in refusal.value.message


def test_a_person_signs_for_one_office_only(cast: Cast) -> None:
    scheme = handed_in(cast)
    both = make_user("both", role=Role.STREET_OFFICER, division=WEST_STREET)
    RoleAssignment.objects.create(
        user=both, role=Role.COMMUNITY_WORKER, division_id=SHENGLI, starts_on=date(2020, 1, 1)
    )
    sign_off(scheme=scheme, user=both, kind="street_office", agrees=True)
    with pytest.raises(SignsForAnother):
        sign_off(scheme=scheme, user=both, kind="community", agrees=True)


def test_an_office_that_refuses_says_why_and_may_agree_later(cast: Cast) -> None:
    scheme = handed_in(cast)
    with pytest.raises(ReasonNeeded):
        sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=False)
    sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=False, remark="缺少消防通道")
    sign_off(scheme=scheme, user=cast.community, kind="community", agrees=True)
    with pytest.raises(NotSigned):
        post(cast, scheme)
    sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=True)
    with pytest.raises(AlreadySigned):
        sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=True)
    assert SignOff.objects.filter(scheme=scheme, revoked_at__isnull=False).get().remark == "缺少消防通道"
    assert post(cast, scheme).scheme_id == scheme.pk


def test_nobody_signs_before_it_is_handed_in(cast: Cast) -> None:
    with pytest.raises(SchemeWrongState):
        sign_off(
            scheme=make_scheme(cast, make_project(cast)), user=cast.street, kind="street_office", agrees=True
        )


def test_sent_back_all_signatures_and_the_notice_are_void(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme)
    with pytest.raises(ReasonNeeded):
        send_back(scheme=scheme, user=cast.bureau, reason="")
    with pytest.raises(NotPermitted):
        send_back(scheme=scheme, user=cast.community, reason="x")
    send_back(scheme=scheme, user=cast.bureau, reason="道路范围要改")
    scheme.refresh_from_db()
    assert (scheme.state, scheme.return_reason) == (SchemeState.DRAFT, "道路范围要改")
    assert not scheme.sign_offs.filter(revoked_at__isnull=True).exists()
    assert scheme.notices.get().ended_reason == "道路范围要改"
    approve(cast, scheme)
    assert scheme.notices.count() == 2


# --- Notice -----------------------------------------------------------------------------


def test_a_notice_hangs_five_days_at_least_both_ends_counted(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    day = TODAY() - timedelta(days=9)
    with pytest.raises(NoticeTooShort):
        post_notice(
            scheme=scheme, user=cast.street, from_on=day, until_on=day + timedelta(days=3), places="大门"
        )
    far = TODAY() + timedelta(days=31)
    with pytest.raises(NoticeTooEarly):
        post_notice(
            scheme=scheme, user=cast.street, from_on=far, until_on=far + timedelta(days=9), places="大门"
        )
    with pytest.raises(NotPermitted):
        post_notice(
            scheme=scheme, user=cast.finance, from_on=day, until_on=day + timedelta(days=4), places="大门"
        )
    post_notice(scheme=scheme, user=cast.street, from_on=day, until_on=day + timedelta(days=4), places="大门")


def test_until_the_last_day_is_over_nothing_is_approved(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme, until=TODAY())
    with pytest.raises(NoticeRunning):
        approve_scheme(scheme=scheme, user=cast.bureau)
    with pytest.raises(DateInFuture):
        approve_scheme(scheme=scheme, user=cast.bureau, approved_on=TODAY() + timedelta(days=1))


def test_a_notice_is_prolonged_with_its_reason_and_never_shortened(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    notice = post(cast, scheme, until=TODAY())
    longer = partial(prolong_notice, notice=notice, user=cast.community, reason="住户外出务工")
    day = timedelta(days=1)
    for until_on, refusal in (
        (TODAY(), NoticeNotLonger),
        (TODAY() - day, NoticeNotLonger),
        (TODAY() + 91 * day, NoticeTooEarly),
    ):
        with pytest.raises(refusal):
            longer(until_on=until_on)
    with pytest.raises(ReasonNeeded):
        longer(until_on=TODAY() + day, reason=" ")
    with pytest.raises(NamesAPerson):
        longer(until_on=TODAY() + day, reason="请致电13872112233")
    with pytest.raises(NotPermitted):
        longer(until_on=TODAY() + day, user=cast.finance)
    for days in (1, 3):
        longer(until_on=TODAY() + days * day)
    notice.refresh_from_db()
    assert notice.until_on == TODAY() + 3 * day
    assert [(one.before, one.after) for one in notice.extensions.all()] == [
        (TODAY(), TODAY() + day),
        (TODAY() + day, TODAY() + 3 * day),
    ]
    with pytest.raises(NoticeRunning):
        approve_scheme(scheme=scheme, user=cast.bureau)
    send_back(scheme=scheme, user=cast.bureau, reason="改")
    with pytest.raises((NotOnNotice, SchemeWrongState)):
        longer(until_on=TODAY() + 9 * day)


# --- Objections -------------------------------------------------------------------------


def test_an_objection_must_be_answered_before_the_approval(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme)
    objection = object_to(cast, scheme)
    with pytest.raises(ObjectionsOpen):
        approve_scheme(scheme=scheme, user=cast.bureau)
    with pytest.raises(NotPermitted):
        answer_objection(objection=objection, user=cast.community, answer="已解释", is_adopted=False)
    answer_objection(objection=objection, user=cast.street, answer="限定施工时间", is_adopted=False)
    with pytest.raises(ObjectionAnswered):
        answer_objection(objection=objection, user=cast.street, answer="改口", is_adopted=True)
    assert approve_scheme(scheme=scheme, user=cast.bureau).state == SchemeState.APPROVED


def test_also_those_of_a_notice_that_ended_early(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme)
    objection = object_to(cast, scheme)
    send_back(scheme=scheme, user=cast.street, reason="改")
    post(cast, sign(cast, scheme))
    with pytest.raises(ObjectionsOpen):
        approve_scheme(scheme=scheme, user=cast.bureau)
    answer_objection(objection=objection, user=cast.street, answer="已改", is_adopted=True)
    approve_scheme(scheme=scheme, user=cast.bureau)


def test_no_person_can_be_told_from_an_objection(cast: Cast) -> None:
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme)
    assert object_to(cast, scheme).raised_by == "张*"
    with pytest.raises(NamesAPerson):
        object_to(cast, scheme, text="请打 138 7211 2233")
    with pytest.raises(ObjectionOutside):
        object_to(cast, scheme, received_on=TODAY() - timedelta(days=30))
    with pytest.raises(DateInFuture):
        object_to(cast, scheme, received_on=TODAY() + timedelta(days=1))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("张三", "张*"),
        ("欧阳修文", "欧*"),
        ("居民代表", "居民代表"),
        ("3号楼业主", "3号楼业主"),
        ("李*", "李*"),
        ("", ""),
    ],
)
def test_names_are_masked_roles_are_not(written: str, kept: str) -> None:
    assert masked(written) == kept


@pytest.mark.parametrize(("text", "is_number"), [("13872112233", True), ("0716-8461234", True), ("2026年每户 3000 元", False), ("3-2-501", False)])  # fmt: skip
def test_numbers_of_people_are_told_from_years_and_amounts(text: str, is_number: bool) -> None:
    assert holds_a_number(text) is is_number


# --- Approval ---------------------------------------------------------------------------


def test_whoever_handed_it_in_does_not_approve_it(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast), by="bureau")
    submit_scheme(scheme=scheme, user=cast.bureau)
    sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=True)
    sign_off(scheme=scheme, user=cast.community, kind="community", agrees=True)
    post(cast, scheme)
    with pytest.raises(SubmitterApproves):
        approve_scheme(scheme=scheme, user=cast.bureau)
    for user in (cast.street, cast.community, cast.stranger):
        with pytest.raises(NotPermitted):
            approve_scheme(scheme=scheme, user=user)
    approve_scheme(scheme=scheme, user=cast.bureau2)


def test_the_strip_says_what_lacks_at_each_step(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)

    def lacks() -> list[str]:
        return [str(line.text) for line in missing_for_next_stage(cast.bureau, project)]

    scheme = make_scheme(cast, project)
    assert len(lacks()) == 1
    submit_scheme(scheme=scheme, user=cast.street)
    assert len(lacks()) == 2
    sign_off(scheme=scheme, user=cast.street, kind="street_office", agrees=True)
    assert len(lacks()) == 1
    sign_off(scheme=scheme, user=cast.community, kind="community", agrees=True)
    post(cast, scheme, until=TODAY())
    object_to(cast, scheme, received_on=TODAY())
    lines = missing_for_next_stage(cast.bureau, project)
    assert TODAY().isoformat() in str(lines[0].text)
    assert all(line.url.endswith("/notice/") for line in lines)
    assert len(lines) == 2


# --- Races ------------------------------------------------------------------------------


def test_of_two_approvers_at_one_moment_one_approves(committed_cast: Cast) -> None:
    cast = committed_cast
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    post(cast, scheme)
    people = [cast.bureau, cast.bureau2]
    answers = at_once(*(partial(approve_scheme, scheme=scheme, user=who) for who in people))
    assert [type(refusal) for refusal in refusals(answers)] == [SchemeWrongState]
    assert Scheme.objects.approved().count() == 1
    assert WorkItemProgress.objects.count() == 3


def test_of_two_signatures_of_one_office_one_counts_and_none_slips_in_beside_the_sending_back(
    committed_cast: Cast,
) -> None:
    cast = committed_cast
    scheme = handed_in(cast)
    colleague = make_user("street2", role=Role.STREET_OFFICER, division=WEST_STREET)
    people = [cast.street, colleague]
    mine = partial(sign_off, scheme=scheme, kind=SignOffKind.STREET_OFFICE, agrees=True)
    answers = at_once(*(partial(mine, user=who) for who in people))
    assert [type(refusal) for refusal in refusals(answers)] == [AlreadySigned]
    at_once(
        lambda: sign_off(scheme=scheme, user=cast.community, kind="community", agrees=True),
        lambda: send_back(scheme=scheme, user=cast.bureau, reason="改"),
    )
    scheme.refresh_from_db()
    assert scheme.state == SchemeState.DRAFT
    assert not scheme.sign_offs.filter(revoked_at__isnull=True).exists()


def test_an_approval_never_slips_in_beside_a_prolonged_notice(committed_cast: Cast) -> None:
    cast = committed_cast
    scheme = sign(cast, make_scheme(cast, make_project(cast)))
    notice = post(cast, scheme)
    at_once(
        partial(approve_scheme, scheme=scheme, user=cast.bureau),
        partial(prolong_notice, notice=notice, user=cast.community, until_on=TODAY(), reason="延长"),
    )
    scheme.refresh_from_db()
    assert (scheme.state == SchemeState.APPROVED) == (not notice.extensions.exists())


# --- Visits -----------------------------------------------------------------------------


def test_a_visit_keeps_who_came_and_what_they_found(cast: Cast) -> None:
    project = make_project(cast)
    facts = VisitFacts(visited_on=TODAY(), participants="设计院、西城街道", conclusion="管网全部更换")
    for user in (cast.finance, cast.stranger, cast.contractor):
        with pytest.raises(NotPermitted):
            record_visit(project=project, user=user, **facts)
    tomorrow = TODAY() + timedelta(days=1)
    with pytest.raises(DateInFuture):
        record_visit(
            project=project, user=cast.community, visited_on=tomorrow, participants="设计院", conclusion="x"
        )
    visit = record_visit(project=project, user=cast.community, **facts)
    edit_visit(visit=visit, user=cast.street, conclusion="管网全部更换;道路修复")
    visit.refresh_from_db()
    assert visit.conclusion.endswith("道路修复")
    assert visit.division_code == SHENGLI


def test_an_approved_scheme_is_of_its_own_project_alone(cast: Cast) -> None:
    one, other = make_project(cast), make_project(cast, year=2027)
    make_approved_scheme(cast, one)
    assert not other.schemes.exists()
    assert one.work_progress.count() == 3
