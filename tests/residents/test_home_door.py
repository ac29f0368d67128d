"""From the letter to the home page, and everything that must not open it."""

import logging
import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from gunicorn.config import Config

from audit.models import AuditEntry
from core.logs import discreet
from renovation.gunicorn import DiscreetLogger
from residents import session
from residents.actions import letters as limits
from residents.actions.households import merge_households
from residents.actions.letters import revoke_code
from residents.actions.representatives import end_term
from residents.codes import ALPHABET
from residents.models import AccessCode, CodeAttempt, Household
from residents.showing import letter_to_try
from residents.tasks import forget_old_attempts
from tests.cast import Cast
from tests.residents.builders import make_doors, make_representative, make_round
from tests.residents.letters_held import CONFIRM, HOME, Phone, at_home, code_of, phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(cast: Cast) -> Household:
    return make_doors(cast)[0]


def text_of(answer: Any) -> str:
    """What one reads: the page without its markup."""
    body = re.sub(r"<script.*?</script>|<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def other_code(code: str) -> str:
    """A code that is written well and is nobody's."""
    first = ALPHABET[(ALPHABET.index(code[0]) + 1) % 29]
    for last in ALPHABET:
        for before in ALPHABET:
            tried = f"{first}{code[1:10]}{before}{last}"
            if _is_written_well(tried):
                return tried
    raise AssertionError


def _is_written_well(code: str) -> bool:
    return (
        sum(ALPHABET.index(one) * weight for one, weight in zip(code, range(12, 0, -1), strict=True)) % 29
        == 0
    )


def is_open(held: Phone) -> bool:
    return session.cookie_name(session.SESSION) in {
        name for name, morsel in held.client.cookies.items() if morsel.value
    }


# --- The way in -------------------------------------------------------------------------


def test_a_scan_asks_which_door_it_is_and_the_button_opens_it(cast: Cast, door: Household) -> None:
    held = phone()
    asked = held.scan(code_of(cast, door))
    assert asked.request["PATH_INFO"] == CONFIRM
    assert "1号楼1单元101" in text_of(asked)
    assert not is_open(held)
    home = held.confirm()
    assert home.request["PATH_INFO"] == HOME
    assert door.compound.name in text_of(home)
    assert is_open(held)


@pytest.mark.parametrize("written", ["{}", "{} ", "{lower}", "{grouped}", "{dashed}", "{wide}", "https://portal.example.org/r/{}"])  # fmt: skip
def test_a_code_may_be_typed_as_people_type(cast: Cast, door: Household, written: str) -> None:
    code = code_of(cast, door)
    groups = [code[0:4], code[4:8], code[8:12]]
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    text = written.format(
        code, lower=code.lower(), grouped=" ".join(groups), dashed="-".join(groups), wide=wide
    )
    assert "1号楼1单元101" in text_of(phone().type(text))


def test_a_slip_of_the_pen_is_told_kindly_and_counted_by_nobody(cast: Cast, door: Household) -> None:
    code = code_of(cast, door)
    slip = code[:3] + ("7" if code[3] != "7" else "8") + code[4:]
    answer = phone().type(slip)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert slip in answer.content.decode()
    # Scanned from a damaged square: the same sentence, and the code is not in the address.
    scanned = phone().scan(slip)
    assert scanned.request["PATH_INFO"] == HOME
    assert 'role="alert"' in scanned.content.decode()
    for nonsense in ("", "foo", "🙂" * 300, "a\x00b", "\u202e7KQM"):
        assert phone().type(nonsense).status_code == 422
    assert not CodeAttempt.objects.exists()


def test_what_calls_the_link_opens_nothing(cast: Cast, door: Household) -> None:
    """A preview in WeChat, a robot, a scanner: GET and HEAD, as often as they like."""
    code, held = code_of(cast, door), phone()
    for _time in range(3):
        answer = held.client.get(f"/r/{code}/")
        assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
        assert held.client.head(f"/r/{code}").status_code == 302
    assert not is_open(held)
    assert held.client.post(f"/r/{code}/").status_code == 405
    assert not is_open(held)
    # Without the cookie that the scan left, the page behind it says nothing.
    assert "101" not in text_of(phone().get(CONFIRM))


def test_the_confirming_button_belongs_to_the_page(cast: Cast, door: Household) -> None:
    held = Phone(Client(enforce_csrf_checks=True))
    held.scan(code_of(cast, door))
    answer = held.confirm()
    assert answer.status_code == 403
    assert reverse("account_login") not in answer.content.decode()
    assert not is_open(held)


def test_an_address_typed_in_capitals_is_the_same(cast: Cast, door: Household) -> None:
    answer = phone().get(f"/R/{code_of(cast, door)}")
    assert answer.request["PATH_INFO"] == CONFIRM
    assert "1号楼1单元101" in text_of(answer)


# --- What opens nothing -----------------------------------------------------------------


def _without_token(answer: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_every_code_that_opens_nothing_gets_the_same_answer(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    here, gone, one, two = make_doors(cast)
    codes = {
        "unknown": other_code(code_of(cast, here)),
        "revoked": code_of(cast, gone),
        "merged": code_of(cast, one),
    }
    code_of(cast, two)
    revoke_code(code=AccessCode.objects.get(household=gone), user=cast.community, reason="遗失")
    merge_households(
        households=[one, two], into={"unit": "201"}, user=cast.community, effective_on=date(2026, 5, 1), reason="并户"
    )  # fmt: skip
    answers = set()
    for code in codes.values():
        held = phone()
        held.client.get(f"/r/{code}/")
        with django_assert_num_queries(6):
            held.client.get(CONFIRM)
        answers.add(_without_token(phone().type(code)))
    assert len(answers) == 1
    assert CodeAttempt.objects.count() == 6


def test_revoking_ends_the_session_and_says_whom_to_call(cast: Cast, door: Household) -> None:
    make_round(cast, door.compound)
    held = at_home(cast, door)
    revoke_code(code=AccessCode.objects.get(household=door), user=cast.community, reason="新信")
    answer = held.get(HOME)
    assert answer.status_code == 403
    assert "0716-8000000" in text_of(answer)
    assert not is_open(held)
    # The old letter is no good, the new one is.
    assert held.scan(code_of(cast, door)).request["PATH_INFO"] == CONFIRM


def test_a_merged_household_ends_the_session(cast: Cast) -> None:
    one, two, *_others = make_doors(cast)
    held = at_home(cast, one)
    merge_households(
        households=[one, two], into={"unit": "101"}, user=cast.community, effective_on=date(2026, 5, 1), reason="并户"
    )  # fmt: skip
    assert held.get(HOME).status_code == 403


def test_the_end_of_a_term_ends_the_representatives_session(cast: Cast, door: Household) -> None:
    person = make_representative(cast, door)
    held = at_home(cast, person)
    assert "李代表" in text_of(held.get(HOME))
    end_term(
        representative=person,
        user=cast.community,
        until_on=timezone.localdate(),
        reason="搬走",
    )
    assert held.get(HOME).status_code == 403


@pytest.mark.parametrize(
    "forged", ["", "h.1.1.9999999999", "h.1.1.1:abc:def", "r.1.1.1", "{}", "::", "x" * 5000, "h.1.1.1:1:" + "A" * 43]
)  # fmt: skip
def test_a_forged_session_is_none(cast: Cast, door: Household, forged: str) -> None:
    held = at_home(cast, door)
    held.client.cookies[session.cookie_name(session.SESSION)] = forged
    answer = held.get(HOME)
    assert answer.status_code == 200
    assert door.compound.name not in text_of(answer)


def test_a_session_of_another_purpose_is_none(cast: Cast, door: Household) -> None:
    """Signed by the same key for something else: the salt tells them apart."""
    held = phone()
    held.scan(code_of(cast, door))
    cookies = held.client.cookies
    cookies[session.cookie_name(session.SESSION)] = cookies[session.cookie_name("letter")].value
    assert 'name="code"' in held.get(HOME).content.decode()


# --- Time -------------------------------------------------------------------------------


def test_a_session_ends_when_nothing_happens(cast: Cast, door: Household) -> None:
    with time_machine.travel(timezone.now()) as clock:
        held = at_home(cast, door)
        clock.shift(timedelta(hours=1, minutes=59))
        assert door.compound.name in text_of(held.get(HOME))
        clock.shift(timedelta(hours=1, minutes=59))
        assert door.compound.name in text_of(held.get(HOME))
        clock.shift(timedelta(hours=2, minutes=1))
        answer = held.get(reverse("residents:works"))
        assert answer.request["QUERY_STRING"] == "why=over"
        assert door.compound.name not in text_of(answer)


def test_no_session_lasts_longer_than_half_a_day(cast: Cast, door: Household) -> None:
    with time_machine.travel(timezone.now()) as clock:
        held = at_home(cast, door)
        for _hour in range(11):
            clock.shift(timedelta(hours=1))
            assert door.compound.name in text_of(held.get(HOME))
        clock.shift(timedelta(hours=1, seconds=1))
        assert door.compound.name not in text_of(held.get(HOME))


def test_the_cookie_is_signed_anew_each_five_minutes_only(cast: Cast, door: Household) -> None:
    name = session.cookie_name(session.SESSION)
    with time_machine.travel(timezone.now()) as clock:
        held = at_home(cast, door)
        clock.shift(timedelta(minutes=4))
        assert name not in held.client.get(HOME).cookies
        clock.shift(timedelta(minutes=2))
        assert name in held.client.get(HOME).cookies


def test_a_scan_is_kept_for_a_quarter_of_an_hour(cast: Cast, door: Household) -> None:
    with time_machine.travel(timezone.now()) as clock:
        held = phone()
        held.scan(code_of(cast, door))
        clock.shift(timedelta(minutes=16))
        assert held.confirm().request["QUERY_STRING"] == "why=again"
        assert not is_open(held)


def test_leaving_hands_the_phone_on(cast: Cast, door: Household) -> None:
    held = at_home(cast, door)
    assert held.client.get("/r/leave/").status_code == 405
    answer = held.post("/r/leave/")
    assert answer.request["PATH_INFO"] == "/r/left/"
    assert not is_open(held)
    # Back: the browser kept nothing, and the server shows nothing.
    assert door.compound.name not in text_of(held.get(HOME))


# --- Guessing ---------------------------------------------------------------------------


@pytest.fixture
def few_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FROM_ONE_ADDRESS", 3)


def guess(held: Phone, code: str, times: int = 1, **more: Any) -> None:
    for _time in range(times):
        held.type(other_code(code), **more)


@pytest.mark.usefixtures("few_guesses")
def test_after_many_wrong_codes_the_door_is_asked_for_before_anything_is_said(
    cast: Cast, door: Household
) -> None:
    code = code_of(cast, door)
    guess(phone(), code, 3)
    right, wrong = phone(), phone()
    answers = {_without_token(right.scan(code)), _without_token(wrong.scan(other_code(code)))}
    assert len(answers) == 1
    assert "101" not in text_of(right.get(CONFIRM))
    # The code alone opens nothing now; neither does a wrong door, and both say the same.
    right.confirm()
    refused = {_without_token(held.post(CONFIRM, {"door": "202"})) for held in (right, wrong)}
    assert len(refused) == 1
    assert not is_open(right)
    wrong.post(CONFIRM, {"door": "101"})
    assert not is_open(wrong)
    # A neighbour behind the same address is not locked out.
    right.post(CONFIRM, {"door": "101"})
    assert is_open(right)
    assert CodeAttempt.objects.count() == 3


@pytest.mark.usefixtures("few_guesses")
def test_right_and_wrong_codes_take_the_same_steps_while_somebody_guesses(
    cast: Cast, door: Household, django_assert_num_queries: Any
) -> None:
    code = code_of(cast, door)
    guess(phone(), code, 3)
    for tried in (code, other_code(code)):
        held = phone()
        held.client.get(f"/r/{tried}/")
        with django_assert_num_queries(3) as seen:
            assert held.client.post(CONFIRM, {"door": "102"}).status_code == 422
        assert not [one for one in seen.captured_queries if one["sql"].startswith("INSERT")]


@pytest.mark.usefixtures("few_guesses")
@pytest.mark.parametrize("written", ["101", "101室", "１０１", "1楼1号", "1号楼1单元101", "1栋一单元101室"])
def test_the_door_is_read_as_people_write_it(cast: Cast, door: Household, written: str) -> None:
    code, held = code_of(cast, door), phone()
    guess(held, code, 3)
    held.scan(code)
    held.post(CONFIRM, {"door": written})
    assert is_open(held)


@pytest.mark.usefixtures("few_guesses")
@pytest.mark.parametrize("written", ["", "102", "2号楼1单元101", "🙂", "1" * 5000, "a\x00b", "2026-01-01"])
def test_another_door_opens_nothing(cast: Cast, door: Household, written: str) -> None:
    code, held = code_of(cast, door), phone()
    guess(held, code, 3)
    held.scan(code)
    assert held.post(CONFIRM, {"door": written}).status_code == 422
    assert not is_open(held)


@pytest.mark.usefixtures("few_guesses")
def test_a_made_up_forwarding_header_is_no_new_address(cast: Cast, door: Household) -> None:
    code = code_of(cast, door)
    for number in range(3):
        guess(phone(), code, headers={"x-forwarded-for": f"198.51.100.{number}"})
    assert CodeAttempt.objects.values("address").distinct().count() == 1
    assert 'name="door"' in phone().scan(code).content.decode()


@pytest.mark.usefixtures("few_guesses")
def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(
    cast: Cast, door: Household, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    code = code_of(cast, door)
    # Whoever guesses adds inventions in front; the proxy adds the true one behind.
    for number in range(3):
        guess(phone(), code, headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"})
    asked = phone().scan(code, headers={"x-forwarded-for": "203.0.113.99, 198.51.100.7"})
    assert 'name="door"' in asked.content.decode()
    elsewhere = phone().scan(code, headers={"x-forwarded-for": "198.51.100.8"})
    assert 'name="door"' not in elsewhere.content.decode()


@pytest.mark.usefixtures("few_guesses")
def test_a_network_of_ipv6_is_one_address(cast: Cast, door: Household) -> None:
    code = code_of(cast, door)
    for number in range(3):
        guess(phone(REMOTE_ADDR=f"2001:db8:1:1::{number + 1}"), code)
    assert 'name="door"' in phone(REMOTE_ADDR="2001:db8:1:1:ffff::9").scan(code).content.decode()
    assert 'name="door"' not in phone(REMOTE_ADDR="2001:db8:1:2::1").scan(code).content.decode()


def test_guessing_from_everywhere_asks_everybody_for_the_door(
    cast: Cast, door: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALTOGETHER", 3)
    code = code_of(cast, door)
    for number in range(3):
        guess(phone(REMOTE_ADDR=f"198.51.100.{number}"), code)
    assert 'name="door"' in phone(REMOTE_ADDR="192.0.2.1").scan(code).content.decode()


def test_whose_address_it_was_cannot_be_read(cast: Cast, door: Household) -> None:
    guess(phone(REMOTE_ADDR="198.51.100.77"), code_of(cast, door))
    kept = bytes(CodeAttempt.objects.get().address)
    assert len(kept) == 16
    assert b"198" not in kept


def test_wrong_codes_are_forgotten_after_a_day(cast: Cast, door: Household) -> None:
    guess(phone(), code_of(cast, door))
    assert forget_old_attempts() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert forget_old_attempts() == 1


# --- Two kinds of people ----------------------------------------------------------------


def test_a_worker_who_scans_sees_what_the_letter_opens_and_no_more(cast: Cast) -> None:
    door = make_doors(cast)[0]
    held = Phone(cast.client("stranger"))
    assert 'name="code"' in held.get(HOME).content.decode()
    held.scan(code_of(cast, door))
    home = held.confirm()
    assert door.compound.name in text_of(home)
    assert "枣阳局寅" not in home.content.decode()
    # The resident's session opens nothing of the office's, and the office's goes on.
    assert held.client.get(reverse("compounds:list")).status_code == 200
    assert held.client.get(f"/compounds/{door.compound.code}/").status_code == 404
    held.post("/r/leave/")
    assert held.client.get(reverse("portal:overview")).status_code == 200


def test_a_resident_is_nobody_in_the_office(cast: Cast, door: Household) -> None:
    held = at_home(cast, door)
    for name in ("portal:overview", "compounds:list", "account_profile"):
        assert held.client.get(reverse(name))["Location"].startswith(reverse("account_login"))


def test_a_worker_whose_own_session_is_over_still_helps_at_the_door(cast: Cast, door: Household) -> None:
    """Idle, locked, or with a password to choose: that is a matter between the worker and the office."""
    client = cast.client("street")
    cast.street.must_change_password = True
    cast.street.save()
    held = Phone(client)
    held.scan(code_of(cast, door))
    assert door.compound.name in text_of(held.confirm())


def test_a_refusal_on_a_resident_page_is_no_attempt_of_the_worker(cast: Cast, door: Household) -> None:
    held = Phone(cast.client("street", enforce_csrf_checks=True))
    held.scan(code_of(cast, door))
    before = AuditEntry.objects.count()
    assert held.confirm().status_code == 403
    assert AuditEntry.objects.count() == before


def test_the_demo_has_a_letter_to_try(cast: Cast) -> None:
    assert letter_to_try() is None
    here, there = make_doors(cast)[0], make_doors(cast)[0]
    make_round(cast, there.compound)
    code_of(cast, here)
    code = code_of(cast, there)
    assert letter_to_try() == (f"{there.compound.name} 1号楼1单元101", f"/r/{code}/")


# --- What is kept, and where the code does not stand ------------------------------------

PAGES = ["/r/", "/r/confirm/", "/r/left/", "/r/works/", "/r/nowhere/there/", "/r/ABCD2345/", "/r/leave/"]


@pytest.mark.parametrize("url", PAGES)
def test_nothing_behind_the_letter_is_kept_or_listed(cast: Cast, door: Household, url: str) -> None:
    for held in (phone(), at_home(cast, door)):
        answer = held.client.get(url)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_the_code_leaves_the_address_and_is_told_to_nobody(cast: Cast, door: Household) -> None:
    code = code_of(cast, door)
    answer = phone().client.get(f"/r/{code}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert code not in answer["Location"]
    assert not answer.content


@pytest.mark.parametrize("is_https", [True, False])
def test_cookies_are_as_strict_as_they_can_be(
    cast: Cast, door: Household, settings: Any, *, is_https: bool
) -> None:
    settings.HTTPS = is_https
    held = phone()
    scanned = held.client.get(f"/r/{code_of(cast, door)}/", secure=is_https)
    opened = held.client.post(CONFIRM, secure=is_https)
    set_there = [*scanned.cookies.values(), *opened.cookies.values()]
    ours = [morsel for morsel in set_there if "csrf" not in morsel.key]
    assert len(ours) == 3
    for morsel in ours:
        assert morsel.key.startswith("__Host-") == is_https
        assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
        assert bool(morsel["secure"]) == is_https
        assert not morsel["domain"]


def test_no_row_is_written_while_a_resident_reads(
    cast: Cast, door: Household, django_assert_num_queries: Any
) -> None:
    held = at_home(cast, door)
    with django_assert_num_queries(1) as seen:
        held.client.get("/r/sign-off/")
    assert seen.captured_queries[0]["sql"].startswith("SELECT")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /r/7KQM3WXZ9RTC HTTP/1.1", "GET /r/hidden HTTP/1.1"),
        ('"GET /r/7kqm-3wxz-9rtc/?a=1" 302', '"GET /r/hidden/?a=1" 302'),
        ("Not Found: /r/%E4%B8%AD7KQM/", "Not Found: /r/hidden/"),
        ("kqmwwxzrrtca behind /r/kqmwwxzrrtca/", "kqmwwxzrrtca behind /r/hidden/"),
        ("https://p.example/R/7KQM3WXZ9RTC", "https://p.example/R/hidden"),
        ("POST /r/confirm/ 302", "POST /r/confirm/ 302"),
        ("POST /r/sign-off/ 302", "POST /r/sign-off/ 302"),
        ("GET /compounds/ABCD2345/", "GET /compounds/ABCD2345/"),
    ],
)
def test_logs_keep_no_codes(line: str, kept: str) -> None:
    assert discreet(line) == kept


def test_what_the_portal_and_gunicorn_log_has_no_code_in_it(
    cast: Cast, door: Household, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    code = code_of(cast, door)
    formatter = settings.LOGGING["formatters"]["line"]["()"]
    assert formatter == "core.logs.DiscreetFormatter"
    config = Config()
    config.set("accesslog", "-")
    config.set("errorlog", "-")
    log = DiscreetLogger(config)
    for handler in (*log.access_log.handlers, *log.error_log.handlers):
        made = logging.LogRecord("x", logging.ERROR, "", 0, "at %s", (f"/r/{code}/",), None)
        assert code not in handler.format(made)


def test_an_unforeseen_error_does_not_write_the_code_down(
    cast: Cast, door: Household, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The last thing a process does with an address is to log it; the console's format hides it."""

    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("residents.opening.keep_typed", fails)
    code = code_of(cast, door)
    held = phone(raise_request_exception=False)
    answer = held.client.get(f"/r/{code}/")
    assert answer.status_code == 500
    assert "residents/home" in answer.content.decode()
    formatter = next(
        one for handler in logging.getLogger().handlers if (one := handler.formatter) and "Discreet" in type(one).__name__
    )  # fmt: skip
    assert all(code not in formatter.format(record) for record in caplog.records)
