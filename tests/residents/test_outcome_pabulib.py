"""Published budgets are read, bad files have one clear line, and what we write tells nobody's vote."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Completion, Election, Item, Rule, Utility
from residents.outcome.pabulib import BadFile, PabulibFile, parse, read
from residents.outcome.pabulib_writing import written
from tests.effort import examples
from tests.residents.outcome_elections import menus, plain_elections

APPROVAL = """META
key;value
description;Test; of 2026
budget;1000
vote_type;approval
num_projects;3
num_votes;4
PROJECTS
project_id;cost;name
7;400;Lights
8;300;"Benches; ""new"" ones"
9;600;Lift
VOTES
voter_id;age;vote
1;30;7,8
2;41;8,9
3;;
4;77;7
"""
CUMULATIVE = """meta
key;value
budget;10
vote_type;cumulative
max_sum_points;5
projects
project_id;cost
a;6
b;4
votes
voter_id;vote;points
1;a,b;3,2
2;b;1.5
3;;
"""
META = {
    "description": "砂石厂小区; menu",
    "country": "China",
    "unit": "宜都",
    "instance": "2026",
    "rule": "equalshares/add1",
}


def points_of(file: PabulibFile) -> list[tuple[dict[str, Any], int]]:
    return sorted(((dict(ballot.points), ballot.households) for ballot in file.election.ballots), key=str)


def test_ticks() -> None:
    file = parse(APPROVAL)
    assert [(item.id, item.cost, item.position, item.needed) for item in file.election.items] == [
        ("7", 400, 0, 0), ("8", 300, 1, 0), ("9", 600, 2, 0),
    ]  # fmt: skip
    assert file.names["8"] == 'Benches; "new" ones'
    assert points_of(file) == [({"7": 1, "8": 1}, 1), ({"7": 1}, 1), ({"8": 1, "9": 1}, 1), ({}, 1)]
    assert (file.election.budget, file.election.answered, file.has_points, file.remarks) == (
        1000,
        4,
        False,
        (),
    )


def test_points_fractions_of_points_and_ballots_without_any() -> None:
    file = parse(CUMULATIVE)
    assert points_of(file) == [({"a": 3, "b": 2}, 1), ({"b": parse_fraction("1.5")}, 1), ({}, 1)]
    assert file.has_points


def parse_fraction(text: str) -> Any:
    return parse(CUMULATIVE.replace("budget;10", f"budget;{text}")).election.budget


def test_lists_of_preference_and_scores() -> None:
    ordinal = (
        CUMULATIVE.replace("cumulative", "ordinal")
        .replace(";points", "")
        .replace(";3,2", "")
        .replace(";1.5", "")
    )
    assert points_of(parse(ordinal)) == [({"a": 1, "b": 0}, 1), ({"b": 0}, 1), ({}, 1)]
    scoring = CUMULATIVE.replace("cumulative", "scoring\ndefault_score;1").replace("3,2", "3,-2")
    assert points_of(parse(scoring)) == [
        ({"a": 1, "b": 1}, 1),
        ({"a": 1, "b": parse_fraction("1.5")}, 1),
        ({"a": 3, "b": -2}, 1),
    ]


@pytest.mark.parametrize(
    "variant",
    [
        APPROVAL.replace("\n", "\r\n"),
        APPROVAL.replace("\n", "\n\n"),
        APPROVAL.replace(";", " ; ").replace(" ; ", "; "),
        APPROVAL.replace("META\nkey;value\n", "META;;\n"),
        APPROVAL.replace("META", "meta").replace("VOTES", "Votes;;"),
        APPROVAL.replace("1000", "1000,00"),
        APPROVAL.replace("3;;\n", "3;\n").replace("voter_id;age;vote", "voter_id;vote;age").replace("1;30;7,8", "1;7,8;30")
        .replace("2;41;8,9", "2;8,9;41").replace("4;77;7", "4;7;77"),
        APPROVAL.replace("project_id", "name_of_id"),
    ],
    ids=["crlf", "blank lines", "blanks", "no key;value", "small letters", "decimal comma", "columns", "first column"],
)  # fmt: skip
def test_the_same_file_written_otherwise(variant: str, tmp_path: Path) -> None:
    path = tmp_path / "other.pb"
    path.write_bytes(b"\xef\xbb\xbf" + variant.replace("Test; of 2026", "Test").encode())
    plain = parse(APPROVAL.replace("Test; of 2026", "Test"))
    assert points_of(read(path)) == points_of(plain)
    assert read(path).election.items == plain.election.items


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("2;41;8,9", "2;41;8,77", "line 15: the vote names project '77', which PROJECTS does not have."),
        ("2;41;8,9", "1;41;8,9", "line 15: voter '1' stands here a second time."),
        ("2;41;8,9", "2;41;8,8", "line 15: the vote names project '8' twice."),
        ("2;41;8,9", "2;41;8;9", "line 15: 4 fields under 3 headings."),
        ("9;600", "7;600", "line 11: project '7' stands here a second time."),
        ("9;600", "9;6oo", "line 11: the cost is no number: '6oo'."),
        ("9;600", "9;", "line 11: the cost is no number: ''."),
        ("9;600", "9;-600", "9: cost and subsidy are not below zero, and the subsidy is not above the cost."),
        ("9;600", '"9,5";600', "line 11: '9,5' is no id for a project."),
        ("9;600", ";600", "line 11: '' is no id for a project."),
        ("9;600", "9;1e400", "line 11: the cost is no number: '1e400'."),
        ("9;600", "9;NaN", "line 11: the cost is no number: 'NaN'."),
        ("9;600", "9;６００", "line 11: the cost is no number: '６００'."),
        ("9;600", "9;1 000", "line 11: the cost is no number: '1 000'."),
        ("budget;1000\n", "", "META does not say the budget."),
        ("budget;1000", "budget;much", "the budget is no number: 'much'."),
        ("budget;1000", "budget;-1", "The budget is less than nothing."),
        ("budget;1000", "budget;1000\nbudget;2000", "line 4: META says budget a second time."),
        ("vote_type;approval", "vote_type;knapsack",
         "vote_type is 'knapsack'; known are approval, choose-1, cumulative, scoring, ordinal."),
        ("vote_type;approval", "vote_type;cumulative", "line 14: 2 projects, but 0 times points."),
        ("VOTES\n", "", "the section VOTES is missing."),
        ("META\n", "", "line 1: this is no .pb file: it does not begin with META."),
        ("PROJECTS", "META", "line 7: a second section META."),
        ("voter_id;age;vote", "voter_id;age;ballot", "line 14: there is nothing under the heading vote."),
    ],
)  # fmt: skip
def test_a_bad_file_has_one_clear_line(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    text = APPROVAL.replace("description;Test; of 2026\n", "")
    path = tmp_path / "bad.pb"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        call_command("menu_outcome", path)
    assert str(refusal.value) == f"{path}: {sentence}"
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the section META is missing."),
        (b"META\nkey;value\nbudget;1\nname;\xb2\xe2", "line 4: this is no text in UTF-8."),
        (b"META\nkey;value\nname;" + b"x" * 200_000, "line 3: the line cannot be read (field larger than field limit (131072))."),
        (b"\x00\x01\x02;\n", "line 1: this is no .pb file: it does not begin with META."),
        (None, "the file cannot be read: No such file or directory."),
    ],
    ids=["empty", "GBK", "long", "binary", "absent"],
)  # fmt: skip
def test_what_is_no_such_file_at_all(content: bytes | None, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.pb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFile) as refusal:
        read(path)
    assert str(refusal.value) == sentence


@settings(max_examples=examples(300), deadline=None)
@given(st.data())
def test_no_file_makes_it_stumble(data: st.DataObject) -> None:
    """A good file with pieces moved, doubled, dropped and replaced is read, or refused in one line."""
    text = data.draw(st.sampled_from([APPROVAL, CUMULATIVE]))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 12)))
        piece = data.draw(
            st.sampled_from(
                ["", text[begin:end] * 2, ";", '"', "\n", "-1", "0", "\x00", "META", "é", ",", "\r"]
            )
        )
        text = text[:begin] + piece + text[end:]
    refused = ""
    try:
        assert decide(parse(text).election, Rules(completion=Completion.BOTH)).left >= 0
    except BadFile as fault:
        refused = str(fault)
    assert "\n" not in refused


# --- Writing ----------------------------------------------------------------------------


@settings(max_examples=examples(300), deadline=None)
@given(menus() | plain_elections(most_points=3), st.sampled_from(Completion), st.sampled_from(Utility))
def test_what_we_write_has_the_same_outcome(
    election: Election, completion: Completion, utility: Utility
) -> None:
    file = parse(written(election, names={item.id: f'"{item.id}"; 1' for item in election.items}, meta=META))
    assert file.election.answered == election.answered
    for rules in (Rules(rule=Rule.GREEDY, utility=utility), Rules(completion=completion, utility=utility)):
        ours, theirs = decide(election, rules), decide(file.election, rules)
        assert theirs.won == ours.won
        assert (theirs.cost, theirs.share) == (ours.cost, ours.share)
        assert all(theirs.reasons[name].payments == ours.reasons[name].payments for name in theirs.reasons)


def test_what_a_basic_work_rules_out_takes_along_what_needs_it() -> None:
    items = [
        Item(id="a", position=0, cost=1, is_locked=True, excludes=frozenset("b")),
        Item(id="b", position=1, cost=1),
        Item(id="c", position=2, cost=1, requires=frozenset("b")),
        Item(id="d", position=3, cost=1, requires=frozenset("a")),
    ]
    file = parse(written(Election(items=items, ballots=[Ballot.of("bcd")], budget=9), names={}, meta={}))
    assert list(file.names) == ["d"]
    assert (file.election.budget, points_of(file)) == (8, [({"d": 1}, 1)])


def test_a_line_of_a_written_file_says_nothing_of_who_voted() -> None:
    """Whoever came first, and whichever ballots were counted together, the file is the same; numbers run on."""
    items = [Item(id=name, position=place, cost=place + 1) for place, name in enumerate("ab")]
    ballots = [Ballot.of("b"), Ballot.of("ab"), Ballot.of(""), Ballot.of("b"), Ballot.of("a")]
    texts = {
        written(Election(items=items, ballots=some, budget=5), names={"a": "一", "b": "二"}, meta=META)
        for some in (ballots, ballots[::-1], [*ballots[1:3], ballots[4], Ballot.of("b", households=2)])
    }
    (text,) = texts
    assert text.partition("VOTES\n")[2] == "voter_id;vote;points\n1;;\n2;a;1\n3;a,b;1,1\n4;b;1\n5;b;1\n"
    assert 'description;"砂石厂小区; menu"\n' in text


def test_what_the_format_has_no_place_for() -> None:
    for item_id in ("a,b", " a", "a\n", ""):
        election = Election(items=[Item(id=item_id, position=0, cost=1)], ballots=[], budget=1)
        with pytest.raises(ValueError, match="no id"):
            written(election, names={}, meta={})
    with pytest.raises(ValueError, match="no decimal"):
        written(Election(items=[], ballots=[], budget=parse_fraction("1") / 3), names={}, meta={})


# --- The command ------------------------------------------------------------------------


def outcome_of(text: str, tmp_path: Path, *arguments: str) -> dict[str, Any]:
    path, out = tmp_path / "town.pb", StringIO()
    path.write_text(text, encoding="utf-8")
    call_command("menu_outcome", path, *arguments, stdout=out, stderr=StringIO())
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_prints_winners_cost_and_reasons(tmp_path: Path) -> None:
    text = APPROVAL.replace("400", "400.50").replace("Test; of 2026", "Test")
    greedy = outcome_of(text, tmp_path, "--rule", "greedy")
    assert (greedy["winners"], greedy["cost"]) == (["8", "7"], 700.5)
    assert greedy["reasons"]["9"] == {
        "item": "9", "why": "money-short", "price": 600, "supporters": 1, "answered": 4, "needed": 0,
        "rank": 3, "ranked": 3, "last_rank": 2, "left": "599/2", "missing": "601/2",
    }  # fmt: skip
    shares = outcome_of(text, tmp_path, "--completion", "greedy", "--utility", "count")
    assert shares["winners"] == ["8", "7"]
    assert shares["reasons"]["8"]["payments"] == {"payers": 2, "least": 150, "most": 150, "at_most": 2}
    assert "sentence" not in shares["reasons"]["8"]


def test_points_are_utilities_unless_asked_otherwise(tmp_path: Path) -> None:
    """6 for a's 3 points, 4 for b's 3.5; by cost a point for a is worth half as much again."""
    assert outcome_of(CUMULATIVE, tmp_path, "--rule", "greedy")["winners"] == ["b", "a"]
    assert outcome_of(CUMULATIVE.replace("3,2", "4,2"), tmp_path, "--rule", "greedy", "--utility", "cost")[
        "winners"
    ] == ["a", "b"]


def test_odd_counts_are_remarked_and_a_menus_file_has_sentences(tmp_path: Path) -> None:
    path, out, err = tmp_path / "menu.pb", StringIO(), StringIO()
    text = APPROVAL.replace("Test; of 2026", "Test").replace("num_votes;4", "num_votes;5\ncurrency;CNY")
    path.write_text(text, encoding="utf-8")
    call_command("menu_outcome", path, stdout=out, stderr=err)
    assert err.getvalue().strip() == f"{path}: META says num_votes is '5', the file has 4."
    assert "Lights" in json.loads(out.getvalue())["reasons"]["7"]["sentence"]
