"""`manage.py menu_outcome FILE.pb`: the outcome of a published budget, so that anybody can check how we count.

Needs neither a database nor anything else that a portal runs on.
"""

import json
from argparse import ArgumentParser
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Completion, Number, Rule, Utility
from residents.outcome.pabulib import BadFile, PabulibFile, read
from residents.outcome.words import line


class Command(BaseCommand):
    requires_system_checks = []

    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Count a participatory budget from a .pb file (pabulib.org) as a menu is counted, exactly, and print JSON: "
            "the winners in the order in which they were chosen, their cost, and the reason for each project. A menu's "
            "own file (currency CNY) has the sentences, too."
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pb")
        parser.add_argument(
            "--rule", choices=[rule.value for rule in Rule], default=Rule.EQUAL_SHARES.value,
            help=_("the default is equal-shares"),
        )  # fmt: skip
        parser.add_argument(
            "--utility", choices=[utility.value for utility in Utility],
            help=_("what a point is worth: the project's cost, or one. The default is cost, and count for ballots with points"),
        )  # fmt: skip
        parser.add_argument(
            "--completion", choices=[completion.value for completion in Completion], default=Completion.NONE.value,
            help=_("what Equal Shares does with money that is left over; the default is none"),
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = read(options["file"])
        except BadFile as fault:
            raise CommandError(f"{options['file']}: {fault}") from None
        for remark in file.remarks:
            self.stderr.write(f"{options['file']}: {remark}")
        default = Utility.COUNT if file.has_points else Utility.COST
        rules = Rules(
            rule=Rule(options["rule"]),
            utility=Utility(options["utility"] or default),
            completion=Completion(options["completion"]),
        )
        self.stdout.write(json.dumps(_answer(file, rules), ensure_ascii=False, indent=1))


def _answer(file: PabulibFile, rules: Rules) -> dict[str, object]:
    outcome = decide(file.election, rules)
    reasons = {item_id: reason.as_json() for item_id, reason in outcome.reasons.items()}
    if file.meta.get("currency", "").upper() == "CNY":
        for item_id, reason in outcome.reasons.items():
            reasons[item_id]["sentence"] = line(reason, file.names)
    return {"winners": list(outcome.won), "cost": _json_number(outcome.cost), "reasons": reasons}


def _json_number(number: Number) -> int | float:
    """Costs of a file are decimals: as a number they look as they do there. Nothing is counted with it any more."""
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else float(exact)
