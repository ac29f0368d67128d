"""The inbox: one's own messages, opened by a press that marks them as read."""

from outbox.actions import tell
from outbox.models import Message
from tests.cast import Cast


def tell_one(cast: Cast, subject: str = "调查 <退回>", **more: str) -> Message:
    (message,) = tell(recipient=cast.bureau, subject=subject, **more)
    return message


def test_the_inbox_shows_one_s_own_messages(cast: Cast) -> None:
    assert "没有消息" in cast.client("bureau").get("/inbox/").content.decode()
    tell_one(cast, text="请补充照片。")
    page = cast.client("bureau").get("/inbox/").content.decode()
    assert "调查 &lt;退回&gt;" in page
    assert "1 条未读" in page
    assert "请补充照片" not in cast.client("bureau2").get("/inbox/").content.decode()


def test_opening_marks_as_read_and_leads_there(cast: Cast) -> None:
    message, client = tell_one(cast, url="/overview/"), cast.client("bureau")
    assert client.post(f"/inbox/{message.pk}/").headers["Location"] == "/overview/"
    message.refresh_from_db()
    assert message.read_at is not None
    assert client.get(f"/inbox/{message.pk}/").status_code == 405, "looking ahead must not mark as read"
    assert cast.client("bureau2").post(f"/inbox/{message.pk}/").status_code == 404


def test_a_message_leads_nowhere_outside(cast: Cast) -> None:
    for url in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""):
        message = tell_one(cast, url=url)
        assert cast.client("bureau").post(f"/inbox/{message.pk}/").headers["Location"] == "/inbox/"


def test_all_are_marked_as_read_at_once(cast: Cast) -> None:
    tell_one(cast)
    tell_one(cast)
    (theirs,) = tell(recipient=cast.bureau2, subject="x")
    cast.client("bureau").post("/inbox/read/")
    assert list(Message.objects.unread()) == [theirs]


def test_older_messages_are_a_page_further(cast: Cast) -> None:
    for number in range(53):
        tell_one(cast, f"第{number}条")
    client = cast.client("bureau")
    first = client.get("/inbox/").content.decode()
    assert "第52条" in first
    assert "第2条" not in first
    before = Message.objects.order_by("-pk")[49].pk
    assert f"?before={before}" in first
    assert "第2条" in client.get(f"/inbox/?before={before}").content.decode()
    for broken in ("x", "-1", "9e99", "9" * 30, "%00"):
        assert client.get(f"/inbox/?before={broken}").status_code in {200, 400}
