"""The office: drawn up, published, entered for households, read in figures, exported."""

import csv
import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.sheets import open_bytes
from residents.models import Question, Questionnaire, Response
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.residents.asking import (
    answer,
    answer_openly,
    asked,
    closed_and_finished,
    doors_of,
    make_questionnaire,
    wait_for_close,
)
from tests.residents.builders import make_doors, make_round
from tests.residents.menus import soon
from tests.residents.test_home_menu import text_of as text_of_answer
from tests.residents.test_menu_desk import led_to, photo

pytestmark = pytest.mark.django_db

LIST = "/residents/questionnaires/"


def path(questionnaire: Questionnaire, rest: str = "") -> str:
    return f"{LIST}{questionnaire.pk}/{rest}"


def text_of(answer: Any) -> str:
    return text_of_answer(answer)


def read(client: Client, url: str) -> str:
    return text_of(client.get(url))


def local(moment: Any) -> str:
    here = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return str(here.strftime("%Y-%m-%dT%H:%M"))


def frame(**facts: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "title": "停车问卷", "introduction": "", "is_per_household": "True", "opens_at": local(now - timedelta(hours=1)),
        "closes_at": local(now + timedelta(days=9)), **facts,
    }  # fmt: skip


# --- Drawn up ---------------------------------------------------------------------------


def test_drawn_up_with_questions_of_each_kind_previewed_and_published(cast: Cast) -> None:
    compound = make_compound(cast, "砂石厂小区")
    bureau = cast.client("bureau")
    url = led_to(bureau.post(f"{LIST}of/{compound.code}/new/", frame(shows_results="on")))
    made = Questionnaire.objects.get()
    assert (made.is_per_household, made.shows_results) == (True, True)
    assert "请先" not in read(bureau, url)
    add = f"{url}questions/new/"
    for sent in (
        {"text": "装不装？", "kind": "single", "options": "装\n\n 不装 \n装"},
        {"text": "先修哪些？", "kind": "multiple", "options": "路\n灯\n水", "most": "2"},
        {"text": "满意吗？", "kind": "scale", "options": "多余", "most": "9", "unit": "元"},
        {"text": "几口人？", "kind": "number", "unit": "人", "is_required": "on"},
        {"text": "还有吗？", "kind": "text"},
    ):
        assert bureau.post(add, sent).status_code == 302
    kinds = [(one.kind, one.options, one.most, one.unit) for one in asked(made)]
    assert kinds == [
        ("single", ["装", "不装"], None, ""), ("multiple", ["路", "灯", "水"], 2, ""), ("scale", [], None, ""),
        ("number", [], None, "人"), ("text", [], None, ""),
    ]  # fmt: skip
    first, second = asked(made)[:2]
    bureau.post(f"{url}questions/{second.pk}/move/", {"to": "up"})
    assert asked(made)[0] == second
    bureau.post(f"{url}questions/{first.pk}/drop/")
    assert Question.objects.filter(questionnaire=made).count() == 4
    assert "预览：不会保存任何内容" in read(bureau, f"{url}preview/")
    assert led_to(bureau.post(f"{url}preview/3/", {"answer": "4"})) == f"{url}preview/4/"
    assert bureau.post(f"{url}preview/3/", {"answer": ""}).status_code == 422
    assert "题目不能再改" in read(bureau, url)
    bureau.post(f"{url}publish/")
    made.refresh_from_db()
    assert made.state == "published"
    assert bureau.post(add, {"text": "？", "kind": "text"}).status_code == 422
    log = read(bureau, f"{url}history/")
    assert "添加题目：装不装？" in log
    assert "删除题目：装不装？" in log
    assert "发布" in log


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": "", "kind": "text"}, "text"), ({"text": "？", "kind": "x"}, "kind"),
        ({"text": "？", "kind": "single", "options": "一个"}, "options"),
        ({"text": "？", "kind": "single", "options": "\n".join(map(str, range(31)))}, "options"),
        ({"text": "？", "kind": "single", "options": "长" * 81 + "\n短"}, "options"),
        ({"text": "？", "kind": "multiple", "options": "a\nb", "most": str(2**63)}, "most"),
        ({"text": "？", "kind": "multiple", "options": "a\nb", "most": "NaN"}, "most"),
        ({"text": "a\x00b", "kind": "text"}, "text"), ({"text": "长" * 301, "kind": "text"}, "text"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_at_its_field(
    cast: Cast, sent: dict[str, str], field: str
) -> None:
    questionnaire = make_questionnaire(cast, published=False, questions=[], doors=0)
    refused = cast.client("bureau").post(path(questionnaire, "questions/new/"), sent)
    assert refused.status_code == 422
    assert field in refused.context["form"].errors
    assert not Question.objects.exists()


def test_two_editors_lose_nothing(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, published=False, doors=0)
    question = asked(questionnaire)[0]
    mine, theirs = cast.client("bureau"), cast.client("street")
    for rest, ours, others, kept in (
        ("edit/", {"title": "我的标题"}, {"introduction": "他们的说明"}, ("我的标题", "他们的说明")),
        (
            f"questions/{question.pk}/",
            {"text": "我的题？"},
            {"help_text": "他们的说明"},
            ("我的题？", "他们的说明"),
        ),
    ):
        url = path(questionnaire, rest)
        shown = mine.get(url).context["form"]
        sent = {name: shown[name].value() for name in shown.fields}
        sent = {name: local(value) if name.endswith("_at") else value for name, value in sent.items()}
        sent = {name: value for name, value in sent.items() if value not in (None, False)}
        assert theirs.post(url, {**sent, **others}).status_code == 302
        refused = mine.post(url, {**sent, **ours})
        assert refused.status_code == 422
        assert "保存了这" in text_of(refused)
        form = refused.context["form"]
        again = {name: form[name].value() for name in form.fields}
        again = {name: value for name, value in again.items() if value not in (None, False)}
        assert mine.post(url, again).status_code == 302
        assert all(word in mine.get(url).content.decode() for word in kept)


def test_an_earlier_one_is_taken_over_to_another_compound(cast: Cast) -> None:
    earlier = make_questionnaire(cast, doors=0)
    other = make_compound(cast, "另一小区")
    bureau = cast.client("bureau")
    url = f"{LIST}of/{other.code}/new/?like={earlier.pk}"
    assert earlier.title in bureau.get(url).content.decode()
    bureau.post(url, frame())
    made = Questionnaire.objects.exclude(pk=earlier.pk).get()
    assert [one.text for one in asked(made)] == [one.text for one in asked(earlier)]
    assert made.state == "draft"
    for wrong in ("x", "-1", str(2**63), "9e99"):
        assert bureau.get(f"{LIST}of/{other.code}/new/?like={wrong}").status_code == 200


def test_prolonged_voided_and_refused_in_words(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    bureau = cast.client("bureau")
    bureau.post(
        path(questionnaire, "prolong/"), {"closes_at": local(questionnaire.closes_at + timedelta(days=3))}
    )
    before = questionnaire.closes_at
    questionnaire.refresh_from_db()
    assert questionnaire.closes_at > before
    earlier = bureau.post(path(questionnaire, "prolong/"), {"closes_at": local(timezone.now())}, follow=True)
    assert "只能" in text_of(earlier)
    bureau.post(path(questionnaire, "void/"), {"reason": " "})
    questionnaire.refresh_from_db()
    assert questionnaire.state == "published"
    assert "印错了" in text_of(bureau.post(path(questionnaire, "void/"), {"reason": "印错了"}, follow=True))


def test_who_may_not_run_it_only_looks(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, published=False)
    for role in ("community", "auditor"):
        client = cast.client(role)
        assert "添加题目" not in read(client, path(questionnaire))
        for rest in ("edit/", "questions/new/"):
            assert client.get(path(questionnaire, rest)).status_code == 403
        assert client.post(path(questionnaire, "publish/")).status_code == 403
    assert cast.client("liaison").get(path(questionnaire)).status_code == 403


# --- Entered ----------------------------------------------------------------------------


def entry(client: Client, url: str, questionnaire: Questionnaire, **more: Any) -> dict[str, Any]:
    first, several, scale, number, text = (f"q-{one.pk}" for one in asked(questionnaire))
    key = str(client.get(url).context["form"]["key"].value())
    return {
        "key": key, "channel": "desk", first: "0", several: ["0", "2"], scale: "5", number: "3", text: "楼道太暗", **more
    }  # fmt: skip


def test_the_desk_finds_the_door_enters_the_answers_and_shows_them_to_nobody(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    door, clerk = doors_of(questionnaire)[0], cast.client("community")
    earlier = answer(questionnaire, door, [1])
    url = led_to(clerk.get(path(questionnaire, "desk/"), {"door": door.door}))
    assert "这一户已经填过" in read(clerk, url)
    sent = entry(clerk, url, questionnaire)
    receipt = led_to(clerk.post(url, sent))
    made = Response.objects.counting().get()
    assert (made.channel, made.entered_by, list(made.answers.values())) == (
        "desk",
        cast.community,
        [0, [0, 2], 5, 3, "楼道太暗"],
    )
    earlier.refresh_from_db()
    assert earlier.superseded_at is not None
    assert f"{made.receipt[:4]} {made.receipt[4:]}" in read(clerk, receipt)
    for page in (receipt, path(questionnaire, "desk/")):
        assert "楼道太暗" not in read(clerk, page)
    # A cut connection: the same page sent again is the same entry.
    assert led_to(clerk.post(url, sent)) == receipt


def test_what_is_wrong_at_the_desk_comes_back_with_everything_typed(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    clerk, url = cast.client("community"), path(questionnaire, f"desk/{doors_of(questionnaire)[0].pk}/")
    number = asked(questionnaire)[3].pk
    for wrong in ({f"q-{number}": "三"}, {"channel": "paper"}, {"channel": "chat"}, {"key": "x"}):
        refused = clerk.post(url, entry(clerk, url, questionnaire, **wrong))
        assert refused.status_code == 422
        assert "楼道太暗" in refused.content.decode()
    assert not Response.objects.exists()


def test_paper_handed_in_before_the_close_is_typed_after_it_with_its_photo(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, opens_at=timezone.now() - timedelta(days=2), closes_at=soon())
    door, clerk = doors_of(questionnaire)[0], cast.client("community")
    url = path(questionnaire, f"desk/{door.pk}/")
    wait_for_close(questionnaire)
    sent = entry(clerk, url, questionnaire, received_at=local(timezone.now() - timedelta(days=1)))
    assert "sheet" in clerk.post(url, sent).context["form"].errors
    receipt = led_to(clerk.post(url, {**sent, "sheet": photo()}))
    made = Response.objects.get()
    assert made.channel == "paper"
    picture: Any = clerk.get(f"{receipt}scan/")
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8")
    late = {
        **sent,
        "key": str(uuid.uuid4()),
        "received_at": local(timezone.now() + timedelta(minutes=1)),
        "sheet": photo(),
    }
    assert clerk.post(url, late).status_code == 422


def test_a_sheet_without_a_door_is_typed_where_anybody_may_answer(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    clerk = cast.client("community")
    url = led_to(clerk.get(path(questionnaire, "desk/")))
    sent = entry(clerk, url, questionnaire, received_at=local(timezone.now()), sheet=photo())
    assert clerk.post(url, sent).status_code == 302
    assert Response.objects.get().household is None
    assert clerk.get(path(questionnaire, f"desk/{doors_of(questionnaire)[0].pk}/")).status_code == 404


def test_whose_door_is_missing_shows_by_building_and_on_paper(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, doors=3)
    visits = make_round(cast, questionnaire.compound)
    door, other = doors_of(questionnaire)[:2]
    answer(questionnaire, door)
    clerk = cast.client("community")
    page = clerk.get(path(questionnaire, "missing/")).content.decode()
    assert f"desk/{door.pk}/" not in page
    assert f"desk/{other.pk}/" in page
    assert f"/residents/rounds/{visits.pk}/" in page
    sheet = clerk.get(path(questionnaire, f"missing/{door.building_id}.pdf"))
    assert sheet.content.startswith(b"%PDF")
    assert clerk.get(path(questionnaire, "missing/999999999999.pdf")).status_code == 404


def test_a_round_without_a_menu_asks_for_its_questionnaire(cast: Cast) -> None:
    compound = make_compound(cast, "走访小区")
    visits = make_round(cast, compound)
    questionnaire = make_questionnaire(cast, compound=compound, doors=3, round=visits)
    door, other = doors_of(questionnaire)[:2]
    answer(questionnaire, door)
    clerk, rounds = cast.client("community"), f"/residents/rounds/{visits.pk}/"
    page = clerk.get(rounds)
    assert questionnaire.title in text_of(page)
    work = page.context["work"]
    assert (work.coverage.answered, work.coverage.to_knock) == (1, 2)
    assert (
        path(questionnaire, f"desk/{other.pk}/") in clerk.get(f"{rounds}doors/{other.pk}/").content.decode()
    )
    # After the entry the round goes on.
    url = path(questionnaire, f"desk/{other.pk}/") + f"?round={visits.pk}&show=tonight"
    receipt = read(clerk, led_to(clerk.post(url, entry(clerk, url, questionnaire))))
    assert "回到走访" in receipt
    assert f"下一户：{doors_of(questionnaire)[2].door}" in receipt


# --- Read -------------------------------------------------------------------------------


def test_results_are_whole_for_whoever_enters_and_published_for_others(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, doors=12, closes_at=timezone.now() + timedelta(seconds=3))
    make_doors(cast, questionnaire.compound, building="2号楼", floors=1, doors=3)
    for number, door in enumerate(doors_of(questionnaire)[:13]):
        answer(
            questionnaire,
            door,
            [0 if number < 9 else 1, [1] if number else [0, 1], 4, 3 if number else 8, f"话{number}"],
        )
    clerk, auditor = cast.client("community"), cast.client("auditor")
    # While answers land, others learn only how many: two looks would tell a single one.
    early = read(auditor, path(questionnaire, "results/"))
    assert "13 答卷" in early
    assert "想装" not in early
    assert cast.client("bureau").post(path(questionnaire, "finish/"), follow=True).status_code == 200
    questionnaire.refresh_from_db()
    assert questionnaire.finished_at is None
    closed_and_finished(cast, questionnaire)
    assert 'name="door"' not in clerk.get(path(questionnaire, "desk/")).content.decode()
    whole, published = (read(one, path(questionnaire, "results/")) for one in (clerk, auditor))
    assert "13 / 15 户（87%）" in re.sub(r"\s+/", " /", whole)
    assert "最低 3，最高 8" in whole
    assert "最低" not in published
    assert published.count("不公布") > whole.count("不公布")
    results = clerk.get(path(questionnaire, "results/")).context["results"]
    assert [bar.count for bar in results.questions[0].bars] == [9, 4, 0]
    hidden = auditor.get(path(questionnaire, "results/")).context["results"]
    assert [bar.count for bar in hidden.questions[0].bars] == [None, None, 0]
    assert [line.answered for line in hidden.turnout] == [None, None]
    assert (hidden.questions[3].mean, hidden.questions[2].mean) == (None, 4.0)
    words = path(questionnaire, f"results/{asked(questionnaire)[4].pk}/")
    assert "话7" in read(clerk, words)
    assert auditor.get(words).status_code == 403
    assert clerk.get(path(questionnaire, f"results/{asked(questionnaire)[0].pk}/")).status_code == 404


def test_a_few_cannot_be_worked_out_of_a_tick_or_of_those_who_did_not_answer(cast: Cast) -> None:
    one_tick = {"kind": "multiple", "text": "先修哪一样？", "options": ["路", "灯", "水"], "most": 1}
    closes_at = timezone.now() + timedelta(seconds=3)
    questionnaire = make_questionnaire(cast, doors=12, questions=[one_tick], closes_at=closes_at)
    make_doors(cast, questionnaire.compound, building="2号楼", floors=1, doors=12)
    doors = doors_of(questionnaire)
    for number, door in enumerate([*doors[:10], *doors[12:18]]):
        answer(questionnaire, door, [[0 if number < 8 else 1 if number < 14 else 2]])
    closed_and_finished(cast, questionnaire)
    hidden = cast.client("auditor").get(path(questionnaire, "results/")).context["results"]
    assert [bar.count for bar in hidden.questions[0].bars] == [8, None, None]
    # In 1号楼 two did not: with the sum of the other building they would be known all the same.
    assert [line.answered for line in hidden.turnout] == [None, None]


def exported(client: Client, url: str) -> list[list[str]]:
    response: Any = client.get(url)
    assert response.streaming
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_export_is_streamed_has_a_column_for_each_question_and_says_its_end(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    first, second, *_rest = doors_of(questionnaire)
    answer(questionnaire, first, [1])
    answer(questionnaire, first, [0, [0, 2], 4, 3, '=HYPERLINK("http://x")'])
    answer(questionnaire, second, [2, None, None, None, "两行\n文字"])
    clerk = cast.client("community")
    head, *rows, end = exported(clerk, path(questionnaire, "answers.csv"))
    assert head[4:] == [
        "1. 想不想装电梯？",
        "2. 最该修什么？",
        "3. 对小区满意吗？",
        "4. 家里住几个人？ (人)",
        "5. 还有什么要说的？",
    ]
    assert rows[0][:3] == ["1", "1号楼", "手机自助"] or rows[0][1] == "1号楼"
    assert rows[0][4:] == ["想装", "路灯、停车", "4", "3", '\'=HYPERLINK("http://x")']
    assert rows[1][4:] == ["无所谓", "", "", "", "两行\n文字"]
    assert end[1] == "以上共 2 份答卷（完）"
    assert first.unit not in "".join("".join(row) for row in rows)
    book: Any = clerk.get(path(questionnaire, "answers.xlsx"))
    sheet = open_bytes(b"".join(book.streaming_content)).read()
    assert len(sheet.rows) == 4
    assert cast.client("auditor").get(path(questionnaire, "answers.csv")).status_code == 403
    assert clerk.get(path(questionnaire, "answers.exe")).status_code == 404


def test_paper_and_poster_are_printed(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False, introduction="说明一\n说明二")
    make_round(cast, questionnaire.compound)
    clerk = cast.client("community")
    for rest in ("paper.pdf", "paper.pdf?poster=1"):
        assert clerk.get(path(questionnaire, rest)).content.startswith(b"%PDF")
    named = make_questionnaire(cast, compound=questionnaire.compound, doors=0)
    assert clerk.get(path(named, "paper.pdf?poster=1")).status_code == 404


def test_the_list_counts_and_the_pages_ask_the_same_however_much_there_is(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, doors=9)
    clerk = cast.client("community")
    urls = [LIST, f"{LIST}of/{questionnaire.compound.code}/"]
    urls += [path(questionnaire, rest) for rest in ("", "results/", "missing/", "desk/", "history/")]

    def statements() -> list[int]:
        found = []
        for url in urls:
            clerk.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert clerk.get(url).status_code == 200
            found.append(len(queries))
        return found

    answer(questionnaire, doors_of(questionnaire)[0], user=cast.community, channel="desk")
    few = statements()
    for door in doors_of(questionnaire)[1:]:
        answer(questionnaire, door, user=cast.community, channel="desk")
    make_questionnaire(cast, compound=questionnaire.compound, doors=0)
    assert statements() == few
    assert max(few) <= 24
    assert "9" in read(clerk, LIST)
    book: Any = clerk.get(f"{LIST}?export=csv&when=open&state=published")
    assert "改造意见问卷" in b"".join(book.streaming_content).decode()


def test_another_divisions_questionnaire_is_not_there(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    stranger = cast.client("stranger")
    for rest in ("", "results/", "answers.csv", "desk/", "paper.pdf", "preview/"):
        assert stranger.get(path(questionnaire, rest)).status_code in {403, 404}
    for pk in (2**63, 2**63 - 1, 0):
        assert cast.client("bureau").get(f"{LIST}{pk}/").status_code == 404
    open_one = make_questionnaire(cast, is_per_household=False)
    answer_openly(open_one)
    assert "开放填写" in read(cast.client("community"), path(open_one))
