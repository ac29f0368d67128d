"""The ballots of a counted menu as a .pb file: for whoever checks the count, not for the notice board.

No door, no channel, no moment is in it, and the order of its lines follows from what they say. Yet what one household
ticked, all of it together, may be like no other's: whoever knows two of its wishes could find the rest. So the file is
given only once the menu is counted, of twenty households or more, to whoever runs menus, with a reason that the audit
keeps. And a menu that was decided by the most support needs no household's ticks at all: its ballots are dealt anew.
"""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from audit.actions import record
from core.errors import NotPermitted
from core.text import clean_line
from directory.models import User
from residents.counting import count_of, rules_of
from residents.errors.households import ReasonNeeded
from residents.errors.menus import NotCounted, TooFewToExport
from residents.models import Menu, MenuState
from residents.outcome.election import Ballot, Election, Rule
from residents.outcome.pabulib_writing import written
from residents.permissions import can_run_menus

FEWEST_IN_FILE = 20


@transaction.atomic
def export_ballots(*, menu: Menu, user: User, reason: str) -> str:
    """The text of the file. Counted again by `menu_outcome` as its `menu_outcome` line says, it has the same winners.

    Raises `NotPermitted`, `ReasonNeeded`, `NotCounted`, and `TooFewToExport`.
    """
    if not can_run_menus(user, menu.division_code):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    if menu.state != MenuState.COUNTED:
        raise NotCounted
    count = count_of(menu)
    if count.election.answered < FEWEST_IN_FILE:
        raise TooFewToExport(fewest=FEWEST_IN_FILE)
    record(action="menu.ballots_exported", actor=user, subject=menu, reason=clean_line(reason))
    is_greedy = rules_of(menu.rule, menu.completion).rule is Rule.GREEDY
    election = dealt_anew(count.election) if is_greedy else count.election
    return written(election, names=count.names, meta=_meta(menu))


def dealt_anew(election: Election) -> Election:
    """As many ticks for each item as before, on ballots that are nobody's: the first household ticks everything that
    anybody wants, the second everything that two want, and so on."""
    ballots = [
        Ballot.of(item.id for item in election.items if election.supporters[item.id] > place)
        for place in range(election.answered)
    ]
    return replace(election, ballots=ballots)


def _meta(menu: Menu) -> dict[str, str]:
    rules = rules_of(menu.rule, menu.completion)
    return {
        "description": menu.title,
        "country": "China",
        "unit": menu.division_code,
        "instance": f"{menu.project.code}/{menu.pk}",
        "date_begin": f"{timezone.localtime(menu.opens_at):%d.%m.%Y}",
        "date_end": f"{timezone.localtime(menu.closes_at):%d.%m.%Y}",
        "currency": "CNY",
        "language": "zh",
        "menu_outcome": f"--rule {rules.rule.value} --utility {rules.utility.value}"
        f" --completion {rules.completion.value}",
        "comment": "Ballots dealt anew: the sums are real, the ballots are not."
        if rules.rule is Rule.GREEDY
        else "Ballots as they were cast: for checking the count only, not to be published.",
    }
