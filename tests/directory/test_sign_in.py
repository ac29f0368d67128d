"""Signing in: what locks, what does not, and what nobody learns from the answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import caches
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from audit.models import AuditEntry
from core.address import client_address
from directory.actions import sign_in as limits
from directory.actions.accounts import set_own_password
from directory.actions.sign_in import begin_attempt, check_credentials, counted_address
from directory.errors import SignInLocked, WrongCredentials
from directory.known_browsers import COOKIE
from directory.models import SignInFailure, User
from tests.cast import PASSWORD, Cast, make_user
from tests.database import Databases
from tests.directory.steps import HOME, OFFICE, is_signed_in, last_entry, sign_in
from tests.races import at_once, refusals

MINUTES = 15


def fail(cast: Cast, username: str, times: int = 5, *, address: str = OFFICE) -> None:
    client = cast.client()
    for _ in range(times):
        sign_in(client, username, "Wrong-Password-1", address=address)


def spray(names: int) -> None:
    """One guess at each of so many names, from the office."""
    for number in range(names):
        begin_attempt(account=f"guess{number}", address=OFFICE, known=True)


def test_the_right_password_opens_the_portal_and_is_written_down(cast: Cast) -> None:
    client = cast.client()
    answer = sign_in(client, cast.bureau.username)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("portal:overview")
    entry = last_entry("session.signed_in")
    assert (entry.actor, entry.address, entry.division_code) == (cast.bureau, OFFICE, "421003")


@pytest.mark.parametrize("typed", ["BUREAU", " bureau ", "ｂｕｒｅａｕ"])
def test_the_user_name_is_read_as_people_type_it(cast: Cast, typed: str) -> None:
    assert cast.bureau
    client = cast.client()
    sign_in(client, typed)
    assert is_signed_in(client)


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(cast: Cast) -> None:
    url = reverse("account_login")
    form = {"login": cast.bureau.username, "password": PASSWORD}
    assert (
        cast.client().post(url, form | {"next": "/system/organisations/"})["Location"]
        == "/system/organisations/"
    )
    assert cast.client().post(url, form | {"next": "https://evil.example/"})["Location"] == reverse(
        "portal:overview"
    )


def test_five_failures_lock_the_name_at_this_address_for_fifteen_minutes(cast: Cast) -> None:
    fail(cast, cast.bureau.username)
    answer = sign_in(cast.client(), "bureau")
    assert answer.status_code == 429
    assert last_entry("session.locked").subject_id == str(cast.bureau.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=MINUTES, seconds=1)):
        client = cast.client()
        sign_in(client, "bureau")
        assert is_signed_in(client)


def test_four_failures_do_not_lock(cast: Cast) -> None:
    fail(cast, cast.bureau.username, 4)
    client = cast.client()
    sign_in(client, "bureau")
    assert is_signed_in(client)


def test_the_lock_lasts_from_the_fifth_failure_not_from_the_first(cast: Cast) -> None:
    start = timezone.now()
    for minute in (0, 3, 6, 9, 14):
        with time_machine.travel(start + timedelta(minutes=minute)):
            fail(cast, cast.bureau.username, 1)
    with time_machine.travel(start + timedelta(minutes=28)):
        assert sign_in(cast.client(), "bureau").status_code == 429
    with time_machine.travel(start + timedelta(minutes=30)):
        assert sign_in(cast.client(), "bureau").status_code == 302


def test_attempts_during_the_lock_do_not_prolong_it(cast: Cast) -> None:
    start = timezone.now()
    fail(cast, cast.bureau.username)
    with time_machine.travel(start + timedelta(minutes=14)):
        fail(cast, "bureau", 3)
    with time_machine.travel(start + timedelta(minutes=15, seconds=5)):
        assert sign_in(cast.client(), "bureau").status_code == 302


def test_the_same_person_signs_in_from_another_address(cast: Cast) -> None:
    fail(cast, cast.bureau.username)
    client = cast.client()
    sign_in(client, "bureau", address=HOME)
    assert is_signed_in(client)


def test_a_colleague_at_the_same_address_is_not_locked_out(cast: Cast) -> None:
    fail(cast, cast.bureau.username)
    client = cast.client()
    sign_in(client, cast.bureau2.username)
    assert is_signed_in(client)


def test_success_forgets_the_failures_before_it(cast: Cast) -> None:
    for _ in range(3):
        fail(cast, cast.bureau.username, 4)
        assert sign_in(cast.client(), "bureau").status_code == 302


def test_a_lock_survives_a_flushed_cache(cast: Cast) -> None:
    fail(cast, cast.bureau.username)
    caches["default"].clear()
    assert sign_in(cast.client(), "bureau").status_code == 429


def test_nothing_of_signing_in_needs_the_cache(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionError("Redis is away")

    for name in ("get", "set", "add", "delete", "incr", "get_many", "set_many"):
        monkeypatch.setattr(type(caches["default"]), name, away)
    client = cast.client()
    fail(cast, cast.bureau.username, 2)
    assert sign_in(client, "bureau").status_code == 302


def test_allauth_keeps_no_limits_of_its_own() -> None:
    assert settings.ACCOUNT_RATE_LIMITS is False


# --- Sprays -----------------------------------------------------------------------------


def test_a_spray_over_many_names_from_one_address_is_stopped(cast: Cast) -> None:
    spray(limits.FAILURES_PER_ADDRESS)
    assert sign_in(cast.client(), cast.bureau.username).status_code == 429
    assert sign_in(cast.client(), cast.bureau.username, address=HOME).status_code == 302


def test_a_spray_does_not_lock_out_the_desks_of_the_same_office(cast: Cast) -> None:
    """A browser in which the account has signed in before is spared the limit of the address."""
    desk = cast.client()
    sign_in(desk, cast.bureau.username)
    desk.post(reverse("account_logout"))
    spray(limits.FAILURES_PER_ADDRESS + 5)
    assert sign_in(cast.client(), "bureau").status_code == 429
    sign_in(desk, "bureau")
    assert is_signed_in(desk)


def test_a_known_browser_is_known_for_its_own_people_only(cast: Cast) -> None:
    desk = cast.client()
    sign_in(desk, cast.bureau.username)
    desk.post(reverse("account_logout"))
    spray(limits.FAILURES_PER_ADDRESS)
    assert sign_in(desk, cast.bureau2.username).status_code == 429


def test_a_forged_cookie_of_a_known_browser_is_worth_nothing(cast: Cast) -> None:
    spray(limits.FAILURES_PER_ADDRESS)
    client = cast.client()
    client.cookies[COOKIE] = ".".join(["0" * 32, "bureau", "f" * 32])
    assert sign_in(client, cast.bureau.username).status_code == 429


def test_the_cookie_of_a_known_browser_names_nobody_and_goes_to_the_sign_in_page_only(cast: Cast) -> None:
    answer = sign_in(cast.client(), cast.bureau.username)
    cookie = answer.cookies[COOKIE]
    assert "bureau" not in cookie.value
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        reverse("account_login"),
        True,
        "Strict",
    )


def test_one_name_tried_from_everywhere_is_stopped_but_not_for_its_owner(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: Any = begin_attempt
    monkeypatch.setattr(limits, "FAILURES_PER_ACCOUNT", 6)
    monkeypatch.setitem(counted.__kwdefaults__, "per_account", 6)
    desk = cast.client()
    sign_in(desk, cast.bureau.username)
    desk.post(reverse("account_logout"))
    for number in range(6):
        fail(cast, "bureau", 1, address=f"198.51.100.{number}")
    assert sign_in(cast.client(), "bureau", address="198.51.100.77").status_code == 429
    sign_in(desk, "bureau")
    assert is_signed_in(desk)


def test_an_ipv6_customer_counts_as_one_address() -> None:
    assert counted_address("2001:db8:1:2:aaaa::1") == counted_address("2001:db8:1:2:bbbb::9")
    assert counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1")
    assert counted_address("192.0.2.7") == "192.0.2.7"


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_rotating_forwarded_header_opens_no_door(cast: Cast, settings: object, proxies: int) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    client = Client()
    answers = [
        sign_in(
            client, cast.bureau.username, "Wrong-Password-1",
            headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"},
        ).status_code
        for number in range(6)
    ]  # fmt: skip
    assert answers == [422] * 5 + [429]


def test_behind_a_proxy_the_clients_own_address_counts(rf: Callable[..., object], settings: object) -> None:
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1"})  # type: ignore[attr-defined]
    assert client_address(request) == "198.51.100.1"


# --- What nobody learns -----------------------------------------------------------------


def test_an_unknown_name_reads_like_a_wrong_password(cast: Cast) -> None:
    def said(username: str, password: str = "Wrong-Password-1") -> str:
        answer = sign_in(cast.client(), username, password)
        assert answer.status_code == 422
        return " ".join(answer.context["form"].non_field_errors())

    accounts = {said(cast.bureau.username), said("nosuchperson"), said(cast.service.username, PASSWORD)}
    left = make_user("left", is_active=False)
    accounts |= {said(left.username, PASSWORD)}
    assert len(accounts) == 1


def test_unknown_names_are_locked_like_known_ones(cast: Cast) -> None:
    fail(cast, "nosuchperson")
    assert sign_in(cast.client(), "nosuchperson").status_code == 429


def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []
    make, check = limits.make_password, limits.check_password

    def counted(hasher: Callable[..., Any]) -> Callable[..., Any]:
        def hashing(*args: Any, **more: Any) -> Any:
            work.append("hash")
            return hasher(*args, **more)

        return hashing

    monkeypatch.setattr(limits, "make_password", counted(make))
    monkeypatch.setattr(limits, "check_password", counted(check))
    for username in (cast.bureau.username, "nosuchperson", cast.service.username):
        work.clear()
        with pytest.raises(WrongCredentials):
            check_credentials(username=username, password="x", address=OFFICE, known=False)
        assert work == ["hash"]


def test_what_was_typed_as_an_unknown_name_is_not_written_down(cast: Cast) -> None:
    """It might be a password, typed into the wrong box."""
    fail(cast, "My-Secret-Password-9", 5)
    rows = AuditEntry.objects.filter(action__startswith="session.")
    assert rows.count() == 6
    assert "secret" not in str(list(rows.values())).lower()


def test_every_refusal_says_why_to_the_audit_and_only_there(cast: Cast) -> None:
    left = make_user("left", is_active=False)
    for username, password in (
        ("bureau", "x"),
        ("nosuch", "x"),
        (left.username, PASSWORD),
        ("service", PASSWORD),
    ):
        if username in {"bureau", "service"}:
            assert getattr(cast, username)
        sign_in(cast.client(), username, password)
    rows = AuditEntry.objects.filter(action="session.refused").order_by("pk")
    assert [row.detail["why"] for row in rows] == ["wrong_password", "unknown", "inactive", "service_user"]
    assert all(row.outcome == "refused" and row.address == OFFICE for row in rows)


# --- Accounts that may not --------------------------------------------------------------


def test_a_program_cannot_sign_in_by_browser(cast: Cast) -> None:
    cast.service.set_password(PASSWORD)
    cast.service.save()
    client = cast.client()
    sign_in(client, cast.service.username)
    assert not is_signed_in(client)


def test_a_program_with_a_session_is_shown_out(cast: Cast) -> None:
    client = cast.client("service")
    assert client.get("/overview/").status_code == 302
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_inactive", "account_set_password",
     "account_confirm_login_code", "account_email_verification_sent"],
)  # fmt: skip
def test_doors_of_allauth_that_nobody_needs_do_not_exist(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/accounts/"]
)
def test_their_addresses_are_nothing(cast: Cast, path: str) -> None:
    assert cast.client("bureau").get(path).status_code == 404


# --- Races ------------------------------------------------------------------------------


def test_fifty_attempts_at_once_find_five_places(committed_db: Databases) -> None:
    def attempt() -> None:
        begin_attempt(account="bureau", address=OFFICE, known=False)

    answers = at_once(*[attempt] * 25)
    assert len(refusals(answers)) == 20
    assert all(isinstance(refusal, SignInLocked) for refusal in refusals(answers))
    assert SignInFailure.objects.count() == 5


def test_without_the_lock_more_than_five_get_through(
    committed_db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the harness sees the loss that the advisory lock prevents."""
    monkeypatch.setattr(limits, "locked_until", lambda **where: None)
    answers = at_once(*[lambda: begin_attempt(account="bureau", address=OFFICE, known=False)] * 12)
    assert not refusals(answers)


# --- Passwords --------------------------------------------------------------------------


def change(client: Client, old: str, new: str, again: str = "") -> object:
    form = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post(reverse("account_change_password"), form)


def test_a_one_time_password_must_be_changed_before_anything_else(cast: Cast) -> None:
    User.objects.filter(pk=cast.bureau.pk).update(must_change_password=True)
    client = cast.client()
    sign_in(client, "bureau")
    assert client.get("/overview/")["Location"] == reverse("account_change_password")
    assert client.get("/system/organisations/", headers={"HX-Request": "true"})["HX-Redirect"] == reverse(
        "account_change_password"
    )
    assert client.get(reverse("account_change_password")).status_code == 200
    assert change(client, PASSWORD, "Only-I-know-9").status_code == 302  # type: ignore[attr-defined]
    assert client.get("/overview/").status_code == 200
    assert last_entry("password.changed").actor == cast.bureau


def test_a_changed_password_signs_out_every_other_browser(cast: Cast) -> None:
    here, there = cast.client(), cast.client()
    sign_in(here, cast.bureau.username)
    sign_in(there, "bureau", address=HOME)
    change(here, PASSWORD, "Only-I-know-9")
    assert here.get("/overview/").status_code == 200
    assert there.get("/overview/").status_code == 302


@pytest.mark.parametrize(
    "new",
    ["short-1A", "1234567890", "password123", "bureau-bureau", "onlysmallletters", PASSWORD],
)
def test_weak_passwords_and_the_old_one_are_refused(cast: Cast, new: str) -> None:
    client = cast.client("bureau")
    answer = change(client, PASSWORD, new)
    if new == "onlysmallletters":
        assert answer.status_code == 302  # type: ignore[attr-defined]  # sixteen signs make up for it
    else:
        assert answer.status_code == 422  # type: ignore[attr-defined]


def test_the_rules_are_shown(cast: Cast) -> None:
    page = cast.client("bureau").get(reverse("account_change_password")).content.decode()
    assert page.count("<li>") >= 5


def test_guessing_the_old_password_in_an_open_session_is_locked(cast: Cast) -> None:
    client = cast.client("bureau")
    answers = [change(client, "Wrong-Password-1", "Only-I-know-9").status_code for _ in range(6)]  # type: ignore[attr-defined]
    assert answers == [422] * 5 + [429]
    assert change(client, PASSWORD, "Only-I-know-9").status_code == 429  # type: ignore[attr-defined]


def test_an_old_hash_is_renewed_at_sign_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.bureau.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    client = cast.client()
    assert sign_in(client, "bureau").status_code == 302
    assert User.objects.get(pk=cast.bureau.pk).password.startswith("argon2")
    assert client.get("/overview/").status_code == 200


def test_setting_a_password_ends_the_obligation(cast: Cast) -> None:
    User.objects.filter(pk=cast.bureau.pk).update(must_change_password=True)
    assert not set_own_password(user=cast.bureau, password="Only-I-know-9").must_change_password
