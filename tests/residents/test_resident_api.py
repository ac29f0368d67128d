"""A household's own pages for a program: the same session and the same guards, in JSON."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from residents import session
from residents.actions import letters as limits
from residents.actions.letters import revoke_code
from residents.actions.menus import revise_option
from residents.models import AccessCode, Choice, ChoiceDraft, CodeAttempt, Household, Menu
from tests.apiclient import V1, demand_problem
from tests.cast import Cast
from tests.residents.builders import make_doors, make_representative
from tests.residents.letters_held import at_home, code_of
from tests.residents.menus import doors_of, make_menu, on_show, send
from tests.residents.test_home_door import other_code

pytestmark = pytest.mark.django_db


class Program:
    """A mini-program: keeps cookies, sends JSON, names no sender."""

    def __init__(self, **headers: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en", **headers})

    def get(self, path: str = "", **query: str) -> Any:
        return self.client.get(f"{V1}/resident/{path}", query)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(
            f"{V1}/resident/{path}", text, content_type="application/json", headers=headers
        )

    def choose(self, menu: Menu, body: Any, *, key: uuid.UUID | None = None) -> Any:
        return self.post(f"menus/{menu.pk}/choice/", body, **{"Idempotency-Key": str(key or uuid.uuid4())})


def at_home_with(cast: Cast, holder: Any) -> Program:
    program = Program()
    assert program.post("session/", {"code": code_of(cast, holder)}).status_code == 200
    return program


def choice_of(menu: Menu, *wanted: str) -> dict[str, list[int]]:
    shown = on_show(menu)
    return {"seen": list(shown.values()), "wanted": [shown[name] for name in wanted], "declined": []}


@pytest.fixture
def door(cast: Cast) -> Household:
    return make_doors(cast)[0]


@pytest.fixture
def menu(cast: Cast) -> Menu:
    return make_menu(cast)


# --- In and out -------------------------------------------------------------------------


def test_a_code_says_whose_letter_it_is_and_opens_nothing_yet(cast: Cast, door: Household) -> None:
    program = Program()
    told = program.post("letter/", {"code": code_of(cast, door)})
    assert told.json() == {
        "door": "1号楼1单元101", "compound": door.compound.name, "community": door.compound.community.name,
        "is_representative": False,
    }  # fmt: skip
    assert not program.client.cookies
    demand_problem(program.get(), 401, "no_session")


def test_whoever_came_in_is_the_door_on_pages_too_until_leaving(cast: Cast, door: Household) -> None:
    program = at_home_with(cast, door)
    who = program.get()
    assert {**who.json(), "compound": "", "community": ""} == {
        "door": "1号楼1单元101", "compound": "", "community": "", "is_representative": False, "building": "1号楼",
        "staircase": "1单元", "floor": 1, "unit": "101", "generation": 1,
    }  # fmt: skip
    assert who.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in who.headers
    assert "101" in program.client.get("/r/").content.decode()
    assert program.post("leave/", {}).json() == {"left": True}
    demand_problem(program.get(), 401, "no_session")


def test_the_pages_session_is_this_one(cast: Cast, door: Household) -> None:
    held = at_home(cast, door)
    assert held.client.get(f"{V1}/resident/").json()["door"] == "1号楼1单元101"


def test_a_revoked_letter_and_a_long_pause_end_it_with_their_reason(cast: Cast, door: Household) -> None:
    program = at_home_with(cast, door)
    with time_machine.travel(timezone.now() + timedelta(seconds=session.IDLE + 5)):
        demand_problem(program.get(), 401, "session_over")
    program = at_home_with(cast, door)
    revoke_code(code=AccessCode.objects.get(), user=cast.community, reason="遗失")
    answer = program.get()
    demand_problem(answer, 401, "letter_revoked")
    assert answer.headers["WWW-Authenticate"].startswith("Letter")
    demand_problem(program.get(), 401, "no_session")


def test_slips_of_the_pen_are_told_and_wrong_codes_are_counted(cast: Cast, door: Household) -> None:
    code = code_of(cast, door)
    demand_problem(Program().post("session/", {"code": "7KQM"}), 400, "code_length")
    assert not CodeAttempt.objects.exists()
    demand_problem(Program().post("session/", {"code": other_code(code)}), 409, "code_opens_nothing")
    demand_problem(Program().post("letter/", {"code": other_code(code)}), 409, "code_opens_nothing")
    assert CodeAttempt.objects.count() == 2


def test_while_somebody_guesses_right_and_wrong_codes_ask_for_the_door(
    cast: Cast, door: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits are those of the page: pages and program fill one count."""
    monkeypatch.setattr(limits, "FROM_ONE_ADDRESS", 1)
    code, program = code_of(cast, door), Program()
    program.post("session/", {"code": other_code(code)})
    for path in ("letter/", "session/"):
        for typed in (code, other_code(code)):
            demand_problem(program.post(path, {"code": typed}), 409, "door_needed")
            demand_problem(program.post(path, {"code": typed, "door": "999"}), 409, "wrong_pair")
    assert program.post("session/", {"code": code, "door": "101"}).status_code == 200


# --- Guards -----------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])  # fmt: skip
def test_another_sites_page_writes_nothing(
    cast: Cast, door: Household, menu: Menu, headers: dict[str, str]
) -> None:
    program = at_home_with(cast, doors_of(menu)[0])
    key = {"Idempotency-Key": str(uuid.uuid4())}
    sent = program.post(f"menus/{menu.pk}/choice/", choice_of(menu, "充电棚"), **key, **headers)
    demand_problem(sent, 403, "foreign_page")
    demand_problem(program.post("session/", {"code": code_of(cast, door)}, **headers), 403, "foreign_page")
    assert not Choice.objects.exists()
    own = program.post("leave/", {}, **{"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 200


def test_what_a_form_can_send_is_no_body(cast: Cast, menu: Menu) -> None:
    """The types that a page may send to another site without asking it."""
    program = at_home_with(cast, doors_of(menu)[0])
    body = json.dumps(choice_of(menu, "充电棚"))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        sent = program.client.post(
            f"{V1}/resident/menus/{menu.pk}/choice/", body, content_type=kind,
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )  # fmt: skip
        demand_problem(sent, 415, "unsupported_media_type")
    assert not Choice.objects.exists()


@pytest.mark.parametrize("extra", [{"household": 1}, {"status": "counted"}, {"weight": 5}, {"channel": "paper"}, {"code": 1}])  # fmt: skip
def test_more_than_was_asked_is_refused(cast: Cast, menu: Menu, extra: dict[str, Any]) -> None:
    program = at_home_with(cast, doors_of(menu)[0])
    body = demand_problem(program.choose(menu, {**choice_of(menu), **extra}), 400, "invalid_input")
    assert [error["field"] for error in body["errors"]] == list(extra)
    assert not Choice.objects.exists()


@pytest.mark.parametrize("body", ["[]", "null", "7", "{", '{"seen": NaN}', '{"seen": "1"}', '{"seen": [1e400], "wanted": []}',
    '{"seen": [true], "wanted": []}', '{"seen": [-1], "wanted": []}', '{"seen": [9223372036854775808], "wanted": []}',
    '{"seen": [[1]], "wanted": []}', '{"seen": [1], "wanted": ["\\ud800"]}', '{"seen": [' + "1," * 300 + '1], "wanted": []}'])  # fmt: skip
def test_nonsense_is_refused_and_nothing_lands(cast: Cast, menu: Menu, body: str) -> None:
    program = at_home_with(cast, doors_of(menu)[0])
    assert program.choose(menu, body).status_code == 400
    assert not Choice.objects.exists()


def test_another_compounds_menu_is_not_there(cast: Cast, menu: Menu) -> None:
    other = make_menu(cast)
    program = at_home_with(cast, doors_of(menu)[0])
    for answer in (
        program.get(f"menus/{other.pk}/"),
        program.get(f"menus/{other.pk}/receipt/"),
        program.get(f"menus/{10**30}/"),
        program.post(f"menus/{other.pk}/draft/", {"answers": []}),
        program.choose(other, choice_of(other)),
    ):
        demand_problem(answer, 404, "not_found")


def test_a_representatives_letter_opens_no_households_choice(cast: Cast, menu: Menu) -> None:
    program = at_home_with(cast, make_representative(cast, doors_of(menu)[0]))
    assert program.get().json()["is_representative"] is True
    assert program.get("menus/").json() == {"results": []}
    demand_problem(program.get(f"menus/{menu.pk}/"), 404, "not_found")
    demand_problem(program.choose(menu, choice_of(menu)), 404, "not_found")


def test_the_offices_session_is_nobody_here(cast: Cast) -> None:
    demand_problem(cast.client("bureau").get(f"{V1}/resident/"), 401, "no_session")


# --- From the menu to the receipt -------------------------------------------------------


def test_a_household_chooses_changes_and_keeps_its_receipt(cast: Cast, menu: Menu) -> None:
    program = at_home_with(cast, doors_of(menu)[0])
    assert [(one["id"], one["standing"], one["is_sent"]) for one in program.get("menus/").json()["results"]] == [
        (menu.pk, "open", False)
    ]  # fmt: skip
    shown = program.get(f"menus/{menu.pk}/").json()
    assert [(one["name"], one["cost"], one["answer"]) for one in shown["offers"]] == [
        ("充电棚", "120000.00", None), ("健身器材", "50000.00", None), ("加装电梯", "300000.00", None),
    ]  # fmt: skip
    want, other, _third = shown["offers"]
    kept = program.post(
        f"menus/{menu.pk}/draft/", {"answers": [{"option": want["option"], "answer": "want"}]}
    )
    assert kept.json() == {"total": 0, "is_too_much": False, "conflicts": [], "is_kept": True}
    assert program.get(f"menus/{menu.pk}/").json()["offers"][0]["answer"] == "want"
    assert not Choice.objects.exists()
    first = program.choose(menu, choice_of(menu, "充电棚"))
    assert first.status_code == 201
    receipt = first.json()
    assert (receipt["wanted"], receipt["counts"]) == ([want["version"]], True)
    assert program.get(f"menus/{menu.pk}/receipt/").json() == receipt
    assert not ChoiceDraft.objects.exists()
    second = program.choose(menu, choice_of(menu, "健身器材")).json()
    assert program.get(f"menus/{menu.pk}/receipt/").json() == second
    assert second["wanted"] == [other["version"]]
    assert Choice.objects.count() == 2
    assert [card["tag"] for card in program.get("home/").json()["open"] if card["page"] == f"/r/menu/{menu.pk}/"] == [
        "submitted"
    ]  # fmt: skip


def test_the_same_key_gives_the_same_receipt_and_no_second_choice(cast: Cast, menu: Menu) -> None:
    program, key = at_home_with(cast, doors_of(menu)[0]), uuid.uuid4()
    first = program.choose(menu, choice_of(menu, "充电棚"), key=key)
    again = program.choose(menu, choice_of(menu, "充电棚"), key=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    demand_problem(program.choose(menu, choice_of(menu, "健身器材"), key=key), 409, "key_used")
    assert Choice.objects.count() == 1
    demand_problem(program.post(f"menus/{menu.pk}/choice/", choice_of(menu)), 400, "invalid_input")


def test_what_changed_since_it_was_shown_is_said_before_anything_counts(cast: Cast, menu: Menu) -> None:
    program, before = at_home_with(cast, doors_of(menu)[0]), choice_of(menu, "充电棚")
    option = menu.options.order_by("position")[0]
    revise_option(
        option=option, user=cast.bureau, expected_version=1, reason="询价后调整", cost=Decimal(90_000)
    )
    demand_problem(program.choose(menu, before), 409, "on_show_changed")
    assert program.choose(menu, choice_of(menu, "充电棚")).status_code == 201


def test_rules_of_the_menu_are_refused_by_name(cast: Cast) -> None:
    menu = make_menu(cast, most=1)
    program = at_home_with(cast, doors_of(menu)[0])
    demand_problem(program.choose(menu, choice_of(menu, "充电棚", "健身器材")), 400, "too_many_wanted")
    early = make_menu(cast, opens_at=timezone.now() + timedelta(hours=1))
    program = at_home_with(cast, doors_of(early)[0])
    demand_problem(program.choose(early, choice_of(early)), 409, "menu_not_open_yet")
    demand_problem(program.post(f"menus/{early.pk}/draft/", {"answers": []}), 409, "menu_not_open_yet")
    stranger = {"answers": [{"option": 2_000_000_000, "answer": "want"}]}
    demand_problem(program.post(f"menus/{early.pk}/draft/", stranger), 400, "choice_unreadable")


def test_a_choice_costs_two_statements_however_many_there_are(
    cast: Cast, menu: Menu, django_assert_num_queries: Any
) -> None:
    """Within the test's transaction a savepoint and its release come with it; outside the statement stands alone."""
    one, *others = doors_of(menu)
    program = at_home_with(cast, one)
    program.choose(menu, choice_of(menu))
    said, other = choice_of(menu, "充电棚"), choice_of(menu, "健身器材")
    with django_assert_num_queries(4):
        program.choose(menu, said)
    for door in others:
        send(cast, menu, door, "充电棚")
    with django_assert_num_queries(4):
        program.choose(menu, other)
