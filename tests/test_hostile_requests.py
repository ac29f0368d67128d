"""What strangers and curious colleagues send: answered with a sentence, never with a crash, and kept by nobody."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from directory.actions import accounts
from directory.actions import sign_in as limits
from directory.actions.roles import Period
from directory.models import SavedView
from directory.powers import Role
from tests.cast import JINGZHOU, Cast
from tests.compounds.builders import make_pooled
from tests.directory.steps import fresh, grant, in_days, sign_in

# --- Addresses and keys that are none ---------------------------------------------------


@pytest.mark.parametrize("target", ["foo", "１２", "a\x00b", '[{"a"', "?x", "account_login", "a/b"])
def test_a_way_back_that_is_no_address_leads_to_a_page(cast: Cast, target: str) -> None:
    """Django takes a word without a slash for the name of a view."""
    answer = Client().post("/large-print/", {"large": "1", "next": target})
    assert answer.headers["Location"] == "/"
    answer = cast.client("bureau").post("/division/", {"division": "", "next": target})
    assert answer.headers["Location"] == reverse("portal:overview")


def test_the_pool_s_way_back_is_an_address_too(cast: Cast) -> None:
    compound = make_pooled(cast)
    form = {"rank": "1", "reason": "管网爆裂", "next": "foo"}
    answer = cast.client("bureau").post(f"/pool/place/{compound.code}/", form)
    assert answer.headers["Location"] == reverse("compounds:pool")


def test_a_key_of_five_thousand_digits_is_nobody_s_row(cast: Cast) -> None:
    """Python refuses to read a number of more than 4,300 digits."""
    answer = cast.client("bureau").post("/compounds/bulk/print/", {"pick": "9" * 5000})
    assert answer.status_code == 400


def test_nul_in_a_saved_view_is_dropped(cast: Cast) -> None:
    form = {"page": "compounds", "name": "无人\x00管理", "query": "q=a\x00", "next": "/compounds/"}
    assert cast.client("bureau").post("/views/", form).status_code == 302
    kept = SavedView.objects.get()
    assert (kept.name, kept.query) == ("无人管理", "q=a")
    assert cast.client("bureau").post("/views/", {**form, "page": "comp\x00ounds"}).status_code == 400


# --- What browsers are told -------------------------------------------------------------


@pytest.mark.parametrize("address", ["/x%00", "/accounts/sign-in", "/nowhere/"])
def test_every_answer_forbids_frames_and_foreign_scripts(address: str) -> None:
    answer = Client(raise_request_exception=False).get(address)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused_with_the_same_headers() -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_session_that_ran_out_is_sent_away_with_the_same_headers(cast: Cast) -> None:
    client = cast.client("bureau")
    session = client.session
    session["seen_at"] = int(time.time()) - 24 * 3600
    session.save()
    answer = client.get("/overview/")
    assert answer.status_code == 302
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "address", ["/overview/", "/compounds/", "/pool/", "/accounts/sessions/", "/nowhere/"]
)
def test_back_after_signing_out_shows_nothing(cast: Cast, address: str) -> None:
    """On a shared machine the browser must not keep what a colleague looked at."""
    assert "no-store" in cast.client("bureau").get(address).headers["Cache-Control"]


def test_what_is_public_may_be_kept() -> None:
    assert "no-store" not in Client().get("/nowhere/").headers.get("Cache-Control", "")


# --- Administrators ---------------------------------------------------------------------


def test_whoever_becomes_an_administrator_tomorrow_is_not_taken_over_today(cast: Cast) -> None:
    grant(cast, cast.nobody, Role.AUDIT_ADMINISTRATOR, JINGZHOU, period=Period(in_days(1)))
    accounts.reset_password(actor=cast.sysadmin, user=cast.nobody)
    assert fresh(cast.nobody).locked_at is not None


# --- A spray that goes on for days ------------------------------------------------------


def _refusals() -> int:
    return AuditEntry.objects.filter(action="session.refused").count()


def test_attempts_during_a_lock_are_written_down_once_a_minute(cast: Cast) -> None:
    """The audit is kept for half a year and nobody may delete from it: nobody may fill it either."""
    for _attempt in range(5):
        sign_in(cast.client(), cast.bureau.username, "Wrong-Password-1")
    before = _refusals()
    for _attempt in range(10):
        sign_in(cast.client(), cast.bureau.username, "Wrong-Password-1")
    assert _refusals() == before + 1
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        sign_in(cast.client(), cast.bureau.username, "Wrong-Password-1")
    assert _refusals() == before + 2


def test_a_spray_is_written_down_once_a_minute_when_the_address_is_stopped(cast: Cast) -> None:
    for number in range(limits.FAILURES_PER_ADDRESS):
        sign_in(cast.client(), f"nobody{number}", "Wrong-Password-1")
    before = _refusals()
    for number in range(10):
        sign_in(cast.client(), f"nobody{number}x", "Wrong-Password-1")
    assert _refusals() == before + 1
