"""The edges of days, years and minutes. The portal's day is Beijing's: it begins at 16:00 UTC of the day before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from core.errors import DomainError
from directory.actions.roles import Period, appoint_substitute
from directory.actions.sign_in import (
    FAILURES_PER_ADDRESS,
    begin_attempt,
    failures_of,
    forget_old_failures,
    locked_until,
)
from directory.actions.tokens import LONGEST, issue_token
from directory.errors import AddressBusy, DaysDoNotFit, SignInLocked, TokenTooLong
from directory.forms.organisations import TokenForm
from directory.models import ApiToken, RoleAssignment, SignInFailure
from directory.powers import Role
from tests.apiclient import make_token
from tests.cast import JINGZHOU, WEST_STREET, Cast, make_user
from tests.directory.steps import OFFICE, fresh, grant, is_signed_in, role_of, sign_in

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def at(moment: datetime) -> time_machine.travel:
    """The clock stands still at this moment."""
    return time_machine.travel(moment, tick=False)


def midnight(day: date) -> datetime:
    """The end of this day in Beijing."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


# --- Roles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "last_day", [date(2026, 12, 31), date(2028, 2, 29), date(2027, 2, 28), date(2026, 11, 30)]
)
def test_a_role_lasts_to_the_last_second_of_its_last_day_in_beijing(cast: Cast, last_day: date) -> None:
    clerk = make_user("clerk")
    with at(NOON):
        grant(cast, clerk, Role.FINANCE_OFFICER, JINGZHOU, period=Period(date(2026, 11, 20), last_day))
    for moment, holds in (
        (midnight(last_day) - MINUTE, True), (midnight(last_day) - SECOND, True),
        (midnight(last_day), False), (midnight(last_day) + MINUTE, False),
    ):  # fmt: skip
        with at(moment):
            assert bool(fresh(clerk).current_roles) == holds, moment


def test_a_role_begins_with_the_day_in_beijing_not_in_greenwich(cast: Cast) -> None:
    clerk = make_user("clerk")
    with at(NOON):
        grant(cast, clerk, Role.FINANCE_OFFICER, JINGZHOU, period=Period(date(2027, 1, 1)))
    for moment, holds in (
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), False), (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 16, 1, tzinfo=UTC), True),
    ):  # fmt: skip
        with at(moment):
            assert bool(fresh(clerk).current_roles) == holds, moment


def test_the_open_page_and_the_program_lose_the_role_at_the_same_second(cast: Cast) -> None:
    last_day = date(2026, 12, 31)
    RoleAssignment.objects.filter(user__in=[cast.street, cast.service]).update(ends_on=last_day)
    client, key = Client(), make_token(cast.service, expires_at=datetime(2027, 6, 1, tzinfo=UTC))[0]
    bearer = {"Authorization": f"Bearer {key}"}
    with at(midnight(last_day) - MINUTE):
        sign_in(client, "street")
        assert client.get("/compounds/").status_code == 200
        assert Client().get("/api/v1/compounds/", headers=bearer).status_code == 200
    with at(midnight(last_day) + MINUTE):
        assert client.get("/compounds/").status_code == 403
        assert is_signed_in(client)
        assert Client().get("/api/v1/compounds/", headers=bearer).status_code == 403


@pytest.mark.parametrize(
    ("moment", "is_refused"),
    [(datetime(2028, 2, 29, 15, 59, tzinfo=UTC), False), (datetime(2028, 2, 29, 16, 1, tzinfo=UTC), True)],
)
def test_today_is_the_earliest_last_day_of_a_substitute(
    cast: Cast, moment: datetime, *, is_refused: bool
) -> None:
    def appoint() -> object:
        leap = Period(date(2028, 2, 20), date(2028, 2, 29))
        return appoint_substitute(
            actor=cast.secadmin, assignment=role_of(cast.street), substitute=cast.nobody, period=leap
        )

    with at(moment):
        if is_refused:
            with pytest.raises(DaysDoNotFit):
                appoint()
        else:
            appoint()
            assert fresh(cast.nobody).current_roles == [(Role.STREET_OFFICER, WEST_STREET)]


@pytest.mark.parametrize("typed", ["2027-02-29", "2026-11-31", "2026-13-01", "0000-00-00"])
def test_days_that_do_not_exist_are_no_days(cast: Cast, typed: str) -> None:
    form = TokenForm(
        {"user": cast.service.pk, "label": "x", "scopes": ["read"], "expires_on": typed}, actor=cast.bureau
    )
    assert "expires_on" in form.errors


# --- Tokens -----------------------------------------------------------------------------


@pytest.mark.parametrize("issued_at", [NOON, datetime(2028, 2, 29, 15, 59, 59, tzinfo=UTC)])
def test_a_token_is_valid_to_the_end_of_its_last_day_in_beijing(cast: Cast, issued_at: datetime) -> None:
    with at(issued_at):
        form = TokenForm(
            {"user": cast.service.pk, "label": "x", "scopes": ["read"], "expires_on": "2028-03-01"}, actor=cast.bureau
        )  # fmt: skip
        assert form.is_valid(), form.errors
        assert form.expires_at() == datetime(2028, 3, 1, 15, 59, 59, tzinfo=UTC)


def test_a_token_is_usable_up_to_its_moment_and_not_at_it(cast: Cast) -> None:
    until = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    make_token(cast.service, expires_at=until)
    assert ApiToken.objects.usable_at(until - SECOND).exists()
    assert not ApiToken.objects.usable_at(until).exists()


def test_a_year_with_a_leap_day_is_still_a_year(cast: Cast) -> None:
    def issue(expires_at: datetime) -> object:
        return issue_token(
            actor=cast.bureau, user=cast.service, label="x", scopes=["read"], expires_at=expires_at
        )

    now = datetime(2028, 2, 29, 4, tzinfo=UTC)
    with at(now):
        assert issue(now + LONGEST)
        with pytest.raises(TokenTooLong):
            issue(now + LONGEST + SECOND)
        with pytest.raises(TokenTooLong):
            issue(now)


# --- Locks of signing in, from rows that are there --------------------------------------


def failed(*moments: datetime, account: str = "bureau", address: str = OFFICE, cleared: bool = False) -> None:
    SignInFailure.objects.bulk_create(
        SignInFailure(account=account, address=address, at=one, cleared_at=one if cleared else None)
        for one in moments
    )


def attempt(now: datetime, *, known: bool = False) -> type[DomainError] | None:
    with at(now):
        try:
            begin_attempt(account="bureau", address=OFFICE, known=known)
        except DomainError as refusal:
            return type(refusal)
    return None


@pytest.mark.parametrize("ago", [WINDOW - SECOND, WINDOW - timedelta(microseconds=1)])
@pytest.mark.parametrize("first", [timedelta(0), WINDOW])
def test_five_rows_lock_until_fifteen_minutes_after_the_last(
    cast: Cast, ago: timedelta, first: timedelta
) -> None:
    """Also when the first of the five lies exactly one window before the last."""
    last = NOON - ago
    failed(last - first, *[last] * 4)
    assert attempt(NOON) is SignInLocked


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param([NOON - WINDOW] * 5, id="the lock ends with its last second"),
        pytest.param([NOON - SECOND] * 4, id="four"),
        pytest.param([NOON - WINDOW - 2 * SECOND, *[NOON - SECOND] * 4], id="five over more than a window"),
    ],
)
def test_rows_that_lock_nothing(cast: Cast, moments: list[datetime]) -> None:
    failed(*moments)
    assert attempt(NOON) is None


def test_rows_that_were_cleared_of_another_name_or_address_lock_nothing(cast: Cast) -> None:
    failed(*[NOON - SECOND] * 9, cleared=True)
    failed(*[NOON - SECOND] * 9, account="bureau2")
    failed(*[NOON - SECOND] * 9, address="10.43.0.1")
    assert attempt(NOON) is None


def test_rows_of_a_clock_that_ran_ahead_lock_no_longer_than_they_say(cast: Cast) -> None:
    """A server whose clock was set back sees failures of the future."""
    failed(*[NOON + 5 * MINUTE] * 5)
    assert attempt(NOON) is SignInLocked
    assert locked_until(account="bureau", address=OFFICE, now=NOON) == NOON + 5 * MINUTE + WINDOW
    assert attempt(NOON + 5 * MINUTE + WINDOW) is None


def test_a_lock_over_new_year_and_the_leap_day(cast: Cast) -> None:
    for last in (
        datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 15, 59, 59, tzinfo=UTC),
    ):
        failed(*[last] * 5)
        assert attempt(last + WINDOW - SECOND) is SignInLocked
        assert attempt(last + WINDOW) is None


@pytest.mark.parametrize(
    ("ago", "refusal"), [(WINDOW - SECOND, AddressBusy), (WINDOW, None), (WINDOW + SECOND, None)]
)
def test_a_spray_from_one_address_counts_for_one_window(
    cast: Cast, ago: timedelta, refusal: type[DomainError] | None
) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        failed(NOON - ago, account=f"guess{number}")
    assert attempt(NOON) is refusal


def test_a_known_browser_is_spared_by_the_spray_and_not_by_its_own_failures(cast: Cast) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        failed(NOON - SECOND, account=f"guess{number}")
    assert attempt(NOON, known=True) is None
    failed(*[NOON - SECOND] * 4)
    assert attempt(NOON + SECOND, known=True) is SignInLocked


def test_failures_are_shown_while_they_count_and_forgotten_after_a_month(cast: Cast) -> None:
    failed(
        NOON - WINDOW + SECOND, NOON - WINDOW, NOON - timedelta(days=30), NOON - timedelta(days=30, seconds=1)
    )
    with at(NOON):
        assert len(failures_of(cast.bureau)) == 1
    assert forget_old_failures(NOON) == 1
    assert SignInFailure.objects.count() == 3


# --- Idle -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "page"),
    [
        pytest.param(NOON, "/system/organisations/", id="at noon"),
        pytest.param(datetime(2026, 12, 31, 15, 45, tzinfo=UTC), "/compounds/", id="over new year"),
        pytest.param(datetime(2028, 2, 29, 15, 45, tzinfo=UTC), "/compounds/", id="over the leap day"),
    ],
)
def test_idle_ends_with_its_last_minute(cast: Cast, start: datetime, page: str) -> None:
    limit = timedelta(minutes=settings.IDLE_TIMEOUT_MINUTES)
    for idle, stays in ((limit - SECOND, True), (limit, False), (limit + SECOND, False)):
        client = cast.client()
        with at(start):
            sign_in(client, cast.bureau.username)
        with at(start + idle):
            assert (client.get(page).status_code == 200) == stays, idle


# --- Proxies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "header", "answers"),
    [
        pytest.param(1, "203.0.113.{n}, 198.51.100.1", [422] * 5 + [429], id="the client writes in front"),
        pytest.param(2, "203.0.113.{n}, 198.51.100.1, 10.0.0.1", [422] * 5 + [429], id="two proxies"),
        pytest.param(
            2, "203.0.113.{n}", [422] * 5 + [429], id="fewer hops than proxies: the connection counts"
        ),
        pytest.param(1, "not-an-address-{n}", [422] * 5 + [429], id="no address: the connection counts"),
        pytest.param(1, "198.51.100.{n}", [422] * 6, id="control: six clients behind one proxy"),
    ],
)
def test_a_spray_through_a_proxy(
    cast: Cast, settings: object, proxies: int, header: str, answers: list[int]
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    name = cast.bureau.username
    given = [
        sign_in(
            Client(), name, "Wrong-Password-1", headers={"X-Forwarded-For": header.format(n=number)}
        ).status_code
        for number in range(6)
    ]
    assert given == answers
