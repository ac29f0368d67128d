"""How long a browser stays signed in, and where else it is."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.actions.accounts import end_sessions
from directory.models import SignInFailure, User
from directory.tasks import forget_expired
from tests.cast import Cast
from tests.directory.steps import HOME, is_signed_in, last_entry, sign_in

PAGE = "/system/organisations/"
BACKGROUND = {"X-Background": "1"}


def signed_in(cast: Cast, username: str = "bureau", **where: str) -> Client:
    client = cast.client()
    sign_in(client, getattr(cast, username).username, **where)
    return client


def later(**time: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**time))


def test_an_idle_browser_is_signed_out_and_told_why(cast: Cast) -> None:
    client = signed_in(cast)
    with later(minutes=settings.IDLE_TIMEOUT_MINUTES + 1):
        answer = client.get(PAGE)
        assert answer.status_code == 302
        assert "why=timed_out" in answer["Location"]
        assert "next=%2Fsystem%2Forganisations%2F" in answer["Location"]
        assert not is_signed_in(client)
        assert last_entry("session.timed_out").actor == cast.bureau
        assert "30" in client.get(answer["Location"]).content.decode()


def test_activity_keeps_a_session_alive(cast: Cast) -> None:
    client = signed_in(cast)
    start = timezone.now()
    for minutes in (25, 50, 75):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get(PAGE).status_code == 200


def test_a_page_that_refreshes_itself_is_no_activity(cast: Cast) -> None:
    client = signed_in(cast)
    start = timezone.now()
    for minutes in (10, 20, 29):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get(PAGE, headers=BACKGROUND).status_code == 200
    with time_machine.travel(start + timedelta(minutes=31)):
        assert client.get(PAGE, headers=BACKGROUND).status_code == 302


def test_no_session_outlives_the_working_day(cast: Cast) -> None:
    client = signed_in(cast)
    start = timezone.now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get(reverse("account_logout")).status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert client.get(PAGE).status_code == 302


def test_activity_is_noted_once_a_minute(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast)
    client.get(reverse("account_logout"))
    seen = UserSession.objects.get().last_seen_at
    client.get(reverse("account_logout"))
    assert UserSession.objects.get().last_seen_at == seen
    with later(minutes=2):
        client.get(reverse("account_logout"))
        assert UserSession.objects.get().last_seen_at > seen


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(cast: Cast) -> None:
    answer = cast.client().get(
        PAGE, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/compounds/?q=1"}
    )
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fcompounds%2F%3Fq%3D1"


def test_nobody_without_an_account_sees_anything(cast: Cast) -> None:
    client = cast.client()
    assert client.get(PAGE)["Location"] == f"{reverse('account_login')}?next=%2Fsystem%2Forganisations%2F"
    assert client.post(PAGE)["Location"] == reverse("account_login")


def test_signing_out_is_written_down_and_needs_a_click(cast: Cast) -> None:
    client = signed_in(cast)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    assert last_entry("session.signed_out").actor == cast.bureau


def test_a_stolen_session_key_is_worthless_after_signing_out(cast: Cast) -> None:
    client = signed_in(cast)
    thief = cast.client()
    thief.cookies.update(client.cookies)
    assert thief.get(PAGE).status_code == 200
    client.post(reverse("account_logout"))
    assert thief.get(PAGE).status_code == 302


def test_the_session_key_changes_at_sign_in(cast: Cast) -> None:
    client = cast.client()
    client.get(reverse("account_login"))
    before = client.session.session_key
    sign_in(client, cast.bureau.username)
    assert client.session.session_key != before


# --- Elsewhere --------------------------------------------------------------------------


def test_a_person_sees_where_they_are_signed_in_and_signs_out_elsewhere(cast: Cast) -> None:
    here = signed_in(cast)
    there = signed_in(cast, address=HOME)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert HOME in page
    here.post(reverse("usersessions_list"))
    assert here.get(PAGE).status_code == 200
    assert there.get(PAGE).status_code == 302
    assert last_entry("session.ended_elsewhere").actor == cast.bureau


@pytest.mark.parametrize("who", ["sysadmin", "secadmin"])
def test_an_administrator_signs_a_person_out_everywhere(cast: Cast, who: str) -> None:
    client = signed_in(cast)
    assert end_sessions(actor=getattr(cast, who), user=cast.bureau, reason="手机丢失") == 1
    assert client.get(PAGE).status_code == 302


def test_who_was_deactivated_directly_in_the_database_is_out_too(cast: Cast) -> None:
    client = signed_in(cast)
    User.objects.filter(pk=cast.bureau.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_what_has_expired_is_forgotten(cast: Cast) -> None:
    signed_in(cast)
    sign_in(cast.client(), "bureau", "wrong")
    with later(days=31):
        forget_expired()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert not SignInFailure.objects.exists()


def test_what_still_counts_is_not_forgotten(cast: Cast) -> None:
    signed_in(cast)
    sign_in(cast.client(), "bureau", "wrong")
    forget_expired()
    assert (Session.objects.count() >= 1, UserSession.objects.count(), SignInFailure.objects.count()) == (
        True,
        1,
        2,
    )
