"""Signing in and staying in, as a browser and a program live it: the real server, real cookies, real time."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from directory.actions.roles import end_role
from directory.actions.tokens import issue_token, revoke_token
from directory.models import ApiToken, RoleAssignment, User
from directory.powers import Role
from tests.apiclient import make_token
from tests.cast import JINGZHOU, PASSWORD, Cast
from tests.directory.steps import grant, role_of
from tests.directory.test_second_factor import code_of

FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LOGIN, LOGOUT, PROFILE = reverse("account_login"), reverse("account_logout"), reverse("account_profile")
CODE, SET_UP = reverse("mfa_authenticate"), reverse("mfa_activate_totp")


class Desk:
    """A browser at the running site: cookies, forms with their tokens, no redirect followed unseen."""

    def __init__(self, site: str) -> None:
        self.site, self.session = site, requests.Session()
        self.csrf = ""

    def get(self, path: str, **headers: str) -> requests.Response:
        answer = self.session.get(self.site + path, headers=headers, allow_redirects=False, timeout=20)
        self._remember(answer)
        return answer

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> requests.Response:
        data = {"csrfmiddlewaretoken": self.csrf, **(form or {})}
        answer = self.session.post(
            self.site + path, data=data, headers={"Referer": self.site + path, **headers}, allow_redirects=False,
            timeout=20,
        )  # fmt: skip
        self._remember(answer)
        return answer

    def sign_in(self, username: str, password: str = PASSWORD, **headers: str) -> requests.Response:
        self.get(LOGIN)
        return self.post(LOGIN, {"login": username, "password": password}, **headers)

    def code(self, code: str) -> requests.Response:
        self.get(CODE)
        return self.post(CODE, {"code": code})

    def sign_out(self) -> None:
        self.get(LOGOUT)
        self.post(LOGOUT)

    def is_in(self) -> bool:
        return self.get(PROFILE).status_code == 200

    def _remember(self, answer: requests.Response) -> None:
        found = FIELD.search(answer.text) if "html" in answer.headers.get("Content-Type", "") else None
        self.csrf = found[1] if found else self.csrf


@pytest.fixture
def desk(site: str) -> Iterator[Desk]:
    made = Desk(site)
    yield made
    made.session.close()


# --- The second factor ------------------------------------------------------------------


def set_up(desk: Desk, username: str) -> tuple[str, str, list[str]]:
    """Through the pages, as a new administrator: (secret, the code that was typed, recovery codes)."""
    answer = desk.sign_in(username)
    assert answer.status_code == 302
    assert desk.get("/overview/").headers["Location"] == SET_UP
    page = desk.get(SET_UP).text
    shown = re.search(r'<code class="once"[^>]*>([A-Z2-7 ]+)</code>', page)
    assert shown, page[-2000:]
    secret = shown[1].replace(" ", "")
    assert desk.post(SET_UP, {"code": "000000"}).status_code == 422
    typed = code_of(secret)
    answer = desk.post(SET_UP, {"code": typed})
    assert answer.status_code == 302
    codes = re.findall(r"<li><code>([^<]+)</code>", unescape(desk.get(answer.headers["Location"]).text))
    assert len(codes) == 10
    return secret, typed, codes


def test_an_administrator_sets_up_a_second_factor_and_needs_it_from_then_on(
    committed_cast: Cast, desk: Desk, site: str
) -> None:
    name = committed_cast.sysadmin.username
    secret, typed, codes = set_up(desk, name)
    assert desk.get("/system/users/").status_code == 200
    desk.sign_out()
    assert not desk.is_in()

    assert desk.sign_in(name).headers["Location"] == CODE
    assert not desk.is_in()
    assert desk.code(typed).status_code == 422, "the code of the set-up is spent"
    assert desk.code(code_of(secret, periods=1)).status_code == 302
    assert desk.is_in()

    lost = Desk(site)
    lost.sign_in(name)
    assert lost.code(codes[0]).status_code == 302
    assert lost.is_in()
    again = Desk(site)
    again.sign_in(name)
    assert again.code(codes[0]).status_code == 422, "a recovery code opens once"
    actions = set(AuditEntry.objects.filter(actor=committed_cast.sysadmin).values_list("action", flat=True))
    assert {"second_factor.added", "second_factor.refused", "session.signed_in"} <= actions


def test_wrong_codes_are_stopped_and_with_them_the_right_one_and_the_recovery_codes(
    committed_cast: Cast, desk: Desk, site: str
) -> None:
    secret, _typed, codes = set_up(desk, committed_cast.secadmin.username)
    desk.sign_out()
    desk.sign_in("secadmin")
    answers = [desk.code(f"{number:06}").status_code for number in range(11)]
    # Five for each account and address.
    assert answers == [422] * 5 + [429] * 6
    for code in (code_of(secret, periods=1), codes[0]):
        assert desk.code(code).status_code == 429
    elsewhere = Desk(site)
    elsewhere.sign_in("secadmin")
    assert elsewhere.code(codes[1]).status_code == 429
    assert not elsewhere.is_in()


def test_an_administrator_cannot_go_round_the_set_up(committed_cast: Cast, desk: Desk) -> None:
    desk.sign_in(committed_cast.auditadmin.username)
    for path in ("/overview/", reverse("audit:list"), "/system/", "/search/?q=a", "/inbox/"):
        assert desk.get(path).headers.get("Location") == SET_UP, path
    answer = desk.get("/api/v1/divisions/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    assert desk.get(reverse("audit:list"), **{"HX-Request": "true"}).headers["HX-Redirect"] == SET_UP


# --- Tokens -----------------------------------------------------------------------------


def ask(site: str, session: requests.Session, key: str) -> int:
    answer = session.get(f"{site}/api/v1/divisions/", headers={"Authorization": f"Bearer {key}"}, timeout=20)
    return answer.status_code


def test_a_token_revoked_between_two_requests_of_one_connection_is_refused_with_the_next(
    committed_cast: Cast, site: str
) -> None:
    issued = issue_token(
        actor=committed_cast.bureau, user=committed_cast.service, label="大屏", scopes=["read"],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    with requests.Session() as kept:
        assert ask(site, kept, issued.key) == 200
        revoke_token(actor=committed_cast.secadmin, token=issued.token)
        assert [ask(site, kept, issued.key) for _ in range(3)] == [401] * 3


def test_a_token_revoked_under_load_answers_nobody_who_asks_afterwards(
    committed_cast: Cast, site: str
) -> None:
    key, token = make_token(committed_cast.service)
    asked: list[tuple[float, int]] = []
    over = threading.Event()

    def go_on_asking() -> None:
        with requests.Session() as kept:
            while not over.is_set():
                began = time.monotonic()
                asked.append((began, ask(site, kept, key)))

    programs = [threading.Thread(target=go_on_asking) for _ in range(3)]
    for program in programs:
        program.start()
    time.sleep(0.4)
    revoke_token(actor=committed_cast.secadmin, token=token)
    revoked = time.monotonic()
    time.sleep(0.4)
    over.set()
    for program in programs:
        program.join(20)
    before = [status for began, status in asked if began < revoked]
    after = [status for began, status in asked if began > revoked]
    assert 200 in before
    assert after
    assert set(after) == {401}


def test_a_token_expires_while_its_program_goes_on_asking(committed_cast: Cast, site: str) -> None:
    expires_at = timezone.now() + timedelta(seconds=1.5)
    key, _token = make_token(committed_cast.service, expires_at=expires_at)
    answers: list[tuple[bool, int]] = []
    with requests.Session() as kept:
        while timezone.now() < expires_at + timedelta(seconds=0.5):
            is_late = timezone.now() >= expires_at
            answers.append((is_late, ask(site, kept, key)))
    assert {status for is_late, status in answers if is_late} == {401}
    assert answers[0] == (False, 200)


def test_a_program_whose_role_ends_keeps_its_key_and_sees_nothing(committed_cast: Cast, site: str) -> None:
    key, _token = make_token(committed_cast.service)
    address = f"{site}/api/v1/compounds/"
    headers = {"Authorization": f"Bearer {key}"}
    assert requests.get(address, headers=headers, timeout=20).status_code == 200
    end_role(actor=committed_cast.secadmin, assignment=role_of(committed_cast.service))
    assert requests.get(address, headers=headers, timeout=20).status_code == 403
    assert ApiToken.objects.get().revoked_at is None


# --- Sessions ---------------------------------------------------------------------------


def test_a_role_that_ends_ends_what_the_open_session_may_do_with_the_next_click(
    committed_cast: Cast, desk: Desk
) -> None:
    desk.sign_in(committed_cast.street.username)
    assert desk.get("/compounds/").status_code == 200
    end_role(actor=committed_cast.secadmin, assignment=role_of(committed_cast.street))
    assert desk.get("/compounds/").status_code == 403
    assert desk.is_in()
    grant(committed_cast, committed_cast.street, Role.COMMUNITY_WORKER, "421003001001")
    assert desk.get("/compounds/").status_code == 200
    assert desk.get("/pool/").status_code == 200


def test_a_new_administrator_is_asked_for_the_second_factor_in_the_session_that_is_open(
    committed_cast: Cast, desk: Desk
) -> None:
    desk.sign_in(committed_cast.nobody.username)
    assert desk.is_in()
    grant(committed_cast, committed_cast.nobody, Role.AUDIT_ADMINISTRATOR, JINGZHOU)
    assert desk.get("/overview/").headers["Location"] == SET_UP


def test_a_locked_account_is_out_with_the_next_click_in_every_browser(
    committed_cast: Cast, desk: Desk, site: str
) -> None:
    desks = [desk, Desk(site)]
    for one in desks:
        one.sign_in(committed_cast.finance.username)
        assert one.is_in()
    User.objects.filter(pk=committed_cast.finance.pk).update(locked_at=timezone.now())
    assert [one.is_in() for one in desks] == [False, False]


# --- Stale and foreign forms ------------------------------------------------------------


def test_a_form_of_before_the_sign_in_is_refused_with_a_page_and_changes_nothing(
    committed_cast: Cast, desk: Desk
) -> None:
    desk.get(LOGIN)
    stale = desk.csrf
    desk.sign_in(committed_cast.street.username)
    desk.get(PROFILE)
    form = {"phone": "0716-999", "email": "", "chat_id": ""}
    answer = desk.post(PROFILE, {**form, "csrfmiddlewaretoken": stale})
    assert answer.status_code == 403
    assert "<html" in answer.text
    assert User.objects.get(pk=committed_cast.street.pk).phone == ""
    desk.get(PROFILE)
    assert desk.post(PROFILE, form).status_code == 302
    assert User.objects.get(pk=committed_cast.street.pk).phone == "0716-999"


def test_a_form_without_a_right_token_or_of_another_site_is_refused(committed_cast: Cast, desk: Desk) -> None:
    desk.sign_in(committed_cast.street.username)
    for token in ("", "x", "A" * 64, "é" * 32):
        assert desk.post(LOGOUT, {"csrfmiddlewaretoken": token}).status_code == 403
    desk.get(LOGOUT)
    assert desk.post(LOGOUT, Origin="https://evil.example").status_code == 403
    assert desk.is_in()


# --- Guessing ---------------------------------------------------------------------------


def test_a_spray_with_rotating_headers_is_stopped_by_the_connection_it_comes_over(
    committed_cast: Cast, desk: Desk, site: str
) -> None:
    """One guess at each of many names, each with another `X-Forwarded-For`, `X-Real-IP` and `Forwarded`."""
    assert committed_cast.bureau
    answers = []
    for number in range(32):
        invented = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": invented, "X-Real-IP": invented, "Forwarded": f"for={invented}"}
        answers.append(desk.sign_in(f"guess{number}", "Wrong-Password-1", **headers).status_code)
    assert answers == [422] * 30 + [429] * 2
    refused = AuditEntry.objects.filter(action="session.refused").values_list("address", flat=True)
    assert set(refused) == {"127.0.0.1"}
    assert RoleAssignment.objects.filter(user=committed_cast.bureau).exists()
    assert Desk(site).sign_in("bureau").status_code == 429
