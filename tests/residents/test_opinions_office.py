"""The office's register of opinions: taken down, assigned, answered, joined, closed, counted, told of when late."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from compounds.models import Compound
from core.history import version_of
from outbox.models import Message
from residents.actions.opinion_alarms import sound_alarm, sound_alarms
from residents.actions.opinions import close_opinion, join_opinions
from residents.models import Household, Opinion, OpinionState
from tests.cast import GUANGWU, Cast, make_user
from tests.compounds.builders import make_compound
from tests.compounds.pages import picture
from tests.projects.builders import make_unplanned_project
from tests.residents.builders import make_doors
from tests.residents.register_pages import at, statements, text_of
from tests.residents.saying import answer, category, late, say, take_down
from tests.residents.test_register_lists import sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(cast: Cast) -> Household:
    return make_doors(cast, make_compound(cast, "砂石厂小区"), floors=1, doors=1)[0]


@pytest.fixture
def compound(door: Household) -> Compound:
    return door.compound


def record(cast: Cast, compound: Compound, by: str = "community", **facts: Any) -> Any:
    sent = {"key": uuid.uuid4(), "text": "单元门坏了", "channel": "phone", **facts}
    return cast.client(by).post(
        at("opinion_new", compound.code), {name: value for name, value in sent.items() if value}
    )


# --- The register ---------------------------------------------------------------------------


def test_the_register_shows_what_waits_what_is_late_and_how_many_voices(
    cast: Cast, compound: Compound
) -> None:
    head = late(cast, take_down(cast, compound, category=category()))
    join_opinions(into=head, opinions=[take_down(cast, compound, "我家也堵")], user=cast.community)
    answer(cast, take_down(cast, compound, "路灯不亮"))
    other = make_compound(cast, "光武小区", community=GUANGWU, by="stranger")
    take_down(cast, other, "别处的意见", by="stranger")
    page = text_of(cast.client("bureau"), at("opinions"))
    assert "别处的意见" not in page
    assert page.count("逾期") >= 2
    assert "下水堵塞、污水外溢" in page
    assert page.index("我家也堵") != page.index("下水道堵了")
    assert Opinion.objects.get(pk=head.pk).state == OpinionState.OPEN


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("overdue=true", ["下水道堵了"]),
        ("whose=mine", ["下水道堵了"]),
        ("whose=nobody", ["路灯不亮"]),
        ("topic=pipes", ["下水道堵了"]),
        ("state=answered", ["路灯不亮"]),
        ("channel=phone", ["路灯不亮"]),
        ("adoption=adopted", ["路灯不亮"]),
        ("q=2", ["路灯不亮"]),
        ("q=堵了", ["下水道堵了"]),
        ("received_until=2020-01-01", []),
    ],
)
def test_the_register_is_narrowed(cast: Cast, compound: Compound, query: str, found: list[str]) -> None:
    late(cast, take_down(cast, compound, category=category()), owner=cast.community)
    answer(cast, take_down(cast, compound, "路灯不亮", channel="phone"))
    page = text_of(cast.client("community"), f"{at('opinions')}?{query}")
    assert [words for words in ("下水道堵了", "路灯不亮") if words in page] == found


def test_the_workbook_has_the_words_and_no_contact(cast: Cast, compound: Compound) -> None:
    take_down(cast, compound, "楼道灯坏了" * 20, contact="王阿姨 13900000000")
    rows = sheet(cast.client("bureau").get(f"{at('opinions')}?export=xlsx"))
    told = "".join(str(cell) for row in rows for cell in row)
    assert "楼道灯坏了" * 20 in told
    assert "王阿姨" not in told
    assert "1390000" not in told


def test_pages_cost_a_fixed_number_of_statements(cast: Cast, compound: Compound) -> None:
    opinions = [take_down(cast, compound, f"意见{place}", category=category()) for place in range(12)]
    join_opinions(into=opinions[0], opinions=opinions[1:5], user=cast.community)
    client = cast.client("community")
    assert statements(client, at("opinions")) <= 9
    assert statements(client, at("opinions_of_compound", compound.code)) <= 18
    assert statements(client, opinions[0].get_absolute_url()) <= 24
    assert statements(client, at("opinion_figures")) <= 9


def test_a_compounds_tab_shows_its_own(cast: Cast, compound: Compound) -> None:
    take_down(cast, compound)
    take_down(cast, make_compound(cast, "广元社区小区"), "另一处")
    page = text_of(cast.client("community"), at("opinions_of_compound", compound.code))
    assert "下水道堵了" in page
    assert "另一处" not in page


# --- Taken down -----------------------------------------------------------------------------


def test_an_opinion_is_taken_down_with_its_door_and_photo(
    cast: Cast, compound: Compound, door: Household
) -> None:
    answer_ = record(
        cast, compound, door="1-1-101", contact="王阿姨", category=category().pk, photo=picture()
    )
    opinion = Opinion.objects.get()
    assert answer_.status_code == 302
    assert (opinion.number, opinion.household, opinion.contact) == (1, door, "王阿姨")
    assert opinion.due_on == timezone.localdate() + timedelta(days=7)
    photo = opinion.photos.get()
    address = at("opinion_photo", opinion.pk, photo.pk)
    shown: Any = cast.client("community").get(address)
    assert shown.headers["Cache-Control"] == "private, no-store"
    # Not `shown.close()`: it would end the transaction of the test as well.
    for close in shown._resource_closers:
        close()
    assert cast.client("auditor").get(address).status_code == 403


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"text": ""}, "必填"),
        ({"door": "9-9-901"}, "没有这个门牌"),
        ({"channel": "web"}, ""),
        ({"received_at": "2199-01-01T08:00"}, "不能晚于"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    cast: Cast, compound: Compound, facts: dict[str, str], told: str
) -> None:
    refused = record(cast, compound, **facts)
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert not Opinion.objects.exists()


def test_the_same_page_sent_twice_is_one_opinion(cast: Cast, compound: Compound) -> None:
    key = uuid.uuid4()
    record(cast, compound, key=key)
    record(cast, compound, key=key)
    assert Opinion.objects.count() == 1


def test_the_compound_is_found_by_a_few_letters(cast: Cast, compound: Compound) -> None:
    make_compound(cast, "广元社区小区")
    page = text_of(cast.client("community"), f"{at('opinion_pick')}?q=ssc")
    assert at("opinion_new", compound.code) in page
    assert "广元社区小区" not in page


# --- One opinion ----------------------------------------------------------------------------


def test_whoever_only_reads_sees_the_words_and_no_contact_and_no_form(cast: Cast, compound: Compound) -> None:
    opinion = take_down(cast, compound, contact="王阿姨")
    seen = cast.client("auditor").get(opinion.get_absolute_url())
    page = seen.content.decode()
    assert "下水道堵了" in page
    assert "王阿姨" not in page
    assert at("opinion_reply", opinion.pk) not in page
    assert "no-store" in seen.headers["Cache-Control"]
    assert "王阿姨" in text_of(cast.client("community"), opinion.get_absolute_url())


def test_it_is_assigned_to_somebody_who_may_answer(cast: Cast, compound: Compound) -> None:
    opinion = take_down(cast, compound)
    sent = {"owner": cast.street.pk, "due_on": "2027-01-05", "category": category().pk}
    assert cast.client("community").post(at("opinion_assign", opinion.pk), sent).status_code == 302
    opinion.refresh_from_db()
    assert (opinion.owner, opinion.due_on.isoformat(), opinion.category) == (
        cast.street,
        "2027-01-05",
        category(),
    )
    refused = cast.client("community").post(
        at("opinion_assign", opinion.pk), sent | {"owner": cast.stranger.pk}
    )
    assert refused.status_code == 422


def test_the_reply_says_whether_it_is_adopted_and_why_not(cast: Cast, compound: Compound) -> None:
    opinion = take_down(cast, compound)
    client = cast.client("community")
    sent = {"reply": "管网已是新的。", "adoption": "not_adopted", "is_public": "on"}
    refused = client.post(at("opinion_reply", opinion.pk), sent)
    assert refused.status_code == 422
    assert "管网已是新的。" in refused.content.decode()
    client.post(at("opinion_reply", opinion.pk), sent | {"adoption_reason": "2022 年已更换"})
    opinion.refresh_from_db()
    assert (opinion.state, opinion.adoption, opinion.is_public) == ("answered", "not_adopted", True)
    page = text_of(client, opinion.get_absolute_url())
    assert "2022 年已更换" in page
    client.post(at("opinion_close", opinion.pk))
    client.post(at("opinion_reopen", opinion.pk), {"due_on": "2027-02-01"})
    opinion.refresh_from_db()
    assert (opinion.state, opinion.due_on.isoformat()) == ("open", "2027-02-01")


def test_without_a_door_nobody_is_said_to_read_the_reply(cast: Cast, compound: Compound) -> None:
    client, no_door = cast.client("community"), "没有门牌，请当面或电话答复"
    opinion = take_down(cast, compound)
    page = text_of(client, opinion.get_absolute_url())
    assert no_door in page
    assert "提出人没有同意公开原话" in page
    told = client.post(
        at("opinion_reply", opinion.pk), {"reply": "已报修", "adoption": "adopted"}, follow=True
    ).content.decode()
    assert f"已答复。{no_door}" in told
    assert "自己的页面上看" not in told
    with_door = take_down(cast, compound, household=Household.objects.filter(compound=compound)[0])
    assert no_door not in text_of(client, with_door.get_absolute_url())


def test_the_work_it_led_to_is_one_of_the_same_compound(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    elsewhere = take_down(cast, make_compound(cast, "别的小区"))
    assert str(project.compound) not in text_of(cast.client("community"), elsewhere.get_absolute_url())


def test_others_that_say_the_same_are_joined_and_keep_their_words(cast: Cast, compound: Compound) -> None:
    head, ticked, typed = (take_down(cast, compound, words) for words in ("堵了", "又堵了", "还是堵"))
    client = cast.client("community")
    client.post(at("opinion_join", head.pk), {"others": [ticked.pk], "numbers": f"№{typed.number}"})
    page = text_of(client, head.get_absolute_url())
    assert "又堵了" in page
    assert "还是堵" in page
    assert set(head.voices.all()) == {ticked, typed}
    missing = client.post(at("opinion_join", head.pk), {"numbers": "99"})
    assert missing.status_code == 422
    client.post(at("opinion_reopen", ticked.pk), {"due_on": "2027-02-01"})
    assert set(head.voices.all()) == {typed}


def test_a_contact_is_erased_for_good_and_the_audit_says_why(cast: Cast, compound: Compound) -> None:
    opinion = take_down(cast, compound, contact="王阿姨")
    client = cast.client("community")
    assert client.post(at("opinion_erase", opinion.pk), {"reason": ""}).status_code == 422
    client.post(at("opinion_erase", opinion.pk), {"reason": "本人要求"})
    assert "王阿姨" not in text_of(client, opinion.get_absolute_url())
    assert AuditEntry.objects.get(action="opinion.contact_erased").reason == "本人要求"


def test_two_who_answer_at_once_see_each_other(cast: Cast, compound: Compound) -> None:
    opinion, client = take_down(cast, compound), cast.client("community")
    shown = str(version_of(opinion))
    sent = {"reply": "第二份答复", "adoption": "adopted", "version": shown}
    answer(cast, opinion, "第一份答复")
    refused = client.post(at("opinion_reply", opinion.pk), sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "第一份答复" in page
    assert "第二份答复" in page
    opinion.refresh_from_db()
    assert opinion.reply == "第一份答复"
    again = {**sent, "version": str(version_of(opinion))}
    assert f'value="{again["version"]}"' in page
    assert client.post(at("opinion_reply", opinion.pk), again).status_code == 302
    opinion.refresh_from_db()
    assert opinion.reply == "第二份答复"


def test_an_alarm_beside_the_form_is_no_colleague(cast: Cast, compound: Compound) -> None:
    opinion = late(cast, take_down(cast, compound), owner=cast.community)
    sent = {"reply": "答复", "adoption": "adopted", "version": str(version_of(opinion))}
    sound_alarms()
    assert cast.client("community").post(at("opinion_reply", opinion.pk), sent).status_code == 302


def test_the_history_tells_each_step_and_never_the_contact(cast: Cast, compound: Compound) -> None:
    opinion = late(cast, take_down(cast, compound, contact="王阿姨"), owner=cast.community)
    sound_alarms()
    close_opinion(opinion=answer(cast, opinion), user=cast.community)
    page = text_of(cast.client("auditor"), opinion.get_absolute_url())
    for step in ("登记", "提醒", "答复", "办结"):
        assert step in page
    assert "王阿姨" not in page


# --- Counts ---------------------------------------------------------------------------------


def test_the_counts_lead_from_categories_to_compounds_and_add_up(cast: Cast, compound: Compound) -> None:
    head = take_down(cast, compound, category=category())
    join_opinions(
        into=head, opinions=[take_down(cast, compound, "也堵", category=category())], user=cast.community
    )
    take_down(cast, compound, "以前的", received_at=timezone.now() - timedelta(days=800))
    client = cast.client("bureau")
    page = text_of(client, at("opinion_figures"))
    assert "共 3 人次" in page
    assert "未归类" in page
    other = text_of(client, f"{at('opinion_figures')}?by=compound&category={category().pk}")
    assert "砂石厂小区" in other
    assert "共 2 人次" in other
    assert client.get(f"{at('opinion_figures')}?compound=NOSUCH").status_code == 404


def test_the_counts_go_out_as_they_stand(cast: Cast, compound: Compound) -> None:
    take_down(cast, compound, category=category())
    take_down(cast, compound, "以前的", received_at=timezone.now() - timedelta(days=800))
    headings, *rows = sheet(cast.client("bureau").get(f"{at('opinion_figures')}?by=compound&export=xlsx"))
    assert headings[:5] == ["小区", "小区编码", "人次", "待答复", "更早"]
    assert [row[:5] for row in rows] == [["砂石厂小区", compound.code, 2, 2, 1], ["合计", "", 2, 2, 1]]
    assert AuditEntry.objects.filter(action="opinion_counts.exported").exists()


# --- Late -----------------------------------------------------------------------------------


def test_the_owner_of_a_late_opinion_is_told_once_a_week(cast: Cast, compound: Compound) -> None:
    late(cast, take_down(cast, compound), owner=cast.street)
    take_down(cast, compound, "还早")
    assert [sound_alarms(), sound_alarms()] == [1, 0]
    message = Message.objects.get()
    assert message.recipient == cast.street
    assert "砂石厂小区" in message.subject
    Opinion.objects.update(alarmed_at=timezone.now() - timedelta(days=7, minutes=1))
    assert sound_alarms() == 1


def test_without_an_owner_those_nearest_the_place_are_told(cast: Cast, compound: Compound) -> None:
    second = make_user(role="community_worker", division=compound.community_id)
    opinion = late(cast, take_down(cast, compound))
    assert sound_alarm(opinion_id=opinion.pk, day=timezone.localdate())
    assert not sound_alarm(opinion_id=opinion.pk, day=timezone.localdate())
    assert {one.recipient for one in Message.objects.all()} == {cast.community, second}


def test_what_waits_for_a_person_stands_on_the_overview(cast: Cast, compound: Compound) -> None:
    late(cast, take_down(cast, compound), owner=cast.community)
    take_down(cast, compound, "没人管")
    page = text_of(cast.client("community"), reverse("portal:overview"))
    assert f"{at('opinions')}?whose=mine&amp;state=open" in page
    assert f"{at('opinions')}?whose=nobody&amp;state=open" in page


def test_what_comes_from_the_phone_is_told_apart(cast: Cast, door: Household) -> None:
    opinion = say(door)
    page = text_of(cast.client("community"), opinion.get_absolute_url())
    assert "住户本人" in page
    assert door.door in page
