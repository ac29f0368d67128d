"""The home page: what is decided, what is open for you, whom to call; and representatives who say what they think."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.board import OPEN, ResidentCard, ResidentSource, board
from core.errors import NotPermitted
from directory.models import OrganisationKind
from projects.actions.approvals import approve_scheme, send_back, sign_off
from projects.actions.schemes import submit_scheme
from projects.actions.stages import cancel, suspend
from projects.models import Project, Scheme, SchemeState, SignOff, SignOffKind
from residents.actions.representatives import end_term
from residents.actions.rounds import end_round
from residents.actions.sign_offs import record_agreement, say_of_scheme, tally_of
from residents.errors.sign_offs import (
    AlreadyRecorded,
    NotARepresentative,
    ObjectionNeedsReason,
    SchemeWaitsForNoOpinion,
    TooFewAgree,
)
from residents.home.words import plain_day
from residents.models import Household, Representative, RepresentativeOpinion
from tests.cast import SHENGLI, WEST_STREET, Cast, make_organisation
from tests.projects.builders import make_project
from tests.projects.schemes import approve, make_scheme, post, sign
from tests.residents.builders import make_doors, make_representative, make_round
from tests.residents.letters_held import HOME, Phone, at_home

pytestmark = pytest.mark.django_db

WORKS, NOTICE, SIGN_OFF = "/r/works/", "/r/notice/", "/r/sign-off/"


def text_of(answer: Any) -> str:
    body = re.sub(r"<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def project(cast: Cast) -> Project:
    return make_project(cast, "砂石厂小区")


@pytest.fixture
def doors(cast: Cast, project: Project) -> list[Household]:
    return make_doors(cast, project.compound)


def home_of(cast: Cast, door: Household) -> str:
    return text_of(at_home(cast, door).get(HOME))


# --- What is decided --------------------------------------------------------------------


def test_a_compound_without_a_project_says_so_kindly(cast: Cast) -> None:
    page = home_of(cast, make_doors(cast)[0])
    assert "还没有定下来的事" in page
    assert "现在没有需要您办的事" in page
    assert "有事找谁" in page


def test_the_stage_is_said_in_plain_words(cast: Cast, project: Project, doors: list[Household]) -> None:
    page = home_of(cast, doors[0])
    assert "2026年改造计划" in page
    assert "征求大家的意见" in page
    suspend(project=project, user=cast.bureau, reason="资金未到位")
    page = home_of(cast, doors[0])
    assert "改造暂时停下来了" in page
    # Why it stands still is the offices' affair until they say it.
    assert "资金未到位" not in page
    cancel(project=Project.objects.get(pk=project.pk), user=cast.bureau, reason="拆迁")
    assert "还没有定下来的事" in home_of(cast, doors[0])


def test_the_approved_works_stand_there_and_drafts_do_not(
    cast: Cast, project: Project, doors: list[Household]
) -> None:
    scheme = make_scheme(cast, project)
    held = at_home(cast, doors[0])
    assert "小区要改什么" not in text_of(held.get(HOME))
    assert held.get(WORKS).status_code == 404
    approve(cast, scheme)
    assert "小区要改什么" in text_of(held.get(HOME))
    page = text_of(held.get(WORKS))
    assert "800 m" in page or "800 米" in page
    assert timezone.localdate().strftime("%Y年") in page


def test_a_notice_tells_until_when_and_how_to_object(
    cast: Cast, project: Project, doors: list[Household]
) -> None:
    make_organisation(
        "胜利街社区居委会", kind=OrganisationKind.COMMUNITY, division=SHENGLI, phone="0716-1234567"
    )
    scheme = sign(cast, make_scheme(cast, project))
    held = at_home(cast, doors[0])
    assert held.get(NOTICE).status_code == 404
    last = timezone.localdate() + timedelta(days=3)
    post(cast, scheme, until=last)
    assert f"{last.month}月{last.day}日截止" in text_of(held.get(HOME))
    page = text_of(held.get(NOTICE))
    assert "如果您不同意" in page
    assert "0716-1234567" in page


def test_a_notice_that_is_over_asks_nobody(cast: Cast, project: Project, doors: list[Household]) -> None:
    post(cast, sign(cast, make_scheme(cast, project)))
    assert "现在没有需要您办的事" in home_of(cast, doors[0])


def test_what_other_parts_register_stands_there_too(cast: Cast, doors: list[Household]) -> None:
    source = ResidentSource(
        subject=OPEN, key="test", position=1,
        cards=lambda resident: [ResidentCard(title=f"<b>{resident.door}</b>", url="/r/works/", action="去")],
    )  # fmt: skip
    board.register(source)
    try:
        page = at_home(cast, doors[0]).get(HOME).content.decode()
    finally:
        board.forget(source)
    assert "&lt;b&gt;1号楼1单元101&lt;/b&gt;" in page
    # What is to be done stands before what is decided.
    assert page.index('id="open"') < page.index('id="decided"')


# --- Whom to call -----------------------------------------------------------------------


def test_whoever_goes_round_the_doors_is_called_first(cast: Cast, doors: list[Household]) -> None:
    held = at_home(cast, doors[0])
    assert "电话号码印在信上" in text_of(held.get(HOME))
    make_organisation(
        "西城街道办", kind=OrganisationKind.STREET_OFFICE, division=WEST_STREET, phone="0716-7777777"
    )
    assert "0716-7777777" in text_of(held.get(HOME))
    make_organisation("胜利街居委会", kind=OrganisationKind.COMMUNITY, division=SHENGLI, phone="0716-1234567")
    assert "0716-1234567" in text_of(held.get(HOME))
    going_round = make_round(cast, doors[0].compound)
    assert 'href="tel:0716-8000000"' in held.get(HOME).content.decode()
    end_round(round=going_round, user=cast.community)
    assert "0716-1234567" in text_of(held.get(HOME))


def test_neighbours_who_represent_are_named_and_nothing_else_of_them(
    cast: Cast, doors: list[Household]
) -> None:
    make_representative(cast, doors[1], "李代表", phone="13800138000")
    gone = make_representative(cast, doors[2], "王代表")
    end_term(representative=gone, user=cast.community, until_on=timezone.localdate(), reason="搬走")
    page = home_of(cast, doors[0])
    assert "李代表" in page
    assert "王代表" not in page
    assert "13800138000" not in page
    assert "102" not in page


def test_a_resident_sees_the_own_compound_only(cast: Cast, doors: list[Household]) -> None:
    other = make_project(cast, "别处小区", year=2027)
    approve(cast, make_scheme(cast, other))
    held = at_home(cast, doors[0])
    assert "别处小区" not in text_of(held.get(HOME))
    for target in (f"?compound={other.compound_id}", f"?household={make_doors(cast, other.compound)[0].pk}"):
        assert "别处小区" not in text_of(held.get(f"{HOME}{target}"))


def test_the_home_page_asks_the_same_few_questions_however_much_there_is(
    cast: Cast, project: Project, doors: list[Household], django_assert_num_queries: Any
) -> None:
    approve(cast, make_scheme(cast, project))
    held = at_home(cast, doors[0])
    held.get(HOME)
    # Session, project, schemes, works, notices, round, office, representatives, meetings, questionnaires.
    with django_assert_num_queries(13):
        held.client.get(HOME)
    for number, door in enumerate(doors[:3]):
        make_representative(cast, door, f"代表{number}")
    with django_assert_num_queries(13):
        held.client.get(HOME)


# --- The frame --------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/r/", "/r/nowhere/at/all/", "/r/leave/", "/r/works/"])
def test_errors_below_r_speak_to_residents(cast: Cast, doors: list[Household], url: str) -> None:
    page = at_home(cast, doors[0]).client.get(url).content.decode()
    assert "residents/home" in page
    assert "core/css/house" not in page
    for office_word in ("安全管理员", "辖区", "权限"):
        assert office_word not in page


def test_errors_elsewhere_speak_as_before(cast: Cast) -> None:
    assert "residents/home" not in cast.client().get("/nowhere/").content.decode()


@pytest.mark.parametrize(
    "target", ["", "//evil.example/", "https://evil.example/r/", "/compounds/", "/r/works/"]
)
def test_print_and_language_come_back_to_pages_of_residents(
    cast: Cast, doors: list[Household], target: str
) -> None:
    held = at_home(cast, doors[0])
    answer = held.client.post("/r/large/", {"large": "1", "next": target})
    assert answer["Location"] == (target if target.startswith("/r/") else HOME)
    assert 'class="large"' in held.get(HOME).content.decode()
    held.client.post("/r/large/", {"large": "0"})
    assert 'class="large"' not in held.get(HOME).content.decode()
    answer = held.client.post("/r/language/", {"language": "en", "next": target})
    assert "evil" not in answer["Location"]
    assert "Whom to call" in text_of(held.get(HOME))


# --- Representatives --------------------------------------------------------------------


@pytest.fixture
def people(cast: Cast, doors: list[Household]) -> list[Representative]:
    return [
        make_representative(cast, door, f"代表{name}") for door, name in zip(doors, "甲乙丙丁", strict=True)
    ]


@pytest.fixture
def handed_in(cast: Cast, project: Project) -> Scheme:
    scheme = make_scheme(cast, project)
    return submit_scheme(scheme=scheme, user=cast.street)


def say(held: Phone, agrees: str, remark: str = "", **more: str) -> Any:
    return held.post(SIGN_OFF, {"agrees": agrees, "remark": remark, **more})


def all_say(people: list[Representative], scheme: Scheme, *answers: bool) -> None:
    for person, agrees in zip(people, answers, strict=False):
        say_of_scheme(
            scheme=scheme, representative_id=person.pk, agrees=agrees, remark="" if agrees else "先修下水"
        )  # fmt: skip


def test_a_representative_reads_answers_and_may_change_it(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    held = at_home(cast, people[0])
    assert "方案等您表态" in text_of(held.get(HOME))
    assert "还没有提交" in text_of(held.get(SIGN_OFF))
    assert say(held, "").status_code == 422
    assert say(held, "perhaps").status_code == 422
    refused = say(held, "no")
    assert refused.status_code == 422
    assert "请用几句话写明" in text_of(refused)
    assert "要求先修下水" in text_of(say(held, "no", "要求先修下水"))
    assert "还没有提交" not in text_of(held.get(SIGN_OFF))
    assert "已提交" in text_of(held.get(HOME))
    say(held, "yes")
    # The same again, a double tap: one opinion.
    say(held, "yes")
    said = RepresentativeOpinion.objects.filter(representative=people[0])
    assert [(one.agrees, one.superseded_at is None) for one in said] == [(False, False), (True, True)]


def test_a_household_has_no_say_as_a_representative(
    cast: Cast, doors: list[Household], handed_in: Scheme
) -> None:
    held = at_home(cast, doors[0])
    assert "方案等您表态" not in text_of(held.get(HOME))
    assert held.get(SIGN_OFF).status_code == 403
    assert say(held, "yes").status_code == 403


def test_a_page_that_showed_other_lines_is_asked_again(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    held = at_home(cast, people[0])
    page = held.get(SIGN_OFF).content.decode()
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    send_back(scheme=handed_in, user=cast.bureau, reason="改一下")
    assert "目前没有需要您表态的方案" in text_of(say(held, "yes", seen=found[1]))
    handed_in.refresh_from_db()
    submit_scheme(scheme=handed_in, user=cast.street)
    answer = say(held, "yes", seen=found[1])
    assert answer.status_code == 422
    assert "请重新看一遍" in text_of(answer)


def test_what_was_said_of_other_lines_counts_no_more(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    all_say(people, handed_in, True, True, True)
    send_back(scheme=handed_in, user=cast.bureau, reason="改一下")
    handed_in.refresh_from_db()
    scheme = submit_scheme(scheme=handed_in, user=cast.street)
    assert tally_of(scheme) == (4, 0, 0)
    assert RepresentativeOpinion.objects.count() == 3


@pytest.mark.parametrize(("answers", "is_enough"), [((True, True), False), ((True, True, False), False), ((True, True, True), True), ((True, True, True, False), True)])  # fmt: skip
def test_at_least_three_and_more_than_half_make_the_signature(
    cast: Cast, people: list[Representative], handed_in: Scheme, answers: tuple[bool, ...], *, is_enough: bool
) -> None:
    all_say(people, handed_in, *answers)
    if not is_enough:
        with pytest.raises(TooFewAgree):
            record_agreement(scheme=handed_in, user=cast.community)
        with pytest.raises(IntegrityError), transaction.atomic():
            SignOff.objects.create(scheme=handed_in, kind="representatives", agrees=True, by=cast.bureau)
        return
    signed = record_agreement(scheme=handed_in, user=cast.community)
    assert (signed.kind, signed.remark) == (SignOffKind.REPRESENTATIVES, f"3/{len(people)}")
    with pytest.raises(AlreadyRecorded):
        record_agreement(scheme=handed_in, user=cast.bureau)
    # Who wrote it down still signs for the own office.
    sign_off(scheme=handed_in, user=cast.community, kind=SignOffKind.COMMUNITY, agrees=True)


def test_a_majority_that_is_lost_revokes_the_signature(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    all_say(people, handed_in, True, True, True)
    signed = record_agreement(scheme=handed_in, user=cast.community)
    all_say(people, handed_in, False)
    signed.refresh_from_db()
    assert signed.revoked_at is not None


def test_only_current_representatives_of_the_compound_are_heard(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    stranger = make_representative(cast, make_doors(cast)[0])
    all_say(people, handed_in, True, True, True)
    end_term(representative=people[0], user=cast.community, until_on=timezone.localdate(), reason="搬走")
    assert tally_of(handed_in) == (3, 2, 0)
    for person in (stranger, people[0]):
        with pytest.raises(NotARepresentative):
            say_of_scheme(scheme=handed_in, representative_id=person.pk, agrees=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            RepresentativeOpinion.objects.create(scheme=handed_in, representative=person, agrees=True)
    with pytest.raises(ObjectionNeedsReason):
        say_of_scheme(scheme=handed_in, representative_id=people[1].pk, agrees=False, remark=" \n ")


def test_what_was_said_is_kept_as_it_was_said(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    all_say(people, handed_in, True)
    said = RepresentativeOpinion.objects.get()
    for change in ({"agrees": False, "remark": "x"}, {"remark": "x"}, {"submitted_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RepresentativeOpinion.objects.filter(pk=said.pk).update(**change)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        said.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        RepresentativeOpinion.objects.create(scheme=handed_in, representative=people[0], agrees=True)


def test_nothing_is_said_after_the_approval(
    cast: Cast, project: Project, people: list[Representative]
) -> None:
    scheme = sign(cast, make_scheme(cast, project))
    post(cast, scheme)
    scheme.refresh_from_db()
    assert scheme.state == SchemeState.NOTICED
    all_say(people, scheme, True, False)
    approve_scheme(scheme=scheme, user=cast.bureau)
    with pytest.raises(SchemeWaitsForNoOpinion):
        say_of_scheme(scheme=scheme, representative_id=people[0].pk, agrees=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        RepresentativeOpinion.objects.filter(agrees=True).update(superseded_at=timezone.now())


# --- In the office ----------------------------------------------------------------------


def test_the_office_sees_what_they_say_and_records_it(
    cast: Cast, people: list[Representative], handed_in: Scheme
) -> None:
    url = reverse("projects:scheme_version", args=[handed_in.project.code, 1])
    record = reverse("residents:sign_off_record", args=[handed_in.project.code, 1])
    all_say(people, handed_in, True, True, True, False)
    page = text_of(cast.client("community").get(url))
    for said in ("代表甲", "先修下水", "4 人中 3 人同意"):
        assert said in page
    assert cast.client("community").post(record).status_code == 302
    assert "居民代表签字已登记" in text_of(cast.client("street").get(url))
    # Whoever sees the project and no households sees nothing of it.
    assert "代表甲" not in text_of(cast.client("liaison").get(url))
    assert cast.client("liaison").post(record).status_code == 403
    assert cast.client("stranger").post(record).status_code == 404
    with pytest.raises(NotPermitted):
        record_agreement(scheme=handed_in, user=cast.liaison)


def test_dates_are_said_as_people_say_them() -> None:
    assert plain_day(date(2026, 1, 5)) == "2026年1月5日"
