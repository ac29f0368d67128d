"""Meetings: announced, ticked door by door, held with decisions, cancelled; what residents read of them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.test import Client
from django.utils import timezone

from core.board import board
from core.errors import DomainError
from core.history import version_of
from residents.actions.meetings import (
    DecisionFacts,
    announce_meeting,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    take_attendance,
)
from residents.actions.opinions import record_opinion
from residents.errors.meetings import (
    AttendanceClosed,
    MeetingElsewhere,
    MeetingNotBegun,
    MeetingOver,
    MoreHandsThanPeople,
    PeopleHaveCome,
)
from residents.errors.opinions import HouseholdElsewhere
from residents.models import Attendance, Decision, Household, Meeting, Opinion
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.pdf import words
from tests.residents.builders import make_doors, make_owner, make_representative
from tests.residents.letters_held import HOME, at_home
from tests.residents.register_pages import at, statements, text_of
from tests.residents.test_home_menu import text_of as words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(cast: Cast) -> list[Household]:
    return make_doors(cast, floors=1, doors=3)


def announced(cast: Cast, door: Household, **facts: Any) -> Meeting:
    """In two days, if nothing else is said."""
    given = {"title": "车位怎么改", "place": "小区广场", "agenda": "车位\n充电棚", **facts}
    begins_at = given.pop("begins_at", timezone.now() + timedelta(days=2))
    return announce_meeting(compound=door.compound, user=cast.community, begins_at=begins_at, **given)


def begun(cast: Cast, door: Household, **facts: Any) -> Meeting:
    return announced(cast, door, begins_at=timezone.now() - timedelta(minutes=10), **facts)


def held(cast: Cast, door: Household, **facts: Any) -> Meeting:
    given = {
        "minutes": "记录",
        "attended_count": 12,
        "decisions": [DecisionFacts("增设充电棚", 10, 1, 1)],
        **facts,
    }
    meeting = begun(cast, door, **({"kind": given.pop("kind")} if "kind" in given else {}))
    return hold_meeting(meeting=meeting, user=cast.community, **given)


SENT = {
    "title": "车位怎么改", "kind": "residents", "begins_at": "2199-05-01T09:00", "place": "小区广场", "agenda": "车位",
}  # fmt: skip
MINUTES = {
    "minutes": "大家讨论了车位。", "attended_count": "12", "guests": "设计单位、设计单位", "decision-1": "增设充电棚",
    "favour-1": "10", "against-1": "1", "abstained-1": "1", "decision-2": "再议车位",
}  # fmt: skip


# --- Announced and changed --------------------------------------------------------------


def test_a_meeting_is_announced_and_stands_on_the_residents_page(cast: Cast, doors: list[Household]) -> None:
    code, client = doors[0].compound.code, cast.client("community")
    for wrong in (
        {"agenda": ""},
        {"title": "车\x00位"},
        {"title": "长" * 121},
        {"begins_at": "gestern"},
        {"kind": "x"},
    ):
        assert client.post(at("meeting_announce", code), SENT | wrong).status_code == 422
    assert client.post(at("meeting_announce", code), {**SENT, "agenda": "长" * 4001}).status_code == 422
    assert client.post(at("meeting_announce", code), SENT).status_code == 302
    assert "车位怎么改" in text_of(cast.client("bureau"), at("meetings"))
    assert "小区广场" in words_of(at_home(cast, doors[0]).get(HOME))
    assert "车位怎么改" not in words_of(at_home(cast, make_doors(cast)[0]).get(HOME))


def test_who_saves_second_sees_what_the_first_changed(cast: Cast, doors: list[Household]) -> None:
    meeting = announced(cast, doors[0])
    shown = {
        **SENT,
        "begins_at": f"{timezone.localtime(meeting.begins_at):%Y-%m-%dT%H:%M}",
        "agenda": meeting.agenda,
    }
    shown["version"] = str(version_of(meeting))
    change_meeting(meeting=meeting, user=cast.street, place="东门岗亭", title="车位和充电")
    client = cast.client("community")
    answer = client.post(at("meeting_edit", meeting.pk), {**shown, "title": "车位再议"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "车位和充电" in page
    assert "东门岗亭" in page
    meeting.refresh_from_db()
    assert meeting.title == "车位和充电"
    again = {**shown, "title": "车位再议", "place": "东门岗亭", "version": str(version_of(meeting))}
    assert client.post(at("meeting_edit", meeting.pk), again).status_code == 302


def test_residents_read_that_the_time_has_changed(cast: Cast, doors: list[Household]) -> None:
    meeting = announced(cast, doors[0])
    home = at_home(cast, doors[0])
    assert "时间有变" not in words_of(home.get(HOME))
    change_meeting(meeting=meeting, user=cast.community, begins_at=meeting.begins_at + timedelta(days=1))
    assert "时间有变" in words_of(home.get(HOME))


def test_a_cancelled_meeting_says_why(cast: Cast, doors: list[Household]) -> None:
    meeting = announced(cast, doors[0])
    client = cast.client("community")
    assert client.post(at("meeting_cancel", meeting.pk), {"reason": ""}).status_code == 422
    client.post(at("meeting_cancel", meeting.pk), {"reason": "下雨改期"})
    assert "下雨改期" in text_of(client, meeting.get_absolute_url())
    assert "下雨改期" in words_of(at_home(cast, doors[0]).get(HOME))
    assert client.post(at("meeting_edit", meeting.pk), SENT).status_code == 422


# --- Who came ---------------------------------------------------------------------------


def test_doors_are_ticked_and_two_tables_never_undo_each_other(cast: Cast, doors: list[Household]) -> None:
    meeting, client = begun(cast, doors[0]), cast.client("community")
    first, second, third = doors
    address = at("meeting_attendance", meeting.pk)
    assert client.post(address, {"here": [first.pk, second.pk]}).status_code == 302
    # Both pages were opened before either saved; the second table unticks one and ticks another.
    client.post(address, {"shown": [first.pk, second.pk], "here": [first.pk, second.pk, third.pk]})
    client.post(address, {"shown": [first.pk, second.pk], "here": [first.pk]})
    client.post(address, {"shown": [first.pk], "here": [first.pk]})
    came = Attendance.objects.filter(meeting=meeting).values_list("household", flat=True)
    assert set(came) == {first.pk, third.pk}
    assert client.post(address, {"here": [third.pk]}).status_code == 302
    page = text_of(client, meeting.get_absolute_url())
    assert first.staircase + first.unit in page


def test_a_door_is_taken_in_as_it_is_called_out(cast: Cast, doors: list[Household]) -> None:
    meeting, client = begun(cast, doors[0]), cast.client("community")
    address = at("meeting_attendance", meeting.pk)
    assert client.post(address, {"quick": "1", "door": "1-1-102"}).status_code == 302
    assert client.post(address, {"quick": "1", "door": "9-9-909"}).status_code == 422
    assert Attendance.objects.get(meeting=meeting).household == doors[1]


@pytest.mark.parametrize(
    "sent", [{"here": ["x", "-1", "9" * 30, "1e9"]}, {"here": [str(2**62)]}, {"shown": ["0"]}]
)
def test_ticks_that_are_no_doors_are_nobody(cast: Cast, doors: list[Household], sent: dict[str, Any]) -> None:
    meeting = begun(cast, doors[0])
    assert cast.client("community").post(at("meeting_attendance", meeting.pk), sent).status_code == 302
    assert not Attendance.objects.exists()


def test_nothing_is_ticked_before_people_come_or_after_the_minutes(
    cast: Cast, doors: list[Household]
) -> None:
    client = cast.client("community")
    for meeting in (announced(cast, doors[0]), held(cast, doors[0])):
        address = at("meeting_attendance", meeting.pk)
        assert client.get(address).status_code == 302
        assert "到会登记从会前三小时开始" in client.get(address, follow=True).content.decode()
        client.post(address, {"here": [doors[0].pk]})
    assert not Attendance.objects.exists()


def test_nobody_of_another_compound_comes_and_nobody_long_before(cast: Cast, doors: list[Household]) -> None:
    elsewhere = make_doors(cast)[0]
    with pytest.raises(HouseholdElsewhere):
        take_attendance(meeting=begun(cast, doors[0]), user=cast.community, came=[elsewhere])
    with pytest.raises(AttendanceClosed):
        take_attendance(meeting=announced(cast, doors[0]), user=cast.community, came=[doors[0]])


def test_a_meeting_to_which_people_came_takes_place(cast: Cast, doors: list[Household]) -> None:
    meeting = begun(cast, doors[0])
    take_attendance(meeting=meeting, user=cast.community, came=doors)
    with pytest.raises(PeopleHaveCome):
        cancel_meeting(meeting=meeting, user=cast.community, reason="下雨")
    with pytest.raises(PeopleHaveCome):
        change_meeting(meeting=meeting, user=cast.community, begins_at=timezone.now() + timedelta(days=3))
    take_attendance(meeting=meeting, user=cast.community, taken_off=doors)
    assert cancel_meeting(meeting=meeting, user=cast.community, reason="没有人来").state == "cancelled"


def test_representatives_meet_among_themselves_and_all_read_what_they_decided(
    cast: Cast, doors: list[Household]
) -> None:
    person = make_representative(cast, doors[1])
    meeting = announced(cast, doors[0], kind="representatives", title="代表碰头")
    assert "代表碰头" not in words_of(at_home(cast, doors[1]).get(HOME))
    assert "代表碰头" in words_of(at_home(cast, person).get(HOME))
    Meeting.objects.filter(pk=meeting.pk).update(begins_at=timezone.now())
    client = cast.client("community")
    ticks = client.get(at("meeting_attendance", meeting.pk)).content.decode().count('name="here"')
    assert ticks == 1
    held(cast, doors[0], kind="representatives")
    assert "增设充电棚（赞成 10，反对 1，弃权 1）" in words_of(at_home(cast, doors[2]).get(HOME))


# --- Held -------------------------------------------------------------------------------


def test_a_meeting_is_recorded_with_guests_and_decisions(cast: Cast, doors: list[Household]) -> None:
    meeting, client = begun(cast, doors[0]), cast.client("community")
    take_attendance(meeting=meeting, user=cast.community, came=doors[:2])
    address = at("meeting_hold", meeting.pk)
    for wrong in (
        {"abstained-1": ""}, {"minutes": ""}, {"minutes": "a\x00b"}, {"favour-3": "2"}, {"favour-1": "-1"},
        {"favour-1": "11"}, {"attended_count": "-3"}, {"attended_count": "9" * 40}, {"guests": "街" * 81},
        {"minutes": "长" * 20_001}, {"favour-10": "1"},
    ):  # fmt: skip
        answer = client.post(address, MINUTES | wrong)
        assert answer.status_code == 422, wrong
    assert client.post(address, MINUTES).status_code == 302
    page = text_of(client, meeting.get_absolute_url())
    for said in ("设计单位", "赞成 10，反对 1，弃权 1", "大家讨论了车位。"):
        assert said in page
    home = words_of(at_home(cast, doors[2]).get(HOME))
    assert "增设充电棚（赞成 10，反对 1，弃权 1）" in home
    assert "大家讨论了车位。" not in home
    assert client.post(address, MINUTES).status_code == 422


def test_ten_megabytes_are_no_minutes(cast: Cast, doors: list[Household]) -> None:
    meeting, client = begun(cast, doors[0]), cast.client("community")
    answer = client.post(at("meeting_hold", meeting.pk), MINUTES | {"minutes": "a" * 10_000_000})
    assert answer.status_code in (400, 413, 422)
    meeting.refresh_from_db()
    assert meeting.state == "planned"


def test_what_the_database_never_takes_of_a_meeting(cast: Cast, doors: list[Household]) -> None:
    with pytest.raises(MeetingNotBegun):
        hold_meeting(meeting=announced(cast, doors[0]), user=cast.community, minutes="早了", attended_count=3)
    with pytest.raises(MoreHandsThanPeople):
        held(cast, doors[0], decisions=[DecisionFacts("多了", 12, 1, 0)])
    meeting = held(cast, doors[0])
    with pytest.raises(MeetingOver):
        cancel_meeting(meeting=meeting, user=cast.community, reason="不算")
    for change in (
        {"minutes": "改了"},
        {"attended_count": 99},
        {"begins_at": timezone.now()},
        {"title": "别的"},
    ):
        _refused(lambda change=change: Meeting.objects.filter(pk=meeting.pk).update(**change))
    _refused(lambda: Attendance.objects.create(meeting=meeting, household=doors[0]))
    _refused(lambda: Meeting.objects.filter(pk=meeting.pk).delete())
    early = announced(cast, doors[0])
    _refused(lambda: Decision.objects.create(meeting=early, text="偷跑", recorded_by=cast.community))


def _refused(write: Any) -> None:
    """Past the actions: the database itself says no."""
    with pytest.raises((Error, DomainError)), transaction.atomic():
        write()


# --- Opinions, papers, rights, cost -------------------------------------------------------


def test_an_opinion_taken_down_in_a_meeting_is_linked_to_it(cast: Cast, doors: list[Household]) -> None:
    meeting, client = held(cast, doors[0]), cast.client("community")
    address = f"{at('opinion_new', meeting.compound.code)}?meeting={meeting.pk}"
    assert meeting.title in text_of(client, address)
    sent = {
        "text": "垃圾桶离窗户太近。",
        "channel": "desk",
        "meeting": meeting.pk,
        "key": uuid.uuid4(),
        "another": "1",
    }
    answer = client.post(address, sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?meeting={meeting.pk}")
    opinion = Opinion.objects.get()
    assert (opinion.meeting, opinion.channel) == (meeting, "meeting")
    assert "垃圾桶离窗户太近" in text_of(client, meeting.get_absolute_url())
    assert meeting.title in text_of(client, opinion.get_absolute_url())
    elsewhere = make_doors(cast)[0]
    with pytest.raises(MeetingElsewhere):
        record_opinion(
            compound=elsewhere.compound, user=cast.community, text="别处", channel="meeting", key=uuid.uuid4(), meeting=meeting
        )  # fmt: skip
    later = announced(cast, doors[0], title="下次再议")
    assert "下次再议" not in text_of(client, f"{at('opinion_new', meeting.compound.code)}?meeting={later.pk}")
    for asked in ("x", "9" * 30, "-1"):
        assert client.get(f"{at('opinion_new', meeting.compound.code)}?meeting={asked}").status_code == 200


def test_who_may_not_enter_for_residents_reads_only(cast: Cast, doors: list[Household]) -> None:
    meeting = begun(cast, doors[0])
    auditor: Client = cast.client("auditor")
    assert "车位怎么改" in text_of(auditor, meeting.get_absolute_url())
    for name in ("meeting_edit", "meeting_attendance", "meeting_hold", "meeting_sheet"):
        assert auditor.get(at(name, meeting.pk)).status_code == 403
    assert auditor.post(at("meeting_cancel", meeting.pk), {"reason": "x"}).status_code == 403


def test_a_meeting_without_minutes_waits_for_whoever_records_it(cast: Cast, doors: list[Household]) -> None:
    def waiting(who: str) -> list[int]:
        return [line.count for line in board.waiting(getattr(cast, who)) if "/meetings/" in line.url]

    announced(cast, doors[0])
    assert waiting("community") == [0]
    late = begun(cast, doors[0])
    assert (waiting("community"), waiting("stranger"), waiting("auditor")) == ([1], [0], [])
    (line,) = [one for one in board.waiting(cast.community) if "/meetings/" in one.url]
    assert late.get_absolute_url() in text_of(cast.client("community"), line.url)


def test_the_notice_and_the_sheet_to_sign_say_where_and_name_nobody(
    cast: Cast, doors: list[Household]
) -> None:
    make_owner(cast, doors[0], "张三丰")
    make_representative(cast, doors[1], "李代表")
    meeting, client = announced(cast, doors[0]), cast.client("community")
    board_notice, sheet = (client.get(at(name, meeting.pk)) for name in ("meeting_notice", "meeting_sheet"))
    assert sheet["Cache-Control"] == "private, no-store"
    assert all(word in words(board_notice.content, 0) for word in ("车位怎么改", "小区广场", "充电棚"))
    printed = words(sheet.content, 0)
    assert all(f"1单元{door.unit}" in printed for door in doors)
    theirs = announced(cast, doors[0], kind="representatives")
    only = words(client.get(at("meeting_sheet", theirs.pk)).content, 0)
    assert "1单元102" in only
    assert "1单元101" not in only
    assert not any(name in printed + only for name in ("张三丰", "李代表"))


def test_pictures_of_the_signed_list_are_for_whoever_enters_for_residents(
    cast: Cast, doors: list[Household]
) -> None:
    meeting, client = begun(cast, doors[0]), cast.client("community")
    address, key = at("meeting_add_paper", meeting.pk), uuid.uuid4()
    for _tap in range(2):
        assert (
            client.post(address, {"picture": picture(), "caption": "签到表", "key": key}).status_code == 302
        )
    (paper,) = meeting.papers.all()
    for wrong in ({}, {"picture": SimpleUploadedFile("签到.jpg", b"no picture")}):
        assert client.post(address, {**wrong, "key": uuid.uuid4()}).status_code == 422
    shown = client.get(at("meeting_paper", meeting.pk, paper.pk))
    # Read to the end, so that the file behind it is closed.
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    auditor = cast.client("auditor")
    assert "共 1 张图片" in text_of(auditor, meeting.get_absolute_url())
    assert auditor.get(at("meeting_paper", meeting.pk, paper.pk)).status_code == 403
    assert client.get(at("meeting_paper", announced(cast, doors[0]).pk, paper.pk)).status_code == 404


def test_pages_cost_a_fixed_number_of_statements(cast: Cast, doors: list[Household]) -> None:
    client, home = cast.client("community"), at_home(cast, doors[0])

    def costs() -> list[int]:
        last = held(cast, doors[0], households=doors)
        open_one = begun(cast, doors[0])
        take_attendance(meeting=open_one, user=cast.community, came=doors)
        record_opinion(
            compound=doors[0].compound, user=cast.community, text="意见", channel="meeting", key=uuid.uuid4(), meeting=last
        )  # fmt: skip
        return [
            statements(client, at("meetings")),
            statements(client, at("meetings_of_compound", doors[0].compound.code)),
            statements(client, last.get_absolute_url()),
            statements(client, at("meeting_attendance", open_one.pk)),
            statements(home.client, at("own_meetings")),
        ]

    few = costs()
    doors.extend(make_doors(cast, doors[0].compound, building="2号楼", doors=4))
    costs()
    assert costs() == few
    assert few <= [8, 20, 14, 18, 5]
