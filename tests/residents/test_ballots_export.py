"""The ballots of a counted menu as a file: it counts to the same, and says as little as it can."""

import json
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from core.errors import DomainError, NotPermitted
from residents.actions.ballots import FEWEST_IN_FILE, dealt_anew, export_ballots
from residents.actions.outcomes import count_menu
from residents.models import Menu, Outcome
from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Election, Item, Rule
from residents.outcome.pabulib import parse
from tests.cast import Cast
from tests.residents.menus import doors_of, make_menu, send, soon, wait_for_close

pytestmark = pytest.mark.django_db

ITEMS = [
    ("充电棚", "improve", 120_000), ("健身器材", "improve", 50_000), ("加装电梯", "upgrade", 300_000),
    ("树池座椅", "upgrade", 30_000), ("老年餐厅", "upgrade", 90_000),
]  # fmt: skip


def make_counted(cast: Cast, voters: int = FEWEST_IN_FILE, **facts: Any) -> Menu:
    """Each household wants what chance says: mostly no two alike."""
    menu = make_menu(cast, doors=voters, items=ITEMS, closes_at=soon(), **facts)
    drawn = random.Random(voters)
    for door in doors_of(menu):
        send(cast, menu, door, *(name for name, _category, _cost in ITEMS if drawn.random() < 0.6))
    wait_for_close(menu)
    count_menu(menu=menu, user=cast.bureau, no_paper_is_left=True)
    menu.refresh_from_db()
    return menu


def counted_again(text: str, path: Path) -> dict[str, Any]:
    """By the command, with the options that the file itself names."""
    path.write_text(text, encoding="utf-8")
    words = parse(text).meta["menu_outcome"].split()
    to = StringIO()
    call_command("menu_outcome", path, *words, stdout=to)
    found: dict[str, Any] = json.loads(to.getvalue())
    return found


@pytest.mark.parametrize(
    "rule", [{}, {"completion": "greedy"}, {"completion": "none"}, {"rule": "greedy"}], ids=str
)
def test_the_file_has_the_winners_and_the_reasons_of_the_portal(
    cast: Cast, tmp_path: Path, rule: dict[str, Any]
) -> None:
    menu = make_counted(cast, **rule)
    official = Outcome.objects.get(menu=menu, is_official=True)
    found = counted_again(export_ballots(menu=menu, user=cast.bureau, reason="审计复核"), tmp_path / "m.pb")
    assert found["winners"] == official.figures["won"]
    assert str(found["cost"]) == official.figures["cost"]
    for option, reason in official.figures["reasons"].items():
        again = found["reasons"][option]
        assert (again["why"], again["supporters"]) == (reason["why"], reason["supporters"])


def test_nothing_in_it_says_whose_a_ballot_is(cast: Cast) -> None:
    menu = make_counted(cast)
    text = export_ballots(menu=menu, user=cast.bureau, reason="审计复核")
    votes = text.partition("VOTES\n")[2].splitlines()[1:]
    assert len(votes) == FEWEST_IN_FILE
    said = [tuple(line.split(";")[1:]) for line in votes]
    assert said == sorted(said)
    for door in doors_of(menu):
        assert f";{door.unit};" not in text


def test_where_only_sums_decide_no_households_ticks_are_in_it() -> None:
    items = [Item(id=name, position=place, cost=place + 1) for place, name in enumerate("abc")]
    ballots = [Ballot.of("a"), Ballot.of("bc"), Ballot.of("b"), Ballot.of("")]
    election = Election(items=items, ballots=ballots, budget=4)
    dealt = dealt_anew(election)
    assert dealt.supporters == election.supporters
    assert dealt.answered == election.answered
    assert [sorted(ballot.points) for ballot in dealt.ballots] == [["a", "b", "c"], ["b"], [], []]
    greedy = Rules(rule=Rule.GREEDY)
    assert decide(dealt, greedy).reasons == decide(election, greedy).reasons


def test_it_is_refused_of_few_households_before_the_count_and_without_reason(cast: Cast) -> None:
    few = make_counted(cast, voters=FEWEST_IN_FILE - 1)
    running = make_menu(cast)
    for menu, reason, code in (
        (few, "审计复核", "too_few_to_export"),
        (running, "审计复核", "not_counted"),
        (running, " ", "reason_needed"),
    ):
        with pytest.raises(DomainError) as refused:
            export_ballots(menu=menu, user=cast.bureau, reason=reason)
        assert refused.value.code == code
    with pytest.raises(NotPermitted):
        export_ballots(menu=few, user=cast.community, reason="审计复核")
    assert not AuditEntry.objects.filter(action="menu.ballots_exported").exists()


def test_the_office_downloads_it_and_the_audit_knows_why(cast: Cast) -> None:
    menu = make_counted(cast)
    office = cast.client("bureau")
    assert f"/residents/menus/{menu.pk}/ballots/" in office.get(f"/residents/menus/{menu.pk}/outcome/").content.decode()  # fmt: skip
    answer = office.post(f"/residents/menus/{menu.pk}/ballots/", {"reason": "审计复核"})
    assert answer.content.decode().startswith("META\n")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="menu-{menu.pk}.pb"'
    assert "no-store" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="menu.ballots_exported")
    assert (entry.reason, entry.actor) == ("审计复核", cast.bureau)
    refused = office.post(f"/residents/menus/{menu.pk}/ballots/", {"reason": ""})
    assert refused.status_code == 302
    seen = cast.client("community").get(f"/residents/menus/{menu.pk}/outcome/").content.decode()
    assert "/ballots/" not in seen


def test_the_command_writes_for_whoever_may_and_never_over_a_file(cast: Cast, tmp_path: Path) -> None:
    menu = make_counted(cast)
    path = tmp_path / "menu.pb"
    said = {"user": cast.bureau.username, "reason": "审计复核"}
    call_command("export_menu", menu.pk, path, **said)
    assert path.read_text(encoding="utf-8") == export_ballots(menu=menu, user=cast.bureau, reason="再核")
    with pytest.raises(CommandError):
        call_command("export_menu", menu.pk, path, **said)
    with pytest.raises(CommandError):
        call_command("export_menu", menu.pk, tmp_path / "b.pb", user=cast.finance.username, reason="x")
