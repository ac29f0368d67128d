"""Messages: one per key, never from inside a transaction, sent once, tried again, given up in the end."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from unittest import mock

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from outbox import actions, delivery
from outbox.actions import CLAIM_HOLDS_FOR, MAX_ATTEMPTS, claim, mark_read, tell
from outbox.delivery import InsideTransaction, deliver_due
from outbox.models import Channel, Message, MessageState
from tests.cast import Cast
from tests.races import at_once

# A library of apprise imports a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

ALL = (Channel.INBOX, Channel.EMAIL, Channel.CHAT, Channel.SMS)


class Server:
    """A real HTTP server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Any]] = []
        self.answer = 200
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.received.append((self.path, json.loads(body)))
                self.send_response(server.answer)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.http.server_port}"
        Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    found = Server()
    settings.OUTBOX_ROUTES = {
        "email": f"json://{found.address}/mail/{{address}}",
        "chat": f"json://{found.address}/chat/{{address}}",
        "sms": "",
    }
    settings.PORTAL_ADDRESS = "https://portal.example.org/"
    yield found
    found.http.shutdown()
    found.http.server_close()


def told(cast: Cast, **more: Any) -> list[Message]:
    person = cast.bureau
    person.email, person.chat_id, person.phone = "ding@example.org", "ding/../x?a=1", "13800000000"
    return tell(
        recipient=person, subject="名单已导入", text="507 个小区", url="/imports/7/", channels=ALL, **more
    )


def test_the_inbox_has_it_at_once_other_channels_where_there_is_a_route(cast: Cast, server: Server) -> None:
    found = {message.channel: message.state for message in told(cast)}
    assert found == {"inbox": MessageState.SENT, "email": MessageState.DUE, "chat": MessageState.DUE}
    assert Message.objects.in_inbox_of(cast.bureau).unread().count() == 1


def test_a_person_without_an_address_is_told_in_the_inbox_alone(cast: Cast, server: Server) -> None:
    messages = tell(recipient=cast.bureau2, subject="x", channels=ALL)
    assert [message.channel for message in messages] == [Channel.INBOX]


def test_the_same_key_is_one_message(cast: Cast, server: Server) -> None:
    assert len(told(cast, key="import-7")) == 3
    assert told(cast, key="import-7") == []
    assert len(told(cast, key="import-8")) == 3
    assert len(tell(recipient=cast.bureau2, subject="x", key="import-7")) == 1


def test_the_same_key_at_the_same_instant_is_one_message(committed_cast: Cast) -> None:
    person = committed_cast.bureau
    answers = at_once(*[lambda: tell(recipient=person, subject="x", key="k")] * 6)
    assert sorted(len(made) for made in answers) == [0, 0, 0, 0, 0, 1]
    assert Message.objects.count() == 1


def test_reading_marks_only_ones_own(cast: Cast) -> None:
    mine = [tell(recipient=cast.bureau, subject=str(n))[0] for n in range(3)]
    theirs = tell(recipient=cast.bureau2, subject="x")[0]
    assert mark_read(user=cast.bureau, message_ids=[mine[0].pk, theirs.pk]) == 1
    assert mark_read(user=cast.bureau) == 2
    assert mark_read(user=cast.bureau) == 0
    assert Message.objects.unread().get() == theirs


def test_due_messages_leave_with_their_link_and_once(committed_cast: Cast, server: Server) -> None:
    told(committed_cast)
    assert deliver_due() == 2
    assert deliver_due() == 0
    paths = [path for path, _body in server.received]
    assert paths == ["/mail/ding@example.org", "/chat/ding%2F..%2Fx%3Fa=1"]
    body = server.received[0][1]
    assert body["title"] == "名单已导入"
    assert body["message"] == "507 个小区\n\nhttps://portal.example.org/imports/7/"
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_what_rolls_back_is_not_told(committed_cast: Cast, server: Server) -> None:
    with transaction.atomic():
        told(committed_cast)
        transaction.set_rollback(True)
    assert deliver_due() == 0
    assert server.received == []


def test_nothing_leaves_from_inside_a_transaction(cast: Cast, server: Server) -> None:
    told(cast)
    with pytest.raises(InsideTransaction):
        deliver_due()
    assert server.received == []


def test_a_server_that_refuses_is_tried_again_later_and_given_up_in_the_end(
    committed_cast: Cast, server: Server
) -> None:
    told(committed_cast)
    Message.objects.filter(channel=Channel.CHAT).delete()
    server.answer = 500
    waits = []
    for _attempt in range(MAX_ATTEMPTS):
        assert deliver_due() == 0
        message = Message.objects.get(channel=Channel.EMAIL)
        assert message.error
        waits.append(round((message.due - timezone.now()).total_seconds() / 60))
        assert deliver_due() == 0
        Message.objects.filter(pk=message.pk).update(due=timezone.now())
    assert waits[:-1] == list(actions.TRY_AGAIN_AFTER)
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert len(server.received) == MAX_ATTEMPTS
    server.answer = 200
    assert deliver_due() == 0


def test_two_workers_send_a_message_once(committed_cast: Cast, server: Server) -> None:
    told(committed_cast)
    assert sum(at_once(deliver_due, deliver_due, deliver_due)) == 2
    assert len(server.received) == 2


def test_without_the_claim_it_is_sent_several_times(committed_cast: Cast, server: Server) -> None:
    """The negative control."""

    def anyone(*, message_id: int) -> Message:
        return Message.objects.get(pk=message_id)

    told(committed_cast)
    ids = list(Message.objects.filter(state=MessageState.DUE).values_list("pk", flat=True))
    with mock.patch.object(actions, "claim", anyone):
        at_once(*[lambda: [delivery._deliver(pk) for pk in ids]] * 3)
    assert len(server.received) > 2


def test_a_claim_whose_worker_died_is_free_again(committed_cast: Cast, server: Server) -> None:
    message = next(message for message in told(committed_cast) if message.channel == Channel.EMAIL)
    assert claim(message_id=message.pk) is not None
    assert claim(message_id=message.pk) is None
    Message.objects.filter(pk=message.pk).update(
        claimed_at=timezone.now() - CLAIM_HOLDS_FOR - timedelta(seconds=1)
    )
    assert claim(message_id=message.pk) is not None


def test_a_route_taken_away_meanwhile_fails_with_a_sentence(
    committed_cast: Cast, server: Server, settings: Settings
) -> None:
    told(committed_cast)
    settings.OUTBOX_ROUTES = {}
    assert deliver_due() == 0
    assert all(message.error for message in Message.objects.filter(state=MessageState.DUE))


def test_a_route_that_cannot_be_read_is_named_by_check(settings: Settings) -> None:
    settings.OUTBOX_ROUTES = {
        "email": "mailtos://user:secret@mail.example.org?to={address}&from=portal@example.org",
        "chat": "wecombot://botkey123",
        "sms": "nonsense://x",
    }
    found = [warning for warning in run_checks() if warning.id == "outbox.W001"]
    assert [warning.msg for warning in found] == ["OUTBOX_SMS_URL is no address that apprise knows."]
